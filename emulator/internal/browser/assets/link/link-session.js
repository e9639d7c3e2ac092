// The calls of the dialog. The server decides everything; see the panes in link-panes.js. Addresses are relative to
// this file, so that they follow it to any name that it is served under.

// How long one answer may take: a rule may delay it, or let it hang.
const PATIENCE = 30000;

// Failure is a call that gave no view: no connection, an HTTP error, or no JSON.
export class Failure extends Error {
  constructor(message, error) {
    super(message);
    // error has the form of onExit's first argument.
    this.error = {
      error_type: 'TWEED_ERROR',
      error_code: 'TWEED_UNREACHABLE',
      error_message: message,
      display_message: null,
      ...error,
    };
  }
}

// post sends fields and returns the answer's. It throws a Failure.
export async function post(path, fields, keepalive = false) {
  const signal = AbortSignal.timeout(PATIENCE);
  let reply;
  let body;
  try {
    reply = await fetch(new URL(`session/${path}`, import.meta.url), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(fields),
      signal,
      keepalive,
      credentials: 'omit',
      redirect: 'error',
    });
    body = await reply.text();
  } catch (error) {
    throw new Failure(
      signal.aborted
        ? `Tweed did not answer for ${PATIENCE / 1000} seconds.`
        : 'Tweed cannot be reached, or the connection broke. Is it running?',
    );
  }
  let answer = null;
  try {
    answer = JSON.parse(body);
  } catch {
    throw new Failure(`Tweed answered with status ${reply.status} and no JSON.`);
  }
  if (!reply.ok || answer === null || typeof answer !== 'object') {
    const known = answer && answer.error_code ? answer : {};
    throw new Failure(
      known.error_message || `Tweed answered with status ${reply.status}.`,
      known.error_code && {
        error_type: known.error_type,
        error_code: known.error_code,
        error_message: known.error_message,
        display_message: known.display_message ?? null,
      },
    );
  }
  return answer;
}

const listOf = (value) =>
  value === undefined || value === null || value === ''
    ? undefined
    : Array.isArray(value)
      ? value
      : String(value)
          .split(',')
          .map((s) => s.trim());

// openOf makes the fields of session/open from a configuration in the words of Plaid.create (camel case; lists may be
// texts with commas, as in the address of a web view).
export function openOf(config, mode) {
  const common = { received_redirect_uri: config.receivedRedirectUri || undefined, mode };
  const token = config.token || undefined;
  if (!config.key || String(token).startsWith('link-')) {
    return { link_token: token, ...common };
  }
  return {
    key: config.key,
    token,
    env: config.env,
    client_name: config.clientName,
    webhook: config.webhook || undefined,
    // "connect" is what the first version of Link called transactions.
    product: (listOf(config.product) || ['auth']).map((p) => (p === 'connect' ? 'transactions' : p)),
    country_codes: listOf(config.countryCodes),
    language: config.language,
    link_customization_name: config.linkCustomizationName,
    select_account: String(config.selectAccount) === 'true',
    oauth_nonce: config.oauthNonce,
    oauth_redirect_uri: config.oauthRedirectUri,
    oauth_state_id: config.oauthStateId,
    user_legal_name: config.userLegalName,
    user_email_address: config.userEmailAddress,
    account_subtypes: config.accountSubtypes,
    ...common,
  };
}
