// The control API. Addresses are relative to the page; the token, if one is asked for, is kept for
// the browser's session and sent as a header.
import { askToken } from "./dialog.js";

const tokenKey = "tweed-control-token";

/** Refused is an error that Tweed answered. */
export class Refused extends Error {
  constructor(status, body) {
    super(body.error_message || `Tweed answers ${status}`);
    this.status = status;
    this.code = body.error_code || "";
  }
}

function headers(more = {}) {
  const token = sessionStorage.getItem(tokenKey);
  return token ? { ...more, Authorization: `Bearer ${token}` } : more;
}

let asking = null; // one question, however many calls wait for its answer

async function token(wrong) {
  asking ??= askToken(wrong).finally(() => { asking = null; });
  sessionStorage.setItem(tokenKey, await asking);
}

/** request makes a call and returns the response; it asks for the token when one is missing. */
export async function request(method, path, { body, signal, more } = {}) {
  for (;;) {
    const sent = sessionStorage.getItem(tokenKey);
    const response = await fetch(path, {
      method, body, signal, headers: headers(more), cache: "no-store", credentials: "omit", redirect: "error",
    });
    if (response.ok) return response;
    const refused = new Refused(response.status, await response.json().catch(() => ({})));
    if (refused.code !== "TWEED_CONTROL_TOKEN") throw refused;
    if (sent === sessionStorage.getItem(tokenKey)) await token(sent !== null);
  }
}

/** json makes a call and returns its JSON. */
export async function json(method, path, body) {
  const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  return (await request(method, path, { body: text })).json();
}

/** text makes a call and returns its text. */
export async function text(method, path, body) {
  return (await request(method, path, { body })).text();
}

/** inWorld is the path of a world's operation. */
export function inWorld(world, path = "") {
  return `worlds/${encodeURIComponent(world)}${path && "/" + path}`;
}

/**
 * follow reads server-sent events until the signal aborts, and connects again by itself.
 * query() is asked at each connection; on has event(name, data, id) and state(live).
 */
export async function follow(path, query, on, signal) {
  let wait = 500;
  let last = "";
  while (!signal.aborted) {
    try {
      const more = last ? { "Last-Event-ID": last } : {};
      const response = await request("GET", `${path}?${query(last !== "")}`, { signal, more });
      on.state(true);
      wait = 500;
      for await (const event of events(response.body)) {
        if (signal.aborted) return;
        if (event.id) last = event.id;
        if (on.event(event.name, event.data, event.id) === "restart") last = "";
      }
    } catch (err) {
      if (err instanceof Refused) {
        on.refused(err);
        return;
      }
    }
    if (signal.aborted) return;
    on.state(false);
    await new Promise((go) => { setTimeout(go, wait); });
    wait = Math.min(wait * 2, 5000);
  }
}

async function* events(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    buffer += value;
    for (let end = buffer.indexOf("\n\n"); end >= 0; end = buffer.indexOf("\n\n")) {
      const event = { name: "message", data: "", id: "" };
      for (const line of buffer.slice(0, end).split("\n")) {
        if (line.startsWith("event: ")) event.name = line.slice(7);
        else if (line.startsWith("data: ")) event.data += line.slice(6);
        else if (line.startsWith("id: ")) event.id = line.slice(4);
      }
      buffer = buffer.slice(end + 2);
      if (event.data) yield event;
    }
  }
}
