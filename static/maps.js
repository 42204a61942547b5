/* Drawing grids on a picture: Leaflet and Geoman fill in the form beside it and send that; htmx
   brings #panel back, whose [data-shape] lines say what is drawn. ES2019 (Chromium 86). */
(function () {
'use strict';
const box = document.getElementById('canvas');
if (!box || !window.L) return;
const byId = id => document.getElementById(id);
const hint = byId('hint'), start = byId('start'), finish = byId('finish'), cancel = byId('cancel');
const width = +box.dataset.width, height = +box.dataset.height;
byId('tools').hidden = box.hidden = false;
box.style.height = Math.round(Math.min(0.74 * innerHeight, box.clientWidth * height / width)) + 'px';

const map = L.map(box, {
  crs: L.CRS.Simple, minZoom: -5, maxZoom: 2, zoomSnap: 0, zoomDelta: 0.5,
  attributionControl: false, zoomControl: false, doubleClickZoom: false,
});
if (!L.Browser.mobile) L.control.zoom({ zoomInTitle: box.dataset.in, zoomOutTitle: box.dataset.out }).addTo(map);
const frame = [[0, 0], [height, width]];
L.imageOverlay(box.dataset.picture, frame).addTo(map);
map.fitBounds(frame);
map.setMaxBounds(L.latLngBounds(frame).pad(0.3));
map.pm.setLang('zh');
map.pm.setGlobalOptions({ allowSelfIntersection: false, snapDistance: 10, finishOnEnter: true });

const drawn = new Map(); // shape's id -> its layer
let busy = null;         // {layer, id, grid}: being adjusted, or drawn and not saved yet; id '' for a new one
const say = (key, name) => { hint.textContent = hint.dataset[key].replace('{name}', name || ''); };
const cut = value => Math.min(100, Math.max(0, Math.round(value * 1e4) / 100));
const written = layer => layer.getLatLngs()[0]
  .map(at => cut(at.lng / width) + ',' + cut(1 - at.lat / height)).join('; ');
const read = text => text.split(';').map(part => {
  const [x, y] = part.split(',').map(Number);
  return [height * (1 - y / 100), width * x / 100];
});
const chosen = () => document.querySelector('#draw [name=grid_id]:checked');
const nameOf = grid => {
  const input = document.querySelector('#draw [name=grid_id][value="' + grid + '"]');
  return input ? input.dataset.name : '';
};
const look = (grid, state) => ({
  color: state === 'new' ? '#a8201a' : '#0e5a58', weight: state ? 4 : 2,
  dashArray: state === 'new' ? '6 6' : null, fillOpacity: state ? 0.3 : 0.15,
});

function label(layer, name) {
  const text = document.createElement('span');
  text.textContent = name; // as text: names are typed by people
  layer.unbindTooltip().bindTooltip(text, { permanent: true, direction: 'center', className: 'shape-tip' });
}

// What is drawn, as the panel says it; the layer under the hand is left alone.
function show() {
  const lines = Array.from(document.querySelectorAll('#panel [data-shape]'));
  const kept = busy && busy.id && lines.some(line => line.dataset.shape === busy.id && line.dataset.points === written(busy.layer));
  drawn.forEach((layer, id) => {
    if (kept && id === busy.id) return;
    map.removeLayer(layer);
    drawn.delete(id);
  });
  lines.forEach(({ dataset: { shape, grid, points, name } }) => {
    if (drawn.has(shape)) return;
    const layer = L.polygon(read(points), look(grid)).addTo(map);
    label(layer, name);
    layer.on('click', () => { if (!map.pm.globalDrawModeEnabled()) adjust(shape); });
    drawn.set(shape, layer);
    if (busy && busy.id === shape) adjust(shape); // taken back by 撤销, or set right by the server
  });
  if (busy && busy.id && !drawn.has(busy.id)) rest();
}

// Saving: the form as a hand would fill it in.
function send() {
  const form = byId('draw'), input = form.querySelector('[name=grid_id][value="' + busy.grid + '"]');
  if (input) input.checked = true;
  form.elements.shape_id.value = busy.id;
  form.elements.points.value = written(busy.layer);
  form.requestSubmit();
}

function watch(layer) {
  let timer;
  layer.off('pm:edit').on('pm:edit', () => {
    clearTimeout(timer);
    timer = setTimeout(() => { if (busy && busy.layer === layer) send(); }, 250);
  });
}

function rest() {
  map.pm.disableDraw();
  if (busy) {
    busy.layer.pm.disable();
    if (busy.id) busy.layer.setStyle(look(busy.grid));
    else map.removeLayer(busy.layer);
  }
  busy = null;
  finish.disabled = cancel.disabled = true;
  say('idle');
}

function adjust(id) {
  const layer = drawn.get(id), line = document.querySelector('#panel [data-shape="' + id + '"]');
  if (!layer || !line) return;
  if (!busy || busy.layer !== layer) rest();
  busy = { layer, id, grid: line.dataset.grid };
  const input = document.querySelector('#draw [name=grid_id][value="' + busy.grid + '"]');
  if (input) input.checked = true;
  layer.setStyle(look(busy.grid, 'on'));
  layer.pm.enable({ allowSelfIntersection: false });
  watch(layer);
  cancel.disabled = false;
  say('adjust', line.dataset.name);
}

start.addEventListener('click', () => {
  const input = chosen();
  rest();
  if (!input) {
    say('choose');
    const first = document.querySelector('#draw [name=grid_id]');
    if (first) first.focus();
    return;
  }
  finish.disabled = cancel.disabled = false;
  say('draw', input.dataset.name);
  map.pm.enableDraw('Polygon', { pathOptions: look(input.value, 'on') });
  box.scrollIntoView({ block: 'nearest' });
});
// What a tap on the first corner does, for fingers that miss it.
finish.addEventListener('click', () => map.pm.Draw.Polygon._finishShape());
cancel.addEventListener('click', () => { rest(); start.focus(); });
addEventListener('keydown', event => { if (event.key === 'Escape' && !cancel.disabled) rest(); });

map.on('pm:create', ({ layer }) => {
  finish.disabled = true;
  busy = { layer, id: '', grid: chosen() ? chosen().value : '' };
  layer.setStyle(look(busy.grid, 'new'));
  send();
});

document.addEventListener('click', event => {
  const link = event.target.closest('a[data-adjust]');
  if (!link) return;
  event.preventDefault();
  adjust(link.dataset.adjust);
  box.scrollIntoView({ block: 'nearest' });
});

// A new outline that was saved comes back as a line of the panel; one that was refused stays, to be set right.
document.addEventListener('htmx:load', ({ detail }) => {
  if (detail.elt.id !== 'panel') return;
  const refused = detail.elt.querySelector('#draw .invalid-feedback');
  if (busy && !busy.id) {
    if (refused) {
      busy.layer.pm.enable({ allowSelfIntersection: false });
      watch(busy.layer);
      cancel.disabled = false;
      say('refused');
    } else rest();
  } else if (refused) say('refused');
  show();
});
say('idle');
show();
})();
