// Texts that are shown, copied or sent.
import { h } from "./dom.js";

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** shortTime is a moment of world time as "Jan 5 14:30:00". */
export function shortTime(iso) {
  const t = new Date(iso);
  if (Number.isNaN(t.getTime())) return iso;
  return `${months[t.getUTCMonth()]} ${t.getUTCDate()} ${t.toISOString().slice(11, 19)}`;
}

/** longTime is a moment of world time in UTC, to the second. */
export function longTime(iso) {
  const t = new Date(iso);
  if (Number.isNaN(t.getTime())) return iso;
  return `${t.toISOString().slice(0, 10)} ${t.toISOString().slice(11, 19)} UTC`;
}

/** inNewYork is the same moment where banking days are. */
export function inNewYork(iso) {
  const t = new Date(iso);
  if (Number.isNaN(t.getTime())) return "";
  return new Intl.DateTimeFormat("en-US", {
    timeZone: "America/New_York", weekday: "long", month: "long", day: "numeric", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  }).format(t) + ", New York";
}

/** money writes dollars. */
export function money(amount, currency = "USD") {
  if (amount === null || amount === undefined) return "–";
  try {
    return new Intl.NumberFormat("en-US", { style: "currency", currency }).format(Number(amount));
  } catch {
    return String(amount);
  }
}

const tokenForm = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[{}[\],:]/g;
const most = 200000; // characters of a body that are shown

/** indent sets JSON out and leaves every value as it was written; null for what is no JSON. */
export function indent(text) {
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  let out = "";
  let depth = 0;
  let before = "";
  for (const [token] of text.matchAll(tokenForm)) {
    const line = () => "\n" + "  ".repeat(depth);
    if (token === "}" || token === "]") {
      depth -= 1;
      out += before === "{" || before === "[" ? token : line() + token;
    } else {
      if (before === "{" || before === "[" || before === ",") out += line();
      out += token === ":" ? ": " : token;
      if (token === "{" || token === "[") depth += 1;
    }
    before = token;
  }
  return out;
}

/** body shows a request's or reply's body. */
export function body(text, label, testid) {
  if (!text) return h("p", { class: "empty small", "data-testid": testid }, "empty");
  const set = text.length > most ? null : indent(text);
  const box = h("pre", { class: "code", tabindex: "0", role: "region", "aria-label": label, "data-testid": testid });
  if (set === null) {
    box.append(text.length > most ? text.slice(0, most) + `\n… ${text.length - most} more characters` : text);
    return box;
  }
  colour(box, set);
  return box;
}

function colour(box, text) {
  let at = 0;
  for (const match of text.matchAll(tokenForm)) {
    const token = match[0];
    const end = match.index + token.length;
    const kind = token[0] === '"' ? (text.startsWith(":", end) ? "key" : "str") : /^[-\dtfn]/.test(token) ? "num" : "";
    if (!kind) continue;
    box.append(text.slice(at, match.index), h("span", { class: kind }, token));
    at = end;
  }
  box.append(text.slice(at));
}

const own = /^(host|content-length|connection|accept-encoding|user-agent|accept|sec-|origin|referer)/i;

/** curl writes a call as a command. Secrets stay what the journal has made of them. */
export function curl(call) {
  const quote = (s) => `'${String(s).replaceAll("'", `'\\''`)}'`;
  const path = encodeURI(call.path).replaceAll("?", "%3F").replaceAll("#", "%23"); // the journal has it decoded
  const lines = [`curl -X ${/^[A-Z]+$/.test(call.method) ? call.method : quote(call.method)} ${quote(call.base + path + (call.query ? "?" + call.query : ""))}`];
  for (const [name, values] of Object.entries(call.request_headers ?? {})) {
    if (!own.test(name)) for (const value of values) lines.push(`-H ${quote(`${name}: ${value}`)}`);
  }
  if (call.request) lines.push(`--data-raw ${quote(call.request)}`);
  return lines.join(" \\\n  ");
}

/** scalar writes a value as YAML reads it back: JSON is YAML. */
export function scalar(value) {
  if (typeof value === "string" && /^[A-Za-z/][A-Za-z0-9_/{}.@ -]*[A-Za-z0-9_/}]$/.test(value) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(value)) return value;
  return JSON.stringify(value);
}

/** ruleYAML writes a rule as a scenario has it. */
export function ruleYAML(rule) {
  const lines = [`name: ${scalar(rule.name)}`];
  if (rule.call) lines.push(`call: ${scalar(rule.call)}`);
  if (rule.ach) lines.push(`ach: ${scalar(rule.ach)}`);
  if (rule.webhook) lines.push(`webhook: ${scalar(rule.webhook)}`);
  const facts = Object.entries(rule.where ?? {});
  if (facts.length) lines.push("where:", ...facts.map(([name, value]) => `  ${name}: ${scalar(value)}`));
  if (rule.times) lines.push(`times: ${rule.times}`);
  lines.push("then:", ...Object.entries(rule.then).map(([name, value]) => `  ${name}: ${scalar(value)}`));
  return lines.join("\n") + "\n";
}
