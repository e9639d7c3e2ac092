// What the views share: the chosen world, and the lists that do not change while Tweed runs.
import { json } from "./api.js";

const listeners = new Set();

export const state = { world: sessionStorage.getItem("tweed-world") || "default", worlds: [] };

/** onChange hears of another chosen world and of other worlds. It returns how to stop that. */
export function onChange(listen) {
  listeners.add(listen);
  return () => listeners.delete(listen);
}

function changed() {
  for (const listen of [...listeners]) listen();
}

/** choose takes another world. */
export function choose(world) {
  state.world = world;
  sessionStorage.setItem("tweed-world", world);
  changed();
}

/** loadWorlds reads the names of all worlds. A chosen one that is gone is left: to ask for it would make it anew. */
export async function loadWorlds() {
  const { worlds } = await json("GET", "worlds");
  const gone = !worlds.includes(state.world);
  if (!gone && worlds.join("\n") === state.worlds.join("\n")) return;
  state.worlds = worlds;
  if (gone) state.world = worlds.includes("default") || !worlds.length ? "default" : worlds[0];
  changed();
}

function once(load) {
  let loading = null;
  return () => {
    loading ??= load().catch((err) => { loading = null; throw err; });
    return loading;
  };
}

/** operations are the vendors' operations. */
export const operations = once(async () => (await json("GET", "operations")).operations);

/** errorRows is the error catalogue. */
export const errorRows = once(async () => (await json("GET", "errors")).errors);

/** shipped are the scenarios that come with Tweed. */
export const shipped = once(async () => (await json("GET", "scenarios")).scenarios);

/** abilities are the control API's own operations, "METHOD path". */
export const abilities = once(async () => new Set(Object.keys((await json("GET", "")).calls)));
