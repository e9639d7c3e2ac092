'use strict';

// Each pane of Link, the bank's page, hosted Link and the demo: no violation of axe-core's rules.

const {test} = require('node:test');
const {plain} = require('./lib/app');
const {Dialog} = require('./lib/dialog');
const {look} = require('./lib/look');
const {bankOf, opened} = require('./lib/open');
const {stage} = require('./lib/stage');

const on = stage({pages: (s) => ({'/': plain(s.tweed.url)})});

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
