// Elements from plain values. Text becomes text nodes and nothing else: no markup is ever made of what a server,
// a scenario or a page said.

// el makes an element. An attribute that is null, undefined or false is left out; "onclick" and the like take a
// function; children are elements and texts, in lists too.
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) {
      continue;
    }
    if (name.startsWith('on')) {
      node.addEventListener(name.slice(2), value);
    } else {
      node.setAttribute(name, value === true ? '' : String(value));
    }
  }
  node.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
  return node;
}

// The paths of the icons, 24 by 24, drawn with a line.
const ICONS = {
  close: ['M6 6l12 12', 'M18 6L6 18'],
  back: ['M15 5l-7 7 7 7'],
  search: ['M16 16l4.5 4.5', 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13z'],
  check: ['M5 13l4.5 4.5L19 7'],
  alert: ['M12 8v5', 'M12 16.5v.01', 'M12 3.5l9 16H3z'],
  lock: ['M7 11V8a5 5 0 0 1 10 0v3', 'M5.5 11h13v9h-13z'],
  next: ['M9 5l7 7-7 7'],
  bank: ['M4 10l8-5 8 5z', 'M6 10v8', 'M12 10v8', 'M18 10v8', 'M4 19h16'],
  out: ['M14 5h5v5', 'M19 5l-8 8', 'M11 6H6v12h12v-5'],
};

// icon draws one of ICONS; it is decoration and has no name.
export function icon(name) {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  const settings = { viewBox: '0 0 24 24', class: 'icon', 'aria-hidden': 'true', focusable: 'false' };
  Object.entries(settings).forEach(([key, value]) => svg.setAttribute(key, value));
  for (const d of ICONS[name]) {
    const path = document.createElementNS(space, 'path');
    path.setAttribute('d', d);
    svg.append(path);
  }
  return svg;
}

// badge is an institution's initial on its own colour, with the ink that can be read there.
export function badge(institution) {
  const words = (institution.name || '?').split(/\s+/);
  const node = el('span', { class: 'badge', 'aria-hidden': 'true' }, words[0].slice(0, 1).toUpperCase());
  const color = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(institution.primary_color || '');
  if (color) {
    const [r, g, b] = color.slice(1).map((hex) => {
      const part = parseInt(hex, 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    node.style.backgroundColor = color[0];
    node.style.color = 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? '#000' : '#fff';
  }
  return node;
}

let fields = 0;

// field is a labelled input; hint is a text under it. It returns the row and the input.
export function field(label, attributes, hint) {
  const id = `field-${++fields}`;
  const input = el('input', {
    id,
    type: 'text',
    autocomplete: 'off',
    autocapitalize: 'none',
    spellcheck: 'false',
    'aria-describedby': hint ? `${id}-hint` : null,
    ...attributes,
  });
  const row = el(
    'div',
    { class: 'field' },
    el('label', { for: id }, label),
    input,
    hint ? el('p', { id: `${id}-hint`, class: 'small' }, hint) : null,
  );
  return { row, input };
}

// choice is a radio button or a check box in a label that is one big target.
export function choice(attributes, ...content) {
  return el('label', { class: 'choice' }, el('input', attributes), el('span', { class: 'choice-text' }, content));
}

// problem is what went wrong, told at once by a screen reader; null for nothing.
export function problem(error) {
  if (!error) {
    return null;
  }
  return el(
    'div',
    { class: 'problem', role: 'alert', tabindex: '-1', 'data-testid': 'link-error', 'data-code': error.code },
    icon('alert'),
    el('p', {}, error.message || error.code),
  );
}

// primary is the button that goes on.
export function primary(text, attributes = {}) {
  return el('button', { type: 'submit', class: 'primary', ...attributes }, text);
}

// secondary is any other button.
export function secondary(text, attributes = {}) {
  return el('button', { type: 'button', class: 'secondary', ...attributes }, text);
}

// form sends an action when it is submitted, by click or by Enter. collect gives the action's fields, or null where
// something is missing and has been told.
export function form(page, action, collect, ...content) {
  return el(
    'form',
    {
      novalidate: true,
      class: 'stack',
      onsubmit: (event) => {
        event.preventDefault();
        const fields = collect();
        if (fields !== null) {
          page.act(action, fields);
        }
      },
    },
    content,
  );
}
