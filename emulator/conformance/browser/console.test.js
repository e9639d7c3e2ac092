'use strict';

// The console: what a QA engineer does with it while an app runs against Tweed.

const assert = require('node:assert/strict');
const {randomUUID} = require('node:crypto');
const {test} = require('node:test');
const {look} = require('./lib/look');
const {stage} = require('./lib/stage');
const {serve} = require('./lib/tweed');

const on = stage({pages: () => ({'/hook': {type: 'text/plain', text: 'ok'}})});

// opened is a part of the console in a world.
async function opened(t, world, part = 'journal') {
  await world.control('GET', 'clock'); // a world is there when it has been called
  const page = await on.page(t);
  await page.goto(`${on.tweed.url}/`);
  await page.waitForURL(/\/_tweed\//);
  await page.getByTestId('world-select').selectOption(world.name);
  await page.getByTestId(`nav-${part}`).click();
  await page.locator(`[data-testid=nav-${part}][aria-current]`).waitFor();
  return page;
}

// row is a world's newest row of a path in the journal, which has the calls of all worlds.
const row = (page, world, path) => page.getByTestId('journal-row').filter({hasText: path})
  .filter({has: page.getByText(world.name, {exact: true})}).first();

// deposit is a transfer that waits for approval.
async function deposit(world) {
  const {access_token} = await world.item();
  const {accounts} = await world.plaid('/accounts/get', {access_token});
  const {processor_token} = await world.plaid('/processor/apex/processor_token/create', {access_token, account_id: accounts[0].account_id});
  const apex = await world.login();
  const {id} = await apex('POST', 'ach_relationships', {account: '3TW05057', nickname: 'Mine', approvalMethod: 'PLAID_TOKEN', plaidProcessorToken: processor_token});
  return apex('POST', 'transfers/achs/incoming', {externalTransferId: randomUUID(), amount: '250.00', achRelationshipId: id});
}

test("two clicks make the app's next call fail, and the journal shows it live", on.play(async (t) => {
  const world = on.world();
  const {access_token} = await world.item();
  const page = await opened(t, world);
  await world.plaid('/auth/get', {access_token});
  await row(page, world, '/auth/get').waitFor();
  await row(page, world, '/auth/get').getByTestId('journal-fail').click();
  await page.locator('[data-testid=fail-code][data-code=ITEM_LOGIN_REQUIRED]').waitFor();
  await on.picture(page, 'console fail');
  await page.locator('[data-testid=fail-code][data-code=ITEM_LOGIN_REQUIRED]').click();
  await page.getByTestId('toast').getByText('ITEM_LOGIN_REQUIRED').waitFor();
  assert.equal(await world.refused('/auth/get', {access_token}), 'ITEM_LOGIN_REQUIRED');
  await row(page, world, '/auth/get').getByText('ITEM_LOGIN_REQUIRED', {exact: true}).waitFor();
  await world.plaid('/auth/get', {access_token}); // once was enough
  await on.picture(page, 'console journal');
  await page.getByTestId('journal-row').filter({hasText: 'ITEM_LOGIN_REQUIRED'}).first().getByTestId('journal-open').click();
  await page.getByTestId('call-detail').getByText('"error_code"').first().waitFor();
  await look(on, page, 'console call');
}));

test('any call is found by typing, and fails', on.play(async (t) => {
  const world = on.world();
  const {access_token} = await world.item();
  const page = await opened(t, world, 'fail');
  await page.getByTestId('fail-operation').first().fill('balance');
  await page.getByTestId('fail-option').filter({hasText: '/accounts/balance/get'}).first().click();
  await page.getByTestId('fail-code-filter').first().fill('INSTITUTION_DOWN');
  await page.locator('[data-testid=fail-code][data-code=INSTITUTION_DOWN]').first().click();
  await page.getByTestId('rule-row').waitFor();
  assert.equal(await world.refused('/accounts/balance/get', {access_token}), 'INSTITUTION_DOWN');
  await page.getByTestId('rule-acted').getByText('spent').waitFor();
  await look(on, page, 'console picker');
}));

test('a transfer is approved, settles and is returned', on.play(async (t) => {
  const world = on.world();
  const {transferId} = await deposit(world);
  const page = await opened(t, world, 'worlds');
  const transfer = page.locator(`[data-transfer="${transferId}"]`);
  await transfer.getByTestId('transfer-approve').click();
  await transfer.getByTestId('transfer-state').getByText('PENDING', {exact: true}).waitFor({state: 'hidden'});
  await page.getByTestId('nav-clock').click();
  await page.getByTestId('clock-week').click();
  await page.getByTestId('toast').getByText('Advanced 5 banking days').waitFor();
  await look(on, page, 'console clock');
  await page.getByTestId('nav-worlds').click();
  await transfer.getByTestId('transfer-state').getByText('COMPLETE', {exact: true}).waitFor();
  await transfer.getByTestId('transfer-return').click();
  await page.getByTestId('code-select').selectOption('R02');
  await page.getByTestId('code-apply').click();
  await transfer.getByTestId('transfer-state').getByText('RETURNED', {exact: true}).waitFor();
  await look(on, page, 'console world');
  assert.equal((await (await world.login())('GET', `transfers/achs/${transferId}`)).state, 'RETURNED');
}));

test('the clock moves by an hour and pauses', on.play(async (t) => {
  const world = on.world();
  const page = await opened(t, world, 'clock');
  await page.getByTestId('clock-pause').click();
  await page.locator('[data-testid=clock-run-state]', {hasText: 'stopped'}).waitFor();
  const before = new Date((await world.control('GET', 'clock')).now);
  await page.getByTestId('clock-hour').click();
  await page.getByTestId('toast').getByText('Advanced 1h').waitFor();
  const after = new Date((await world.control('GET', 'clock')).now);
  assert.equal(after - before, 3_600_000);
}));

test('a scenario with a mistake is told of by line and column, and used when it is right', on.play(async (t) => {
  const world = on.world();
  const page = await opened(t, world, 'scenario');
  const text = page.getByTestId('scenario-text');
  await text.fill('name: mine\nrules:\n  - call: /auth/get\n    then: {error: ITEM_LOGIN_REQUIRD}\n');
  await page.getByTestId('scenario-problem').first().waitFor();
  assert.match(await page.getByTestId('scenario-problem').first().textContent(), /:4:\d+.*ITEM_LOGIN_REQUIRED/s);
  await look(on, page, 'console scenario');
  assert.ok(await page.getByTestId('scenario-put').isDisabled());
  await text.fill('name: mine\nrules:\n  - call: /auth/get\n    then: {error: ITEM_LOGIN_REQUIRED}\n');
  await page.getByTestId('scenario-verdict').getByText('Good: 1 rules').waitFor();
  await page.getByTestId('scenario-put').click();
  await page.getByTestId('confirm-yes').click();
  await page.getByTestId('scenario-verdict').getByText(/· in use$/).waitFor();
  const {access_token} = await world.item();
  assert.equal(await world.refused('/auth/get', {access_token}), 'ITEM_LOGIN_REQUIRED');
}));

test('a webhook is sent again', on.play(async (t) => {
  const world = on.world();
  const {access_token} = await world.item({options: {webhook: `${on.app.url}/hook`}});
  await world.plaid('/sandbox/item/reset_login', {access_token});
  const page = await opened(t, world, 'worlds');
  const sent = page.getByTestId('webhook-row').filter({hasText: 'ERROR'}).first();
  await sent.getByTestId('webhook-status').getByText('delivered').waitFor();
  const before = on.app.posted.length;
  assert.ok(before > 0);
  await sent.getByTestId('webhook-resend').click();
  await page.getByTestId('toast').getByText('again').waitFor();
  await page.waitForFunction(() => document.querySelectorAll('[data-testid=webhook-row]').length > 1 ||
    document.querySelector('[data-testid=webhook-row]').textContent.includes('2 attempts'));
  assert.equal(on.app.posted.length, before + 1);
  assert.deepEqual(JSON.parse(on.app.posted.at(-1).body), JSON.parse(on.app.posted.at(-2).body));
  await on.picture(page, 'console webhooks', {fullPage: true});
}));

test('a call becomes a curl line, a rule and a case', on.play(async (t) => {
  const world = on.world();
  const {access_token} = await world.item();
  await world.plaid('/auth/get', {access_token});
  const page = await opened(t, world);
  await row(page, world, '/auth/get').getByTestId('journal-open').click();
  await page.getByTestId('call-make-rule').click();
  await page.getByTestId('rule-yaml').waitFor();
  await look(on, page, 'console rule');
  await page.getByTestId('rule-add').click();
  await page.getByTestId('toast').getByText(/rule|added/i).waitFor();
  await world.refused('/auth/get', {access_token});
  await page.getByTestId('nav-worlds').click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('world-case').click()]);
  assert.match(download.suggestedFilename(), /\.zip$/);
}));

test('the journal empty, and worlds', on.play(async (t) => {
  const page = await opened(t, on.world());
  await look(on, page, 'console empty');
}));

test('on a phone the filters fold, and say how many there are', on.play(async (t) => {
  const world = on.world();
  const {access_token} = await world.item();
  await world.plaid('/auth/get', {access_token});
  const page = await on.page(t, {context: {viewport: {width: 390, height: 844}}});
  await page.goto(`${on.tweed.url}/_tweed/`);
  await row(page, world, '/auth/get').waitFor();
  const path = page.getByTestId('journal-filter-path');
  assert.ok(await path.isHidden());
  await page.getByTestId('journal-filters').click();
  await path.fill('/auth/get');
  await row(page, world, '/item/public_token/exchange').waitFor({state: 'detached'});
  await row(page, world, '/auth/get').waitFor();
  assert.equal(await page.getByTestId('journal-filters').textContent(), 'Filters (1)');
  await look(on, page, 'console filters', {pictures: ['dark phone']});
}));

test('a scenario file is opened by a button that the keyboard reaches', on.play(async (t) => {
  const page = await opened(t, on.world(), 'scenario');
  await page.getByTestId('scenario-open').focus();
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Enter')]);
  await chooser.setFiles({name: 'mine.yaml', mimeType: 'application/yaml', buffer: Buffer.from('name: from a file\n')});
  await page.getByTestId('scenario-verdict').getByText('Good: 0 rules').waitFor();
  assert.equal(await page.getByTestId('scenario-text').inputValue(), 'name: from a file\n');
}));

test('a Tweed with a control token: the page asks, refuses a wrong one and works with the right one', on.play(async (t) => {
  const page = await on.page(t); // it closes before its Tweed does
  const tweed = await serve([], {TWEED_CONTROL_TOKEN: 'the right one'});
  t.after(() => tweed.stop());
  const bearer = (token) => fetch(`${tweed.url}/_tweed/worlds`, {headers: token ? {Authorization: `Bearer ${token}`} : {}});
  assert.equal((await bearer('')).status, 401);
  await page.goto(`${tweed.url}/_tweed/`);
  const dialog = page.getByTestId('token-dialog');
  await dialog.getByText('was started with TWEED_CONTROL_TOKEN').waitFor();
  assert.equal(await dialog.getByText('was refused').count(), 0);
  await look({...on, tweed, picture: on.picture}, page, 'console token', {pictures: []});
  await page.getByTestId('token-input').fill('a wrong one');
  await page.getByTestId('token-save').click();
  await dialog.getByText('That token was refused.').waitFor();
  assert.equal(await page.getByTestId('journal-list').locator('li').count(), 0);
  await page.getByTestId('token-input').fill('the right one');
  await page.getByTestId('token-save').click();
  await dialog.waitFor({state: 'detached'});
  await page.locator('[data-testid=connection].good').waitFor();
  await page.getByTestId('nav-clock').click();
  await page.getByTestId('clock-hour').click();
  await page.getByTestId('toast').getByText('Advanced 1h').waitFor();
  await page.reload(); // the tab still knows it
  await page.locator('[data-testid=clock-now][data-now]').waitFor();
  assert.equal(await dialog.count(), 0);
}));
