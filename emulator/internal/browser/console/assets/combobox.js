// A field with proposals, by the pattern of the ARIA authoring practices: a combobox with a list
// box, driven by keyboard or pointer.
import { fill, fresh, h } from "./dom.js";

const shownAtMost = 60;

/**
 * combobox makes the field. options are {value, label, note}; chosen(option) hears of a choice.
 * It returns the element, the input and set(options).
 */
export function combobox({ label, placeholder, testid, optionTestid, options = [], chosen }) {
  const listId = fresh("options");
  const inputId = fresh("combobox");
  let all = options;
  let shown = [];
  let at = -1;
  const list = h("ul", { id: listId, class: "options", role: "listbox", "aria-label": label, hidden: true });
  const input = h("input", {
    id: inputId, type: "text", role: "combobox", "aria-expanded": "false", "aria-controls": listId, "aria-autocomplete": "list",
    autocomplete: "off", spellcheck: "false", autocapitalize: "off", placeholder, "data-testid": testid,
  });

  const close = () => {
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const take = (option) => {
    input.value = option.label;
    close();
    chosen(option);
  };
  const mark = (next) => {
    list.children[at]?.setAttribute("aria-selected", "false");
    at = next;
    const row = list.children[at];
    if (!row) return;
    row.setAttribute("aria-selected", "true");
    row.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", row.id);
  };
  const open = (everything) => {
    const words = everything ? [] : input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const hits = all.filter((o) => words.every((w) => `${o.label} ${o.note ?? ""}`.toLowerCase().includes(w)));
    hits.sort((a, b) => rank(a, words) - rank(b, words));
    shown = hits.slice(0, shownAtMost);
    fill(list, shown.map((o, i) => h("li", {
      id: `${listId}-${i}`, role: "option", "aria-selected": "false", "data-testid": optionTestid,
      onpointerdown: (e) => { e.preventDefault(); take(o); },
    }, h("span", { class: "option-label" }, o.label), o.note && h("span", { class: "option-note" }, o.note))));
    at = -1;
    list.hidden = shown.length === 0;
    input.setAttribute("aria-expanded", String(shown.length > 0));
    input.removeAttribute("aria-activedescendant");
  };

  input.addEventListener("input", () => open(false));
  input.addEventListener("pointerdown", () => { if (list.hidden) open(input.value !== "" && all.some((o) => o.label === input.value)); });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (e) => {
    if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      e.preventDefault();
      if (list.hidden) open(all.some((o) => o.label === input.value));
      if (shown.length) mark(e.key === "ArrowDown" ? (at + 1) % shown.length : (at <= 0 ? shown.length : at) - 1);
    } else if (e.key === "Enter" && !list.hidden) {
      e.preventDefault();
      take(shown[Math.max(at, 0)]);
    } else if (e.key === "Escape" && !list.hidden) {
      e.preventDefault();
      e.stopPropagation();
      close();
    }
  });

  return {
    element: h("div", { class: "field combobox" }, h("label", { for: inputId }, label), input, list),
    input,
    set(next) {
      all = next;
      if (document.activeElement === input && input.value) open(false);
    },
    pick(value) {
      const option = all.find((o) => o.value === value);
      if (option) take(option);
      return option;
    },
  };
}

// What begins with the first word, or has it right behind a slash, comes first; shorter before longer.
function rank(option, words) {
  const label = option.label.toLowerCase();
  const word = words[0] ?? "";
  const place = label.startsWith(word) ? 0 : label.includes(`/${word}`) ? 1 : label.includes(word) ? 2 : 3;
  return place * 1000 + (words.length ? label.length : 0);
}
