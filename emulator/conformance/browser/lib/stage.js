'use strict';

// What a test file stands on: a Tweed, an app's server and a browser, started before its tests and stopped after them.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const assert = require('node:assert/strict');
const {after, before} = require('node:test');
const {chromium} = require('playwright-core');
const app = require('./app');
const {World, serve} = require('./tweed');

// How long a page may take to show what a test waits for, on a busy machine.
const PATIENCE = 20_000;

const artifacts = process.env.BROWSER_ARTIFACTS || fs.mkdtempSync(path.join(os.tmpdir(), 'tweed-browser-'));
// More pictures than these of one test file are a mistake.
const PICTURES = 60;

// What a browser says of an answer that the test wants to be an error, and of an app's address without the app.
const expected = /^(Failed to load resource: the server responded with a status of (4|5)\d\d|Not allowed to launch 'plaidlink:)/;

function launch(options = {}) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM, chromiumSandbox: process.getuid() !== 0, ...options,
    args: ['--disable-background-networking', '--disable-component-update', ...(options.args || [])],
  });
}

class Stage {
  // play is a test's body with a picture of each page where it fails.
  play(body) {
    return async (t) => {
      t.pages = [];
      try {
        await body(t);
      } catch (error) {
        for (const [i, page] of t.pages.entries()) await this.picture(page, `failed ${i} ${t.name}`).catch(() => {});
        error.message += t.pages.flatMap((page) => page.wrong).map((text) => `\n${text}`).join('');
        throw error;
      }
    };
  }

  // world is one that no other test has.
  world() { return new World(this.tweed.url); }

  // page opens a page that must not say that something is wrong: no exception, no refusal by a policy, no dialog.
  async page(t, options = {}) {
    const context = await (options.browser || this.browser).newContext({reducedMotion: 'reduce', ...options.context});
    context.setDefaultTimeout(PATIENCE);
    const wrong = [];
    context.on('console', (message) => {
      if (message.type() === 'error' && !expected.test(message.text())) wrong.push(`console: ${message.text()}`);
    });
    context.on('weberror', (error) => wrong.push(`exception: ${error.error().stack}`));
    context.on('dialog', (dialog) => {
      wrong.push(`dialog: ${dialog.message()}`);
      dialog.dismiss().catch(() => {});
    });
    const page = Object.assign(await context.newPage(), {wrong});
    t.pages.push(page);
    t.after(async () => {
      await context.close();
      if (!options.wrong) assert.deepEqual(wrong, [], 'what the browser has complained of');
    });
    return page;
  }

  async picture(page, name, options = {}) {
    if (++this.pictures > PICTURES) throw new Error(`more than ${PICTURES} pictures`);
    const file = `${name.toLowerCase().replace(/[^a-z0-9]+/g, '-').slice(0, 60)}.png`;
    await page.screenshot({path: path.join(artifacts, file), animations: 'disabled', ...options});
  }
}

// stage sets up a file's tests. args are for tweed serve, pages for the app: a function of the stage.
function stage({args = [], env = {}, pages = () => ({}), browser = true} = {}) {
  const made = new Stage();
  before(async () => {
    made.pictures = 0;
    made.tweed = await serve(args, env);
    made.app = await app.start();
    Object.assign(made.app.pages, pages(made));
    if (browser) made.browser = await launch();
  });
  after(async () => {
    await made.browser?.close();
    await made.app?.stop();
    await made.tweed?.stop();
  });
  return made;
}

module.exports = {launch, stage};
