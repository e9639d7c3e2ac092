// One call, opened.
import { inWorld, request } from "./api.js";
import { attempt, copy } from "./dialog.js";
import { button, fresh, h, save } from "./dom.js";
import { failDialog } from "./fail.js";
import { kindOf } from "./journal.js";
import { ruleDialog } from "./rule.js";
import { body, curl, longTime } from "./text.js";

/** detail shows a call; close is what its button does. */
export function detail(call, close) {
  const id = fresh("call");
  const header = (name) => (call.reply_headers ?? []).find((x) => x.name.toLowerCase() === name)?.value;
  const hint = header("tweed-hint");
  const facts = Object.entries(call.facts ?? {});
  const panel = h("article", {
    class: "detail", tabindex: "-1", "aria-labelledby": id, "data-testid": "call-detail",
    onkeydown: (e) => { if (e.key === "Escape") close(); },
  },
  h("div", { class: "head" },
    h("h2", { id }, h("span", { class: `status ${kindOf(call)}` }, call.fault || call.status || "lost"), " ", call.method, " ", call.path),
    button("Close", "call-close", close, { class: "quiet" })),
  h("p", { class: "sub" }, `Call ${call.n} of world ${call.world} · ${longTime(call.time)} · ${call.op || "no operation"} · ${call.family}`,
    call.client && ` · ${call.client}`, header("tweed-depth") && ` · ${header("tweed-depth")}`),
  h("div", { class: "actions" },
    button("Make it fail", "call-fail", () => failDialog({ call }), { class: "primary" }),
    button("Make a rule", "call-make-rule", () => ruleDialog(call)),
    button("Copy as curl", "call-curl", () => copy("curl command", curl(call))),
    button("Save as a case", "call-save-case", () => saveCase(call.world))),
  call.code && h("p", { class: "line" }, h("span", { class: "tag bad" }, call.code)),
  rules(call),
  hint && h("p", { class: "callout", "data-testid": "call-hint" }, h("strong", {}, "Hint: "), hint),
  (call.notes ?? []).map((n) => h("p", { class: "callout quiet-box" }, n)),
  facts.length > 0 && section("Facts", true, h("dl", { class: "facts", "data-testid": "call-facts" }, facts.map(([name, value]) => [
    h("dt", {}, name), h("dd", {}, typeof value === "string" ? value : JSON.stringify(value)),
  ]))),
  section("Request", true, headers(Object.entries(call.request_headers ?? {}).flatMap(([n, vs]) => vs.map((v) => [n, v])), "call-request-headers"),
    call.query && h("p", { class: "line" }, h("span", { class: "label" }, "Query "), h("code", {}, call.query)),
    body(call.request, "Request body", "call-request-body")),
  section("Reply", true, headers((call.reply_headers ?? []).map((x) => [x.name, x.value]), "call-reply-headers"),
    body(call.reply, "Reply body", "call-reply-body")));
  return panel;
}

function rules(call) {
  const acted = [call.rule, ...(call.transfer_rules ?? [])].filter(Boolean);
  if (!acted.length) return null;
  return h("p", { class: "line", "data-testid": "call-rule" }, acted.length > 1 ? "Rules that acted: " : "Rule that acted: ",
    acted.map((name) => [h("span", { class: "tag acted" }, name), " "]));
}

function section(title, open, ...children) {
  return h("details", { class: "section", open }, h("summary", {}, h("h3", {}, title)), ...children);
}

function headers(pairs, testid) {
  if (!pairs.length) return null;
  return h("details", { class: "headers", "data-testid": testid }, h("summary", {}, `${pairs.length} headers`),
    h("dl", { class: "facts" }, pairs.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])));
}

/** saveCase downloads what is needed to see again what happened in a world. */
export function saveCase(world) {
  const name = world.replaceAll(/[^A-Za-z0-9._-]+/g, "-");
  return attempt(async () => {
    const response = await request("GET", inWorld(world, `case?name=${encodeURIComponent(name)}`));
    save(`${name}.tweed.zip`, await response.blob());
  }, `Saved ${name}.tweed.zip; "tweed run" plays it again.`);
}
