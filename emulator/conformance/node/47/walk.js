'use strict';

// plaid 47, the client generated from Plaid's OpenAPI document: Plaid's guide for Apex, an
// error, and a processor token without an account. One line of JSON tells what each gave.

const {Configuration, PlaidApi, PlaidEnvironments} = require('plaid');

const client = new PlaidApi(new Configuration({
  basePath: process.env.PLAID_BASE_URL || PlaidEnvironments.sandbox,
  baseOptions: {
    headers: {
      'PLAID-CLIENT-ID': process.env.PLAID_CLIENT_ID,
      'PLAID-SECRET': process.env.PLAID_SECRET,
      'Plaid-Version': '2020-09-14',
    },
  },
}));

const tell = (path, seen) => console.log(JSON.stringify({path, ...seen}));

async function guide() {
  const link = await client.linkTokenCreate({
    user: {client_user_id: 'user-1'},
    client_name: 'Funding app',
    products: ['auth'],
    country_codes: ['US'],
    language: 'en',
  });
  const made = await client.sandboxPublicTokenCreate({institution_id: 'ins_109508', initial_products: ['auth']});
  const exchanged = await client.itemPublicTokenExchange({public_token: made.data.public_token});
  const accessToken = exchanged.data.access_token;
  const {accounts} = (await client.accountsGet({access_token: accessToken})).data;
  const checking = accounts.find((account) => account.subtype === 'checking');
  const apex = await client.processorApexProcessorTokenCreate({
    access_token: accessToken,
    account_id: checking.account_id,
  });
  tell('guide', {
    link_token: link.data.link_token,
    item_id: exchanged.data.item_id,
    access_token: accessToken,
    accounts: accounts.length,
    mask: checking.mask,
    processor_token: apex.data.processor_token,
    request_id: apex.data.request_id,
  });
  return accessToken;
}

async function refused(path, call) {
  try {
    await call();
  } catch (error) {
    if (!error.response) throw error;
    const {error_type, error_code, error_message, request_id} = error.response.data;
    tell(path, {through: error.name, status: error.response.status, error_type, error_code, error_message, request_id});
    return;
  }
  throw new Error(`${path}: the call was not refused`);
}

(async () => {
  const accessToken = await guide();
  await refused('error', () => client.accountsBalanceGet({access_token: accessToken}));
  await refused('no account_id', () => client.processorApexProcessorTokenCreate({access_token: accessToken}));
})();
