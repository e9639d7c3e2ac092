// A small app as a user of Plaid and Sentinel would write it: it links a bank account,
// looks at its balance and makes a deposit. It has no dependencies.
import { createHmac } from 'node:crypto';

async function post(url, headers, body) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  let answer = text;
  try {
    answer = JSON.parse(text);
  } catch {
    // Legit answers with the bare token.
  }
  if (!response.ok) {
    throw Object.assign(new Error(`${response.status} ${answer.error_code ?? text}`), { code: answer.error_code });
  }
  return answer;
}

export class App {
  // fault is a bug to have: "field" reads the account from the wrong place, "twice" makes
  // every deposit twice.
  constructor({ plaidURL, sentinelURL, clientID, username, fault }) {
    Object.assign(this, { plaidURL, sentinelURL, clientID, username, fault });
  }

  plaid(path, body) {
    return post(this.plaidURL + path, {}, { client_id: this.clientID, secret: process.env.PLAID_SECRET, ...body });
  }

  // The Sandbox call does what a user does in Link.
  async link() {
    const { public_token } = await this.plaid('/sandbox/public_token/create', {
      institution_id: 'ins_109508',
      initial_products: ['auth'],
    });
    const { access_token } = await this.plaid('/item/public_token/exchange', { public_token });
    const { accounts } = await this.plaid('/accounts/get', { access_token });
    return { access_token, account_id: accounts[0][this.fault === 'field' ? 'mask' : 'account_id'] };
  }

  async balance({ access_token }) {
    const read = async () => (await this.plaid('/accounts/balance/get', { access_token })).accounts[0].balances.current;
    try {
      return await read();
    } catch (error) {
      if (error.code !== 'ITEM_LOGIN_REQUIRED') throw error;
    }
    await this.plaid('/link/token/create', {
      access_token,
      client_name: 'Funding',
      country_codes: ['US'],
      language: 'en',
      user: { client_user_id: 'u-1' },
    });
    return read();
  }

  async deposit(account, id, amount) {
    const { processor_token } = await this.plaid('/processor/apex/processor_token/create', account);
    const headers = { Authorization: await this.login() };
    const relationship = await post(`${this.sentinelURL}/sentinel/api/v1/ach_relationships`, headers, {
      account: process.env.APEX_ACCOUNT,
      nickname: 'mine',
      approvalMethod: 'PLAID_TOKEN',
      plaidProcessorToken: processor_token,
    });
    let transfer;
    for (const externalTransferId of this.fault === 'twice' ? [id, `${id}-again`] : [id]) {
      transfer = await post(`${this.sentinelURL}/sentinel/api/v1/transfers/achs/incoming`, headers, {
        externalTransferId,
        amount,
        achRelationshipId: relationship.id,
      });
    }
    return transfer.state;
  }

  login() {
    const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${encode({ alg: 'HS512' })}.${encode({
      username: this.username,
      entity: process.env.APEX_ENTITY,
      datetime: new Date().toISOString(),
    })}`;
    const signature = createHmac('sha512', process.env.APEX_SHARED_SECRET).update(signed).digest('base64url');
    return post(`${this.sentinelURL}/legit/api/v1/cc/token`, {}, { jws: `${signed}.${signature}` });
  }
}
