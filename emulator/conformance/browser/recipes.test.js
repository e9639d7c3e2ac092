'use strict';

// The recipes of README.md for a page that is written for Plaid's address: react-plaid-link from npm, unmodified.

const assert = require('node:assert/strict');
const {execFileSync} = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const {before, test} = require('node:test');
const esbuild = require('esbuild');
const {html, recorder} = require('./lib/app');
const {Dialog, success} = require('./lib/dialog');
const {launch, stage} = require('./lib/stage');

const CDN = 'https://cdn.plaid.com';

const react = `
import {createElement as h} from 'react';
import {createRoot} from 'react-dom/client';
import {usePlaidLink} from 'react-plaid-link';

function App() {
  const token = decodeURIComponent(location.hash.slice(1));
  const {open, ready, error} = usePlaidLink({token, ...window.callbacks});
  return h('div', {}, error ? h('p', {id: 'failed'}, String(error)) : null, h('button', {id: 'open', disabled: !ready, onClick: () => open()}, 'Link a bank'));
}
createRoot(document.getElementById('root')).render(h(App));`;

// What Plaid recommends, and the page's own script.
const policy = `default-src ${CDN}/; script-src 'self' 'unsafe-inline' ${CDN}/link/v2/stable/link-initialize.js; frame-src ${CDN}/; ` +
  'connect-src https://sandbox.plaid.com/; style-src \'self\'; img-src data:';

const home = fs.mkdtempSync(path.join(os.tmpdir(), 'tweed-home-'));
const on = stage({
  args: ['--tls', '--ca-dir', path.join(home, 'ca')],
  pages: (s) => {
    const body = '<div id="root"></div><script src="/app.js"></script>';
    const page = (head) => html(body, {head: `${head}<script>${recorder}</script>`, title: 'A React app'});
    const tested = (text) => ({text, headers: {'Content-Security-Policy': policy}});
    return {
      '/line': page(`<script src="${s.tweed.url}/link/v2/stable/link-initialize.js"></script>`),
      '/cdn': tested(page('')),
      '/script': tested(html('<button id="open">Link a bank</button>', {
        head: `<script src="${CDN}/link/v2/stable/link-initialize.js"></script><script>${recorder}
          addEventListener('DOMContentLoaded', () => {
            const handler = Plaid.create({token: decodeURIComponent(location.hash.slice(1)), ...callbacks});
            document.getElementById('open').onclick = () => handler.open();
          });</script>`,
      })),
    };
  },
});

before(async () => {
  const built = await esbuild.build({
    stdin: {contents: react, resolveDir: process.env.NODE_PATH, loader: 'js'}, bundle: true, write: false, format: 'iife',
    nodePaths: [process.env.NODE_PATH], define: {'process.env.NODE_ENV': '"production"'},
  });
  on.app.pages['/app.js'] = {type: 'text/javascript', text: built.outputFiles[0].text};
});

test.after(() => fs.rmSync(home, {recursive: true, force: true}));

async function walk(page, world) {
  await page.locator('#open:enabled').click();
  const link = new Dialog(page);
  await link.consent();
  await link.choose('ins_109508');
  await link.signIn();
  await link.account();
  await link.finish();
  const {publicToken, metadata} = await success(page);
  assert.equal((await world.fund(publicToken, metadata.accounts[0].id)).state, 'COMPLETE');
}

// asked keeps what a page asks of Plaid's hosts.
function asked(page) {
  const urls = [];
  page.context().on('request', (request) => {
    if (/plaid\.com$/.test(new URL(request.url()).hostname)) urls.push(request.url());
  });
  return urls;
}

test('a React page with the one line, in any browser', on.play(async (t) => {
  const world = on.world();
  const page = await on.page(t);
  const urls = asked(page);
  await page.goto(`${on.app.url}/line#${await world.linkToken()}`);
  await walk(page, world);
  assert.deepEqual(urls, []);
}));

for (const at of ['cdn', 'script']) {
  test(`the page /${at} under Playwright's route and the policy that Plaid recommends`, on.play(async (t) => {
    const world = on.world();
    const page = await on.page(t);
    const urls = asked(page);
    await page.context().route(`${CDN}/**`, async (route) => {
      const url = route.request().url().replace(CDN, on.tweed.url);
      await route.fulfill({response: await route.fetch({url})});
    });
    await page.goto(`${on.app.url}/${at}#${await world.linkToken()}`);
    await walk(page, world);
    assert.ok(urls.includes(`${CDN}/link/v2/stable/link-initialize.js`), urls.join());
  }));
}

test("Plaid's name over TLS, with Tweed's CA in the browser's trust", on.play(async (t) => {
  const {port} = new URL(on.tweed.url);
  const database = path.join(home, '.pki', 'nssdb');
  fs.mkdirSync(database, {recursive: true});
  const certutil = (...args) => execFileSync('certutil', ['-d', `sql:${database}`, ...args]);
  certutil('-N', '--empty-password');
  certutil('-A', '-t', 'C,,', '-n', 'tweed', '-i', path.join(home, 'ca', 'ca.pem'));
  const browser = await launch({
    args: [`--host-resolver-rules=MAP cdn.plaid.com:443 127.0.0.1:${port},MAP sandbox.plaid.com:443 127.0.0.1:${port}`],
    env: {...process.env, HOME: home, XDG_DATA_HOME: path.join(home, '.local', 'share')},
  });
  t.after(() => browser.close());
  const world = on.world();
  const page = await on.page(t, {browser});
  await page.goto(`${on.app.url}/cdn#${await world.linkToken()}`);
  await walk(page, world);
  const reply = await page.goto('https://sandbox.plaid.com/_tweed/health');
  assert.equal(reply.status(), 200);
}));
