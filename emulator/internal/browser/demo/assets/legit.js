// The credentials of Legit: a compact JWS, HMAC-SHA512 with the shared secret as it is.

const bytes = (text) => new TextEncoder().encode(text);

function base64url(data) {
  return btoa(String.fromCharCode(...data)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** signed returns the JWS. A browser signs only where it trusts the page's address. */
export async function signed(username, entity, secret) {
  if (!crypto.subtle) {
    throw new Error(`This browser does not sign on ${location.origin}. Open the demo at http://127.0.0.1 or http://localhost, or over https.`);
  }
  const claims = { username, entity, datetime: new Date().toISOString() };
  const text = [{ alg: "HS512" }, claims].map((part) => base64url(bytes(JSON.stringify(part)))).join(".");
  const key = await crypto.subtle.importKey("raw", bytes(secret), { name: "HMAC", hash: "SHA-512" }, false, ["sign"]);
  return `${text}.${base64url(new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes(text))))}`;
}

/** unique is an external transfer id that was not there before. */
export function unique() { return crypto.randomUUID(); }
