/* ES2019 (Chromium 86), no build, no eval, plain http. Every page works without it.
   data-photos      pictures are made small and sent ahead of their form (1)
   any form         waits for its pictures, is not sent twice (2)
   data-draft       what was typed survives a reload (3)
   data-tap         an answer that did not reach the server is sent again (4)
   data-autosubmit  a filter form submits on change (5)
   data-copy        a button copies its text (5)
   data-live        what refreshes itself rests while nobody sees it, and fails in silence (6)
   any swap         what was pressed may be gone afterwards: the cursor stays in its place (7)
   Words come translated from <meta name="words" content="key=text|key=text">. */
(function () {
'use strict';
const on = (type, act, capture) => document.addEventListener(type, act, capture);
const words = {};
document.querySelector('meta[name=words]').content.split('|').forEach(pair => {
  const [key, text] = pair.split('=');
  words[key] = text;
});
const say = (key, values) => (words[key] || key).replace(/\{(\w+)\}/g, (_, name) => values[name]);
const make = (tag, name, text, more) => {
  const element = Object.assign(document.createElement(tag), more);
  element.className = name;
  element.textContent = text || '';
  return element;
};
const live = element => { element.setAttribute('role', 'status'); return element; };
const saved = xhr => xhr && xhr.status >= 200 && xhr.status < 400;
document.documentElement.classList.add('js');

/* 1. Photos. POST {data-url}: multipart, the file as `photo`, each data-field-x as `x`. The answer
   is {id, thumb_url}, or {message} with a 4xx; the id becomes <input type=hidden name={data-name}>. */
function draw(picture, longest) {
  const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
  const width = Math.ceil(picture.width * scale), height = Math.ceil(picture.height * scale);
  const canvas = make('canvas', '', '', { width, height }), pen = canvas.getContext('2d');
  pen.fillStyle = '#fff'; // what was transparent
  pen.fillRect(0, 0, width, height);
  pen.drawImage(picture, 0, 0, width, height);
  return canvas;
}

// The small picture and its preview, a canvas since the policy allows no blob: images.
async function shrink(file) {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: 'from-image' })
      .catch(() => createImageBitmap(file)); // older ones turn it anyway
    const blob = await new Promise(done => draw(picture, 1600).toBlob(done, 'image/jpeg', 0.82));
    const small = blob && (blob.size < file.size || file.type !== 'image/jpeg');
    return { blob: small ? blob : file, name: small ? 'photo.jpg' : file.name, preview: draw(picture, 320) };
  } catch (error) {
    return { blob: file, name: file.name }; // HEIC: the server can read it
  }
}

async function post(box, job) {
  const data = new FormData(), abort = new AbortController();
  Array.from(box.attributes).forEach(({ name, value }) => {
    if (name.startsWith('data-field-')) data.append(name.slice(11).replace(/-/g, '_'), value);
  });
  data.append('photo', job.blob, job.name);
  const timer = setTimeout(() => abort.abort(), 60000);
  const headers = Object.assign({ Accept: 'application/json' }, JSON.parse(document.body.getAttribute('hx-headers')));
  try {
    const answer = await fetch(box.dataset.url, { method: 'POST', body: data, headers, signal: abort.signal });
    const said = await answer.json().catch(() => ({}));
    return answer.ok && said.id ? said : { message: said.message };
  } catch (error) {
    return { lost: true };
  } finally {
    clearTimeout(timer);
  }
}

async function upload(box, card, job) {
  const state = card.querySelector('.photo-state');
  card.className = 'photo is-uploading';
  state.textContent = say('uploading');
  if (!job.blob) {
    Object.assign(job, await shrink(job.file));
    if (job.preview) job.preview.textContent = say('photo');
    card.prepend(job.preview || make('span', 'photo-name', job.name));
  }
  const said = await post(box, job);
  card.className = 'photo';
  if (said.id) {
    card.append(make('input', '', '', { type: 'hidden', name: box.dataset.name, value: said.id }));
    if (!job.preview) card.prepend(make('img', '', '', { src: said.thumb_url, alt: say('photo') }));
    state.textContent = say('uploaded');
  } else {
    card.classList.add('is-failed');
    card.retry = () => upload(box, card, job);
    card.lost = said.lost;
    state.textContent = (said.message || say('failed')) + ' ';
    state.append(make('button', 'photo-retry', say('retry'), { type: 'button', onclick: card.retry }));
  }
  release(card.closest('form'));
}

on('change', event => {
  const input = event.target, box = input.type === 'file' && input.closest('[data-photos]');
  if (!box) return;
  Array.from(input.files).forEach(file => {
    const card = make('div', 'photo'), remove = make('button', 'photo-remove', '×', { type: 'button', ariaLabel: say('remove') });
    card.append(live(make('span', 'photo-state')), remove);
    box.insertBefore(card, input.closest('label'));
    upload(box, card, { file });
  });
  input.value = ''; // it is on its way: the form must not send it once more
});

on('click', event => {
  if (!event.target.closest('.photo-remove')) return;
  const card = event.target.closest('.photo'), box = card.parentNode;
  card.remove();
  box.querySelector('[type=file]').focus();
  release(box.closest('form'));
});

/* 2. A form waits for pictures under way; after a failure a second press goes without them. */
const count = (form, name) => form.querySelectorAll('.photo.' + name).length;

function release(form) {
  if (!form || !form.held) return;
  const busy = count(form, 'is-uploading'), failed = count(form, 'is-failed'), { of, button } = form.held;
  let line = form.querySelector('.upload-state');
  if (!line) (button || form.querySelector('[type=submit]')).before(line = live(make('p', 'upload-state')));
  line.textContent = busy ? say('waiting', { n: of - busy + 1, of }) : failed ? say('without', { n: failed }) : '';
  if (busy) return;
  form.held = null;
  form.without = failed > 0;
  if (!failed) form.requestSubmit(button);
}

on('submit', event => {
  const form = event.target, busy = count(form, 'is-uploading');
  if (!busy && (form.without || !count(form, 'is-failed'))) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  form.held = { of: busy, button: event.submitter || undefined };
  release(form);
}, true);

on('submit', event => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== 'post') return; // htmx has it, or it only asks
  if (form.isSent) { event.preventDefault(); return; } // a second tap before the buttons are off
  form.isSent = true;
  if (form.matches('[data-logout]')) drafts().forEach(drop);
  store(sessionStorage, SENT, keysOf(form));
  setTimeout(() => form.querySelectorAll('[type=submit]').forEach(button => { button.disabled = button.sent = true; }));
});
addEventListener('pageshow', () => {
  Array.from(document.forms).forEach(form => { form.isSent = false; });
  document.querySelectorAll(':disabled').forEach(button => {
    if (button.sent) button.disabled = button.sent = false;
  });
});

/* 3. Drafts of text and selects, by person, address, form and field, put back only where the server
   sends what it sent when typing began. They go when saved: htmx by status, a plain form by
   <meta name="saved-forms"> on the page that follows. */
const DRAFT = 'unitsafe:draft:', SENT = 'unitsafe:sent';
const load = (where, key) => { try { return JSON.parse(where.getItem(key)); } catch (error) { return null; } };
const store = (where, key, value) => { try { where.setItem(key, JSON.stringify(value)); } catch (error) { /* full */ } };
const drop = key => localStorage.removeItem(key);
const drafts = () => Object.keys(localStorage).filter(key => key.startsWith(DRAFT));
const keyOf = field => DRAFT + [document.body.dataset.actor, location.pathname,
  field.form && field.form.getAttribute('action'), field.name].join(':');
const keysOf = form => Array.from(form.elements).filter(field => field.matches('[data-draft]')).map(keyOf);
const givenOf = field => {
  if (!field.options) return field.defaultValue;
  return (field.querySelector('[selected]') || field.options[0] || field).value;
};
const restore = root => root.querySelectorAll('[data-draft]').forEach(field => {
  const draft = load(localStorage, keyOf(field)), given = givenOf(field);
  const same = (one, other) => one.trim() === other.trim(); // WTForms ends a textarea's text differently
  if (draft && same(draft.given, given) && same(field.value, given)) field.value = draft.value;
});

on('input', ({ target }) => {
  const draft = { value: target.value, given: givenOf(target), at: Date.now() };
  if (target.matches('[data-draft]')) store(localStorage, keyOf(target), draft);
});
if (document.querySelector('meta[name=saved-forms]')) (load(sessionStorage, SENT) || []).forEach(drop);
sessionStorage.removeItem(SENT);
drafts().forEach(key => { if (Date.now() - load(localStorage, key).at > 7 * 864e5) drop(key); });
restore(document);
on('htmx:load', event => restore(event.detail.elt));
on('htmx:afterRequest', ({ detail }) => {
  const form = detail.elt.closest('form');
  if (detail.elt.closest('[data-tap]')) return; // one answer of many: the rest is still being typed
  if (form && detail.requestConfig.verb !== 'get' && saved(detail.xhr)) keysOf(form).forEach(drop);
});

/* 4. Taps. An unsaved answer stays marked and is sent again, with the same idempotency key, until
   the server has it. Every other failure is told in #messages. */
const waiting = new Map(); // [data-tap] element -> what htmx was to send
const boxOf = event => event.detail.elt.closest('[data-tap]');

function mark(box, text) {
  const line = box.querySelector('.tap-state') || live(make('p', 'tap-state'));
  line.textContent = text;
  box.append(line);
  box.classList.add('is-unsaved');
}

function lost(event) {
  const box = boxOf(event);
  if (event.detail.elt.matches('[data-live]')) return; // the next one will tell
  if (!box) { notice(say('offline')); return; }
  if (!waiting.has(box)) waiting.set(box, Object.assign({}, event.detail.requestConfig));
  mark(box, say('unsaved'));
}

function sendAgain() {
  waiting.forEach((request, box) => {
    if (!document.contains(box)) waiting.delete(box);
    else if (!request.under) {
      request.under = true;
      const { verb, path, elt: source, target, formData: values } = request;
      htmx.ajax(verb, path, { source, target, values }).catch(() => 0).then(() => { request.under = false; });
    }
  });
}
setInterval(sendAgain, 5000);
addEventListener('online', () => {
  document.querySelectorAll('.photo.is-failed').forEach(card => card.lost && card.retry());
  sendAgain();
});
addEventListener('beforeunload', event => {
  if (waiting.size) { event.preventDefault(); event.returnValue = ''; }
});

on('htmx:configRequest', event => { if (boxOf(event)) event.detail.timeout = 10000; });
on('htmx:beforeRequest', event => {
  const request = waiting.get(boxOf(event));
  if (request && !request.under) waiting.delete(boxOf(event)); // a changed mind: the newer one counts
});
on('htmx:afterRequest', event => {
  const box = boxOf(event);
  if (!box || !saved(event.detail.xhr)) return;
  waiting.delete(box);
  box.classList.remove('is-unsaved');
  box.querySelectorAll('.tap-state').forEach(line => line.remove());
});
// A tap that met an expired sign-in is made again when the person is back on the page.
const TAPS = 'unitsafe:taps:' + location.pathname;
on('htmx:beforeOnLoad', event => {
  if (event.detail.xhr.status !== 401 || !boxOf(event)) return;
  const sent = Array.from(event.detail.requestConfig.formData.entries());
  store(sessionStorage, TAPS, (load(sessionStorage, TAPS) || []).concat(sent));
});
addEventListener('load', () => {
  const taps = load(sessionStorage, TAPS) || [];
  sessionStorage.removeItem(TAPS);
  taps.forEach(([name, value]) => Array.from(document.getElementsByName(name)).forEach(input => {
    if (input.type === 'text') { input.value = value; input.dispatchEvent(new Event('change', { bubbles: true })); }
    else if (input.value === value && !input.checked) input.click();
  }));
});
on('htmx:sendError', lost);
on('htmx:timeout', lost);
on('htmx:responseError', event => {
  const box = boxOf(event);
  if (box && event.detail.xhr.status >= 500) lost(event);
  else if (box) { waiting.delete(box); mark(box, say('refused')); }
});

const messages = document.getElementById('messages');
const notice = text => messages.replaceChildren(make('p', 'message bad', text));
// htmx itself swaps no 4xx or 5xx: the server's message goes into the live region.
on('htmx:beforeSwap', ({ detail }) => {
  const code = detail.xhr.status;
  if (detail.xhr.getResponseHeader('X-In-Place')) { detail.shouldSwap = true; return; } // the page as it is now
  if (code < 400 || code === 422 || (code >= 500 && detail.requestConfig.elt.closest('[data-tap]'))) return;
  if (/<html|^\s*$/i.test(detail.serverResponse)) notice(say('error', { code }));
  else Object.assign(detail, { shouldSwap: true, target: messages, swapOverride: 'innerHTML' });
});

/* 5. Filters and copying. */
on('change', ({ target }) => {
  if (target.form && target.form.matches('[data-autosubmit]')) target.form.requestSubmit();
});

on('click', event => {
  const button = event.target.closest('[data-copy]');
  if (!button) return;
  const area = make('textarea', 'visually-hidden', button.dataset.copy), before = button.textContent;
  document.body.append(area);
  area.select();
  document.execCommand('copy'); // navigator.clipboard is missing on plain http
  area.remove();
  button.focus();
  button.textContent = say('copied');
  setTimeout(() => { button.textContent = before; }, 2000);
});

/* 6. */
on('htmx:beforeRequest', event => {
  if (document.hidden && event.detail.elt.matches('[data-live]')) event.preventDefault();
});

/* 7. Without it, who has no pointer begins again at the top of the page. */
const isLost = ({ pressed }) => pressed && document.activeElement === document.body;
on('htmx:beforeRequest', ({ detail }) => {
  if (document.activeElement !== document.body) detail.xhr.pressed = document.activeElement;
});
on('htmx:beforeSwap', ({ detail }) => { detail.xhr.home = detail.target.parentNode; });
on('htmx:afterRequest', ({ detail: { xhr } }) => {
  if (isLost(xhr)) xhr.pressed.focus({ preventScroll: true }); // it was only off
});
on('htmx:afterSettle', ({ detail: { elt, target, xhr } }) => {
  if (!isLost(xhr) || ![xhr.home, target].includes(elt.parentNode)) return; // not what came along with it
  if (!elt.matches('a[href],button,input,select,textarea,summary')) elt.tabIndex = -1;
  elt.focus({ preventScroll: true });
});
})();
