'use strict';

// A session from its opening to its end: ways to leave, update mode, OAuth, hosted Link, web views.

const assert = require('node:assert/strict');
const {test} = require('node:test');
const {plain} = require('./lib/app');
const {Dialog, exited, success, trail} = require('./lib/dialog');
const {bankOf, hash, opened} = require('./lib/open');
const {stage} = require('./lib/stage');

const on = stage({pages: (s) => ({'/': plain(s.tweed.url), '/oauth': plain(s.tweed.url), '/done': '<!doctype html><title>Done</title><p id="done">Back</p>'})});

const OAUTH = 'ins_127287';

test('Escape asks, and then leaves', on.play(async (t) => {
  const {page, link} = await bankOf(on, t, on.world());
  await link.pane('credentials');
  await page.keyboard.press('Escape');
  await link.get('exit-cancel').click();
  await link.pane('credentials');
  await page.keyboard.press('Escape');
  await link.get('exit-confirm').waitFor();
  await on.picture(page, 'leave');
  await link.press('exit-confirm');
  const {error, metadata, events} = await exited(page);
  assert.equal(error, null);
  assert.equal(metadata.status, 'requires_credentials');
  assert.deepEqual(metadata.institution, {name: 'First Platypus Bank', institution_id: 'ins_109508'});
  assert.deepEqual(trail(events).slice(-1), ['EXIT']);
  assert.equal(events.at(-1).metadata.exit_status, 'requires_credentials');
  assert.equal(await page.locator('iframe').isVisible(), false);
}));

test('the handler exits, opens again and is destroyed', on.play(async (t) => {
  const {page, link} = await opened(on, t, on.world());
  await link.pane('consent');
  await page.evaluate(() => handler.exit());
  await link.press('exit-confirm');
  await exited(page);
  await page.evaluate(() => handler.open());
  await link.pane('consent');
  await page.evaluate(() => handler.exit({force: true}));
  await page.waitForFunction(() => seen.exit.length === 2);
  await page.evaluate(() => handler.destroy());
  assert.equal(await page.locator('iframe').count(), 0);
}));

test('a link token that has expired ends in onExit', on.play(async (t) => {
  const world = on.world();
  const token = await world.linkToken();
  await world.control('POST', 'clock', {advance: '5h'});
  const page = await on.page(t);
  await page.goto(`${on.app.url}/${hash({token})}`);
  await page.locator('#open').click();
  const {error} = await exited(page);
  assert.deepEqual([error.error_type, error.error_code], ['INVALID_INPUT', 'INVALID_LINK_TOKEN']);
}));

test('a session that takes too long ends in onExit', on.play(async (t) => {
  const world = on.world();
  const {page, link} = await bankOf(on, t, world);
  await link.pane('credentials');
  await world.control('POST', 'clock', {advance: '31m'});
  await link.signIn();
  const {error} = await exited(page);
  assert.equal(error.error_code, 'INVALID_LINK_TOKEN');
}));

test('update mode repairs an Item that needs a new login', on.play(async (t) => {
  const world = on.world();
  const {access_token, item_id} = await world.item();
  await world.plaid('/sandbox/item/reset_login', {access_token});
  assert.equal(await world.refused('/auth/get', {access_token}), 'ITEM_LOGIN_REQUIRED');
  const {page, link} = await opened(on, t, world, {more: {access_token, products: undefined}});
  await link.pane('credentials');
  await on.picture(page, 'update mode');
  await link.signIn();
  await link.finish();
  const {events} = await success(page);
  assert.ok(events.every((one) => one.metadata.is_update_mode === 'true'), JSON.stringify(events[0]));
  const {item} = await world.plaid('/item/get', {access_token});
  assert.deepEqual([item.item_id, item.error], [item_id, null]);
  await world.plaid('/auth/get', {access_token});
}));

test('an OAuth institution opens its page beside Link', on.play(async (t) => {
  const world = on.world();
  const {page, link} = await bankOf(on, t, world, OAUTH);
  await link.pane('oauth');
  await on.picture(page, 'oauth');
  const [bank] = await Promise.all([page.waitForEvent('popup'), link.press('oauth-open')]);
  await bank.getByTestId('bank-approve').waitFor();
  await on.picture(bank, 'bank');
  await Promise.all([bank.waitForEvent('close'), bank.getByTestId('bank-approve').click()]);
  await link.finish();
  const {publicToken, metadata, events} = await success(page);
  assert.equal(metadata.institution.institution_id, OAUTH);
  assert.ok(trail(events).includes('OPEN_OAUTH') && trail(events).includes('TRANSITION_VIEW OAUTH'), trail(events).join());
  assert.equal((await world.fund(publicToken, metadata.accounts[0].id)).state, 'COMPLETE');
}));

for (const [button, code] of [['bank-deny', 'ACCESS_NOT_GRANTED'], ['bank-error', 'INSTITUTION_NOT_RESPONDING']]) {
  test(`an OAuth institution's ${button} is ${code}`, on.play(async (t) => {
    const {page, link} = await bankOf(on, t, on.world(), OAUTH);
    await link.pane('oauth');
    const [bank] = await Promise.all([page.waitForEvent('popup'), link.press('oauth-open')]);
    await bank.getByTestId(button).click();
    await link.error('error', code);
    await link.press('error-exit');
    const {error, events} = await exited(page);
    assert.equal(error.error_code, code);
    assert.ok(trail(events).some((name) => name === 'FAIL_OAUTH' || name === 'CLOSE_OAUTH'), trail(events).join());
  }));
}

test("on a touch screen the bank's page takes the app's place and leads back to it", on.play(async (t) => {
  const world = on.world();
  const redirect = `${on.app.url}/oauth`;
  const page = await on.page(t, {context: {hasTouch: true, isMobile: true, viewport: {width: 390, height: 844}}});
  const token = await world.linkToken({redirect_uri: redirect});
  await page.goto(`${on.app.url}/${hash({token})}`);
  await page.locator('#open').tap();
  const link = new Dialog(page);
  await link.consent();
  await link.choose(OAUTH);
  await link.pane('oauth');
  await on.picture(page, 'oauth phone');
  await link.press('oauth-open');
  await page.getByTestId('bank-approve').waitFor();
  await on.picture(page, 'bank phone');
  await page.getByTestId('bank-approve').tap();
  await page.waitForURL((url) => url.pathname === '/oauth' && url.searchParams.has('oauth_state_id'));
  await page.evaluate((t) => {
    make({token: t, receivedRedirectUri: location.href});
    handler.open();
  }, token);
  await link.finish();
  const {publicToken, metadata} = await success(page);
  assert.equal(metadata.institution.institution_id, OAUTH);
  assert.equal((await world.fund(publicToken, metadata.accounts[0].id)).state, 'COMPLETE');
}));

test('hosted Link tells the app by /link/token/get', on.play(async (t) => {
  const world = on.world();
  const made = await world.plaid('/link/token/create', {
    client_name: 'Hosted app', user: {client_user_id: 'user-1'}, products: ['auth'], country_codes: ['US'], language: 'en',
    hosted_link: {completion_redirect_uri: `${on.app.url}/done`},
  });
  const page = await on.page(t);
  await page.goto(made.hosted_link_url);
  const link = new Dialog(page, {whole: true});
  await link.pane('consent');
  await on.picture(page, 'hosted');
  await link.consent();
  await link.choose('ins_109508');
  await link.signIn();
  await link.account();
  await link.finish();
  await page.locator('#done').waitFor();
  const told = await world.plaid('/link/token/get', {link_token: made.link_token});
  const [result] = told.link_sessions[0].results.item_add_results;
  assert.equal((await world.fund(result.public_token, result.accounts[0].id)).state, 'COMPLETE');
}));

test('a web view sees plaidlink:// for each event and the end', on.play(async (t) => {
  const world = on.world();
  const page = await on.page(t);
  const seen = [];
  const session = await page.context().newCDPSession(page);
  await session.send('Page.enable');
  session.on('Page.frameRequestedNavigation', ({url}) => seen.push(new URL(url)));
  await page.goto(`${on.tweed.url}/link/v2/stable/link.html?isWebview=true&token=${await world.linkToken()}`);
  const link = new Dialog(page, {whole: true});
  // An app takes these navigations away; Chromium, which nobody does that for, drops clicks while it tries one.
  link.press = (testid) => link.get(testid).dispatchEvent('click');
  await link.consent();
  await link.choose('ins_109508');
  await link.signIn();
  await link.pane('accounts');
  await link.at.locator('[data-mask="0000"]').dispatchEvent('click');
  await link.press('accounts-submit');
  await link.finish();
  await link.get('final').waitFor();
  const of = (host) => seen.filter((url) => url.protocol === 'plaidlink:' && url.href.startsWith(`plaidlink://${host}`));
  while (of('connected').length === 0) await new Promise((done) => { session.once('Page.frameRequestedNavigation', done); });
  const [connected] = of('connected');
  assert.match(connected.searchParams.get('public_token'), /^public-sandbox-/);
  const [account] = JSON.parse(connected.searchParams.get('accounts'));
  assert.deepEqual(account.meta.number, '0000');
  assert.equal(connected.searchParams.get('institution_id'), 'ins_109508');
  assert.ok(of('event').some((url) => url.searchParams.get('event_name') === 'HANDOFF'));
  assert.equal((await world.fund(connected.searchParams.get('public_token'), account._id)).state, 'COMPLETE');
}));

test('a multiple selection of accounts', on.play(async (t) => {
  const world = on.world();
  const {page, link} = await bankOf(on, t, world, 'ins_109508', {more: {products: ['transactions']}});
  await link.signIn();
  await link.pane('accounts');
  await on.picture(page, 'accounts');
  const boxes = link.at.locator('[data-testid="link-card"] input[type=checkbox]');
  await boxes.first().check();
  await boxes.nth(1).check();
  await link.press('accounts-submit');
  await link.finish();
  const {metadata} = await success(page);
  assert.deepEqual(metadata.accounts.map((one) => one.mask), ['0000', '1111']);
}));

test("a link token's filters leave other accounts out", on.play(async (t) => {
  const {link} = await bankOf(on, t, on.world(), 'ins_109508', {more: {account_filters: {depository: {account_subtypes: ['savings']}}}});
  await link.signIn();
  await link.pane('accounts');
  assert.deepEqual(await link.at.locator('[data-mask]:not([disabled])').evaluateAll((all) => all.map((one) => one.dataset.mask)), ['1111']);
}));

test('manual numbers, and micro-deposits in update mode', on.play(async (t) => {
  const world = on.world();
  const {page, link} = await opened(on, t, world, {more: {auth: {same_day_microdeposits_enabled: true}}});
  await link.consent();
  await link.pane('institution');
  await link.press('institution-manual');
  await link.pane('numbers');
  await link.get('numbers-name').fill('Ada Lovelace');
  await link.get('numbers-routing').fill('110000000');
  await link.get('numbers-account').fill('1111222233330000');
  await link.get('numbers-account-again').fill('1111222233330000');
  await on.picture(page, 'numbers');
  await link.press('numbers-submit');
  await link.finish();
  const {publicToken, metadata} = await success(page);
  assert.equal(metadata.accounts[0].verification_status, 'pending_manual_verification');
  const {access_token} = await world.exchange(publicToken);
  const again = await opened(on, t, world, {more: {access_token, products: undefined}});
  await again.link.pane('micro_deposit');
  await on.picture(again.page, 'micro deposit');
  await again.link.get('micro-deposit-code').fill('ABC');
  await again.link.press('micro-deposit-submit');
  await again.link.finish();
  const done = await success(again.page);
  assert.equal(done.metadata.accounts[0].verification_status, 'manually_verified');
}));
