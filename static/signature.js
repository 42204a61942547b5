/* ES2019 (Chromium 86). A box to sign in by finger, pen or mouse: [data-signature] names the hidden
   field that takes the PNG. Without it, or for who cannot write, the name is typed instead. */
(function () {
'use strict';
const box = document.querySelector('[data-signature]');
if (!box || !window.PointerEvent) return;
const field = document.getElementById(box.dataset.signature), canvas = box.querySelector('canvas');
const status = box.querySelector('[role=status]'), pen = canvas.getContext('2d');
const byName = box.parentNode.querySelector('.by-name');
const isTyped = byName.querySelector('input').value !== '' || byName.querySelector('.invalid-feedback');
let last = null, strokes = 0;
box.classList.add('is-ready');
byName.open = Boolean(isTyped) && !field.value;
if (field.value) status.textContent = box.dataset.kept;

function clear() {
  const scale = Math.min(2, window.devicePixelRatio || 1);
  canvas.width = Math.round(canvas.clientWidth * scale);
  canvas.height = Math.round(canvas.clientHeight * scale);
  Object.assign(pen, { lineCap: 'round', lineJoin: 'round', lineWidth: 2.6 * scale, strokeStyle: '#111' });
  strokes = 0;
}

function at(event) {
  const frame = canvas.getBoundingClientRect();
  return [(event.clientX - frame.left) * canvas.width / frame.width,
    (event.clientY - frame.top) * canvas.height / frame.height];
}

function draw(event) {
  if (!last || event.pointerId !== last.id) return;
  const to = at(event);
  pen.beginPath();
  pen.moveTo(last.x, last.y);
  pen.lineTo(to[0], to[1]);
  pen.stroke();
  last.x = to[0];
  last.y = to[1];
  strokes += 1;
}

canvas.addEventListener('pointerdown', event => {
  if (last || event.button > 0) return;
  event.preventDefault();
  canvas.setPointerCapture(event.pointerId);
  const from = at(event);
  last = { id: event.pointerId, x: from[0], y: from[1] };
  draw(event); // a dot is part of a name too
});
canvas.addEventListener('pointermove', draw);
['pointerup', 'pointercancel'].forEach(type => canvas.addEventListener(type, () => {
  if (!last) return;
  last = null;
  field.value = canvas.toDataURL('image/png');
  status.textContent = '';
}));
box.querySelector('button').addEventListener('click', () => {
  clear();
  field.value = '';
  status.textContent = '';
});
clear();
// A turned phone has another box: what was written would be stretched, so it is only kept as sent.
addEventListener('resize', () => { if (!strokes) clear(); });
})();
