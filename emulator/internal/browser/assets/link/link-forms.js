// The panes that ask for more: MFA, account numbers, micro-deposits, and the way to the bank's own page.
import { choice, el, field, form, icon, primary, problem, secondary } from './link-dom.js';

// Which device, code or answers the bank wants to have.
export function mfa(pane, page) {
  const kinds = { device_list: devices, questions, selections };
  return (kinds[pane.type] || code)(pane, page);
}

function required(page, pane, text) {
  return (values) => {
    if (values.every((value) => value !== '')) {
      return { responses: values };
    }
    page.complain(text);
    return null;
  };
}

function devices(pane, page) {
  const check = required(page, pane, 'Choose where the code should go.');
  const rows = pane.devices.map((device) =>
    choice(
      { type: 'radio', name: 'device', value: device.device_id, 'data-testid': `mfa-device-${device.device_id}` },
      el('span', { class: 'row-title' }, device.mask),
      el('span', { class: 'small' }, device.type),
    ),
  );
  return {
    title: 'Confirm that it is you',
    lead: pane.prompt || 'Your bank sends you a code.',
    nodes: [
      problem(pane.error),
      form(
        page,
        'mfa',
        () => {
          const chosen = rows.map((row) => row.querySelector('input')).find((input) => input.checked);
          return check([chosen ? chosen.value : '']);
        },
        el('fieldset', { class: 'choices' }, el('legend', {}, 'Send the code to'), rows),
        primary('Send code', { 'data-testid': 'mfa-submit' }),
      ),
    ],
  };
}

function code(pane, page) {
  const { row, input } = field('Code', {
    inputmode: 'numeric',
    autocomplete: 'one-time-code',
    'data-testid': 'mfa-code',
    'aria-invalid': pane.error ? 'true' : null,
  });
  return {
    title: 'Enter your code',
    lead: pane.prompt || 'Your bank has sent you a code.',
    nodes: [
      problem(pane.error),
      form(
        page,
        'mfa',
        () => required(page, pane, 'Enter the code.')([input.value]),
        row,
        primary('Continue', { 'data-testid': 'mfa-submit' }),
        help('Test code: ', '1234'),
      ),
    ],
  };
}

function questions(pane, page) {
  const rows = pane.questions.map((question, i) =>
    field(question, { 'data-testid': `mfa-answer-${i}`, 'aria-invalid': pane.error ? 'true' : null }),
  );
  return {
    title: 'Answer your security questions',
    lead: pane.prompt,
    nodes: [
      problem(pane.error),
      form(
        page,
        'mfa',
        () => required(page, pane, 'Answer every question.')(rows.map((r) => r.input.value)),
        rows.map((r) => r.row),
        primary('Continue', { 'data-testid': 'mfa-submit' }),
        help('Test answer to question_i_j: ', 'answer_i_j', ', so "answer_0_0" to the first'),
      ),
    ],
  };
}

function selections(pane, page) {
  const groups = pane.selections.map((one, i) =>
    el(
      'fieldset',
      { class: 'choices' },
      el('legend', {}, one.question),
      one.answers.map((answer, j) =>
        choice(
          { type: 'radio', name: `selection-${i}`, value: answer, 'data-testid': `mfa-selection-${i}-${j}` },
          el('span', { class: 'row-title' }, answer),
        ),
      ),
    ),
  );
  const collect = () =>
    required(
      page,
      pane,
      'Choose an answer to every question.',
    )(
      groups.map((group) => {
        const chosen = group.querySelector('input:checked');
        return chosen ? chosen.value : '';
      }),
    );
  return {
    title: 'Confirm that it is you',
    lead: pane.prompt,
    nodes: [
      problem(pane.error),
      form(
        page,
        'mfa',
        collect,
        groups,
        primary('Continue', { 'data-testid': 'mfa-submit' }),
        help('Right answers: ', 'tomato', ' and ', 'ketchup', '; otherwise "Yes"'),
      ),
    ],
  };
}

// help tells testers what is right here; every second text is a value.
function help(...texts) {
  return el(
    'p',
    { class: 'help', 'data-testid': 'hint-pane' },
    texts.map((text, i) => (i % 2 ? el('code', {}, text) : text)),
  );
}

// The account's numbers, for banks that Link cannot sign in at: the deposits come later.
export function numbers(pane, page) {
  const number = (label, name, hint) =>
    field(
      label,
      { inputmode: 'numeric', 'data-testid': `numbers-${name}`, 'aria-invalid': pane.error ? 'true' : null },
      hint,
    );
  const name = field('Name on the account', { 'data-testid': 'numbers-name', autocapitalize: 'words' });
  const routing = number('Routing number', 'routing', 'Nine digits');
  const account = number('Account number', 'account');
  const again = number('Account number again', 'account-again');
  const kinds = ['checking', 'savings'].map((kind, i) =>
    choice(
      { type: 'radio', name: 'subtype', value: kind, checked: i === 0, 'data-testid': `numbers-${kind}` },
      el('span', { class: 'row-title' }, kind === 'checking' ? 'Checking' : 'Savings'),
    ),
  );
  const collect = () => ({
    routing: routing.input.value,
    account: account.input.value,
    account_again: again.input.value,
    name: name.input.value,
    subtype: kinds.map((row) => row.querySelector('input')).find((input) => input.checked).value,
  });
  return {
    title: 'Enter your account numbers',
    lead: 'Small deposits to the account will show that it is yours.',
    nodes: [
      problem(pane.error),
      form(
        page,
        'numbers',
        collect,
        name.row,
        routing.row,
        account.row,
        again.row,
        el('fieldset', { class: 'choices across' }, el('legend', {}, 'Kind of account'), kinds),
        primary('Continue', { 'data-testid': 'numbers-submit' }),
        help('Test numbers: routing ', '110000000', ', account ', '1111222233330000'),
      ),
    ],
  };
}

// The code in a deposit's text, or the amounts of two deposits.
export function microDeposit(pane, page) {
  const byCode = pane.kind !== 'amounts';
  const inputs = byCode
    ? [
        field(
          'Code',
          { 'data-testid': 'micro-deposit-code', autocapitalize: 'characters', maxlength: '3' },
          'Three letters in the text of the deposit',
        ),
      ]
    : ['First', 'Second'].map((n, i) =>
        field(`${n} amount in dollars`, {
          inputmode: 'decimal',
          placeholder: '0.00',
          'data-testid': `micro-deposit-amount-${i}`,
        }),
      );
  const collect = () => {
    const values = inputs.map((one) => one.input.value.trim());
    if (values.some((value) => value === '')) {
      page.complain(byCode ? 'Enter the code.' : 'Enter both amounts.');
      return null;
    }
    return byCode ? { code: values[0] } : { amounts: values };
  };
  return {
    title: 'Verify your account',
    lead: byCode ? 'Look for a deposit of $0.01 in your account.' : 'Look for two small deposits in your account.',
    nodes: [
      problem(pane.error),
      form(
        page,
        'micro_deposit',
        collect,
        inputs.map((one) => one.row),
        primary('Verify', { 'data-testid': 'micro-deposit-submit' }),
        byCode ? help('Test code: ', 'ABC') : help('Test amounts: ', '0.01', ' and ', '0.02'),
      ),
    ],
  };
}

// oauth opens the bank's own page: in a window beside this one, or, on a touch screen with a redirect_uri, instead
// of it.
// The server is asked only when the bank's page says that it is done, or has been closed: never on a timer, so that
// the same session makes the same calls.
export function oauth(pane, page) {
  const beside = new URL(pane.bank_url, import.meta.url);
  const redirects = Boolean(pane.redirect) && matchMedia('(pointer: coarse)').matches;
  const state = el('p', { class: 'small', role: 'status', 'data-testid': 'oauth-state' });
  let bank = null;
  let watch = 0;
  const stop = () => {
    clearInterval(watch);
    removeEventListener('message', hear);
  };
  const ask = () => {
    stop();
    page.act('oauth', {});
  };
  // Only the bank's page, which is served from where this one is, says that it is done, and it says no more than that:
  // the server knows what was decided.
  function hear(event) {
    if (event.source === bank && event.origin === location.origin && event.data === 'tweed-bank-done') {
      ask();
    }
  }
  const go = () => {
    if (redirects) {
      page.host.redirect(new URL(pane.redirect, import.meta.url).href);
      return;
    }
    stop();
    bank = window.open(beside, 'tweed-bank', 'popup,width=480,height=720');
    if (bank === null) {
      state.textContent =
        "The browser has blocked the bank's window. Allow pop-ups for this page, or use the link below.";
      blocked.hidden = false;
      return;
    }
    addEventListener('message', hear);
    watch = setInterval(() => {
      if (bank.closed) {
        state.textContent = "The bank's window is closed. Open it again, or go back.";
        ask();
      }
    }, 300);
    state.textContent = "Go on in the bank's window. This one waits.";
    page.left = stop;
  };
  const blocked = el(
    'p',
    { hidden: true },
    el(
      'a',
      { href: beside.href, target: '_blank', rel: 'opener', 'data-testid': 'oauth-link' },
      "Open the bank's page in a new tab",
    ),
    ' ',
    secondary('I am done there', { 'data-testid': 'oauth-done', onclick: ask }),
  );
  return {
    title: `Sign in at ${page.bank()}`,
    lead: `You sign in on the bank's own page, and come back here afterwards.`,
    nodes: [
      problem(pane.error),
      form(
        page,
        'oauth',
        () => {
          go();
          return null;
        },
        primary(['Continue to the bank', icon('out')], { 'data-testid': 'oauth-open' }),
      ),
      state,
      blocked,
    ],
  };
}
