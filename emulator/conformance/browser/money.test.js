'use strict';

// The whole money path, from a click to a deposit: on the demo, and on an app's own page in each of Link's forms.

const assert = require('node:assert/strict');
const {test} = require('node:test');
const {html, plain, recorder} = require('./lib/app');
const {Dialog, success, trail} = require('./lib/dialog');
const {hash, keyForm} = require('./lib/open');
const {stage} = require('./lib/stage');

const on = stage({
  pages: (s) => ({
    '/': plain(s.tweed.url),
    '/embedded': html('<div id="bank"></div>', {
      head: `<script src="${s.tweed.url}/link/v2/stable/link-initialize.js"></script><script>${recorder}</script>`,
    }),
  }),
});

test("the guide's button for institutions leads to a settled deposit on the demo", on.play(async (t) => {
  const world = on.world();
  const page = await on.page(t);
  await page.goto(`${on.tweed.url}/_tweed/demo?world=${world.name}`);
  await page.getByTestId('link-button').click();
  const link = new Dialog(page);
  await link.consent();
  await link.choose('ins_109508');
  await link.signIn();
  await link.account('0000');
  await link.finish();
  await page.getByTestId('do-clock').click();
  await page.locator('body[data-walk=COMPLETE]').waitFor();
  assert.match(await page.getByTestId('status').textContent(), /settled: COMPLETE/);
  assert.match(await page.getByTestId('server-note').textContent(), /your server makes the calls/);
  for (const step of ['exchange', 'processor', 'login', 'relationship', 'deposit', 'approve', 'clock', 'login-again', 'settled']) {
    assert.equal(await page.getByTestId(`step-${step}`).getAttribute('data-state'), 'done', step);
  }
  assert.match(await page.getByTestId('reply-relationship').textContent(), /"status": "APPROVED"/);
  await on.picture(page, 'demo settled', {fullPage: true});
  const deposits = await (await world.login())('GET', 'transfers?account=3TW05057');
  assert.deepEqual(deposits.map((one) => one.state), ['COMPLETE']);
}));

test("the guide's button for Bank of America begins at its sign-in", on.play(async (t) => {
  const world = on.world();
  const page = await on.page(t);
  await page.goto(`${on.tweed.url}/_tweed/demo?world=${world.name}`);
  await page.getByTestId('bofa-button').click();
  const link = new Dialog(page);
  await link.signIn();
  await link.account('0000');
  await link.finish();
  await page.getByTestId('do-clock').click();
  await page.locator('body[data-walk=COMPLETE]').waitFor();
  assert.match(await page.getByTestId('result-link').textContent(), /"name": "Bank of America"/);
}));

test('a call that a rule fails stops the demo, which goes on when it is tried again', on.play(async (t) => {
  const world = on.world();
  await world.control('POST', 'rules', 'call: /processor/apex/processor_token/create\ntimes: 1\nthen: {error: ITEM_LOGIN_REQUIRED}\n');
  const page = await on.page(t);
  await page.goto(`${on.tweed.url}/_tweed/demo?world=${world.name}`);
  await page.getByTestId('bofa-button').click();
  const link = new Dialog(page);
  await link.signIn();
  await link.account('0000');
  await link.finish();
  await page.getByTestId('again-processor').waitFor();
  assert.equal(await page.getByTestId('chip-processor').textContent(), 'ITEM_LOGIN_REQUIRED');
  await on.picture(page, 'demo failed call', {fullPage: true});
  await page.getByTestId('again-processor').click();
  await page.getByTestId('do-clock').waitFor();
}));

test('a link token on an app of another origin', on.play(async (t) => {
  const world = on.world();
  const page = await on.page(t);
  await page.goto(on.app.url + '/' + hash({token: await world.linkToken()}));
  await page.locator('#open').click();
  const link = new Dialog(page);
  await link.consent();
  await link.choose('ins_109508');
  await link.signIn();
  await link.account('0000');
  await link.finish();
  const {publicToken, metadata, events} = await success(page);
  assert.match(publicToken, /^public-sandbox-/);
  assert.deepEqual(metadata.institution, {name: 'First Platypus Bank', institution_id: 'ins_109508'});
  assert.equal(metadata.accounts.length, 1);
  const {id, ...rest} = metadata.accounts[0];
  assert.equal(rest.mask, '0000');
  assert.deepEqual(Object.keys(metadata.accounts[0]).sort(), ['class_type', 'id', 'mask', 'name', 'subtype', 'type', 'verification_status']);
  assert.ok('transfer_status' in metadata && metadata.link_session_id);
  assert.deepEqual(trail(events), [
    'OPEN', 'TRANSITION_VIEW CONSENT', 'TRANSITION_VIEW SELECT_INSTITUTION', 'SELECT_INSTITUTION', 'TRANSITION_VIEW CREDENTIAL',
    'SUBMIT_CREDENTIALS', 'TRANSITION_VIEW LOADING', 'TRANSITION_VIEW SELECT_ACCOUNT', 'TRANSITION_VIEW LOADING',
    'TRANSITION_VIEW CONNECTED', 'HANDOFF',
  ]);
  for (const {name, metadata: of} of events) {
    assert.equal(of.link_session_id, metadata.link_session_id, name);
    assert.match(of.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, name);
    assert.ok('request_id' in of && 'view_name' in of && 'mfa_type' in of && 'exit_status' in of, name);
  }
  assert.equal((await world.fund(publicToken, id)).state, 'COMPLETE');
}));

test("the guide's key form gives the account's id", on.play(async (t) => {
  const world = on.world();
  const page = await on.page(t);
  await page.goto(on.app.url + '/' + hash(keyForm(world)));
  await page.waitForFunction(() => seen.loads === 1);
  const institutions = await page.evaluate(() => window.handler.institutions);
  assert.deepEqual(institutions.filter((one) => one.id === 'ins_1').map((one) => [one.name, one.auth]), [['Bank of America', true]]);
  await page.evaluate(() => window.handler.open('ins_1'));
  const link = new Dialog(page);
  await link.signIn();
  await link.account('0000');
  await link.finish();
  const {publicToken, metadata} = await success(page);
  assert.equal(metadata.institution.institution_id, 'ins_1');
  assert.equal(metadata.account.id, metadata.account_id);
  assert.equal((await world.fund(publicToken, metadata.account_id)).state, 'COMPLETE');
}));

for (const file of ['link/stable', 'link/v2/stable']) {
  test(`the data-attribute form with ${file} submits its form`, on.play(async (t) => {
    const world = on.world();
    on.app.pages[`/form/${file}`] = html(`<form id="f" method="POST" action="/linked"></form>
      <script src="${on.tweed.url}/${file}/link-initialize.js" data-client-name="Form app" data-form-id="f" data-key="${world.key}"
        data-product="auth" data-env="sandbox" data-select-account="true"></script>`);
    on.app.pages['/linked'] = html('<p id="linked">Thank you</p>');
    const page = await on.page(t);
    await page.goto(`${on.app.url}/form/${file}`);
    await page.locator('#plaid-link-button').click();
    const link = new Dialog(page);
    await link.consent();
    await link.choose('ins_109508');
    await link.signIn();
    await link.account('1111');
    await link.finish();
    await page.locator('#linked').waitFor();
    const sent = new URLSearchParams(on.app.posted.at(-1).body);
    assert.equal((await world.fund(sent.get('public_token'), sent.get('account_id'))).state, 'COMPLETE');
  }));
}

test('embedded Link stands in the page and fills the window after a bank was chosen', on.play(async (t) => {
  const world = on.world();
  const page = await on.page(t);
  await page.goto(`${on.app.url}/embedded`);
  await page.evaluate((token) => {
    window.embedded = Plaid.createEmbedded({token, ...callbacks}, document.getElementById('bank'));
  }, await world.linkToken());
  const frame = page.locator('#bank iframe');
  const link = new Dialog(page);
  await link.consent();
  await link.pane('institution');
  assert.ok((await frame.boundingBox()).height < page.viewportSize().height);
  await on.picture(page, 'embedded');
  await link.choose('ins_109508');
  await link.pane('credentials');
  const whole = await frame.boundingBox();
  assert.deepEqual([whole.width, whole.height], Object.values(page.viewportSize()));
  await link.signIn();
  await link.account('0000');
  await link.finish();
  const {publicToken, metadata} = await success(page);
  assert.equal((await world.fund(publicToken, metadata.accounts[0].id)).state, 'COMPLETE');
  await page.evaluate(() => window.embedded.destroy());
  assert.equal(await page.locator('iframe').count(), 0);
}));

test('the keyboard alone leads through the money path', on.play(async (t) => {
  const world = on.world();
  const page = await on.page(t);
  await page.goto(`${on.tweed.url}/_tweed/demo?world=${world.name}`);
  const keyboard = page.keyboard;
  // Tab until the element that has the focus, in whichever frame, has the name.
  const tabTo = async (testid, key = 'Tab') => {
    for (let i = 0; i < 40; i++) {
      await keyboard.press(key);
      const focused = await Promise.all(page.frames().map((frame) =>
        frame.evaluate(() => document.hasFocus() && document.activeElement?.dataset?.testid).catch(() => null)));
      if (focused.includes(testid)) return;
    }
    assert.fail(`${testid} was not reached by ${key}`);
  };
  const link = new Dialog(page);
  await tabTo('link-button');
  await keyboard.press('Enter');
  await link.pane('consent');
  await tabTo('consent-continue');
  await keyboard.press('Enter');
  await link.pane('institution');
  await tabTo('institution-search');
  await keyboard.type('First Platypus Bank');
  await link.get('institution-ins_109508').waitFor();
  await tabTo('institution-ins_109508', 'ArrowDown');
  await keyboard.press('Enter');
  await link.pane('credentials');
  await tabTo('credentials-username');
  await keyboard.type('user_good');
  await keyboard.press('Tab');
  await keyboard.type('pass_good');
  await keyboard.press('Enter');
  await link.pane('accounts');
  const first = await link.at.locator('[data-testid="link-card"] input[type=radio]').first().getAttribute('data-testid');
  await tabTo(first);
  await keyboard.press('Space');
  await tabTo('accounts-submit');
  await keyboard.press('Enter');
  await link.pane('connected');
  await tabTo('connected-continue');
  await keyboard.press('Enter');
  await page.getByTestId('do-clock').waitFor();
  await tabTo('do-clock');
  await keyboard.press('Enter');
  await page.locator('body[data-walk=COMPLETE]').waitFor();
}));
