// The scenario of the chosen world: read, changed with the server's messages beside it, put.
import { inWorld, json, request, text } from "./api.js";
import { combobox } from "./combobox.js";
import { ask, attempt } from "./dialog.js";
import { button, fill, h, save } from "./dom.js";
import { again } from "./journal.js";
import { onChange, shipped, state } from "./state.js";

export function show(content) {
  let loaded = ""; // the text as the world has it
  let later = 0;
  let asked = 0;
  const area = h("textarea", {
    class: "code editor", rows: 22, spellcheck: "false", wrap: "off", autocapitalize: "off", "data-testid": "scenario-text",
    oninput: () => { number(); clearTimeout(later); later = setTimeout(check, 300); },
    onscroll: () => { gutter.scrollTop = area.scrollTop; },
  });
  const gutter = h("pre", { class: "gutter", "aria-hidden": "true" });
  const verdict = h("p", { class: "verdict", role: "status", "data-testid": "scenario-verdict" });
  const problems = h("ol", { class: "problem-list", "data-testid": "scenario-problems" });
  const put = button("Use this scenario", "scenario-put", () => use(), { class: "primary" });

  const number = () => {
    const lines = area.value.split("\n").length;
    if (gutter.dataset.lines === String(lines)) return;
    gutter.dataset.lines = lines;
    fill(gutter, Array.from({ length: lines }, (_, i) => i + 1).join("\n"));
  };
  const check = async () => {
    asked += 1;
    const mine = asked;
    try {
      const said = await json("POST", "scenarios/check?file=scenario.yaml", area.value);
      if (mine === asked) paint(said);
    } catch (err) {
      if (mine === asked) { verdict.className = "verdict bad"; fill(verdict, err.message); }
    }
  };
  const paint = (said) => {
    const warnings = said.warnings.length ? `, ${said.warnings.length} warned of` : "";
    verdict.className = `verdict ${said.good ? "good" : "bad"}`;
    fill(verdict, said.good ? `Good: ${said.rules} rules, ${said.steps} steps${warnings}${area.value === loaded ? " · in use" : " · not in use yet"}` : `${said.problems.length} ${said.problems.length === 1 ? "problem" : "problems"}`);
    put.disabled = !said.good;
    fill(problems, [...said.problems.map((p) => ["scenario-problem", "bad", p]), ...said.warnings.map((p) => ["scenario-warning", "warn", p])].map(([id, kind, p]) =>
      h("li", {}, h("button", { type: "button", class: `problem ${kind}`, "data-testid": id, onclick: () => jump(p) },
        h("span", { class: "where" }, p.line ? `${p.file ?? "scenario.yaml"}:${p.line}:${p.column}` : p.path || "scenario"),
        h("span", {}, p.what, p.right && h("span", { class: "right" }, ` – ${p.right}`))))));
  };
  const jump = (p) => {
    if (!p.line) return;
    const lines = area.value.split("\n");
    const start = lines.slice(0, p.line - 1).reduce((n, l) => n + l.length + 1, 0) + Math.max(0, p.column - 1);
    const rest = /^[A-Za-z0-9_./-]*/.exec(area.value.slice(start))[0];
    area.focus();
    area.setSelectionRange(start, start + Math.max(rest.length, 1));
    area.scrollTop = Math.max(0, (p.line - 6) * parseFloat(getComputedStyle(area).lineHeight));
  };
  const set = (value) => { area.value = value; number(); return check(); };
  const load = async () => {
    loaded = await text("GET", inWorld(state.world, "scenario"));
    await set(loaded);
  };
  const began = async (said) => { again(); await load(); return said.done; };
  const use = async () => {
    if (!await ask("Start the world again?", `World ${state.world} starts again under this scenario. Its Items, transfers, rules and journal are gone then.`, "Start again")) return;
    await attempt(async () => began(await json("PUT", inWorld(state.world, "scenario"), area.value)), (t) => t);
  };
  const reset = async () => {
    if (!await ask("Reset the world?", `World ${state.world} goes back to the seed of its scenario. Its Items, transfers, rules and journal are gone then.`, "Reset")) return;
    await attempt(async () => began(await json("POST", inWorld(state.world, "reset"))), (t) => t);
  };
  const file = (label, testid, accept, take) => h("label", { class: "file" }, h("input", { type: "file", accept, "data-testid": testid, class: "sr", onchange: async (e) => {
    const [one] = e.target.files;
    if (one) await take(await one.text(), one.name);
    e.target.value = "";
  } }), h("span", {}, label));

  const pick = combobox({
    label: "Load one that comes with Tweed", placeholder: "R01, login, rate limit…", testid: "scenario-pick", optionTestid: "scenario-option",
    chosen: (o) => attempt(async () => set(await text("GET", `scenarios?name=${encodeURIComponent(o.value)}`)), `${o.value} is in the editor, not in use yet.`),
  });
  attempt(async () => pick.set((await shipped()).map((s) => ({ value: s.name, label: s.name, note: s.about }))));

  fill(content,
    h("div", { class: "head" }, h("h1", {}, "Scenario"),
      h("div", { class: "actions" }, put, button("Reset the world", "scenario-reset", reset, { class: "danger" }))),
    h("div", { class: "row end" }, pick.element, file("Open a scenario file…", "scenario-open", ".yaml,.yml", (t) => set(t))),
    h("div", { class: "editor-box" }, gutter, h("label", { class: "sr", for: "scenario-text" }, "Scenario, YAML"), area),
    verdict, problems,
    h("section", { class: "card", "aria-labelledby": "files-title" }, h("h2", { id: "files-title" }, "Files"),
      h("div", { class: "actions" },
        button("Download the scenario", "scenario-download", () => save("scenario.yaml", new Blob([area.value], { type: "application/yaml" }))),
        button("Export the world", "scenario-export", () => attempt(async () => {
          const response = await request("GET", inWorld(state.world, "export"));
          save(`${state.world.replaceAll(/[^A-Za-z0-9._-]+/g, "-")}.world.json`, await response.blob());
        }, "Exported.")),
        file("Import a world…", "scenario-import", ".json", async (body, name) => {
          if (await ask("Replace the world?", `World ${state.world} is replaced by ${name}.`, "Replace")) {
            await attempt(async () => began(await json("POST", inWorld(state.world, "import"), body)), (t) => t);
          }
        })),
      h("p", { class: "hint" }, "An export has all records, the clock and the seed of a world; an import replaces one by it.")));
  area.id = "scenario-text";
  attempt(load);
  let world = state.world;
  const stop = onChange(() => { if (state.world !== world) { world = state.world; attempt(load); } });
  return { leave: stop };
}
