'use strict';

// A Tweed of the test's own, and what an app's server asks of it.

const {spawn} = require('node:child_process');
const {createHmac, randomUUID} = require('node:crypto');
const readline = require('node:readline');

const binary = process.env.TWEED_BINARY;

// A test file that is told to end takes its servers with it.
const running = new Set();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

// serve starts "tweed serve" on a free port. stop ends it and fails where it did not end well.
async function serve(args = [], env = {}) {
  if (!binary) throw new Error('TWEED_BINARY says nothing: run these tests by "make browser-test"');
  const child = spawn(binary, ['serve', '--addr', '127.0.0.1:0', '--seed', '7', ...args], {
    env: {...process.env, ...env}, stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (text) => { said += text; });
  running.add(child);
  const ended = new Promise((done) => {
    child.once('exit', (code) => {
      running.delete(child);
      done(code);
    });
  });
  const ready = new Promise((done) => {
    const lines = readline.createInterface({input: child.stdout});
    lines.on('line', (line) => {
      said += `${line}\n`;
      const [, url] = /^tweed: ready at (\S+)/.exec(line) || [];
      if (url) done(url);
    });
  });
  const url = await Promise.race([ready, ended.then((code) => { throw new Error(`tweed serve ended with ${code}\n${said}`); })]);
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      const code = await ended;
      if (code !== 0) throw new Error(`tweed serve ended with ${code} after SIGTERM\n${said}`);
    },
  };
}

let worlds = 0;

// World is one world of a Tweed, seen by an app's server.
class World {
  constructor(url, name = `browser-${++worlds}`) {
    this.url = url;
    this.name = name;
    this.key = `public-key@${name}`;
  }

  async send(method, path, body, headers = {}) {
    const raw = typeof body === 'string';
    const response = await fetch(this.url + path, {
      method, headers: {...(body === undefined || raw ? {} : {'Content-Type': 'application/json'}), ...headers},
      body: body === undefined || raw ? body : JSON.stringify(body),
    });
    const text = await response.text();
    let value = text;
    try {
      value = JSON.parse(text);
    } catch { /* Legit's token is no JSON */ }
    return {status: response.status, body: value};
  }

  async good(...call) {
    const {status, body} = await this.send(...call);
    if (status !== 200) throw new Error(`${call[0]} ${call[1]}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  plaid(path, body) { return this.good('POST', path, this.keys(body)); }

  // refused returns the error's code.
  async refused(path, body) {
    const {status, body: answer} = await this.send('POST', path, this.keys(body));
    if (status === 200) throw new Error(`${path} was not refused`);
    return answer.error_code;
  }

  keys(body) { return {client_id: `app@${this.name}`, secret: 'secret', ...body}; }

  control(method, path, body) { return this.good(method, `/_tweed/worlds/${encodeURIComponent(this.name)}/${path}`, body); }

  async linkToken(more = {}) {
    const made = await this.plaid('/link/token/create', {
      client_name: 'Funding app', user: {client_user_id: 'user-1'}, products: ['auth'], country_codes: ['US'], language: 'en', ...more,
    });
    return made.link_token;
  }

  // item is an Item that Link did not make.
  async item(more = {}) {
    const {public_token} = await this.plaid('/sandbox/public_token/create', {institution_id: 'ins_109508', initial_products: ['auth'], ...more});
    return this.exchange(public_token);
  }

  exchange(public_token) { return this.plaid('/item/public_token/exchange', {public_token}); }

  // fund makes a relationship and a deposit of a public token's account, and returns the deposit when it has settled.
  async fund(public_token, account_id) {
    const {access_token} = await this.exchange(public_token);
    const {processor_token} = await this.plaid('/processor/apex/processor_token/create', {access_token, account_id});
    let apex = await this.login();
    const relationship = await apex('POST', 'ach_relationships', {
      account: '3TW05057', nickname: 'Household', approvalMethod: 'PLAID_TOKEN', plaidProcessorToken: processor_token,
    });
    const deposit = await apex('POST', 'transfers/achs/incoming', {
      externalTransferId: randomUUID(), amount: '100.00', achRelationshipId: relationship.id,
    });
    await apex('POST', `test/simulation/achs/${deposit.transferId}/approve`);
    await this.control('POST', 'clock', {advance: '5 banking days'});
    apex = await this.login();
    return apex('GET', `transfers/achs/${deposit.transferId}`);
  }

  // login returns a client of Sentinel: it signs as broker-dealers do.
  async login() {
    const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = {username: `apex_api@${this.name}`, entity: 'correspondent.TWED', datetime: '2026-01-05T14:30:00Z'};
    const text = `${encode({alg: 'HS512'})}.${encode(claims)}`;
    const jws = `${text}.${createHmac('sha512', 'shared secret').update(text).digest('base64url')}`;
    const token = await this.good('POST', '/legit/api/v1/cc/token', {jws});
    return (method, path, body) => this.good(method, `/sentinel/api/v1/${path}`, body, {Authorization: token});
  }
}

module.exports = {World, serve};
