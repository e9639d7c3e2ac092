// Elements are made here and nowhere else. What comes from outside becomes a text node or the
// value of an attribute that cannot run: no markup is ever parsed.

const properties = new Set(["value", "checked", "disabled", "hidden", "selected", "open", "readOnly", "indeterminate"]);
const harmless = /^(class|id|for|type|name|placeholder|role|title|tabindex|rows|cols|min|max|step|href|download|accept|spellcheck|autocomplete|autocapitalize|wrap|datetime|colspan|scope|lang|alt|src|width|height|pattern|required|label|autofocus|inputmode|(aria|data)-[a-z-]+)$/;

/** h makes an element: h("p", {class: "x", onclick: f}, "text", node, null). */
export function h(tag, given = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null || value === false && !properties.has(name)) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (properties.has(name)) element[name] = value;
    else if (harmless.test(name)) element.setAttribute(name, value === true ? "" : String(value));
    else throw new Error(`h: no attribute ${name}`);
  }
  add(element, children);
  return element;
}

function add(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/** fill replaces what is in an element. */
export function fill(element, ...children) {
  element.replaceChildren();
  add(element, children);
  return element;
}

/** icon-free button with a test id. */
export function button(text, testid, onclick, more = {}) {
  return h("button", { type: "button", "data-testid": testid, onclick, ...more }, text);
}

let ids = 0;

/** fresh returns an id that no other element has. */
export function fresh(word) {
  ids += 1;
  return `${word}-${ids}`;
}

/** field is a control with its label. */
export function field(label, control, hint) {
  if (!control.id) control.id = fresh("field");
  return h("div", { class: "field" }, h("label", { for: control.id }, label), control, hint && h("p", { class: "hint" }, hint));
}

/** save lets the person keep a file. */
export function save(name, blob) {
  const address = URL.createObjectURL(blob);
  const link = h("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
