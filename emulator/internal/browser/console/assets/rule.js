// A rule made from a call, as YAML that can be changed before it is added.
import { inWorld, json } from "./api.js";
import { open, say } from "./dialog.js";
import { button, field, fill, h } from "./dom.js";
import { codesFor, ruleName, routeOf, seatOf } from "./fail.js";
import { ruleYAML } from "./text.js";

/** usual are facts that a rule is narrowed by first: they name who and where. */
const usual = new Set(["institution_id", "user", "item_alias", "account", "client_user_id"]);

/** factsOf are a call's facts that can stand in a rule's where. */
export function factsOf(call) {
  return Object.entries(call?.facts ?? {}).filter(([, v]) => ["string", "number", "boolean"].includes(typeof v) && v !== "");
}

/** ruleDialog proposes a rule for calls like this one. */
export async function ruleDialog(call) {
  const route = await routeOf(call);
  const { met, others } = await codesFor(route);
  const facts = factsOf(call);
  const chosen = new Set(facts.map(([n]) => n).filter((n) => usual.has(n)));
  const first = met.find((c) => c.code === "ITEM_LOGIN_REQUIRED") ?? met[0] ?? others[0];
  let then = first?.then ?? { error: "INTERNAL_SERVER_ERROR" };
  let times = 1;
  const name = await ruleName(call.world, `from call ${call.n}`);

  return open("A rule from this call", "rule-dialog", (done) => {
    const area = h("textarea", { class: "code", rows: 11, spellcheck: "false", "data-testid": "rule-yaml" });
    const problems = h("pre", { class: "problems", role: "alert", "data-testid": "rule-problems", hidden: true });
    const write = () => {
      const where = Object.fromEntries(facts.filter(([n]) => chosen.has(n)));
      area.value = ruleYAML({ name, ...seatOf(route), where, times: times || undefined, then });
    };
    const codes = [...met, ...others];
    const error = h("select", { "data-testid": "rule-error", onchange: (e) => { then = codes[e.target.value].then; write(); } },
      h("optgroup", { label: "Met there" }, met.map((c, i) => h("option", { value: i }, c.label))),
      h("optgroup", { label: "All others" }, others.map((c, i) => h("option", { value: met.length + i }, c.label))));
    error.value = String(codes.indexOf(first));
    error.querySelector("optgroup").label = met.length ? "Met there" : "–";
    const often = h("select", { "data-testid": "rule-times", onchange: (e) => { times = Number(e.target.value); write(); } },
      [[1, "once"], [2, "twice"], [3, "three times"], [0, "always"]].map(([n, t]) => h("option", { value: n }, t)));
    const add = async () => {
      try {
        const { done: text } = await json("POST", inWorld(call.world, "rules?file=rule"), area.value);
        say(`${text} in world ${call.world}`);
        done(true);
      } catch (err) {
        problems.hidden = false;
        fill(problems, err.message);
      }
    };
    write();
    return [
      facts.length > 0 && h("fieldset", { class: "facts-choice" }, h("legend", {}, "Only for calls with"),
        facts.map(([n, v]) => h("label", { class: "check" }, h("input", {
          type: "checkbox", checked: chosen.has(n), "data-testid": "rule-fact", name: n,
          onchange: (e) => { if (e.target.checked) chosen.add(n); else chosen.delete(n); write(); },
        }), h("span", {}, h("code", {}, n), " ", String(v))))),
      h("div", { class: "row" }, field("Error", error), field("How often", often)),
      field("The rule, as a scenario has it", area, "Change it as you like: the choices above write it anew."),
      problems,
      h("div", { class: "actions end" }, button("Cancel", "rule-cancel", () => done(null)),
        button("Add the rule", "rule-add", add, { class: "primary" })),
    ];
  });
}
