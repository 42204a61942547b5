// What CSS, JavaScript and HTML files use that the oldest browser lacks, by MDN's browser-compat-data:
//   node oldest.js FILE|FOLDER…      one line each: file:line what (since Chromium N); exit code 1 if any
// A CSS property may be newer after its -webkit- name, a value after an older one of the same property
// in the rule, both inside @supports. Members are known by name alone: one is told only if everything
// of that name is too new and no file defines it.
'use strict';
const { readFileSync, readdirSync, statSync } = require('fs');
const { join } = require('path');
const acorn = require('acorn'), walk = require('acorn-walk'), csstree = require('css-tree');
const data = require('@mdn/browser-compat-data');

const OLDEST = 86; // Chromium; docs/accessibility.md
const OURS = 2019, THEIRS = 2022; // syntax: what our files promise; what the oldest browser knows, but for syntaxOf

/** The first Chromium that has a feature: a number; Infinity for none; 0 where the data says nothing. */
function since(feature) {
  if (!feature || !feature.__compat) return 0;
  const { chrome, chrome_android: phone } = feature.__compat.support;
  const first = [].concat(chrome || [], phone || []).filter(one => !one.flags && !one.prefix && !one.alternative_name)
    .map(one => (/^≤?\d/.test(one.version_added) ? +String(one.version_added).replace('≤', '') : Infinity));
  return Math.min(...first, Infinity);
}
const isNew = feature => since(feature) > OLDEST;

const found = [];
function tell(file, line, what, feature) {
  const version = since(feature);
  found.push(`${file}:${line} ${what} (${version === Infinity ? 'in no Chromium' : 'since Chromium ' + version})`);
}

/* CSS */
const css = data.css, UNITS = {};
Object.entries(css.types.length).forEach(([name, feature]) => { UNITS[name] = feature; });
['svb', 'svh', 'svi', 'svmax', 'svmin', 'svw'].forEach(unit => {
  ['s', 'l', 'd'].forEach(size => {
    const group = { s: 'small', l: 'large', d: 'dynamic' }[size];
    UNITS[size + unit.slice(1)] = css.types.length['viewport_percentage_units_' + group];
  });
});
['cqw', 'cqh', 'cqi', 'cqb', 'cqmin', 'cqmax'].forEach(unit => { UNITS[unit] = css.types.length.container_query_length_units; });

const FUNCTIONS = {};
(function functions(group) {
  Object.entries(group).forEach(([name, feature]) => {
    if (name === '__compat') return;
    if (feature.__compat && !(name in FUNCTIONS)) FUNCTIONS[name] = feature;
    functions(feature);
  });
})(css.types);

function checkCss(file, text) {
  const ast = csstree.parse(text, { positions: true, parseCustomProperty: true });
  let guarded = 0;
  csstree.walk(ast, {
    enter(node) {
      const line = node.loc ? node.loc.start.line : 1;
      if (node.type === 'Atrule') {
        if (node.name === 'supports') guarded += 1;
        const rule = css['at-rules'][node.name];
        if (isNew(rule)) tell(file, line, '@' + node.name, rule);
      } else if (node.type === 'Feature' && node.kind === 'media') {
        const feature = css['at-rules'].media[node.name];
        if (isNew(feature)) tell(file, line, `(${node.name})`, feature);
      } else if (node.type === 'PseudoClassSelector' || node.type === 'PseudoElementSelector') {
        const feature = css.selectors[node.name];
        if (isNew(feature) && !node.name.startsWith('-')) tell(file, line, ':' + node.name, feature);
      } else if (node.type === 'NestingSelector') tell(file, line, '&', css.selectors.nesting);
      else if (node.type === 'FeatureRange') tell(file, line, 'a range in @media', css['at-rules'].media.range_syntax);
      else if (node.type === 'Rule' && !guarded) checkBlock(file, node.block);
    },
    leave(node) { if (node.type === 'Atrule' && node.name === 'supports') guarded -= 1; },
  });
}

const FLEX = css.properties['align-items'].context_flex;

function checkBlock(file, block) {
  const before = new Set();
  let isFlex = false;
  block.children.forEach(declaration => {
    const isRule = declaration.type === 'Rule' || (declaration.type === 'Raw' && declaration.value.includes('{'));
    if (isRule) tell(file, declaration.loc.start.line, 'a rule inside a rule', css.selectors.nesting);
    if (declaration.type !== 'Declaration') return;
    const { property } = declaration, line = declaration.loc.start.line;
    const known = css.properties[property];
    const text = csstree.generate(declaration.value);
    if (property === 'display') isFlex = text.endsWith('flex');
    if (isFlex && property === 'align-items' && /^(start|end)$/.test(text)) {
      tell(file, line, `align-items: ${text} of a flex box`, FLEX[text + '_in_flex']);
    }
    if (isNew(known) && !before.has('-webkit-' + property)) tell(file, line, property, known);
    const newer = isNew(known) ? [] : valuesOf(declaration.value).filter(([, feature]) => isNew(feature));
    if (newer.length && !before.has(property)) newer.forEach(([name, feature]) => tell(file, line, `${property}: ${name}`, feature));
    if (!newer.length) before.add(property);

    function valuesOf(value) {
      const values = [];
      csstree.walk(value, part => {
        if (part.type === 'Function' && property !== 'clip') values.push([part.name + '()', (known || {})[part.name] || FUNCTIONS[part.name]]);
        else if (part.type === 'Dimension') values.push([part.unit, UNITS[part.unit.toLowerCase()]]);
        else if (part.type === 'Identifier' && known) values.push([part.name, known[part.name] || known[part.name.replace(/-/g, '_')]]);
      });
      return values;
    }
  });
}

/* JavaScript */
const MEMBERS = new Map(), GLOBALS = new Map();
function note(map, name, feature) {
  const key = name.replace(/_(static|event)$/, '');
  if (!map.has(key) || since(feature) < since(map.get(key))) map.set(key, feature);
}
[data.api, data.javascript.builtins].forEach(group => Object.entries(group).forEach(([owner, feature]) => {
  if (owner === '__compat') return;
  note(GLOBALS, owner, feature);
  Object.entries(feature).forEach(([name, member]) => { if (member.__compat) note(MEMBERS, name, member); });
}));
Object.entries(data.api.Window).forEach(([name, member]) => { if (member.__compat) note(GLOBALS, name, member); });

const methods = new Set(), names = new Set(); // what any of the files defines itself
const trees = new Map();
const isFunction = node => node && /Function/.test(node.type);

function readScript(file, text) {
  const ecmaVersion = file.includes('vendor') ? THEIRS : OURS;
  try {
    trees.set(file, acorn.parse(text, { ecmaVersion, locations: true }));
  } catch (error) {
    found.push(`${file}:${error.loc ? error.loc.line : 1} syntax newer than ES${ecmaVersion}: ${error.message}`);
    return;
  }
  walk.full(trees.get(file), node => {
    if (node.type === 'Property' && node.key.name) {
      names.add(node.key.name);
      if (isFunction(node.value)) methods.add(node.key.name);
    } else if (node.type === 'AssignmentExpression' && node.left.type === 'MemberExpression' && isFunction(node.right)) {
      methods.add(node.left.property.name);
    } else if (node.type === 'MethodDefinition') methods.add(node.key.name);
    else if (node.type === 'PropertyDefinition') names.add(node.key.name);
    else if (node.type === 'VariableDeclarator' || node.type === 'FunctionDeclaration') names.add((node.id || {}).name);
    (node.params || []).forEach(one => names.add(one.name));
  });
}

const { classes, builtins } = data.javascript;
/** Syntax of ES2022 that came after the oldest browser: [what, feature] or nothing. */
function syntaxOf(node) {
  if (node.type === 'StaticBlock') return ['static {}', classes.static.initialization_blocks];
  if (node.type === 'BinaryExpression' && node.left.type === 'PrivateIdentifier') return ['#name in', classes.private_class_fields_in];
  if (node.regex && node.regex.flags.includes('d')) return ['/…/d', builtins.RegExp.hasIndices];
  return null;
}

const isStyle = name => name.replace(/[A-Z]/g, letter => '-' + letter.toLowerCase()) in css.properties;

function checkScript(file, ast) {
  walk.fullAncestor(ast, (node, state, ancestors) => {
    const parent = ancestors[ancestors.length - 2] || {}, line = node.loc.start.line, syntax = syntaxOf(node);
    if (syntax) tell(file, line, ...syntax);
    if (node.type === 'MemberExpression' && !node.computed) {
      const { name } = node.property, isCall = parent.type === 'CallExpression' && parent.callee === node;
      const isOurs = methods.has(name) || (!isCall && (names.has(name) || isStyle(name)));
      if (!isOurs && isNew(MEMBERS.get(name))) tell(file, line, '.' + name, MEMBERS.get(name));
    } else if (node.type === 'Identifier' && !names.has(node.name) && parent.operator !== 'typeof') {
      if (isNew(GLOBALS.get(node.name))) tell(file, line, node.name, GLOBALS.get(node.name));
    }
  });
}

/* HTML, as a browser gets it */
const TAG = /<([a-z][\w-]*)((?:\s+[^\s=>"'/]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>"']+))?)*)\s*\/?>/gi;
const ATTRIBUTE = /([^\s=>"'/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+)))?/g;
function checkHtml(file, text) {
  for (const tag of text.matchAll(TAG)) {
    const name = tag[1].toLowerCase(), line = text.slice(0, tag.index).split('\n').length;
    const element = data.html.elements[name] || data.svg.elements[name] || {};
    if (isNew(element)) tell(file, line, `<${name}>`, element);
    for (const [, attribute, ...values] of tag[2].matchAll(ATTRIBUTE)) {
      const feature = element[attribute] || data.html.global_attributes[attribute] || {};
      const value = values.find(one => one !== undefined) || '';
      const typed = element[`${attribute}_${value}`] || feature[value] || feature[value + '_value'];
      if (isNew(feature)) tell(file, line, `<${name} ${attribute}>`, feature);
      else if (isNew(typed)) tell(file, line, `<${name} ${attribute}=${value}>`, typed);
    }
  }
}

const CHECKS = { css: checkCss, js: readScript, html: checkHtml, svg: checkHtml };
function check(path) {
  if (statSync(path).isDirectory()) { readdirSync(path).sort().forEach(name => check(join(path, name))); return; }
  const judge = CHECKS[path.split('.').pop()];
  if (judge) judge(path, readFileSync(path, 'utf8'));
}
process.argv.slice(2).forEach(check);
trees.forEach((ast, file) => checkScript(file, ast));
[...new Set(found)].forEach(line => console.log(line));
process.exitCode = found.length ? 1 : 0;
