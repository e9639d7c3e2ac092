'use strict';

// Each pane of Link, the bank's page, hosted and embedded Link and the demo: no violation of axe-core's rules.

const {test} = require('node:test');
const {html, plain, recorder} = require('./lib/app');
const {Dialog} = require('./lib/dialog');
const {look} = require('./lib/look');
const {bankOf, opened} = require('./lib/open');
const {stage} = require('./lib/stage');

const on = stage({
  pages: (s) => ({
    '/': plain(s.tweed.url),
    '/embedded': html('<div id="bank"></div>', {
      head: `<script src="${s.tweed.url}/link/v2/stable/link-initialize.js"></script><script>${recorder}</script>`,
    }),
  }),
});

test('the panes of the straight way', on.play(async (t) => {
  const {page, link} = await opened(on, t, on.world());
  await link.pane('consent');
  await look(on, page, 'consent');
  await link.consent();
  await link.pane('institution');
  await look(on, page, 'institutions');
  await link.get('institution-search').fill('nothing of that name');
  await link.get('institution-count').getByText('No institution').waitFor();
  await look(on, page, 'institutions none', {pictures: []});
  await link.get('institution-search').fill('platypus');
  await link.get('institution-ins_109508').waitFor();
  await link.choose('ins_109508');
  await link.pane('credentials');
  await look(on, page, 'credentials');
  await link.get('link-hint-users').locator('summary').click();
  await look(on, page, 'test users', {pictures: ['light desk']});
  await link.get('link-hint-users').locator('summary').click();
  await link.signIn('user_good', 'wrong');
  await link.error('credentials', 'INVALID_CREDENTIALS');
  await look(on, page, 'credentials wrong');
  await link.signIn();
  await link.pane('accounts');
  await look(on, page, 'accounts one');
  await link.account();
  await link.pane('connected');
  await look(on, page, 'connected');
  await page.keyboard.press('Escape');
  await link.get('exit-confirm').waitFor();
  await look(on, page, 'exit', {pictures: ['dark desk']});
}));

for (const [password, name] of [['mfa_device', 'devices'], ['mfa_questions_1_2', 'questions'], ['mfa_selections', 'selections'], ['error_ITEM_LOCKED', 'error']]) {
  test(`the pane of ${password}`, on.play(async (t) => {
    const {page, link} = await bankOf(on, t, on.world());
    await link.signIn('user_good', password);
    await link.card('mfa').or(link.card('error')).waitFor();
    await look(on, page, name);
    if (password === 'mfa_device') {
      await link.at.locator('input[type=radio]').first().check();
      await link.press('mfa-submit');
      await link.get('mfa-code').waitFor();
      await look(on, page, 'code', {pictures: ['dark phone']});
    }
  }));
}

test('several accounts', on.play(async (t) => {
  const {page, link} = await bankOf(on, t, on.world(), 'ins_109508', {more: {products: ['transactions']}});
  await link.signIn();
  await link.pane('accounts');
  await look(on, page, 'accounts several');
}));

test('account numbers', on.play(async (t) => {
  const {page, link} = await opened(on, t, on.world(), {more: {auth: {same_day_microdeposits_enabled: true}}});
  await link.consent();
  await link.pane('institution');
  await link.press('institution-manual');
  await link.pane('numbers');
  await look(on, page, 'account numbers');
}));

test('micro-deposits', on.play(async (t) => {
  const {page, link} = await opened(on, t, on.world(), {more: {auth: {instant_microdeposits_enabled: true}}});
  await link.consent();
  await link.pane('institution');
  await link.press('institution-manual');
  await link.pane('numbers');
  await link.get('numbers-name').fill('Ada Lovelace');
  await link.get('numbers-routing').fill('333333334'); // its deposits arrive at once
  await link.get('numbers-account').fill('1111222233330000');
  await link.get('numbers-account-again').fill('1111222233330000');
  await link.press('numbers-submit');
  await link.pane('micro_deposit');
  await look(on, page, 'micro deposit');
  await link.get('micro-deposit-code').fill('XYZ');
  await link.press('micro-deposit-submit');
  await link.error('micro_deposit', 'INCORRECT_DEPOSIT_VERIFICATION');
  await look(on, page, 'micro deposit wrong', {pictures: []});
}));

test('no answer', on.play(async (t) => {
  const world = on.world();
  await world.control('POST', 'rules', 'call: /link/v2/stable/session/step\ntimes: 1\nthen: {error: INTERNAL_SERVER_ERROR}\n');
  const {page, link} = await opened(on, t, world);
  await link.consent();
  await link.error('failure', 'INTERNAL_SERVER_ERROR');
  await look(on, page, 'no answer');
}));

test("OAuth, and the bank's page", on.play(async (t) => {
  const {page, link} = await bankOf(on, t, on.world(), 'ins_127287');
  await link.pane('oauth');
  await look(on, page, 'oauth pane');
  const [bank] = await Promise.all([page.waitForEvent('popup'), link.press('oauth-open')]);
  await bank.getByTestId('bank-approve').waitFor();
  await look(on, bank, 'bank page');
}));

test('hosted Link', on.play(async (t) => {
  const page = await on.page(t);
  const made = await on.world().plaid('/link/token/create', {
    client_name: 'Hosted app', user: {client_user_id: 'user-1'}, products: ['auth'], country_codes: ['US'], language: 'en', hosted_link: {},
  });
  await page.goto(made.hosted_link_url);
  await new Dialog(page, {whole: true}).pane('consent');
  await look(on, page, 'hosted link');
}));

test('the end of hosted Link, with and without an account', on.play(async (t) => {
  for (const good of [true, false]) {
    const page = await on.page(t);
    await page.goto(`${on.tweed.url}/link/v2/stable/link.html?token=${await on.world().linkToken()}`);
    const link = new Dialog(page, {whole: true});
    await link.consent();
    if (good) {
      await link.choose('ins_109508');
      await link.signIn();
      await link.account();
      await link.finish();
    } else {
      await link.pane('institution');
      await link.close();
    }
    await link.get('final').waitFor();
    await look(on, page, good ? 'final' : 'final left');
  }
}));

test('embedded Link', on.play(async (t) => {
  const page = await on.page(t);
  await page.goto(`${on.app.url}/embedded`);
  await page.evaluate((token) => { Plaid.createEmbedded({token, ...callbacks}, document.getElementById('bank')); }, await on.world().linkToken());
  const link = new Dialog(page);
  await link.pane('consent');
  await look(on, page, 'embedded consent', {pictures: []});
  await link.consent();
  await link.pane('institution');
  await look(on, page, 'embedded institutions');
}));

test('the demo, before and after', on.play(async (t) => {
  const page = await on.page(t);
  await page.goto(`${on.tweed.url}/_tweed/demo?world=${on.world().name}`);
  await page.locator('body[data-link=loaded]').waitFor();
  await page.getByText('Amount, account and test credentials').click();
  await look(on, page, 'demo settings');
  await page.getByTestId('bofa-button').click();
  const link = new Dialog(page);
  await link.signIn();
  await link.account();
  await link.finish();
  await page.getByTestId('do-clock').click();
  await page.locator('body[data-walk=COMPLETE]').waitFor();
  await look(on, page, 'demo done');
}));
