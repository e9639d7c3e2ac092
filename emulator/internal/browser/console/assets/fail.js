// The error picker: which call, which error, how often; and the rules that were added.
import { inWorld, json } from "./api.js";
import { combobox } from "./combobox.js";
import { attempt, open } from "./dialog.js";
import { button, field, fill, fresh, h } from "./dom.js";
import { factsOf } from "./rule.js";
import { errorRows, operations, state } from "./state.js";

const often = [["once", 1, "Once"], ["twice", 2, "Twice"], ["always", 0, "Always"]];
const sure = ["observed", "documented", "assumed"];

// What becomes of transfers and of webhooks is no operation's, but picked like one.
const seats = [
  { ach: "deposit", debits: true, label: "Deposits: what becomes of the transfer", note: "return, notification of change, rejection" },
  { ach: "withdrawal", debits: false, label: "Withdrawals: what becomes of the transfer", note: "return, notification of change, rejection" },
  { webhook: "*", label: "Webhooks: what becomes of them", note: "lost, twice, late" },
];

const webhookCodes = [
  ["lost", { drop: true }, "it never leaves"],
  ["twice", { duplicate: 1 }, "the receiver gets a copy, too"],
  ["6 h late", { delay: "6h" }, "of the world's time"],
].map(([label, then, message]) => ({ code: label, label, status: "webhook", message, then }));

const wire = [
  ["connection reset", { fault: "reset" }, "the client sees no answer"],
  ["empty reply", { fault: "empty" }, "the connection closes without an answer"],
  ["truncated reply", { fault: "truncate" }, "half of the body"],
  ["garbage", { fault: "garbage" }, "a body that is no JSON"],
  ["5 s late", { delay: "5s" }, "a good answer, late"],
].map(([label, then, message]) => ({ code: label, label, status: "wire", message, then }));

/** patternOf is how a rule names an operation. */
function patternOf(op) {
  return op.family === "plaid" ? op.path : `${op.method} ${op.path}`;
}

/** seatOf is where a rule about a route sits. */
export function seatOf(route) {
  if (route.webhook) return { webhook: route.webhook };
  return route.ach ? { ach: route.ach } : { call: route.pattern };
}

function nameOf(route) { return route.webhook ? `webhook ${route.webhook}` : route.ach ?? route.pattern; }

/** routeOf finds the operation of a call. */
export async function routeOf(call) {
  if (call.family === "webhook") return { webhook: call.op, family: call.family };
  const path = call.path.replace(/^\/+/, "/");
  const fits = (op) => op.method === call.method && new RegExp(`^${op.path.split(/\{[^}]*\}/).map(escape).join("[^/]+")}$`).test(path);
  const op = (await operations()).filter((o) => o.family === call.family && fits(o)).sort((a, b) => a.path.split("{").length - b.path.split("{").length)[0];
  return op ? { ...op, pattern: patternOf(op) } : { family: call.family, path, method: call.method, pattern: path, meets: [] };
}

function escape(text) { return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"); }

/** codesFor are the errors of a route: those that are met there first, and all others. */
export async function codesFor(route) {
  const all = await errorRows();
  if (route.ach) return { met: nachaCodes(all, route), others: [] };
  if (route.webhook) return { met: webhookCodes, others: [] };
  const family = route.family === "ale" ? "sentinel" : route.family; // ALE has no errors of its own
  const rows = all.filter((r) => r.family === family && !r.never);
  const named = new Map();
  for (const r of rows) named.set(r.error_code, (named.get(r.error_code) ?? 0) + 1);
  const code = (r) => {
    const label = named.get(r.error_code) > 1 ? r.key : r.error_code;
    return { code: r.error_code, label, status: r.http_status, message: r.error_message, then: { error: label } };
  };
  if (!route.meets?.length) return { met: rows.map(code), others: [] };
  const rank = (r) => route.meets.findIndex((m) => m === r.error_type || m === r.key);
  const met = rows.filter((r) => rank(r) >= 0);
  met.sort((a, b) => rank(a) - rank(b) || sure.indexOf(a.confidence) - sure.indexOf(b.confidence));
  return { met: met.map(code), others: rows.filter((r) => rank(r) < 0).map(code) };
}

function nachaCodes(all, route) {
  const rows = all.filter((r) => r.family === "nacha" && r.nacha && (route.debits ? r.nacha.debits : r.nacha.credits) && !r.never.includes("refusal"));
  const codes = rows.map((r) => ({
    code: r.error_code, label: r.error_code, status: r.error_code[0] === "R" ? "return" : "noc", message: r.error_message,
    then: r.error_code[0] === "R" ? { return: r.error_code } : { noc: r.error_code },
  }));
  return [...codes, { code: "NSF", label: "NSF", status: "reject", message: "rejected before it goes to the bank", then: { reject: "NSF" } }];
}

/** ruleName is a name that no rule of the world has yet. */
export async function ruleName(world, wanted) {
  const { rules, acted } = await json("GET", inWorld(world, "rules"));
  const taken = new Set([...rules.map((r) => r.name), ...Object.keys(acted)]);
  let name = wanted;
  for (let n = 2; taken.has(name); n += 1) name = `${wanted} (${n})`;
  return name;
}

/** failDialog is the picker for a call, or for any. */
export function failDialog({ call }) {
  return open("Make the next call fail", "fail-dialog", (done) => {
    const box = h("div", {}, picker({ call, added: () => done(true) }));
    return [box, h("div", { class: "actions end" }, button("Cancel", "fail-cancel", () => done(null)))];
  });
}

/** picker is the form: a click on a code adds the rule. */
function picker({ call, added }) {
  let route = null;
  let codes = { met: [], others: [] };
  let times = 1;
  const chosen = new Set();
  const world = () => call?.world ?? state.world;
  const list = h("div", { class: "codes" });
  const filter = h("input", { type: "search", placeholder: "Filter by code or text", "data-testid": "fail-code-filter", autocomplete: "off", spellcheck: "false", oninput: () => draw() });
  const find = combobox({
    label: "Which call?", placeholder: "balance, /item/get, deposit…", testid: "fail-operation", optionTestid: "fail-option",
    chosen: (option) => { route = option.value; load(); filter.focus(); },
  });

  const add = (one) => attempt(async () => {
    const what = nameOf(route);
    const facts = Object.fromEntries(factsOf(call).filter(([n]) => chosen.has(n)));
    const rule = { name: await ruleName(world(), `${one.label} at ${what}`), then: one.then };
    Object.assign(rule, seatOf(route));
    if (Object.keys(facts).length) rule.where = facts;
    if (times) rule.times = times;
    await json("POST", inWorld(world(), "rules"), rule);
    added();
    return { what, label: one.label };
  }, ({ what, label }) => `${["Every", "The next", "The next two of"][times]} ${what}: ${label}.`);

  const draw = () => {
    if (!route) {
      fill(list, h("p", { class: "empty small" }, "Choose a call first; then one click on an error arms it."));
      return;
    }
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (c) => words.every((w) => `${c.label} ${c.status} ${c.message}`.toLowerCase().includes(w));
    const group = (title, all, isOpen) => {
      const rows = all.filter(fits);
      if (!rows.length) return null;
      return h("details", { class: "code-group", open: isOpen || words.length > 0 }, h("summary", { "data-testid": "fail-more" }, `${title} (${rows.length})`),
        h("ul", {}, rows.map((c) => h("li", {}, h("button", {
          type: "button", class: "code-button", "data-testid": "fail-code", "data-code": c.code, onclick: () => add(c),
        }, h("span", { class: "code-name" }, c.label), h("span", { class: "code-status" }, c.status), h("span", { class: "code-text" }, c.message))))));
    };
    const groups = [group(codes.others.length ? "Met there first" : "Errors", codes.met, true), group("On the wire", route.pattern ? wire : [], !codes.met.length), group("All others", codes.others, false)].filter(Boolean);
    fill(list, groups.length ? groups : h("p", { class: "empty small" }, "No error fits the filter."));
  };
  const load = () => attempt(async () => { codes = await codesFor(route); draw(); });

  const start = async () => {
    const options = seats.map((k) => ({ value: k, label: k.label, note: k.note }));
    for (const op of await operations()) {
      if (op.depth !== "none") options.push({ value: { ...op, pattern: patternOf(op) }, label: op.family === "plaid" ? op.path : `${op.method} ${op.path}`, note: `${op.family} · ${op.operation}` });
    }
    find.set(options);
    if (call) {
      route = await routeOf(call);
      find.input.value = nameOf(route);
      await load();
      list.querySelector("button")?.focus();
    } else if (document.activeElement?.closest("dialog") === find.element.closest("dialog")) {
      find.input.focus();
    }
  };
  draw();
  attempt(start);

  const group = fresh("times");
  const facts = factsOf(call);
  return h("div", { class: "picker" },
    find.element,
    h("div", { class: "row" },
      h("fieldset", { class: "segments" }, h("legend", {}, "How often?"), often.map(([id, n, text]) => h("label", {},
        h("input", { type: "radio", name: group, value: n, checked: n === times, "data-testid": `fail-times-${id}`, onchange: () => { times = n; } }), h("span", {}, text)))),
      field("Which error?", filter)),
    facts.length > 0 && h("details", { class: "facts-choice" }, h("summary", {}, "Only for some calls…"), facts.map(([n, v]) => h("label", { class: "check" },
      h("input", { type: "checkbox", name: n, "data-testid": "fail-fact", onchange: (e) => { if (e.target.checked) chosen.add(n); else chosen.delete(n); } }),
      h("span", {}, h("code", {}, n), " ", String(v))))),
    list);
}

export function show(content) {
  const rules = h("div", {});
  let before = "";
  const refresh = async () => {
    const answer = await json("GET", inWorld(state.world, "rules"));
    const text = JSON.stringify([state.world, answer]);
    if (text === before) return;
    before = text;
    fill(rules, ruleList(answer, refresh));
  };
  fill(content,
    h("div", { class: "head" }, h("h1", {}, "Make it fail")),
    h("div", { class: "columns" },
      h("section", { class: "card", "aria-labelledby": "picker-title" }, h("h2", { id: "picker-title" }, "Make the next call fail"), picker({ added: refresh })),
      h("section", { class: "card", "aria-labelledby": "rules-title" }, h("h2", { id: "rules-title" }, "Added rules"), rules)));
  attempt(refresh);
  return { refresh };
}

function ruleList({ rules, acted }, refresh) {
  const own = new Set(rules.map((r) => r.name));
  const scenario = Object.entries(acted).filter(([name]) => !own.has(name));
  const rows = [...rules].reverse().map((rule) => {
    const n = acted[rule.name] ?? 0;
    const spent = rule.times && n >= rule.times;
    return h("li", { class: spent ? "rule spent" : "rule", "data-testid": "rule-row", "data-name": rule.name },
      h("div", { class: "rule-text" },
        h("strong", {}, rule.name),
        h("span", { class: "sub" }, about(rule)),
        h("span", { class: "sub", "data-testid": "rule-acted" }, rule.times ? `acted ${n} of ${rule.times} times${spent ? " · spent" : ""}` : `acted ${n} times · no end`)),
      button("Remove", "rule-remove", () => attempt(async () => {
        await json("DELETE", inWorld(state.world, `rules/${encodeURIComponent(rule.name)}`));
        await refresh();
      }, `Removed ${rule.name}.`), { class: "quiet", "aria-label": `Remove ${rule.name}` }));
  });
  return [
    rows.length ? h("ul", { class: "rules", "data-testid": "rules-list" }, rows) : h("p", { class: "empty small" }, "None in this world. The newest is asked first, all before those of the scenario."),
    scenario.length > 0 && [h("h3", {}, "Rules of the scenario that acted"), h("ul", { class: "rules" }, scenario.map(([name, n]) => h("li", { class: "rule" },
      h("div", { class: "rule-text" }, h("strong", {}, name), h("span", { class: "sub" }, `acted ${n} times`)))))],
  ];
}

function about(rule) {
  const calls = rule.call ? [rule.call].flat().join(", ") : rule.ach ? `transfers: ${rule.ach}` : rule.webhook ? `webhooks: ${rule.webhook}` : rule.link ? `Link: ${rule.link}` : "";
  const where = Object.entries(rule.where ?? {}).map(([n, v]) => `${n} ${typeof v === "object" ? JSON.stringify(v) : v}`).join(", ");
  return [calls, where && `where ${where}`, Object.entries(rule.then ?? {}).map(([n, v]) => `${n} ${typeof v === "object" ? JSON.stringify(v) : v}`).join(", ")].filter(Boolean).join(" · ");
}
