// The clock of the chosen world.
import { inWorld, json } from "./api.js";
import { attempt } from "./dialog.js";
import { button, field, fill, h } from "./dom.js";
import { onChange, state } from "./state.js";
import { inNewYork, longTime, shortTime } from "./text.js";

const ways = { manual: "stopped", real: "running" };

function wayOf(run) { return ways[run] ?? `running ${run}`; }

/** mini shows the time in the page's rail. */
export async function mini(at) {
  const clock = await json("GET", inWorld(state.world, "clock"));
  const text = `${shortTime(clock.now)} UTC`;
  fill(at, h("span", { class: `dot ${clock.run === "manual" ? "still" : "moving"}` }), h("span", {}, text), h("span", { class: "sub" }, wayOf(clock.run)));
}

export function show(content) {
  const now = h("p", { class: "big-time", "data-testid": "clock-now" });
  const york = h("p", { class: "sub" });
  const way = h("span", { "data-testid": "clock-run-state", class: "tag" });
  const next = h("p", { "data-testid": "clock-next" });
  const to = h("input", { type: "datetime-local", step: "1", "data-testid": "clock-to" });
  const paint = (clock) => {
    fill(now, longTime(clock.now));
    now.dataset.now = clock.now;
    fill(york, inNewYork(clock.now));
    fill(way, wayOf(clock.run));
    fill(next, clock.next_event ? `Next event: ${longTime(clock.next_event)}${apart(clock.now, clock.next_event)}` : "Nothing is scheduled.");
    if (!to.value) to.value = clock.now.slice(0, 19);
  };
  const refresh = async () => paint(await json("GET", inWorld(state.world, "clock")));
  const move = (body, what) => attempt(async () => {
    const clock = await json("POST", inWorld(state.world, "clock"), body);
    paint(clock);
    await mini(document.querySelector(".mini-clock"));
    return clock;
  }, (clock) => `${what}: it is ${longTime(clock.now)}.`);
  const advance = (text, testid, span) => button(text, testid, () => move({ advance: span }, `Advanced ${span}`), { class: "primary" });
  const run = (text, testid, way) => button(text, testid, () => move({ run: way }, text));

  fill(content,
    h("div", { class: "head" }, h("h1", {}, "Clock")),
    h("section", { class: "card clock-card", "aria-label": "The world's time" },
      h("div", { class: "line" }, way), now, york, next,
      h("h2", {}, "Move it"),
      h("div", { class: "actions" }, advance("+1 hour", "clock-hour", "1h"), advance("+1 banking day", "clock-day", "1 banking day"), advance("+5 banking days", "clock-week", "5 banking days")),
      h("form", { class: "row end", onsubmit: (e) => { e.preventDefault(); if (to.value) move({ to: new Date(`${to.value}Z`).toISOString() }, "Moved"); } },
        field("To a date and time (UTC)", to), h("button", { type: "submit", "data-testid": "clock-go" }, "Go there")),
      h("h2", {}, "Let it run"),
      h("div", { class: "actions" }, run("Pause", "clock-pause", "manual"), run("Run", "clock-run", "real"), run("60x", "clock-60x", "60x")),
      h("p", { class: "hint" }, "A world's clock moves forward only. What falls due on the way happens: settlements, returns, expiries, webhooks.")));
  attempt(refresh);
  const stop = onChange(() => { to.value = ""; });
  return { refresh, leave: stop };
}

function apart(from, to) {
  const seconds = Math.round((new Date(to) - new Date(from)) / 1000);
  if (!Number.isFinite(seconds) || seconds < 0) return "";
  if (seconds < 120) return ` (in ${seconds} s)`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return ` (in ${minutes} min)`;
  const hours = Math.round(minutes / 60);
  return hours < 72 ? ` (in ${hours} h)` : ` (in ${Math.round(hours / 24)} days)`;
}
