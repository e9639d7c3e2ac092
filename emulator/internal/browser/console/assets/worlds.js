// Worlds, and what is in the chosen one: Items at Plaid, accounts at Sentinel, webhooks.
import { inWorld, json } from "./api.js";
import { ask, attempt, copy, open } from "./dialog.js";
import { button, field, fill, fresh, h } from "./dom.js";
import { saveCase } from "./call.js";
import { abilities, choose, errorRows, loadWorlds, state } from "./state.js";
import { body, money, shortTime } from "./text.js";

const most = 100; // things of a kind that are shown
const resendAt = "POST /_tweed/worlds/{world}/outbox/{n}/resend";

export function show(content) {
  const names = h("ul", { class: "worlds", "data-testid": "worlds-list" });
  const inside = h("div", { class: "inside" });
  let before = "";
  const filter = h("input", { type: "search", "data-testid": "world-filter", placeholder: "part of the name", autocomplete: "off", spellcheck: "false", oninput: () => drawNames() });
  const more = h("p", { class: "sub" });
  const drawNames = () => {
    const all = [...new Set([...state.worlds, state.world])].sort().filter((world) => world.includes(filter.value.trim()));
    fill(more, all.length > most && `${all.length - most} more; the filter finds them.`);
    fill(names, all.slice(0, most).map((world) => h("li", { class: world === state.world ? "world current" : "world", "data-testid": "world-row", "data-world": world },
      h("button", { type: "button", class: "world-open", "data-testid": "world-open", "aria-pressed": String(world === state.world), onclick: () => choose(world) }, world),
      button("Remove", "world-remove", () => remove(world), { class: "quiet", "aria-label": `Remove world ${world}` }))));
  };
  let drawn = "";
  const refresh = async () => {
    const world = state.world;
    const key = JSON.stringify([state.worlds, world]);
    if (key !== drawn) { drawn = key; drawNames(); }
    const get = (path) => json("GET", inWorld(world, path));
    const [about, items, relationships, transfers, outbox, can] = await Promise.all([
      get(""), get(`items?last=${most}`), get(`relationships?last=${most}`), get(`transfers?last=${most}`), get("outbox"), abilities(),
    ]);
    const text = JSON.stringify([world, { ...about, clock: "" }, items, relationships, transfers, outbox]);
    if (text === before || world !== state.world) return;
    before = text;
    const opened = new Set([...inside.querySelectorAll("details[open][data-key]")].map((d) => d.dataset.key));
    const focused = document.activeElement?.closest?.("[data-focus]")?.dataset.focus;
    fill(inside, summary(about), itemCards(items), accountCards(relationships, transfers, refresh),
      webhookCard(outbox.messages, can.has(resendAt), refresh));
    for (const box of inside.querySelectorAll("details[data-key]")) box.open = opened.has(box.dataset.key);
    if (focused) inside.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
  };
  const remove = async (world) => {
    if (!await ask("Remove the world?", `World ${world} is forgotten with all that is in it. It is made anew when it is used again.`, "Remove")) return;
    await attempt(async () => {
      await json("DELETE", inWorld(world));
      if (world === state.world) choose("default");
      await loadWorlds();
    }, `Removed world ${world}.`);
  };
  const wanted = h("input", { type: "text", "data-testid": "world-name", placeholder: "my-test", autocomplete: "off", spellcheck: "false", autocapitalize: "off" });
  const create = h("form", { class: "row end", onsubmit: (e) => {
    e.preventDefault();
    const world = wanted.value.trim();
    if (world) attempt(async () => { await json("GET", inWorld(world)); wanted.value = ""; await loadWorlds(); choose(world); }, `World ${world} is there. Its client_ids end with @${world}.`);
  } }, field("New world", wanted), h("button", { type: "submit", "data-testid": "world-create" }, "Make"));

  fill(content, h("div", { class: "head" }, h("h1", {}, "Worlds")),
    h("div", { class: "columns worlds-view" }, h("section", { class: "card world-list", "aria-labelledby": "names-title" }, h("h2", { id: "names-title" }, "All worlds"), field("Find", filter), names, more, create), inside));
  drawNames();
  attempt(refresh);
  return { refresh };
}

function card(title, ...children) {
  const id = fresh("card");
  return h("section", { class: "card", "aria-labelledby": id }, h("h2", { id }, title), ...children);
}

function summary(about) {
  const records = Object.entries(about.records).map(([n, c]) => `${c} ${n}`).join(", ");
  return h("section", { class: "card", "aria-labelledby": "summary-title", "data-testid": "world-summary" },
    h("div", { class: "head" }, h("h2", { id: "summary-title" }, about.name), h("div", { class: "actions" }, button("Save as a case", "world-case", () => saveCase(about.name)))),
    h("dl", { class: "facts" },
      h("dt", {}, "Scenario"), h("dd", {}, about.scenario || "none"), h("dt", {}, "Seed"), h("dd", {}, about.seed),
      h("dt", {}, "Scheduled events"), h("dd", {}, about.scheduled_events), h("dt", {}, "Records"), h("dd", { class: "small" }, records || "none")));
}

function token(name, value, testid) {
  if (!value) return null;
  return h("button", { type: "button", class: "token", "data-testid": testid, "data-focus": value, title: `Copy the ${name}`, onclick: () => copy(name, value) },
    h("span", { class: "label" }, name), " ", h("code", {}, value));
}

/** counted is how many there are, and how many of them are shown. */
function counted(title, shown, total) {
  return shown < total ? `${title} (the newest ${shown} of ${total})` : `${title} (${total})`;
}

function itemCards({ items, total }) {
  if (!items.length) return card("Items at Plaid", h("p", { class: "empty small" }, "None. An Item is there after the public token's exchange, or by a scenario's given."));
  return card(counted("Items at Plaid", items.length, total), items.map((item) => h("article", { class: "thing", "data-testid": "item-row", "data-item": item.item_id },
    h("div", { class: "head" },
      h("h3", {}, item.institution_name || item.institution_id, item.alias && h("span", { class: "sub" }, ` ${item.alias}`)),
      h("span", { class: `tag ${item.state === "healthy" ? "good" : item.state === "removed" ? "" : "bad"}`, "data-testid": "item-state" }, item.state)),
    h("p", { class: "sub" }, [item.institution_id, item.user, item.client_user_id && `client_user_id ${item.client_user_id}`, item.products.join(", "), shortTime(item.created)].filter(Boolean).join(" · ")),
    h("ul", { class: "accounts" }, item.accounts.map((a) => h("li", { "data-testid": "account-row", "data-account": a.account_id },
      h("span", {}, a.name, " ", h("span", { class: "mask" }, `••${a.mask ?? ""}`)), h("span", { class: "sub" }, a.subtype ?? a.type),
      h("span", { class: "amount" }, money(a.balances.available ?? a.balances.current, a.balances.iso_currency_code ?? "USD"))))),
    token("access token", item.access_token, "access-token"),
    item.processor_tokens.map((t) => token(`${t.processor || "any"} token ••${item.accounts.find((a) => a.account_id === t.account_id)?.mask ?? ""}`, t.processor_token, "processor-token")))));
}

function accountCards({ relationships, total: made }, { transfers, total }, refresh) {
  const accounts = [...new Set([...relationships, ...transfers].map((x) => x.account))].sort();
  if (!accounts.length) return card("Accounts at Sentinel", h("p", { class: "empty small" }, "None. An account is there with its first relationship."));
  const left = [[relationships, made, "relationships"], [transfers, total, "transfers"]].filter(([all, n]) => all.length < n);
  return card("Accounts at Sentinel", left.map(([all, n, what]) => h("p", { class: "sub" }, `The newest ${all.length} of ${n} ${what}.`)), accounts.map((account) => h("article", { class: "thing" },
    h("h3", {}, "Account ", account),
    relationships.filter((r) => r.account === account).map((r) => h("div", { class: "relationship", "data-testid": "relationship-row", "data-relationship": r.id },
      h("div", { class: "line" }, h("strong", {}, r.nickname || "Relationship"), h("span", { class: `tag ${stateKind(r.status)}` }, r.status),
        h("span", { class: "sub" }, `${r.approval_method} · ${r.bank_account_type} ${r.bank_account} at ${r.routing_number} · ${r.bank_account_owner}`)),
      r.micro_deposits && h("p", { class: "sub" }, `Micro-deposits in the bank account: ${r.micro_deposits.map((m) => money(m)).join(" and ")}`))),
    h("ul", { class: "transfers" }, transfers.filter((t) => t.account === account).map((t) => transferRow(t, refresh))))));
}

function stateKind(name) {
  if (["COMPLETE", "APPROVED", "FUNDS_POSTED", "SENT_TO_BANK"].includes(name)) return "good";
  return ["RETURNED", "REJECTED", "FAILED_AT_BANK"].includes(name) ? "bad" : "";
}

function transferRow(t, refresh) {
  const act = (text, what) => attempt(async () => {
    const now = await json("POST", inWorld(state.world, `transfers/${encodeURIComponent(t.id)}`), what);
    await refresh();
    return `${text}: transfer ${t.id} is ${now.state}${now.change_code ? `, ${now.change_code}` : ""}.`;
  }, (said) => said);
  const buttons = {
    approve: () => act("Approved", { approve: true }),
    reject: () => act("Rejected", { reject: true }),
    return: async () => { const code = await chooseCode("Return the transfer", t, "R"); if (code) await act(`Returned ${code}`, { return: code }); },
    noc: async () => { const code = await chooseCode("Notification of change", t, "C"); if (code) await act(`Notification ${code}`, { noc: code }); },
  };
  const words = { approve: "Approve", reject: "Reject", return: "Return…", noc: "NOC…" };
  const notes = [t.return_code && `return ${t.return_code}`, t.reject_reason && `reason ${t.reject_reason}`, t.change_code && `changed by ${t.change_code}`, t.fate && `to come: ${t.fate}`, t.funds_available && `funds on ${t.funds_available}`];
  return h("li", { class: "transfer", "data-testid": "transfer-row", "data-transfer": t.id },
    h("div", { class: "line" }, h("strong", {}, t.kind.replace("_", "-")), h("span", { class: "amount" }, money(t.amount)),
      h("span", { class: `tag ${stateKind(t.state)}`, "data-testid": "transfer-state" }, t.state)),
    h("p", { class: "sub" }, [t.id, t.external_transfer_id, shortTime(t.created), ...notes].filter(Boolean).join(" · ")),
    t.can.length > 0 && h("div", { class: "actions" }, t.can.map((what) => button(words[what], `transfer-${what}`, buttons[what], { "data-focus": `${t.id} ${what}`, "aria-label": `${words[what]} transfer ${t.id}` }))));
}

async function chooseCode(title, t, letter) {
  const rows = (await errorRows()).filter((r) => r.family === "nacha" && r.error_code[0] === letter && !r.never.includes("refusal") && (t.kind === "deposit" ? r.nacha.debits : r.nacha.credits));
  return open(title, "code-dialog", (done) => {
    const select = h("select", { "data-testid": "code-select" }, rows.map((r) => h("option", { value: r.error_code }, `${r.error_code} ${r.error_message}`)));
    return [field("Code", select), h("div", { class: "actions end" }, button("Cancel", "code-cancel", () => done(null)),
      button("Apply", "code-apply", () => done(select.value), { class: "primary" }))];
  });
}

function webhookCard(messages, canResend, refresh) {
  if (!messages.length) return card("Webhooks", h("p", { class: "empty small" }, "None was sent yet."));
  return card(counted("Webhooks", Math.min(messages.length, most), messages.length), h("ul", { class: "webhooks" }, messages.slice(-most).reverse().map((m) => webhookRow(m, canResend, refresh))));
}

const webhookKinds = { delivered: "good", dropped: "bad", given_up: "bad", retrying: "bad" };

function webhookRow(m, canResend, refresh) {
  const notes = [shortTime(m.at), m.target, attempts(m), m.due && `due ${shortTime(m.due)}`, m.copy_of && `a copy of ${m.copy_of}`, m.rule && `rule ${m.rule}`];
  const resend = () => attempt(async () => {
    await json("POST", inWorld(state.world, `outbox/${m.n}/resend`));
    await refresh();
  }, `Sent ${m.name} again.`);
  return h("li", { class: "webhook", "data-testid": "webhook-row", "data-n": m.n },
    h("div", { class: "line" }, h("strong", {}, m.name), h("span", { class: `tag ${webhookKinds[m.state] ?? ""}`, "data-testid": "webhook-status" }, m.state.replace("_", " ")),
      h("span", { class: "sub" }, notes.filter(Boolean).join(" · ")),
      canResend && m.state !== "collected" && button("Resend", "webhook-resend", resend, { class: "quiet", "data-focus": `webhook ${m.n}`, "aria-label": `Resend ${m.name}, webhook ${m.n}` })),
    h("details", { "data-key": `webhook-${m.n}` }, h("summary", {}, "Body, headers and attempts"), body(m.body, "Webhook body", "webhook-body"),
      h("dl", { class: "facts" }, Object.entries(m.headers ?? {}).map(([k, v]) => [h("dt", {}, k), h("dd", {}, v)]),
        (m.attempts ?? []).map((a, i) => [h("dt", {}, `attempt ${i + 1}`), h("dd", {}, `${shortTime(a.at)} · ${a.error || a.status}`)]))));
}

function attempts(m) {
  const count = m.attempts?.length;
  return count ? `${count} ${count === 1 ? "attempt" : "attempts"}` : "";
}
