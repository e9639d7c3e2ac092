'use strict';

// plaid 2, of the time of Plaid's guide for Apex: its Node sample as it stands there, with
// the public key, an error, and a processor token without an account. One line of JSON tells
// what each gave.

const plaid = require('plaid');

if (process.env.PLAID_BASE_URL) plaid.environments.sandbox = process.env.PLAID_BASE_URL;

const plaidClient = new plaid.Client(
  process.env.PLAID_CLIENT_ID,
  process.env.PLAID_SECRET,
  process.env.PLAID_PUBLIC_KEY,
  plaid.environments.sandbox,
  {version: '2018-05-22'});

const tell = (path, seen) => console.log(JSON.stringify({path, ...seen}));

function guide(publicToken, done) {
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

// An error of this SDK is the body itself.
async function refused(path, call) {
  try {
    await call();
  } catch (error) {
    if (error instanceof Error) throw error;
    const {status_code, error_type, error_code, error_message, request_id} = error;
    tell(path, {through: 'Object', status: status_code, error_type, error_code, error_message, request_id});
    return;
  }
  throw new Error(`${path}: the call was not refused`);
}

(async () => {
  const made = await plaidClient.sandboxPublicTokenCreate('ins_109508', ['auth'], {});
  const accessToken = await new Promise((done) => guide(made.public_token, done));
  await refused('error', () => plaidClient.getBalance(accessToken));
  await refused('no account_id', () => plaidClient.createProcessorToken(accessToken, undefined, 'apex'));
})();
