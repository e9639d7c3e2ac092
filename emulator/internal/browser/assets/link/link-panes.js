// The panes: each takes the pane's data of the server and the page, and returns {title, lead, nodes, focus}. What a
// user does becomes page.act(action, fields). The forms with more to them are in link-forms.js.
import { badge, choice, el, field, form, icon, primary, problem, secondary } from './link-dom.js';
import { mfa, microDeposit, numbers, oauth } from './link-forms.js';

const DATA = {
  account_balance_info: 'Account names and balances',
  contact_info: 'Contact details',
  account_routing_number: 'Account and routing numbers',
  transactions: 'Transactions',
  auth: 'Account and routing numbers',
  identity: 'Name and contact details',
  balance: 'Balances',
  investments: 'Investments',
  liabilities: 'Loans and cards',
  assets: 'A report of your assets',
  income: 'Income',
};

const readable = (word) => DATA[word] || word.replace(/_/g, ' ').replace(/^./, (c) => c.toUpperCase());

function consent(pane, page) {
  const words = pane.data_types && pane.data_types.length ? pane.data_types : pane.products || [];
  const shared = [...new Set(words.map(readable))];
  return {
    title: `${page.client()} wants to link your account`,
    lead: page.view.update_mode
      ? 'Sign in again to keep your account linked.'
      : 'You choose the bank and the accounts. You can stop at any time.',
    nodes: [
      shared.length ? el('h2', { class: 'small-heading' }, 'What will be shared') : null,
      shared.length
        ? el(
            'ul',
            { class: 'ticks', 'data-testid': 'consent-data' },
            shared.map((text) => el('li', {}, icon('check'), text)),
          )
        : null,
      form(page, 'continue', () => ({}), primary('Continue', { 'data-testid': 'consent-continue' })),
    ],
  };
}

const HEALTH = { degraded: 'Slow at the moment', down: 'Not available at the moment' };

function institutionRow(one, page) {
  const note = HEALTH[one.status];
  return el(
    'li',
    {},
    el(
      'button',
      {
        type: 'button',
        class: 'row',
        'data-testid': `institution-${one.institution_id}`,
        'data-institution': one.institution_id,
        onclick: () => page.act('institution', { institution_id: one.institution_id }),
      },
      badge(one),
      el(
        'span',
        { class: 'row-text' },
        el('span', { class: 'row-title' }, one.name),
        note ? el('span', { class: 'small' }, note) : null,
        one.oauth && !note ? el('span', { class: 'small' }, "Signs in at the bank's own page") : null,
      ),
      icon('next'),
    ),
  );
}

function foundText(list) {
  return list.length === 0
    ? 'No institution has that name.'
    : `${list.length} institution${list.length === 1 ? '' : 's'}`;
}

// Typing waits this long before it searches.
const TYPING = 150;

function institution(pane, page) {
  const list = el(
    'ul',
    { class: 'rows', 'data-testid': 'institution-list' },
    pane.institutions.map((one) => institutionRow(one, page)),
  );
  const found = el(
    'p',
    { class: 'small', role: 'status', 'data-testid': 'institution-count' },
    foundText(pane.institutions),
  );
  const { row, input } = field('Search for your bank', {
    type: 'search',
    placeholder: 'Bank or credit union',
    value: pane.query || '',
    'data-testid': 'institution-search',
    enterkeyhint: 'search',
    oninput: () => {
      page.later(() => page.act('search', { query: input.value }, true), TYPING);
    },
  });
  const buttons = () => [...list.querySelectorAll('button')];
  const move = (event) => {
    const all = [input, ...buttons()];
    const at = all.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: at > 0 ? 1 : -1, End: at > 0 ? all.length - 1 : -1 }[
      event.key
    ];
    if (to !== undefined && to >= 0 && to < all.length) {
      event.preventDefault();
      all[to].focus();
    }
  };
  const nodes = [
    el('div', { class: 'finder', onkeydown: move }, el('div', { class: 'search' }, icon('search'), row), found, list),
    pane.manual
      ? secondary('Enter account numbers instead', {
          'data-testid': 'institution-manual',
          onclick: () => page.act('manual', {}),
        })
      : null,
  ];
  return {
    title: 'Choose your bank',
    nodes,
    focus: page.typing ? input : null,
    // A new answer to a search changes the list and leaves the rest alone.
    update(next) {
      const { institution: at } = document.activeElement.dataset;
      list.replaceChildren(...next.institutions.map((one) => institutionRow(one, page)));
      if (at !== undefined) {
        // the list was being walked through: the focus stays on the institution, if it is still there
        (buttons().find((button) => button.dataset.institution === at) || input).focus();
      }
      found.textContent = foundText(next.institutions);
    },
  };
}

function credentials(pane, page) {
  const inputs = {};
  const rows = pane.fields.map((f) => {
    const { row, input } = field(f.label || f.name, {
      name: f.name,
      type: f.type === 'password' ? 'password' : 'text',
      'data-testid': `credentials-${f.name}`,
      value: f.type === 'password' ? null : page.kept[f.name],
      'aria-invalid': pane.error ? 'true' : null,
    });
    inputs[f.name] = input;
    return row;
  });
  const collect = () => {
    const values = Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.value]));
    page.kept = { username: values.username };
    return values;
  };
  const help = el(
    'p',
    { class: 'help', 'data-testid': 'hint-credentials' },
    'Test sign-in: ',
    el('code', {}, 'user_good'),
    ' with ',
    el('code', {}, 'pass_good'),
    ' ',
    el(
      'button',
      {
        type: 'button',
        class: 'text',
        'data-testid': 'hint-fill',
        onclick: () => {
          const good = { username: 'user_good', password: 'pass_good', pin: 'credential_good' };
          Object.entries(inputs).forEach(([name, input]) => {
            input.value = good[name] || '';
          });
        },
      },
      'Fill in',
    ),
  );
  return {
    title: `Sign in at ${page.bank()}`,
    lead: page.view.update_mode ? 'Your bank asks for your sign-in again.' : null,
    nodes: [
      problem(pane.error),
      form(page, 'credentials', collect, rows, primary('Sign in', { 'data-testid': 'credentials-submit' }), help),
    ],
  };
}

// reasonOf says why an account cannot be chosen: the server names the filter or the product.
const reasonOf = (word) =>
  word === 'account_filters'
    ? 'Not a kind of account that the app asks for'
    : `Cannot be used here: no ${readable(word).toLowerCase()}`;

// money writes a balance as a bank would.
function money(one) {
  const { balance, iso_currency_code: currency } = one;
  if (typeof balance !== 'number') {
    return '';
  }
  return ` · ${balance.toLocaleString('en-US', currency ? { style: 'currency', currency } : {})}`;
}

function accountRow(one, multiple, alone) {
  const open = one.selectable !== false;
  const kind = one.subtype || one.type || '';
  return choice(
    {
      type: multiple ? 'checkbox' : 'radio',
      name: 'account',
      value: one.account_id,
      disabled: !open,
      checked: open && (alone || one.selected === true),
      'data-testid': `account-${one.account_id}`,
      'data-mask': one.mask,
      'data-name': one.name,
    },
    el('span', { class: 'row-title' }, one.name, one.mask ? el('span', { class: 'mask' }, ` ••${one.mask}`) : null),
    el('span', { class: 'small' }, kind, money(one)),
    open || !one.reason ? null : el('span', { class: 'small' }, reasonOf(one.reason)),
  );
}

function accounts(pane, page) {
  const open = pane.accounts.filter((a) => a.selectable !== false);
  const rows = pane.accounts.map((one) => accountRow(one, pane.multiple, open.length === 1));
  const boxes = rows.map((row) => row.querySelector('input'));
  const missing = el('div', {});
  const collect = () => {
    const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
    if (chosen.length === 0) {
      missing.replaceChildren(
        problem({
          code: 'TWEED_NOTHING_CHOSEN',
          message: `Choose ${pane.multiple ? 'at least one account' : 'an account'} first.`,
        }),
      );
      (boxes.find((box) => !box.disabled) || missing.firstChild).focus();
      return null;
    }
    return { account_ids: chosen };
  };
  const all =
    pane.multiple && open.length > 1
      ? el(
          'button',
          {
            type: 'button',
            class: 'text',
            'data-testid': 'accounts-all',
            onclick: () =>
              boxes
                .filter((box) => !box.disabled)
                .forEach((box) => {
                  box.checked = true;
                }),
          },
          'Select all',
        )
      : null;
  return {
    title: pane.multiple ? 'Choose your accounts' : 'Choose an account',
    lead: `${page.client()} gets to see what you choose here.`,
    nodes: [
      problem(pane.error),
      missing,
      form(
        page,
        'accounts',
        collect,
        el('fieldset', { class: 'choices' }, el('legend', {}, `Accounts at ${page.bank()}`), all, rows),
        primary('Continue', { 'data-testid': 'accounts-submit' }),
      ),
    ],
  };
}

function connected(pane, page) {
  const count =
    pane.accounts === 1 ? '1 account is' : pane.accounts ? `${pane.accounts} accounts are` : 'Your account is';
  return {
    title: 'Linked',
    good: true,
    lead: `${count} linked with ${page.client()}.`,
    nodes: [form(page, 'continue', () => ({}), primary('Finish', { 'data-testid': 'connected-continue' }))],
  };
}

function failed(pane, page) {
  return {
    title: 'That did not work',
    bad: true,
    nodes: [
      el(
        'div',
        { class: 'problem', role: 'alert', 'data-testid': 'link-error', 'data-code': pane.error_code },
        icon('alert'),
        el('p', {}, pane.message || 'Something went wrong at the bank.'),
      ),
      el('p', { class: 'small' }, el('code', {}, [pane.error_type, pane.error_code].filter(Boolean).join(' / '))),
      el(
        'div',
        { class: 'stack' },
        pane.retry
          ? primary('Try again', {
              type: 'button',
              'data-testid': 'error-retry',
              onclick: () => page.act('continue', {}),
            })
          : null,
        secondary('Leave', { 'data-testid': 'error-exit', onclick: () => page.exit(true) }),
      ),
    ],
  };
}

// PANES by the name that the server says.
export const PANES = {
  consent,
  institution,
  credentials,
  mfa,
  accounts,
  numbers,
  micro_deposit: microDeposit,
  oauth,
  connected,
  error: failed,
};
