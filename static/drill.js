/* ES2019, no build. The clock of a drill, and counts that wait for the network: each is kept in
   localStorage with its idempotency key and the moment it was made, and sent in order until the
   server has answered. Without this file the forms work as plain forms.
   data-timer       seconds since the signal, when the page was made
   data-drill       a form whose answer is JSON; data-shows: id of the line that tells its state
   data-drill-queue where it says how many wait
   data-over        the board of a drill that somebody has ended: the page is fetched anew */
(function () {
'use strict';
const timer = document.querySelector('[data-timer]'), line = document.querySelector('[data-drill-queue]');
const KEY = 'unitsafe:drill:' + document.body.dataset.actor + ':' + location.pathname;
const began = performance.now();

if (timer) {
  const start = Number(timer.dataset.timer), target = Number(timer.dataset.target) || Infinity;
  const show = () => {
    const gone = Math.floor(start + (performance.now() - began) / 1000);
    const two = number => String(number).padStart(2, '0');
    timer.textContent = Math.floor(gone / 60) + ':' + two(gone % 60);
    timer.classList.toggle('text-bad', gone > target);
  };
  show();
  setInterval(show, 500);
}
if (!line) return;

const load = () => { try { return JSON.parse(localStorage.getItem(KEY)) || []; } catch (error) { return []; } };
const save = queue => { try { localStorage.setItem(KEY, JSON.stringify(queue)); } catch (error) { /* full */ } };
let queue = load(), busy = false, signedOut = false;

const stateOf = item => document.getElementById(item.shows);
function tell(item, text, bad) {
  const state = stateOf(item);
  if (!state) return;
  state.textContent = text;
  state.classList.toggle('text-bad', !!bad);
}
function shown() {
  line.hidden = !queue.length || !(signedOut || queue.some(item => item.late));
  line.textContent = (signedOut ? line.dataset.signIn : line.dataset.text).replace('{n}', queue.length);
  queue.forEach(item => { if (item.late) tell(item, line.dataset.kept, true); });
}

// 'saved', 'refused' (the server will never take it), 'lost' (it may the next time).
async function send(item) {
  const body = new URLSearchParams(item.fields), abort = new AbortController();
  body.set('late_seconds', Math.max(0, Math.round((Date.now() - item.at) / 1000)));
  const headers = Object.assign({ Accept: 'application/json' }, JSON.parse(document.body.getAttribute('hx-headers')));
  body.set('csrf_token', headers['X-CSRFToken']);
  const limit = setTimeout(() => abort.abort(), 8000);
  try {
    const answer = await fetch(item.url, { method: 'POST', body, headers, signal: abort.signal });
    signedOut = answer.status === 401 || answer.redirected;
    if (signedOut || answer.status >= 500 || answer.status === 429) return 'lost';
    if (answer.ok) return 'saved';
    const said = await answer.json().catch(() => ({}));
    refuse(item, said.message || line.dataset.refused);
    return 'refused';
  } catch (error) {
    return 'lost';
  } finally {
    clearTimeout(limit);
  }
}

const formOf = item => document.querySelector('[data-shows="' + item.shows + '"]');
function complain(form, text) {
  let words = form.querySelector('[role=alert]');
  if (!words) form.append(words = Object.assign(document.createElement('p'), { className: 'drill-error' }));
  words.setAttribute('role', 'alert');
  words.textContent = text;
}
function refuse(item, text) {
  const form = formOf(item);
  if (!form) return;
  complain(form, text);
  if (item.fields.present) form.elements.present.value = item.fields.present;
  const note = form.querySelector('details');
  if (note) note.open = true;
}

async function flush() {
  if (busy) return;
  busy = true;
  let answered = 0;
  while (queue.length) {
    const item = queue[0];
    if (await send(item) === 'lost') { item.late = true; break; }
    queue.shift();
    save(queue);
    answered += 1;
  }
  busy = false;
  save(queue);
  shown();
  if (answered) document.body.dispatchEvent(new Event('counted'));
}

document.addEventListener('submit', event => {
  const form = event.target;
  if (!form.matches('[data-drill]')) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const fields = Object.fromEntries(new FormData(form)), button = event.submitter;
  if (button && button.name) fields[button.name] = button.value;
  const item = { url: form.getAttribute('action'), shows: form.dataset.shows, fields, at: Date.now() };
  tell(item, line.dataset.sending);
  if (form.querySelector('[role=alert]')) complain(form, '');
  queue.push(item);
  save(queue);
  form.querySelector('[name=once]').value = Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('');
  if (form.elements.present) form.elements.present.value = '';
  flush();
}, true);

document.addEventListener('htmx:afterSettle', () => {
  if (!queue.length && document.querySelector('#board[data-over]')) location.reload();
});
setInterval(() => { if (queue.length) flush(); }, 3000);
addEventListener('online', flush);
addEventListener('beforeunload', event => {
  if (queue.length) { event.preventDefault(); event.returnValue = ''; }
});
flush();
})();
