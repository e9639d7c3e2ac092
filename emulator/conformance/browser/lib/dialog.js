'use strict';

// The Link dialog, by the names that it gives to tests.

const assert = require('node:assert/strict');

class Dialog {
  // at is a page whose dialog stands in a frame, or with whole the dialog's own page.
  constructor(page, {whole = false} = {}) {
    this.page = page;
    this.at = whole ? page : page.frameLocator('iframe[src*="link.html"]');
  }

  get(testid) { return this.at.getByTestId(testid); }

  card(pane) { return this.at.locator(`[data-testid="link-card"][data-pane="${pane}"]:not([aria-busy])`); }

  // pane waits for a pane that is ready.
  async pane(name) {
    await this.card(name).waitFor();
  }

  async press(testid) { await this.get(testid).click(); }

  async consent() {
    await this.pane('consent');
    await this.press('consent-continue');
  }

  async choose(institution) {
    await this.pane('institution');
    await this.press(`institution-${institution}`);
  }

  async signIn(username = 'user_good', password = 'pass_good') {
    await this.pane('credentials');
    await this.get('credentials-username').fill(username);
    await this.get('credentials-password').fill(password);
    await this.press('credentials-submit');
  }

  async account(mask = '0000') {
    await this.pane('accounts');
    await this.at.locator(`[data-mask="${mask}"]`).check();
    await this.press('accounts-submit');
  }

  async finish() {
    await this.pane('connected');
    await this.press('connected-continue');
  }

  // error is the code that the pane shows.
  async error(pane, code) {
    await this.at.locator(`[data-testid="link-card"][data-pane="${pane}"]:not([aria-busy]) [data-testid="link-error"][data-code="${code}"]`).waitFor();
  }

  async close() {
    await this.press('link-close');
    await this.press('exit-confirm');
  }
}

// seen is what the page's recorder has, when it has as many of a kind.
async function seen(page, kind, count = 1) {
  await page.waitForFunction(([name, n]) => window.seen[name].length >= n, [kind, count]);
  return page.evaluate(() => window.seen);
}

async function success(page) {
  const all = await seen(page, 'success');
  assert.equal(all.success.length, 1);
  assert.equal(all.exit.length, 0);
  const [publicToken, metadata] = all.success[0];
  return {publicToken, metadata, events: all.events};
}

async function exited(page) {
  const all = await seen(page, 'exit');
  assert.equal(all.exit.length, 1);
  const [error, metadata] = all.exit[0];
  return {error, metadata, events: all.events};
}

// trail is the names of events, with the view where there is one.
function trail(events) {
  return events.map(({name, metadata}) => (metadata.view_name ? `${name} ${metadata.view_name}` : name));
}

module.exports = {Dialog, exited, seen, success, trail};
