// The console's beginning: navigation, the chosen world, and what stays on the page.
//
// Test ids (stable):
//   page      nav-journal nav-fail nav-worlds nav-clock nav-scenario world-select connection mini-clock toast
//             confirm-dialog confirm-yes confirm-no token-dialog token-input token-save text-dialog text-close
//   journal   journal-filters journal-filter-{world,path,status,code,rule,family} journal-clear-filters journal-forget journal-fail-top
//             journal-note journal-list journal-row (data-seq) journal-open journal-fail
//   call      call-detail call-close call-curl call-make-rule call-fail call-save-case call-rule call-hint call-facts
//             call-request-headers call-request-body call-reply-headers call-reply-body
//   rule      rule-dialog rule-fact rule-times rule-error rule-yaml rule-add rule-cancel rule-problems
//   fail      fail-dialog fail-operation fail-option fail-times-once fail-times-twice fail-times-always fail-fact
//             fail-code-filter fail-code (data-code) fail-more fail-cancel rules-list rule-row (data-name) rule-acted rule-remove
//   worlds    world-filter world-name world-create world-row (data-world) world-open world-remove world-summary
//             world-case worlds-list
//             item-row (data-item) item-state account-row (data-account) access-token processor-token
//             relationship-row (data-relationship) transfer-row (data-transfer) transfer-state
//             transfer-approve transfer-return transfer-noc transfer-reject code-dialog code-select code-apply code-cancel
//             webhook-row (data-n) webhook-status webhook-resend webhook-body
//   clock     clock-now clock-run-state clock-next clock-hour clock-day clock-week clock-pause clock-run clock-60x
//             clock-to clock-go
//   scenario  scenario-pick scenario-option scenario-text scenario-put scenario-reset scenario-export scenario-import
//             scenario-open scenario-download scenario-verdict scenario-problems scenario-problem scenario-warning
import * as clock from "./clock.js";
import { fill, h } from "./dom.js";
import * as fail from "./fail.js";
import * as journal from "./journal.js";
import * as scenario from "./scenario.js";
import { choose, loadWorlds, onChange, state } from "./state.js";
import * as worlds from "./worlds.js";

const views = { journal, fail, worlds, clock, scenario };
const pause = 3000; // between looks at what is shown, in milliseconds
const listed = 500; // worlds to choose from; the worlds' view finds all

const content = document.getElementById("content");
const select = document.getElementById("world");
let shown = null; // {name, refresh, leave}

function name() {
  const wanted = location.hash.slice(1).split("/")[0];
  return Object.hasOwn(views, wanted) ? wanted : "journal";
}

function go() {
  const next = name();
  if (shown?.name === next) return;
  const first = shown === null;
  shown?.leave?.();
  for (const link of document.querySelectorAll(".nav a")) {
    if (link.hash === `#${next}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${document.querySelector('.nav [aria-current="page"]').textContent} · Tweed console`;
  content.className = `view view-${next}`;
  fill(content);
  shown = { name: next, ...views[next].show(content) };
  if (!first) content.focus({ preventScroll: true });
}

function worldsChanged() {
  const names = [...new Set([state.world, ...state.worlds.slice(0, listed)])].sort();
  if (names.join("\n") !== [...select.options].map((o) => o.value).join("\n")) {
    fill(select, names.map((world) => h("option", { value: world }, world)));
  }
  select.value = state.world;
}

async function look() {
  if (document.visibilityState === "visible") {
    await Promise.allSettled([loadWorlds(), clock.mini(document.querySelector(".mini-clock")), shown?.refresh?.()]);
  }
  setTimeout(look, pause);
}

select.addEventListener("change", () => choose(select.value));
onChange(() => { worldsChanged(); shown?.refresh?.(); clock.mini(document.querySelector(".mini-clock")); });
addEventListener("hashchange", go);
worldsChanged();
await loadWorlds().catch(() => {});
go();
look();
