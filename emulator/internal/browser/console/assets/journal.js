// The live journal: calls as they come, filtered by the server, a bounded number on the page.
import { follow, json } from "./api.js";
import { detail } from "./call.js";
import { ask, attempt } from "./dialog.js";
import { button, field, fill, h } from "./dom.js";
import { failDialog } from "./fail.js";
import { state } from "./state.js";
import { shortTime } from "./text.js";

const most = 500; // calls on the page
const filters = { world: "", path: "", status: "", code: "", rule: "", family: "" };
const families = ["plaid", "legacy", "legit", "sentinel", "ale", "webhook"];

// Where the filters fold: as in style.css.
const narrow = matchMedia("(max-width: 52rem)");

let reconnect = () => {};

/** again reads the journal anew: its calls may be gone. */
export function again() { reconnect(); }

export function show(content) {
  const list = h("ol", { class: "calls", "data-testid": "journal-list", "aria-label": "Calls, newest first" });
  const note = h("p", { class: "note", "data-testid": "journal-note" });
  const side = h("div", { class: "side" });
  const split = h("div", { class: "split" }, h("div", { class: "calls-box" }, list, note), side);
  const calls = new Map(); // seq → {call, row}
  let dropped = 0;
  let gone = 0;
  let control = null;
  let opened = 0;
  let newest = 0;

  const tell = () => {
    const bits = [];
    if (calls.size === 0) bits.push(Object.values(filters).some(Boolean) ? "No call fits the filters yet." : "No calls yet. Point your app here, and they appear as they come.");
    if (dropped) bits.push(`The page shows the last ${most} calls; ${dropped} older left it.`);
    if (gone) bits.push(`${gone} calls left the journal before they could be shown.`);
    fill(note, bits.join(" "));
  };
  const close = () => {
    calls.get(opened)?.row.classList.remove("current");
    const opener = calls.get(opened)?.row.querySelector("button");
    opened = 0;
    split.classList.remove("with-side");
    fill(side);
    opener?.focus();
  };
  const openCall = (seq) => {
    calls.get(opened)?.row.classList.remove("current");
    opened = seq;
    const { call, row } = calls.get(seq);
    row.classList.add("current");
    split.classList.add("with-side");
    const panel = detail(call, close);
    fill(side, panel);
    panel.focus();
  };
  const add = (call) => {
    newest = call.seq;
    const row = rowOf(call, () => openCall(call.seq));
    calls.set(call.seq, { call, row });
    list.prepend(row);
    if (calls.size > most) {
      const [oldest, { row: last }] = calls.entries().next().value;
      if (oldest !== opened) last.remove();
      else last.hidden = true;
      calls.delete(oldest);
      dropped += 1;
    }
  };
  const clear = () => {
    close();
    calls.clear();
    fill(list);
    dropped = gone = newest = 0;
  };

  let drawn = false;
  const event = (kind, data) => {
    const value = JSON.parse(data);
    if (kind === "gone") gone += value.calls;
    if (kind === "call" && value) {
      if (value.seq <= newest) { // another Tweed is there now
        reconnect();
        return "restart";
      }
      add(value);
    }
    if (!drawn) {
      drawn = true;
      requestAnimationFrame(() => { drawn = false; tell(); });
    }
    return "";
  };
  const query = (resumed) => {
    const q = new URLSearchParams({ follow: "true" });
    if (!resumed) q.set("last", String(most));
    for (const [name, value] of Object.entries(filters)) if (value) q.set(name, value);
    return q;
  };
  const live = (text, kind) => {
    const at = document.querySelector(".link-state");
    at.className = `link-state ${kind}`;
    if (at.textContent !== text) fill(at, text);
  };
  const connect = () => {
    control?.abort();
    control = new AbortController();
    clear();
    tell();
    follow("journal", query, {
      event,
      state: (up) => live(up ? "live" : "connecting again…", up ? "good" : "bad"),
      refused: (err) => { live("live", "good"); fill(note, err.message); },
    }, control.signal);
  };
  reconnect = connect;

  const { box, fold } = bar(connect);
  fill(content,
    h("div", { class: "head" },
      h("h1", {}, "Journal"),
      h("div", { class: "actions" },
        button("Make the next call fail", "journal-fail-top", () => failDialog({}), { class: "primary" }),
        button("Forget calls", "journal-forget", async () => {
          const world = filters.world;
          if (await ask("Forget calls?", world ? `The journal forgets all calls of world ${world}.` : "The journal forgets all calls of all worlds.", "Forget")) {
            await attempt(() => json("DELETE", `journal?world=${encodeURIComponent(world)}`), "The journal is empty.");
            connect();
          }
        }))),
    box, split);
  narrow.addEventListener("change", fold);
  connect();
  return {
    leave() { narrow.removeEventListener("change", fold); control.abort(); live("", ""); reconnect = () => {}; },
    refresh() {
      const known = document.getElementById("known-worlds");
      if (known) fill(known, state.worlds.map((w) => h("option", { value: w })));
    },
  };
}

// bar is the filters in a box, which folds on a narrow page.
function bar(connect) {
  let later = 0;
  const summary = h("summary", { "data-testid": "journal-filters" });
  const count = () => {
    const used = Object.values(filters).filter(Boolean).length;
    fill(summary, used ? `Filters (${used})` : "Filters");
  };
  const changed = (name, value) => {
    filters[name] = value.trim();
    count();
    clearTimeout(later);
    later = setTimeout(connect, 250);
  };
  const input = (name, label, placeholder, more = {}) => field(label, h("input", {
    type: "search", value: filters[name], placeholder, autocomplete: "off", spellcheck: "false", autocapitalize: "off",
    "data-testid": `journal-filter-${name}`, oninput: (e) => changed(name, e.target.value), ...more,
  }));
  const family = h("select", { "data-testid": "journal-filter-family", onchange: (e) => changed("family", e.target.value) },
    h("option", { value: "" }, "all"), families.map((f) => h("option", { value: f }, f)));
  family.value = filters.family;
  const form = h("div", { class: "filters", role: "search", "aria-label": "Filter calls" },
    input("world", "World", "all", { "aria-describedby": "filter-hint" }),
    input("path", "Path", "/item/get"), input("status", "Status", "400", { inputmode: "numeric", class: "short" }),
    input("code", "Error code", "ITEM_LOGIN_REQUIRED"), input("rule", "Rule", "name"), field("Family", family),
    button("Clear", "journal-clear-filters", () => {
      for (const name of Object.keys(filters)) filters[name] = "";
      for (const one of form.querySelectorAll("input, select")) one.value = "";
      count();
      connect();
    }, { class: "quiet" }),
    h("p", { id: "filter-hint", class: "sr" }, "Filters are exact; the journal is searched as far back as it goes."));
  const box = h("details", { class: "filters-box" }, summary, form);
  const fold = () => { box.open = !narrow.matches; };
  count();
  fold();
  return { box, fold };
}

// tag may be cut short in a row; its title has all of it.
function tag(kind, text) { return h("span", { class: `tag ${kind}`, title: text }, text); }

function rowOf(call, onopen) {
  const label = `${call.method} ${call.path}`;
  const answer = call.fault || call.status || "lost";
  return h("li", { class: "call", "data-testid": "journal-row", "data-seq": call.seq },
    h("button", { type: "button", class: "call-open", "data-testid": "journal-open", onclick: onopen },
      h("time", { datetime: call.time }, shortTime(call.time)),
      h("span", { class: `status ${kindOf(call)}` }, answer),
      h("span", { class: "call-path" }, h("span", { class: "method" }, call.method), " ", call.path),
      h("span", { class: "call-tags" },
        call.family === "webhook" && tag("", `webhook ${call.op}`),
        call.code && tag("bad", call.code),
        [call.rule, ...(call.transfer_rules ?? [])].filter(Boolean).map((r) => tag("acted", r)),
        call.world !== "default" && tag("", call.world))),
    button("Fail it", "journal-fail", () => failDialog({ call }), { class: "quiet call-fail", "aria-label": `Fail it: ${label}` }));
}

/** kindOf is how a call's answer is coloured. */
export function kindOf(call) {
  if (call.fault || !call.status) return "lost";
  return call.status < 300 ? "good" : call.status < 500 ? "bad" : "worse";
}
