'use strict';

// What goes wrong on the way through Link, and what the bank asks besides the credentials.

const assert = require('node:assert/strict');
const {test} = require('node:test');
const {plain} = require('./lib/app');
const {exited, success, trail} = require('./lib/dialog');
const {bankOf, opened} = require('./lib/open');
const {stage} = require('./lib/stage');

const on = stage({pages: (s) => ({'/': plain(s.tweed.url)})});

// One password of each family, the pane that tells of it, and the status of the exit that follows.
const errors = [
  ['INVALID_CREDENTIALS', 'ITEM_ERROR', 'credentials'],
  ['INSUFFICIENT_CREDENTIALS', 'ITEM_ERROR', 'credentials'],
  ['ITEM_LOCKED', 'ITEM_ERROR', 'error'],
  ['ITEM_NOT_SUPPORTED', 'ITEM_ERROR', 'error'],
  ['NO_ACCOUNTS', 'ITEM_ERROR', 'error'],
  ['MFA_NOT_SUPPORTED', 'ITEM_ERROR', 'error'],
  ['USER_SETUP_REQUIRED', 'ITEM_ERROR', 'error'],
  ['INSTITUTION_DOWN', 'INSTITUTION_ERROR', 'error'],
  ['INSTITUTION_NOT_RESPONDING', 'INSTITUTION_ERROR', 'error'],
  ['INSTITUTION_NO_LONGER_SUPPORTED', 'INSTITUTION_ERROR', 'error'],
  ['INTERNAL_SERVER_ERROR', 'API_ERROR', 'error'],
];

for (const [code, type, pane] of errors) {
  test(`the password error_${code} shows the error and tells it to the app`, on.play(async (t) => {
    const world = on.world();
    const {page, link} = await bankOf(on, t, world);
    await link.signIn('user_good', `error_${code}`);
    await link.error(pane, code);
    if (pane === 'error') await link.press('error-exit');
    else await link.close();
    const {error, metadata, events} = await exited(page);
    const told = events.find((one) => one.name === 'ERROR');
    assert.deepEqual([told.metadata.error_type, told.metadata.error_code], [type, code]);
    assert.ok(told.metadata.error_message);
    assert.deepEqual([error.error_type, error.error_code], [type, code]);
    assert.deepEqual(Object.keys(error).sort(), ['display_message', 'error_code', 'error_message', 'error_type']);
    assert.deepEqual(Object.keys(metadata).sort(), ['institution', 'link_session_id', 'request_id', 'status']);
    assert.equal(metadata.institution.institution_id, 'ins_109508');
    const last = events.at(-1);
    assert.equal(last.name, 'EXIT');
    assert.deepEqual([last.metadata.error_code, last.metadata.exit_status], [code, metadata.status]);
    if (pane === 'error') assert.ok(trail(events).includes('TRANSITION_VIEW ERROR'), trail(events).join());
  }));
}

test('INVALID_LINK_TOKEN as a password ends Link', on.play(async (t) => {
  const {page, link} = await bankOf(on, t, on.world());
  await link.signIn('user_custom', '{"force_error": "INVALID_LINK_TOKEN"}');
  const {error} = await exited(page);
  assert.equal(error.error_code, 'INVALID_LINK_TOKEN');
}));

test('a wrong password, then the right one', on.play(async (t) => {
  const world = on.world();
  const {page, link} = await bankOf(on, t, world);
  await link.signIn('user_good', 'wrong');
  await link.error('credentials', 'INVALID_CREDENTIALS');
  assert.equal(await link.get('credentials-username').inputValue(), 'user_good');
  assert.equal(await link.get('credentials-password').inputValue(), '');
  await on.picture(page, 'wrong password');
  await link.signIn();
  await link.account();
  await link.finish();
  const {publicToken, metadata, events} = await success(page);
  assert.equal(events.filter((one) => one.name === 'SUBMIT_CREDENTIALS').length, 2);
  assert.equal((await world.fund(publicToken, metadata.accounts[0].id)).state, 'COMPLETE');
}));

test('too many wrong passwords end Link with INVALID_LINK_TOKEN', on.play(async (t) => {
  const {page, link} = await bankOf(on, t, on.world());
  for (let i = 0; i < 10 && await page.evaluate(() => seen.exit.length === 0); i++) {
    await link.signIn('user_good', `wrong ${i}`);
    await page.waitForFunction((n) => seen.exit.length > 0 || seen.events.filter((one) => one.name === 'ERROR').length > n, i);
  }
  const {error} = await exited(page);
  assert.equal(error.error_code, 'INVALID_LINK_TOKEN');
}));

test('an institution that is down: another one is chosen', on.play(async (t) => {
  const world = on.world();
  const {page, link} = await bankOf(on, t, world, 'ins_132361');
  await link.error('error', 'INSTITUTION_DOWN');
  await on.picture(page, 'institution down');
  await link.press('error-retry');
  await link.choose('ins_109508');
  await link.signIn();
  await link.account();
  await link.finish();
  const {metadata, events} = await success(page);
  assert.equal(metadata.institution.institution_id, 'ins_109508');
  assert.ok(events.some((one) => one.name === 'SELECT_DOWN_INSTITUTION'), trail(events).join());
}));

test('an institution that is degraded works', on.play(async (t) => {
  const {page, link} = await bankOf(on, t, on.world(), 'ins_132363');
  await link.signIn();
  await link.account();
  await link.finish();
  const {events} = await success(page);
  assert.ok(events.some((one) => one.name === 'SELECT_DEGRADED_INSTITUTION'), trail(events).join());
}));

test('an institution that Link does not support', on.play(async (t) => {
  const {page, link} = await opened(on, t, on.world());
  await link.consent();
  await link.pane('institution');
  await link.get('institution-search').fill('unsupported');
  await link.press('institution-ins_133402');
  await link.error('error', 'PRODUCTS_NOT_SUPPORTED');
  await link.press('error-exit');
  assert.equal((await exited(page)).metadata.status, 'institution_not_supported');
}));

test('a step that a rule delays shows that it is on its way', on.play(async (t) => {
  const world = on.world();
  await world.control('POST', 'rules', 'call: /link/v2/stable/session/step\nwhere: {action: credentials}\ntimes: 1\nthen: {delay: 1s}\n');
  const {page, link} = await bankOf(on, t, world);
  await Promise.all([link.get('link-loading').waitFor(), link.signIn()]);
  await link.account();
  await link.finish();
  await success(page);
}));

test('the password later_ITEM_LOGIN_REQUIRED lets Link succeed and fails the next call of the app', on.play(async (t) => {
  const world = on.world();
  const {page, link} = await bankOf(on, t, world);
  await link.signIn('user_good', 'later_ITEM_LOGIN_REQUIRED');
  await link.account();
  await link.finish();
  const {publicToken} = await success(page);
  const {access_token} = await world.exchange(publicToken);
  assert.equal(await world.refused('/auth/get', {access_token}), 'ITEM_LOGIN_REQUIRED');
}));

test('user_returns has accounts that say what becomes of their deposits', on.play(async (t) => {
  const world = on.world();
  const {page, link} = await bankOf(on, t, world);
  await link.signIn('user_returns');
  await link.pane('accounts');
  await on.picture(page, 'user returns');
  await link.at.locator('[data-name*="R01"]').check();
  await link.press('accounts-submit');
  await link.finish();
  const {publicToken, metadata} = await success(page);
  assert.equal((await world.fund(publicToken, metadata.accounts[0].id)).state, 'RETURNED');
}));

test('steps that were done and whose answers were lost are not done twice by "Try again"', on.play(async (t) => {
  const world = on.world();
  const actions = ['continue', 'institution', 'credentials', 'mfa', 'accounts'];
  await world.control('POST', 'rules', `call: /link/v2/stable/session/step\nwhere: {action: [${actions.join(', ')}]}\nthen: {fault: truncate}\n`);
  const {page, link} = await opened(on, t, world, {page: await on.page(t, {wrong: true})}); // the browser tells of each lost answer
  const again = async () => {
    await link.error('failure', 'TWEED_UNREACHABLE');
    await link.press('failure-retry');
  };
  await link.consent();
  await again();
  await link.choose('ins_109508');
  await again();
  await link.signIn('user_good', 'mfa_device');
  await again();
  await link.pane('mfa');
  await link.at.locator('input[type=radio]').first().check();
  await link.press('mfa-submit');
  await again();
  await link.get('mfa-code').fill('1234');
  await link.press('mfa-submit');
  await again();
  await link.account();
  await again();
  await link.finish();
  await again();
  const {publicToken, metadata} = await success(page);
  assert.equal((await world.fund(publicToken, metadata.accounts[0].id)).state, 'COMPLETE');
  const {calls} = await world.good('GET', `/_tweed/journal?world=${world.name}&path=/link/v2/stable/session/step`);
  const made = calls.map((call) => JSON.parse(call.request).action);
  assert.deepEqual(made.filter((action) => action !== 'look'), ['continue', 'institution', 'credentials', 'mfa', 'mfa', 'accounts', 'continue']);
}));

test('a step that was not done is done by "Try again"', on.play(async (t) => {
  const world = on.world();
  await world.control('POST', 'rules', 'call: /link/v2/stable/session/step\nwhere: {action: credentials}\ntimes: 1\nthen: {error: INTERNAL_SERVER_ERROR}\n');
  const {page, link} = await bankOf(on, t, world);
  await link.signIn();
  await link.error('failure', 'INTERNAL_SERVER_ERROR');
  await link.press('failure-retry');
  await link.account();
  await link.finish();
  const {events} = await success(page);
  assert.equal(events.filter((one) => one.name === 'SUBMIT_CREDENTIALS').length, 1);
}));

test('a rule at link: success takes the account_id away from onSuccess', on.play(async (t) => {
  const world = on.world();
  await world.control('POST', 'rules', 'link: success\ntimes: 1\nthen: {omit: [account_id]}\n');
  for (const there of [false, true]) {
    const {page, link} = await bankOf(on, t, world);
    await link.signIn();
    await link.account();
    await link.finish();
    const {publicToken, metadata} = await success(page);
    assert.equal('account_id' in metadata, there);
    assert.equal(metadata.accounts.length, 1);
    assert.equal((await world.fund(publicToken, metadata.accounts[0].id)).state, 'COMPLETE');
  }
}));

test('a rule at link: success ends Link in onExit with an error and a status', on.play(async (t) => {
  const world = on.world();
  await world.control('POST', 'rules', 'link: success\nthen: {exit: {error: INSTITUTION_DOWN, status: requires_code}}\n');
  const {page, link} = await bankOf(on, t, world);
  await link.signIn();
  await link.account();
  await link.finish();
  const {error, metadata, events} = await exited(page);
  assert.deepEqual([error.error_type, error.error_code], ['INSTITUTION_ERROR', 'INSTITUTION_DOWN']);
  assert.ok(error.error_message);
  assert.deepEqual([metadata.status, metadata.institution.institution_id], ['requires_code', 'ins_109508']);
  assert.ok(!trail(events).includes('HANDOFF'), trail(events).join());
  const last = events.at(-1);
  assert.deepEqual([last.name, last.metadata.error_code, last.metadata.exit_status], ['EXIT', 'INSTITUTION_DOWN', 'requires_code']);
}));

test('a rule at link: exit gives an error to onExit where the user has left', on.play(async (t) => {
  const world = on.world();
  await world.control('POST', 'rules', 'link: exit\nthen: {exit: {error: ITEM_LOCKED}}\n');
  const {page, link} = await bankOf(on, t, world);
  await link.pane('credentials');
  await link.close();
  const {error, metadata} = await exited(page);
  assert.equal(error.error_code, 'ITEM_LOCKED');
  assert.equal(metadata.status, 'requires_credentials');
}));

// asked is a dialog at its MFA, whose first answer is wrong where there is one.
async function asked(t, password) {
  const world = on.world();
  const {page, link} = await bankOf(on, t, world);
  await link.signIn('user_good', password);
  await link.pane('mfa');
  return {page, link};
}

// through ends Link, and holds what was told of the MFA against its kinds.
async function through(page, link, kinds) {
  await link.account();
  await link.finish();
  const {events} = await success(page);
  assert.deepEqual(events.filter((one) => one.name === 'SUBMIT_MFA').map((one) => one.metadata.mfa_type), kinds);
  assert.ok(trail(events).includes('TRANSITION_VIEW MFA'));
}

test('MFA by device: a list, a wrong code, then the right one', on.play(async (t) => {
  const {page, link} = await asked(t, 'mfa_device');
  await on.picture(page, 'mfa devices');
  await link.at.locator('input[type=radio]').first().check();
  await link.press('mfa-submit');
  await link.get('mfa-code').fill('0000');
  await link.press('mfa-submit');
  await link.error('mfa', 'INVALID_MFA');
  await link.get('mfa-code').fill('1234');
  await on.picture(page, 'mfa code wrong');
  await link.press('mfa-submit');
  await through(page, link, ['device', 'code', 'code']);
}));

test('MFA by questions, two rounds of two', on.play(async (t) => {
  const {page, link} = await asked(t, 'mfa_questions_2_2');
  for (const round of [0, 1]) {
    await link.at.getByText(`question_${round}_0`).waitFor();
    await link.get('mfa-answer-0').fill(`answer_${round}_0`);
    await link.get('mfa-answer-1').fill(`answer_${round}_1`);
    if (round === 0) await on.picture(page, 'mfa questions');
    await link.press('mfa-submit');
  }
  await through(page, link, ['questions', 'questions']);
}));

test('MFA by selections', on.play(async (t) => {
  const {page, link} = await asked(t, 'mfa_selections');
  await link.at.getByText('tomato', {exact: true}).first().click();
  await link.at.getByText('ketchup', {exact: true}).first().click();
  await on.picture(page, 'mfa selections');
  await link.press('mfa-submit');
  await through(page, link, ['selections']);
}));

test('a question that is not answered stays on its pane', on.play(async (t) => {
  const {link} = await asked(t, 'mfa_questions_1_1');
  await link.press('mfa-submit');
  await link.at.getByRole('alert').waitFor();
  await link.pane('mfa');
}));
