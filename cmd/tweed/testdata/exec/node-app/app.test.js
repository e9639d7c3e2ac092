import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { App } from './app.js';

// newApp makes the app in a world of its own, '' for the common one. APP_FAULT gives it a
// bug; "offline" makes it talk to a fake of its own, whatever the environment says.
async function newApp(t, world) {
  const { env } = process;
  const settings = {
    plaidURL: env.PLAID_BASE_URL,
    sentinelURL: env.SENTINEL_BASE_URL,
    clientID: env.PLAID_CLIENT_ID + world,
    username: env.APEX_USERNAME + world,
    fault: env.APP_FAULT,
  };
  if (settings.fault === 'offline') {
    const fake = createServer((request, response) => {
      response.end('{"accounts": [{"account_id": "a", "balances": {"current": 110}}], "state": "PENDING"}');
    });
    await new Promise((resolve) => fake.listen(0, '127.0.0.1', resolve));
    t.after(() => {
      fake.close();
      fake.closeAllConnections();
    });
    settings.plaidURL = settings.sentinelURL = `http://127.0.0.1:${fake.address().port}`;
  }
  return new App(settings);
}

test('deposit', async (t) => {
  const app = await newApp(t, '');
  const account = await app.link();
  await app.balance(account);
  assert.equal(await app.deposit(account, 'd-1', '25.00'), 'PENDING');
});

test('balance', async (t) => {
  const app = await newApp(t, '@balance');
  assert.equal(await app.balance(await app.link()), 110);
});
