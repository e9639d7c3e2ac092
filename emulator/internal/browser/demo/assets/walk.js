// The walk from a public token to a settled deposit. In a real app this is the server's part.
import { pretty } from "./card.js";
import { signed, unique } from "./legit.js";

const plaid = (path, fields) => (s) => ({
  method: "POST", path, body: { client_id: `${s.client_id}@${s.world}`, secret: s.secret, ...fields(s) },
});

const sentinel = (method, path, fields) => (s) => ({
  method, path: `/sentinel/api/v1/${path(s)}`, headers: { Authorization: s.jwt }, body: fields ? fields(s) : undefined,
});

const login = async (s) => ({
  method: "POST", path: "/legit/api/v1/cc/token",
  body: { jws: await signed(`${s.username}@${s.world}`, s.entity, s.shared_secret) },
});

/**
 * STEPS are the calls in their order: what is sent is made of what is known so far, and what comes
 * back is added to it. A step with "button" waits for a click first.
 */
export const STEPS = [
  {
    id: "exchange", title: "Exchange the public token", to: "Plaid", about: "gives the access token of the Item that Link made.",
    call: plaid("/item/public_token/exchange", (s) => ({ public_token: s.public_token })),
    took: (reply) => ({ access_token: reply.access_token }),
  }, {
    id: "processor", title: "Make an Apex processor token", to: "Plaid", about: "gives a token for the one account that the user chose.",
    call: plaid("/processor/apex/processor_token/create", (s) => ({ access_token: s.access_token, account_id: s.account_id })),
    took: (reply) => ({ processor_token: reply.processor_token }),
  }, {
    id: "login", title: "Sign in at Apex", to: "Legit", about: "trades credentials, signed with the shared secret, for a token.",
    call: login, took: (reply) => ({ jwt: reply }),
  }, {
    id: "relationship", title: "Make an ACH relationship", to: "Sentinel", about: "gets the bank account from Plaid by the processor token.",
    call: sentinel("POST", () => "ach_relationships", (s) => ({
      account: s.account, nickname: "Demo", approvalMethod: "PLAID_TOKEN", plaidProcessorToken: s.processor_token,
    })),
    took: (reply) => ({ relationship: reply.id, state: reply.status }),
  }, {
    id: "deposit", title: "Request a deposit", to: "Sentinel", about: "begins an ACH transfer from the bank to the Apex account.",
    call: sentinel("POST", () => "transfers/achs/incoming", (s) => ({
      externalTransferId: unique(), amount: s.amount, achRelationshipId: s.relationship,
    })),
    took: (reply) => ({ transfer: reply.transferId, state: reply.state }),
  }, {
    id: "approve", title: "Approve it in test mode", to: "Sentinel", about: "does what Apex's review does; UAT has this call for tests.",
    call: sentinel("POST", (s) => `test/simulation/achs/${s.transfer}/approve`), took: () => ({}),
  }, {
    id: "clock", title: "Let five banking days pass", to: "Tweed", about: "moves the clock of this world. With the real test modes you wait.",
    button: "Advance the clock",
    call: (s) => ({
      method: "POST", path: `/_tweed/worlds/${encodeURIComponent(s.world)}/clock`, body: { advance: "5 banking days" },
      headers: s.control_token ? { Authorization: `Bearer ${s.control_token}` } : {},
    }),
    took: (reply) => ({ now: reply.now }),
  }, {
    id: "login-again", title: "Sign in again", to: "Legit", about: "because a token of Legit lives for a day.",
    call: login, took: (reply) => ({ jwt: reply }),
  }, {
    id: "settled", title: "Look at the deposit", to: "Sentinel", about: "tells what became of it.",
    call: sentinel("GET", (s) => `transfers/achs/${s.transfer}`), took: (reply) => ({ state: reply.state }),
  },
];

// read returns a reply's body: JSON as a value, anything else as text.
async function read(response) {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

// shown is a call as text.
function shown({ method, path, headers = {}, body }) {
  const lines = [`${method} ${path}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${pretty(value)}`)];
  return body === undefined ? lines.join("\n") : `${lines.join("\n")}\n\n${pretty(body)}`;
}

/** Walk takes the steps one after the other, and stays at one that fails until it is tried again. */
export class Walk {
  constructor(settings, cards, say) {
    this.settings = settings;
    this.cards = cards;
    this.say = say;
    this.over = false;
  }

  /** stop ends the walk before its next step. */
  stop() { this.over = true; }

  async run(known) {
    let s = { ...this.settings, ...known };
    for (const [i, step] of STEPS.entries()) {
      const card = this.cards[i];
      if (step.button) {
        this.say(`The deposit is ${s.state === "PENDING" ? "on its way" : s.state}. It settles on banking days: advance the clock.`);
        await card.ask(step.button, `do-${step.id}`);
      }
      for (let reply; !reply;) {
        if (this.over) return;
        reply = await this.take(step, card, s);
        if (this.over) return;
        if (reply) s = { ...s, ...step.took(reply.body) };
        else await card.ask("Try again", `again-${step.id}`);
      }
    }
    const whole = s.state === "COMPLETE";
    document.body.dataset.walk = s.state;
    this.cards.at(-1).look();
    this.say(whole ? `The deposit of $${s.amount} has settled: ${s.state}.` : `The deposit of $${s.amount} is ${s.state}.`);
  }

  /** take makes one call. It returns {body}, or null where the call failed. */
  async take(step, card, s) {
    card.running();
    this.say(`${step.title} …`);
    try {
      const call = await step.call(s);
      card.left(shown(call));
      const response = await fetch(call.path, {
        method: call.method, headers: { ...(call.body === undefined ? {} : { "Content-Type": "application/json" }), ...call.headers },
        body: call.body === undefined ? undefined : JSON.stringify(call.body), credentials: "omit", cache: "no-store",
      });
      const body = await read(response);
      if (response.ok) {
        card.done(String(body.state || body.status || response.status), body === "" ? "(no body)" : body);
        return { body };
      }
      card.failed(String(body.error_code || response.status), body === "" ? `HTTP ${response.status}, no body` : body);
      this.say(`${step.title}: ${body.error_code || `HTTP ${response.status}`}. The walk waits here.`);
    } catch (error) {
      card.failed("no reply", error.message);
      this.say(`${step.title}: ${error.message}`);
    }
    return null;
  }
}
