// A card shows one call. Whatever came from outside becomes text.

/** el makes an element with attributes and children, which are nodes or texts. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

// A word of more letters than this is a signed token, in which there is nothing to read.
const LONG = 100;

// brief is a long word without its middle.
function brief(value) {
  return typeof value === "string" && value.length > LONG && !/\s/.test(value) ? `${value.slice(0, 24)}…${value.slice(-12)}` : value;
}

/** pretty is how a body or a header is shown: JSON over several lines, text as it is; long tokens are shortened. */
export function pretty(value) {
  return typeof value === "string" ? brief(value) : JSON.stringify(value, (_, part) => brief(part), 2);
}

/** Card is one step of the walk with what was sent and what came back. */
export class Card {
  constructor({ id, title, about, to = "", labels = ["Request", "Reply"] }) {
    this.chip = el("span", { class: "chip", "data-testid": `chip-${id}` });
    this.panes = labels.map((label) => {
      const text = el("pre", { tabindex: "0", role: "region", "aria-label": `${title}: ${label}`, "data-testid": `${label.toLowerCase()}-${id}` });
      return { text, node: el("div", { class: "pane" }, el("h4", {}, label), text) };
    });
    this.body = el("div", { class: "panes" }, ...this.panes.map((pane) => pane.node));
    this.actions = el("div", { class: "actions" });
    const heading = el("div", { class: "heading" }, el("h3", {}, title), this.chip);
    this.node = el("li", { class: "card", "data-testid": `step-${id}` }, heading,
      el("p", { class: "about" }, ...(to ? [el("span", { class: "to" }, to), " "] : []), about), this.actions, this.body);
    this.clear();
  }

  clear() {
    this.state("waiting", "waiting");
    this.panes.forEach((pane) => { pane.text.textContent = ""; });
    this.body.hidden = true;
    this.actions.replaceChildren();
  }

  state(name, chip) {
    this.node.dataset.state = name;
    this.chip.textContent = chip;
  }

  running() { this.state("running", "running"); }

  left(text) {
    this.body.hidden = false;
    this.panes[0].text.textContent = text;
  }

  done(chip, reply) { this.end("done", chip, reply); }

  failed(chip, reply) { this.end("failed", chip, reply); }

  end(state, chip, reply) {
    this.state(state, chip);
    this.body.hidden = false;
    this.panes[1].text.textContent = pretty(reply);
  }

  /** look brings the card into the window. */
  look() {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const tall = this.node.offsetHeight > innerHeight / 2; // its head must not be under the bar
    this.node.scrollIntoView({ block: tall ? "start" : "center", behavior: calm ? "auto" : "smooth" });
  }

  /** ask shows a button and waits for it. */
  ask(text, testid) {
    return new Promise((pressed) => {
      const button = el("button", { type: "button", class: "primary", "data-testid": testid }, text);
      button.addEventListener("click", () => {
        this.actions.replaceChildren();
        pressed();
      });
      this.actions.replaceChildren(button);
      this.look();
    });
  }
}
