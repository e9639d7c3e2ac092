// Questions to the person: modal dialogs, and short messages that go away.
import { button, field, fill, fresh, h } from "./dom.js";

/** open shows a modal dialog. It resolves with what done() is given, or null when it is closed. */
export function open(title, testid, build) {
  return new Promise((resolve) => {
    const id = fresh("dialog");
    let answer = null;
    const box = h("dialog", { "aria-labelledby": id, "data-testid": testid, onclose: () => { box.remove(); resolve(answer); } });
    const done = (value) => { answer = value; box.close(); };
    box.append(h("h2", { id }, title), ...[build(done)].flat(Infinity).filter(Boolean));
    document.body.append(box);
    box.showModal();
  });
}

/** ask wants a yes. */
export function ask(title, text, yes) {
  return open(title, "confirm-dialog", (done) => [
    h("p", {}, text),
    h("div", { class: "actions end" },
      button("Cancel", "confirm-no", () => done(false), { autofocus: true }),
      button(yes, "confirm-yes", () => done(true), { class: "danger" })),
  ]);
}

/** askToken wants the control token, until there is one. */
export async function askToken(wrong) {
  for (;;) {
    const given = await open("Control token", "token-dialog", (done) => {
      const input = h("input", { type: "password", "data-testid": "token-input", autocomplete: "off", autofocus: true });
      const form = h("form", { onsubmit: (e) => { e.preventDefault(); done(input.value.trim()); } },
        h("p", {}, wrong ? "That token was refused. " : "", "This Tweed was started with TWEED_CONTROL_TOKEN. The token is kept until this tab is closed."),
        field("Token", input),
        h("div", { class: "actions end" }, h("button", { type: "submit", class: "primary", "data-testid": "token-save" }, "Use it")));
      return form;
    });
    if (given) return given;
  }
}

/** show presents a text that can be copied by hand. */
export function show(title, text) {
  return open(title, "text-dialog", (done) => {
    const area = h("textarea", { rows: 10, readOnly: true, "aria-label": title, class: "code", spellcheck: "false" });
    area.value = text;
    return [area, h("div", { class: "actions end" }, button("Close", "text-close", () => done(null), { autofocus: true }))];
  });
}

let leave = 0;

/** say shows a message for a while; kind is "good" or "bad". */
export function say(text, kind = "good") {
  const toast = document.getElementById("toast");
  toast.className = `toast shown ${kind}`;
  fill(toast, text);
  clearTimeout(leave);
  leave = setTimeout(() => { toast.className = "toast"; fill(toast); }, kind === "bad" ? 9000 : 4500);
}

/** attempt does something and says what went wrong. It resolves with true when nothing did. */
export async function attempt(work, good) {
  try {
    const result = await work();
    const text = typeof good === "function" ? good(result) : good;
    if (text) say(text);
    return true;
  } catch (err) {
    say(err.message, "bad");
    return false;
  }
}

/** copy puts a text on the clipboard, or shows it where the browser does not allow that. */
export async function copy(title, text) {
  try {
    await navigator.clipboard.writeText(text);
    say(`${title}: copied`);
  } catch {
    await show(title, text);
  }
}
