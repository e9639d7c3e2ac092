// The test bank's own page, where OAuth institutions sign in. It shows what an app asks for, and the user says yes, no,
// or lets the bank fail. data-testid: bank-card, bank-heading, bank-account-<account_id> (data-mask), bank-approve,
// bank-deny, bank-error, bank-done, link-error.
import { badge, choice, el, icon, primary, problem, secondary } from './link-dom.js';
import { Failure, post } from './link-session.js';

const card = document.getElementById('card');
const state = new URLSearchParams(location.search).get('oauth_state_id');

function draw(title, ...nodes) {
  const heading = el('h1', { tabindex: '-1', 'data-testid': 'bank-heading' }, title);
  card.replaceChildren(
    el('div', { class: 'weave', 'aria-hidden': 'true' }),
    el('header', { class: 'bar' }, el('span'), el('span', { class: 'client' }, 'Test bank')),
    el('section', { class: 'pane pane-bank' }, heading, nodes),
    el(
      'footer',
      { class: 'foot' },
      el('p', { class: 'note' }, el('strong', {}, 'Tweed'), ' · test mode: no real bank is asked'),
    ),
  );
  (card.querySelector('[role=alert]') || heading).focus();
}

function fail(error, retry) {
  if (!(error instanceof Failure)) {
    throw error;
  }
  draw(
    'That did not work',
    problem({ code: error.error.error_code, message: error.message }),
    el('div', { class: 'stack' }, secondary('Try again', { onclick: retry })),
  );
}

// done gives the word back: to the dialog, which opened this window and asks the server what was decided, or to the
// app's own page.
function done(where) {
  if (window.opener) {
    window.opener.postMessage('tweed-bank-done', location.origin);
    window.close();
  } else if (where) {
    location.assign(where);
    return;
  }
  draw(
    'Done',
    el('p', { class: 'lead', 'data-testid': 'bank-done' }, 'You can close this window and go back to the app.'),
  );
}

async function decide(decision, fields) {
  try {
    const answer = await post('oauth', { oauth_state_id: state, decision, ...fields });
    done(answer.redirect_uri);
  } catch (error) {
    fail(error, begin);
  }
}

function ask(bank) {
  document.title = bank.institution.name;
  const rows = bank.accounts.map((one) =>
    choice(
      {
        type: 'checkbox',
        value: one.account_id,
        checked: true,
        'data-testid': `bank-account-${one.account_id}`,
        'data-mask': one.mask,
      },
      el('span', { class: 'row-title' }, one.name, one.mask ? el('span', { class: 'mask' }, ` ••${one.mask}`) : null),
      el('span', { class: 'small' }, one.subtype || one.type || ''),
    ),
  );
  const approve = () =>
    decide('approve', {
      account_ids: rows
        .map((row) => row.querySelector('input'))
        .filter((box) => box.checked)
        .map((box) => box.value),
    });
  draw(
    `${bank.client_name} asks for access`,
    el('p', { class: 'lead bank-name' }, badge(bank.institution), bank.institution.name),
    rows.length ? el('fieldset', { class: 'choices' }, el('legend', {}, 'Accounts to share'), rows) : null,
    el(
      'div',
      { class: 'stack' },
      primary('Allow', { type: 'button', 'data-testid': 'bank-approve', onclick: approve }),
      secondary('Do not allow', { 'data-testid': 'bank-deny', onclick: () => decide('deny', {}) }),
      el(
        'button',
        { type: 'button', class: 'text', 'data-testid': 'bank-error', onclick: () => decide('error', {}) },
        icon('alert'),
        ' Let the bank fail',
      ),
    ),
  );
}

async function begin() {
  try {
    ask(await post('bank', { oauth_state_id: state }));
  } catch (error) {
    fail(error, begin);
  }
}

begin();
