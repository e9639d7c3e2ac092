'use strict';

// plaid 8, the last client written by hand: the Node sample of Plaid's guide for Apex as it
// stands there, an error, and a processor token without an account. One line of JSON tells
// what each gave.

const plaid = require('plaid');

if (process.env.PLAID_BASE_URL) plaid.environments.sandbox = process.env.PLAID_BASE_URL;

const plaidClient = new plaid.Client({
  clientID: process.env.PLAID_CLIENT_ID,
  secret: process.env.PLAID_SECRET,
  env: plaid.environments.sandbox,
});

const tell = (path, seen) => console.log(JSON.stringify({path, ...seen}));

function guide(linkToken, publicToken, done) {
  plaidClient.exchangePublicToken(publicToken, function(err, res) {
    if (err) throw err;
    const accessToken = res.access_token;
    const itemID = res.item_id;
    plaidClient.getAccounts(accessToken, function(err, res) {
      if (err) throw err;
      const accounts = res.accounts;
      const checking = accounts.find((account) => account.subtype === 'checking');
      // Generate a Apex processor_token
      plaidClient.createProcessorToken(accessToken, checking.account_id, 'apex', function(err, res) {
        if (err) throw err;
        tell('guide', {
          link_token: linkToken,
          item_id: itemID,
          access_token: accessToken,
          accounts: accounts.length,
          mask: checking.mask,
          processor_token: res.processor_token,
          request_id: res.request_id,
        });
        done(accessToken);
      });
    });
  });
}

async function refused(path, call) {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof plaid.PlaidError)) throw error;
    const {status_code, error_type, error_code, error_message, request_id} = error;
    tell(path, {through: 'PlaidError', status: status_code, error_type, error_code, error_message, request_id});
    return;
  }
  throw new Error(`${path}: the call was not refused`);
}

(async () => {
  const link = await plaidClient.createLinkToken({
    user: {client_user_id: 'user-1'},
    client_name: 'Funding app',
    products: ['auth'],
    country_codes: ['US'],
    language: 'en',
  });
  const made = await plaidClient.sandboxPublicTokenCreate('ins_109508', ['auth'], {});
  const accessToken = await new Promise((done) => guide(link.link_token, made.public_token, done));
  await refused('error', () => plaidClient.getBalance(accessToken));
  await refused('no account_id', () => plaidClient.createProcessorToken(accessToken, undefined, 'apex'));
})();
