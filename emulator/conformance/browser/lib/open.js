'use strict';

// Link opened by an app's own page, which has "plain" at its root.

const {Dialog} = require('./dialog');

const hash = (config) => `#${encodeURIComponent(JSON.stringify(config))}`;

// keyForm is the guide's configuration.
const keyForm = (world) => ({apiVersion: 'v2', selectAccount: true, env: 'sandbox', clientName: 'Client Name', key: world.key, product: ['auth']});

// opened is a dialog at its first pane, with its page. more goes to /link/token/create.
async function opened(on, t, world, {more = {}, page = null, config = {}} = {}) {
  const at = page || await on.page(t);
  await at.goto(`${on.app.url}/${hash({token: await world.linkToken(more), ...config})}`);
  await at.locator('#open').click();
  return {page: at, link: new Dialog(at)};
}

// bankOf is a dialog at the credentials of an institution.
async function bankOf(on, t, world, institution = 'ins_109508', options = {}) {
  const {page, link} = await opened(on, t, world, options);
  await link.consent();
  await link.choose(institution);
  return {page, link};
}

module.exports = {bankOf, hash, keyForm, opened};
