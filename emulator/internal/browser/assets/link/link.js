// The Link dialog. The server says which pane there is and what was told (events, success, exit); this draws it.
//
// Tests may rely on these data-testid values:
//   link-card (data-pane: the pane's name; aria-busy while a step is on its way), link-heading, link-back, link-close,
//   link-error (data-code), link-loading, link-slow, link-hint, link-hint-users, hint-fill, hint-credentials, hint-pane
//   consent-continue, consent-data
//   institution-search, institution-list, institution-count, institution-<institution_id>, institution-manual
//   credentials-<username|password|pin|...>, credentials-submit
//   mfa-device-<device_id>, mfa-code, mfa-answer-<i>, mfa-selection-<i>-<j>, mfa-submit
//   account-<account_id> (data-mask, data-name), accounts-all, accounts-submit
//   numbers-<name|routing|account|account-again|checking|savings>, numbers-submit
//   micro-deposit-code, micro-deposit-amount-<0|1>, micro-deposit-submit
//   oauth-open, oauth-state, oauth-link, oauth-done
//   connected-continue, error-retry, error-exit
//   failure-retry, failure-exit (no answer of the server), exit-confirm, exit-cancel, final
// Panes of the page itself: loading, failure, exit, final. The bank's page: see bank.js.
import { el, icon, primary, problem, secondary } from './link-dom.js';
import { foot, keys } from './link-foot.js';
import { hostOf } from './link-hosts.js';
import { Failure, openOf, post } from './link-session.js';
import { PANES } from './link-panes.js';

// A step that takes longer than this shows that it is on its way, and after the second time says so in words.
const SOON = 150;
const SLOW = 8000;

class Page {
  constructor(host) {
    this.host = host;
    this.card = document.getElementById('card');
    this.reset();
  }

  reset() {
    this.view = null;
    this.drawn = null;
    this.kept = {};
    this.typing = false;
    this.closing = false;
    this.left = null;
    clearTimeout(this.timer);
    this.turn = Symbol('session');
    this.queue = Promise.resolve();
  }

  client() {
    return (this.view && this.view.client_name) || 'This app';
  }

  bank() {
    return this.view.institution ? this.view.institution.name : 'your bank';
  }

  // open begins a session; another that is still there is forgotten.
  open(config, institution) {
    this.reset();
    this.card.hidden = false;
    this.frame('loading', { title: 'One moment', nodes: [] });
    this.call('open', { ...openOf(config, this.host.mode), institution_id: institution || undefined });
  }

  // later runs something unless something else is done before that: a search that is still being typed is not made
  // once an institution has been chosen.
  later(run, milliseconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(run, milliseconds);
  }

  // act takes a step. A quiet one leaves the pane as it is while it is on its way.
  act(action, fields, quiet = false) {
    if (!quiet && this.card.hasAttribute('aria-busy')) {
      return;
    }
    clearTimeout(this.timer);
    this.typing = quiet;
    this.call('step', { link_session_id: this.view.link_session_id, action, ...fields }, quiet);
  }

  // call makes one call after the other, in the order in which they were asked for.
  call(path, fields, quiet = false, send = post) {
    const turn = this.turn;
    this.queue = this.queue.then(async () => {
      if (turn !== this.turn) {
        return;
      }
      const stop = quiet ? () => {} : this.busy();
      try {
        const view = await send(path, fields);
        stop();
        if (turn === this.turn) {
          this.show(view);
        }
      } catch (error) {
        stop();
        if (!(error instanceof Failure)) {
          throw error;
        }
        if (turn === this.turn && this.closing) {
          this.end(this.lostExit(error.error));
        } else if (turn === this.turn) {
          this.fail(error, () => this.call(path, fields, false, (...call) => this.again(...call)));
        }
      }
    });
  }

  // again makes a call whose answer was lost. The action may have been done all the same, and must not be done twice:
  // so it is done only where the session still shows the pane on which it was taken.
  async again(path, fields) {
    if (path !== 'step') {
      return post(path, fields);
    }
    const { pane } = this.view;
    const now = await post('step', { link_session_id: fields.link_session_id, action: 'look' });
    return JSON.stringify(now.pane) === JSON.stringify(pane) ? post(path, fields) : now;
  }

  // busy marks the pane and returns what ends it.
  busy() {
    const { card } = this;
    card.setAttribute('aria-busy', 'true');
    const buttons = [...card.querySelectorAll('.pane button, .pane input')].filter((node) => !node.disabled);
    buttons.forEach((node) => node.setAttribute('aria-disabled', 'true'));
    const cover = el(
      'div',
      { class: 'loading', 'data-testid': 'link-loading' },
      el('span', { class: 'shuttle', 'aria-hidden': 'true' }),
      el('p', { role: 'status' }, 'One moment…'),
    );
    const soon = setTimeout(() => card.append(cover), SOON);
    const slow = setTimeout(
      () =>
        cover.append(
          el(
            'p',
            { class: 'small', 'data-testid': 'link-slow' },
            'Tweed takes its time; a rule may be the reason. You can wait or close Link.',
          ),
        ),
      SLOW,
    );
    return () => {
      [soon, slow].forEach(clearTimeout);
      cover.remove();
      card.removeAttribute('aria-busy');
      buttons.forEach((node) => node.removeAttribute('aria-disabled'));
    };
  }

  show(view) {
    this.view = { ...view, institution: view.institution || null };
    for (const event of view.events || []) {
      this.host.event(event.name, event.metadata);
    }
    if (view.result) {
      this.end(view.result);
      return;
    }
    const { pane } = view;
    if (!pane || !Object.hasOwn(PANES, pane.name)) {
      this.fail(new Failure(`Tweed asks for a pane "${pane && pane.name}" that this dialog does not have.`), null);
      return;
    }
    if (this.typing && this.drawn.name === pane.name && this.drawn.update) {
      this.drawn.update(pane);
      return;
    }
    this.host.pane(pane.name);
    this.frame(pane.name, PANES[pane.name](pane, this));
  }

  // frame draws a pane and moves the focus to what is new in it: an error, or its heading.
  frame(name, drawn) {
    if (this.left) {
      this.left();
      this.left = null;
    }
    this.drawn = { name, ...drawn };
    const own = !Object.hasOwn(PANES, name);
    const heading = el('h1', { tabindex: '-1', id: 'heading', 'data-testid': 'link-heading' }, drawn.title);
    const bar = el(
      'header',
      { class: 'bar' },
      own || !['credentials', 'mfa', 'numbers', 'oauth', 'error'].includes(name) || this.view.update_mode
        ? el('span', { class: 'gap' })
        : el(
            'button',
            {
              type: 'button',
              class: 'tool',
              'aria-label': 'Back',
              'data-testid': 'link-back',
              onclick: () => this.act('back', {}),
            },
            icon('back'),
          ),
      el('span', { class: 'client' }, this.view ? this.view.client_name : ''),
      name === 'final'
        ? el('span', { class: 'gap' })
        : el(
            'button',
            {
              type: 'button',
              class: 'tool',
              'aria-label': 'Close',
              'data-testid': 'link-close',
              onclick: () => this.exit(false),
            },
            icon('close'),
          ),
    );
    const mark = drawn.good ? 'check' : drawn.bad ? 'alert' : null;
    const pane = el(
      'section',
      { class: `pane pane-${name}` },
      mark ? el('span', { class: `mark ${drawn.good ? 'good' : 'bad'}` }, icon(mark)) : null,
      heading,
      drawn.lead ? el('p', { class: 'lead' }, drawn.lead) : null,
      drawn.nodes,
    );
    this.card.dataset.pane = name;
    this.card.replaceChildren(el('div', { class: 'weave', 'aria-hidden': 'true' }), bar, pane, this.foot);
    const error = pane.querySelector('[role=alert]');
    (drawn.focus || error || heading).focus({ preventScroll: true });
    pane.scrollTop = 0;
  }

  // complain tells of something that is missing, without a call.
  complain(message) {
    const pane = this.card.querySelector('.pane');
    pane.querySelectorAll('.problem').forEach((node) => node.remove());
    const told = problem({ code: 'TWEED_MISSING', message });
    pane.querySelector('form').before(told);
    told.focus();
  }

  fail(failure, retry) {
    this.failure = failure;
    this.host.pane('failure');
    this.frame('failure', {
      title: 'No answer',
      bad: true,
      nodes: [
        el(
          'div',
          {
            class: 'problem',
            role: 'alert',
            tabindex: '-1',
            'data-testid': 'link-error',
            'data-code': failure.error.error_code,
          },
          icon('alert'),
          el('p', {}, failure.message),
        ),
        el('p', { class: 'small' }, el('code', {}, failure.error.error_code)),
        el(
          'div',
          { class: 'stack' },
          retry
            ? primary('Try again', {
                type: 'button',
                'data-testid': 'failure-retry',
                onclick: () => {
                  this.failure = null;
                  retry();
                },
              })
            : null,
          secondary('Leave', { 'data-testid': 'failure-exit', onclick: () => this.exit(true) }),
        ),
      ],
    });
  }

  // exit ends the session: at once by force, else after the user has been asked. Asked twice, the answer is no.
  exit(force) {
    if (this.closing || this.card.hidden || this.drawn.name === 'final') {
      return;
    }
    if (!force && this.drawn.name === 'exit') {
      this.stay();
      return;
    }
    if (!force && !['failure', 'loading', 'error'].includes(this.drawn.name)) {
      this.confirm();
      return;
    }
    this.closing = true;
    if (!this.view) {
      this.turn = Symbol('left');
      this.end(this.lostExit(this.failure ? this.failure.error : null));
      return;
    }
    this.queue = Promise.resolve(); // a step that hangs must not hold the user back
    this.call('step', { link_session_id: this.view.link_session_id, action: 'exit' });
  }

  confirm() {
    const before = [...this.card.childNodes];
    const { drawn, left } = this;
    clearTimeout(this.timer);
    this.left = null;
    const focus = document.activeElement;
    this.frame('exit', {
      title: 'Leave without linking?',
      lead: `${this.client()} does not get to see your account then.`,
      nodes: [
        el(
          'div',
          { class: 'stack' },
          primary('Leave', { type: 'button', 'data-testid': 'exit-confirm', onclick: () => this.exit(true) }),
          secondary('Go on linking', { 'data-testid': 'exit-cancel', onclick: () => this.stay() }),
        ),
      ],
    });
    this.stay = () => {
      this.drawn = drawn;
      this.left = left;
      this.card.dataset.pane = drawn.name;
      this.card.replaceChildren(...before);
      this.card.append(this.foot);
      focus.focus();
    };
  }

  // lostExit is how a session ends that the server cannot be told of.
  lostExit(error) {
    const { institution = null, link_session_id = '', request_id = '' } = this.view || {};
    return {
      kind: 'exit',
      error,
      metadata: {
        institution: institution && { name: institution.name, institution_id: institution.institution_id },
        status: null,
        link_session_id,
        request_id,
      },
    };
  }

  end(result) {
    this.turn = Symbol('ended');
    this.failure = null;
    this.host.ended(result, this);
  }

  // close empties the dialog: the page that frames it hides it.
  close() {
    this.card.hidden = true;
    this.card.replaceChildren();
    this.card.removeAttribute('data-pane');
    this.drawn = null;
  }

  last(title, good, ...nodes) {
    this.frame('final', { title, good, bad: !good, nodes: el('div', { 'data-testid': 'final' }, nodes) });
  }

  // leave goes where a hosted link ends: to a page or into an app, never to a script.
  leave(address) {
    const url = URL.canParse(address) ? new URL(address) : null;
    if (url === null || ['javascript:', 'data:', 'blob:'].includes(url.protocol)) {
      this.last('All done', true, el('p', { class: 'lead' }, 'You can close this page.'));
      return;
    }
    location.assign(url.href);
  }
}

function begin() {
  const host = hostOf();
  const page = new Page(
    host || {
      mode: 'none',
      event() {},
      pane() {},
      ended(_, p) {
        p.last('Link is closed', false);
      },
    },
  );
  page.foot = foot();
  const framed = host && parent !== window;
  document.documentElement.classList.add(framed ? 'framed' : 'whole');
  if (framed) {
    const role = { role: 'dialog', 'aria-modal': 'true', 'aria-labelledby': 'heading' };
    Object.entries(role).forEach(([name, value]) => page.card.setAttribute(name, value));
  }
  keys(page);
  if (host) {
    host.start(page);
    return;
  }
  page.card.hidden = false;
  page.fail(
    new Failure(
      'This page is the inside of Link. Load link-initialize.js and call Plaid.create({token}).open(), ' +
        'or add ?token=link-sandbox-… to the address.',
    ),
    null,
  );
}

begin();
