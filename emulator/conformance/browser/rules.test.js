'use strict';

// What a rule or a flag makes a page meet: ends of Link that a scenario decides, an answer that is lost, a console that
// asks for a token.

const assert = require('node:assert/strict');
const {test} = require('node:test');
const {plain} = require('./lib/app');
const {Dialog, exited, success} = require('./lib/dialog');
const {look} = require('./lib/look');
const {bankOf, hash, keyForm} = require('./lib/open');
const {stage} = require('./lib/stage');

const TOKEN = 'a-token-of-this-test';

const on = stage({pages: (s) => ({'/': plain(s.tweed.url)})});
const locked = stage({args: ['--control-token', TOKEN], browser: false});

test('a rule at link: ends a good session with an error', on.play(async (t) => {
  const world = on.world();
  await world.control('POST', 'rules', 'link: success\ntimes: 1\nthen: {exit: INSTITUTION_DOWN}\n');
  const {page, link} = await bankOf(on, t, world);
  await link.signIn();
  await link.account();
  await link.finish();
  const {error, metadata} = await exited(page);
  assert.equal(error.error_code, 'INSTITUTION_DOWN');
  assert.equal(metadata.institution.institution_id, 'ins_109508');
}));

test('a rule at link: leaves account_id out of what the page gets', on.play(async (t) => {
  const world = on.world();
  await world.control('POST', 'rules', 'link: success\nthen: {omit: [account_id]}\n');
  const page = await on.page(t);
  await page.goto(`${on.app.url}/${hash(keyForm(world))}`);
  await page.locator('#open').click();
  const link = new Dialog(page);
  await link.consent();
  await link.choose('ins_109508');
  await link.signIn();
  await link.account();
  await link.finish();
  const {metadata} = await success(page);
  assert.ok(!('account_id' in metadata), JSON.stringify(metadata));
  assert.equal(metadata.account.mask, '0000');
}));

test('an answer that is lost can be asked for again', on.play(async (t) => {
  const world = on.world();
  const {page, link} = await bankOf(on, t, world);
  await link.pane('credentials');
  await world.control('POST', 'rules', 'call: /link/v2/stable/session/step\ntimes: 1\nthen: {status: 503, body: {error_code: TWEED_TEST}}\n');
  await link.signIn();
  await link.pane('failure');
  await look(on, page, 'failure', {pictures: ['light desk']});
  await link.press('failure-retry');
  await link.account();
  await link.finish();
  await success(page);
}));

test('the console asks for the token that the control API wants', on.play(async (t) => {
  const page = await on.page(t);
  await page.goto(`${locked.tweed.url}/_tweed/`);
  await page.getByTestId('token-input').fill('another one');
  await page.getByTestId('token-save').click();
  await page.getByTestId('token-input').fill(TOKEN);
  await look(on, page, 'control token', {pictures: ['light desk'], frames: (frame) => frame === page.mainFrame()});
  await page.getByTestId('token-save').click();
  await page.getByTestId('token-dialog').waitFor({state: 'detached'});
  await page.getByTestId('nav-clock').click();
  await page.getByTestId('world-select').waitFor();
  assert.equal((await fetch(`${locked.tweed.url}/_tweed/worlds`)).status, 401);
}));
