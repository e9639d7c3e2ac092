// What is around every pane: the line for testers, and the keys.
import { el } from './link-dom.js';

const USERS = [
  ['user_good', 'pass_good', 'signs in'],
  ['user_good', 'mfa_device', 'asks for a code; it is 1234'],
  ['user_good', 'mfa_questions_1_1', 'asks a question; answer_0_0'],
  ['user_good', 'mfa_selections', 'asks to choose'],
  ['user_good', 'error_ITEM_LOCKED', 'any error by its code'],
  ['user_good', 'later_ITEM_LOGIN_REQUIRED', 'the first call afterwards fails'],
  ['user_returns', 'pass_good', 'accounts named after what becomes of deposits'],
  ['user_custom', '{...}', 'accounts from JSON'],
  ['microdeposits_good', 'pass_good', 'micro-deposits, automated'],
];

// foot says that this is a test, and with which users.
export function foot() {
  const rows = USERS.map(([user, password, what]) =>
    el('tr', {}, el('td', {}, el('code', {}, user)), el('td', {}, el('code', {}, password)), el('td', {}, what)),
  );
  return el(
    'footer',
    { class: 'foot', 'data-testid': 'link-hint' },
    el(
      'details',
      { 'data-testid': 'link-hint-users' },
      el(
        'summary',
        {},
        el('span', {}, el('strong', {}, 'Tweed'), ' · test mode'),
        el('span', { class: 'more' }, 'Test users'),
      ),
      el(
        'div',
        { class: 'users', tabindex: '0', role: 'region', 'aria-label': 'Test users' },
        el(
          'table',
          {},
          el(
            'thead',
            {},
            el(
              'tr',
              {},
              ['User', 'Password', 'What happens'].map((text) => el('th', { scope: 'col' }, text)),
            ),
          ),
          el('tbody', {}, rows),
        ),
      ),
    ),
  );
}

// keys keeps Tab in the dialog, and lets Escape ask to leave.
export function keys(page) {
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      page.exit(false);
    }
    if (event.key !== 'Tab' || document.documentElement.classList.contains('inline')) {
      return;
    }
    const stops = [...page.card.querySelectorAll('button, input, a[href], summary, [tabindex="0"]')].filter(
      (node) => !node.disabled && node.checkVisibility(),
    );
    const [first, last] = [stops[0], stops.at(-1)];
    const inside = stops.includes(document.activeElement);
    if (
      stops.length &&
      (event.shiftKey ? document.activeElement === first || !inside : document.activeElement === last)
    ) {
      event.preventDefault();
      (event.shiftKey ? last : first).focus();
    }
  });
}
