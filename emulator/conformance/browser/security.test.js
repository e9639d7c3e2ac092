'use strict';

// What pages of others cannot do, and what texts of users do not do.

const assert = require('node:assert/strict');
const {test} = require('node:test');
const {html, plain} = require('./lib/app');
const {Dialog, success} = require('./lib/dialog');
const {bankOf, opened} = require('./lib/open');
const {launch, stage} = require('./lib/stage');

const on = stage({
  pages: (s) => ({
    '/': plain(s.tweed.url),
    '/bare': html('<p>A page of somebody else</p>'),
    '/noisy': plain(s.tweed.url, '<script>addEventListener("message", (e) => { if (e.data === "last") e.ports[0].postMessage("heard"); });</script><iframe src="/noise" title="Somebody else" width="10" height="10"></iframe>'),
    '/noise': html('<p>noise</p>'),
  }),
});

const corpus = [
  '<img src=x onerror="top.__xss=1;alert(1)">',
  '"><script>top.__xss=1;alert(2)</script>',
  "'-alert(3)-'",
  '<svg/onload=top.__xss=1>',
  'javascript:top.__xss=1',
  '${top.__xss=1}{{constructor.constructor("top.__xss=1")()}}',
  '</textarea></pre></title><iframe srcdoc="<script>top.__xss=1</script>">',
];
const all = corpus.join(' ');

// untouched holds that no text has become more than a text, in any frame.
async function untouched(page) {
  for (const frame of page.frames()) {
    const state = await frame.evaluate(() => ({
      touched: window.__xss, foreign: document.querySelectorAll('img[onerror], svg[onload], iframe[srcdoc]').length, refused: window.__refused,
    }));
    assert.deepEqual(state, {touched: undefined, foreign: 0, refused: []}, frame.url());
  }
}

async function watched(t, options) {
  const page = await on.page(t, options);
  await page.context().addInitScript(() => {
    window.__refused = [];
    addEventListener('securitypolicyviolation', (event) => window.__refused.push(`${event.violatedDirective} ${event.blockedURI}`));
  });
  return page;
}

// custom is the password of user_custom with accounts of these names.
const custom = (names) => JSON.stringify({
  override_accounts: names.map((name, i) => ({
    type: 'depository', subtype: i % 2 ? 'savings' : 'checking', starting_balance: 1000, meta: {name, official_name: name, mask: String(1000 + i)},
    identity: {names: [name]},
  })),
});

// A scenario cannot make institutions; a rule can rename them in an answer.
test('names of institutions in Link', on.play(async (t) => {
  const world = on.world();
  const step = (action, set) => world.control('POST', 'rules', JSON.stringify({
    call: '/link/v2/stable/session/step', where: {action}, then: {patch: {set}},
  }));
  await step('continue', {'/pane/institutions/0/name': all});
  await step('institution', {'/institution/name': all, '/institution/primary_color': 'red;}</style><script>top.__xss=1</script>'});
  const page = await watched(t);
  const {link} = await opened(on, t, world, {page});
  await link.consent();
  await link.pane('institution');
  await link.at.getByText(all).first().waitFor();
  await untouched(page);
  await link.choose('ins_109508');
  await link.pane('credentials');
  await link.at.getByText(all).first().waitFor();
  await untouched(page);
}));

test('names of accounts and of the app in Link', on.play(async (t) => {
  const world = on.world();
  const page = await watched(t);
  const name = '<img src=x onerror="top.__xss=1">';
  const {link} = await bankOf(on, t, world, 'ins_109508', {page, more: {client_name: name}});
  await link.signIn('user_custom', custom(corpus));
  await link.pane('accounts');
  assert.equal(await link.at.locator('[data-mask="1000"]').getAttribute('data-name'), corpus[0]);
  await link.at.getByText(corpus[0]).first().waitFor();
  await untouched(page);
  await on.picture(page, 'xss accounts');
  await link.account('1000');
  await link.pane('connected');
  await untouched(page);
  await link.finish();
  const {metadata} = await success(page);
  assert.equal(metadata.accounts[0].name, corpus[0]);
}));

test('what a user types for institutions, names and answers', on.play(async (t) => {
  const page = await watched(t);
  const {link} = await opened(on, t, on.world(), {page});
  await link.consent();
  await link.pane('institution');
  await link.get('institution-search').fill(corpus[0] + corpus[1]);
  await link.get('institution-count').getByText('No institution').waitFor();
  await untouched(page);
  await link.get('institution-search').fill('First Platypus');
  await link.get('institution-ins_109508').waitFor();
  await link.press('institution-ins_109508');
  await link.signIn(corpus[0], corpus[1]);
  await link.error('credentials', 'INVALID_CREDENTIALS');
  await untouched(page);
}));

test('account names on the demo', on.play(async (t) => {
  const page = await watched(t);
  await page.goto(`${on.tweed.url}/_tweed/demo?world=${on.world().name}`);
  await page.getByTestId('bofa-button').click();
  const link = new Dialog(page);
  await link.signIn('user_custom', custom(corpus));
  await link.account('1000');
  await link.finish();
  await page.getByTestId('do-clock').waitFor();
  await page.getByTestId('result-link').getByText('onerror').waitFor();
  await untouched(page);
  await page.goto(`${on.tweed.url}/_tweed/demo?world=${encodeURIComponent(corpus[3].replaceAll(' ', ''))}`);
  await page.getByTestId('world').getByText('svg').waitFor();
  await untouched(page);
}));

test('the console shows what anybody has written as text', on.play(async (t) => {
  const world = on.world();
  await world.control('PUT', 'scenario', `name: ${JSON.stringify(all)}\nabout: ${JSON.stringify(all)}\n`);
  const {access_token} = await world.item({options: {override_username: 'user_custom', override_password: custom(corpus)}});
  await world.control('POST', 'rules', {name: corpus[0], call: '/auth/get', times: 1, then: {error: 'ITEM_LOCKED'}});
  await world.refused('/auth/get', {access_token});
  await world.send('POST', '/link/token/create', world.keys({client_name: all, user: {client_user_id: all}, products: [all], country_codes: ['US'], language: all}), {'X-Note': '<svg/onload=top.__xss=1>'});
  await world.send('POST', `/${encodeURIComponent(corpus[0])}`, world.keys({[all]: all}));
  await fetch(`${on.tweed.url}/_tweed/worlds/${encodeURIComponent(corpus[3].replaceAll(' ', ''))}`);

  const page = await watched(t);
  await page.goto(`${on.tweed.url}/_tweed/`);
  await page.getByTestId('world-select').selectOption(world.name);
  for (const part of ['journal', 'fail', 'worlds', 'clock', 'scenario']) {
    await page.getByTestId(`nav-${part}`).click();
    await page.locator(`[data-testid=nav-${part}][aria-current]`).waitFor();
    if (part === 'journal') {
      await page.getByTestId('journal-row').nth(3).waitFor();
      for (const open of (await page.getByTestId('journal-open').all()).slice(0, 4)) {
        await open.click();
        await page.getByTestId('call-detail').waitFor();
        await untouched(page);
      }
    }
    if (part === 'worlds') {
      await page.getByTestId('item-row').getByText(corpus[0]).first().waitFor();
      await on.picture(page, 'xss console worlds', {fullPage: true});
    }
    if (part === 'scenario') await page.getByTestId('scenario-verdict').getByText('Good').waitFor();
    await untouched(page);
  }
}));

// tried is what a page of another origin gets when it calls the control API in each way that a page has.
async function tried(page, tweed, world) {
  return page.evaluate(async ([url, name]) => {
    const rules = `${url}/_tweed/worlds/${name}/rules`;
    const rule = 'call: /auth/get\nthen: {error: ITEM_LOCKED}\n';
    const got = {};
    const ask = async (what, address, init) => {
      try {
        const response = await fetch(address, init);
        got[what] = `${response.type} ${response.status} ${(await response.text()).length}`;
      } catch {
        got[what] = 'nothing';
      }
    };
    for (const mode of ['cors', 'no-cors', 'same-origin']) {
      await ask(`read ${mode}`, `${url}/_tweed/worlds`, {mode});
      await ask(`write ${mode}`, rules, {mode, method: 'POST', body: rule, headers: {'Content-Type': 'text/plain'}});
    }
    await ask('write json', rules, {method: 'POST', body: rule, headers: {'Content-Type': 'application/json'}});
    await ask('delete', `${url}/_tweed/worlds/${name}`, {method: 'DELETE'});
    got.beacon = navigator.sendBeacon(rules, rule);
    got.events = await new Promise((done) => {
      const source = new EventSource(`${url}/_tweed/journal?follow=true`);
      source.onopen = () => done('opened');
      source.onerror = () => { source.close(); done('nothing'); };
    });
    const load = (tag, address) => new Promise((done) => {
      const node = document.createElement(tag);
      node.onload = () => done('loaded');
      node.onerror = () => done('nothing');
      node.src = address;
      document.body.append(node);
    });
    got.script = await load('script', `${url}/_tweed/console/main.js`);
    got.image = await load('img', `${url}/_tweed/console/tweed.svg`);
    return got;
  }, [tweed, world]);
}

for (const host of ['127.0.0.1', 'localhost']) {
  test(`a page on another port of ${host} cannot read or write the control API`, on.play(async (t) => {
    const world = on.world();
    const {access_token} = await world.item();
    const page = await on.page(t, {wrong: true}); // the browser complains, as it should
    const origin = on.app.url.replace('127.0.0.1', host);
    await page.goto(`${origin}/bare`);
    const got = await tried(page, on.tweed.url, world.name);
    for (const [what, answer] of Object.entries(got)) {
      if (what === 'beacon') continue;
      assert.ok(answer === 'nothing' || /^opaque 0 0$/.test(answer), `${what}: ${answer}`);
    }

    // A form is sent with the reader's own consent to leave the page: it must not write either.
    const [answered] = await Promise.all([page.waitForNavigation(), page.evaluate((action) => {
      const form = Object.assign(document.createElement('form'), {method: 'POST', action, enctype: 'text/plain'});
      form.append(Object.assign(document.createElement('input'), {name: 'call: /auth/get\nthen: {error: ITEM_LOCKED}\n#', value: ''}));
      document.body.append(form);
      form.submit();
    }, `${on.tweed.url}/_tweed/worlds/${world.name}/rules`)]);
    assert.equal(answered.status(), 403);

    await page.goto(`${origin}/bare`);
    for (const path of ['', 'demo', 'journal']) {
      const framed = page.waitForResponse((response) => response.url() === `${on.tweed.url}/_tweed/${path}`);
      await page.evaluate((src) => document.body.append(Object.assign(document.createElement('iframe'), {src})), `${on.tweed.url}/_tweed/${path}`);
      assert.equal((await framed).status(), 403, path);
    }
    assert.deepEqual((await world.control('GET', 'rules')).rules, []);
    await world.plaid('/auth/get', {access_token});
  }));
}

test('a name that was pointed at this machine is refused', on.play(async (t) => {
  const browser = await launch({args: ['--host-resolver-rules=MAP rebound.example 127.0.0.1']});
  t.after(() => browser.close());
  const page = await on.page(t, {browser, wrong: true});
  const {port} = new URL(on.tweed.url);
  for (const path of ['/_tweed/', '/_tweed/demo', '/_tweed/worlds', '/_tweed/console/main.js']) {
    const response = await page.goto(`http://rebound.example:${port}${path}`);
    assert.equal(response.status(), 421, path);
    assert.match(await response.text(), /allow-host/, path);
  }
}));

test('messages of another frame or window are ignored', on.play(async (t) => {
  const world = on.world();
  const page = await watched(t);
  await page.goto(`${on.app.url}/noisy#${encodeURIComponent(JSON.stringify({token: await world.linkToken()}))}`);
  await page.locator('#open').click();
  const link = new Dialog(page);
  await link.pane('consent');
  const word = new URLSearchParams(new URL(await page.locator('iframe[src*="link.html"]').getAttribute('src')).hash.slice(1)).get('channel');
  const noise = page.frames().find((frame) => frame.url().endsWith('/noise'));
  // Even with the channel's word, which it cannot know, another frame says nothing to the page, nor to the dialog.
  await noise.evaluate(async (channel) => {
    const tell = (target) => {
      for (const type of ['ready', 'success', 'exit', 'event', 'redirect', 'open']) {
        target.postMessage({tweed: channel, type, public_token: 'public-sandbox-forged', metadata: {}, name: 'FORGED', url: 'https://evil.example/', force: true, error: null}, '*');
      }
    };
    tell(parent);
    for (let i = 0; i < parent.frames.length; i++) if (parent.frames[i] !== window) tell(parent.frames[i]);
    parent.postMessage('tweed-bank-done', '*');
    // What was posted is delivered in order: an answer to a last message shows that all others are through.
    const last = new MessageChannel();
    await new Promise((done) => {
      last.port1.onmessage = done;
      parent.postMessage('last', '*', [last.port2]);
    });
  }, word);
  await link.pane('consent');
  const seen = await page.evaluate(() => window.seen);
  assert.deepEqual([seen.success, seen.exit, seen.events.filter((one) => one.name === 'FORGED')], [[], [], []]);
  await link.consent();
  await link.choose('ins_109508');
  await link.pane('credentials');
  await untouched(page);
}));
