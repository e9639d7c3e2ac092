// Where the dialog stands, and who is told of its events and its end: a page that frames it, a native app around a web
// view, or nobody but the server (a hosted link).
import { el } from './link-dom.js';

// Messages of a React Native web view carry the id of the Link; without a frame it was undefined (seen in many apps).
const NATIVE = 'plaid_link-undefined';
// Web views drop a navigation when the next one comes at once.
const GAP = 60;

// FrameHost is a page with link-initialize.js.
//
// The address's hash has the channel's word and the page's origin. Who frames the dialog writes the hash, so it may
// lie; but a browser delivers a message only to the origin that it names, so a lie about the origin makes the dialog
// mute and deaf, and no more. A message is heard only from the parent window, from that origin, with the channel's word.
// A page without an origin (a file, a sandbox) is "null": there the parent window and the word are what is checked.
class FrameHost {
  constructor(hash) {
    this.mode = 'dialog';
    this.word = hash.get('channel');
    this.origin = hash.get('parent');
    this.lists = hash.get('list') === 'true';
  }

  start(page) {
    addEventListener('message', (event) => {
      const message = event.data;
      if (
        event.source !== parent ||
        event.origin !== this.origin ||
        message === null ||
        typeof message !== 'object' ||
        message.tweed !== this.word
      ) {
        return;
      }
      if (message.type === 'init') {
        this.config = message.config;
        this.mode = message.embedded ? 'embedded' : 'dialog';
      } else if (message.type === 'open') {
        page.open(this.config, message.institution);
      } else if (message.type === 'exit') {
        page.exit(message.force === true);
      }
    });
    this.ready();
  }

  async ready() {
    this.send({ type: 'ready', institutions: this.lists ? await institutions() : [] });
  }

  send(message) {
    parent.postMessage({ tweed: this.word, ...message }, this.origin === 'null' ? '*' : this.origin);
  }

  event(name, metadata) {
    this.send({ type: 'event', name, metadata });
  }

  ended(result, page) {
    page.close();
    if (result.kind === 'success') {
      this.send({ type: 'success', public_token: result.public_token, metadata: result.metadata });
    } else {
      this.send({ type: 'exit', error: result.error ?? null, metadata: result.metadata });
    }
  }

  // Embedded Link stands in the page while institutions are looked at, and fills the window after that.
  pane(name) {
    if (this.mode === 'embedded') {
      const full = !['institution', 'consent'].includes(name);
      document.documentElement.classList.toggle('inline', !full);
      this.send({ type: 'layout', full });
    }
  }

  redirect(url) {
    this.send({ type: 'redirect', url });
  }
}

// institutions are what the handlers of the public key form list. Link works without them.
async function institutions() {
  try {
    const reply = await fetch(new URL('institutions.json', import.meta.url));
    return reply.ok ? await reply.json() : [];
  } catch {
    return [];
  }
}

// PageHost is the dialog as a page of its own: a hosted link, or a link.html opened by hand.
class PageHost {
  constructor(config) {
    this.mode = 'hosted';
    this.config = config;
  }

  start(page) {
    page.open(this.config, this.config.institution);
  }

  event() {}

  ended(result, page) {
    if (result.kind === 'redirect') {
      page.leave(result.url);
      return;
    }
    const good = result.kind === 'success';
    const text = good
      ? 'Your account is linked. You can close this page.'
      : result.error
        ? result.error.display_message || result.error.error_message
        : 'Nothing was linked. You can close this page.';
    page.last(good ? 'All done' : 'Link is closed', good, el('p', { class: 'lead' }, text));
  }

  pane() {}

  redirect(url) {
    location.assign(url);
  }
}

// WebviewHost is a native app's web view: the app sees navigations to plaidlink://, and, if it is React Native's,
// messages. The old address has isWebView=true and messages only; the newer one isWebview=true.
class WebviewHost extends PageHost {
  constructor(config) {
    super(config);
    this.mode = 'webview';
    this.navigates = config.isWebview === 'true';
    this.queue = Promise.resolve();
  }

  start(page) {
    this.tell('ready', {});
    super.start(page);
  }

  tell(action, fields) {
    if (window.ReactNativeWebView) {
      window.ReactNativeWebView.postMessage(JSON.stringify({ action: `${NATIVE}::${action}`, ...fields }));
    }
  }

  // All keys are there; what is null is empty.
  go(action, fields) {
    if (!this.navigates) {
      return;
    }
    const query = new URLSearchParams(Object.entries(fields).map(([key, value]) => [key, value ?? '']));
    this.queue = this.queue.then(() => {
      location.href = `plaidlink://${action}?${query}`;
      return new Promise((done) => {
        setTimeout(done, GAP);
      });
    });
  }

  event(name, metadata) {
    this.tell('event', { eventName: name, metadata: { eventName: name, ...metadata } });
    this.go('event', { event_name: name, ...metadata });
  }

  ended(result, page) {
    const metadata = result.metadata || {};
    const institution = metadata.institution || {};
    const common = {
      institution_id: institution.institution_id,
      institution_name: institution.name,
      link_session_id: metadata.link_session_id,
    };
    if (result.kind === 'success') {
      this.tell('connected', { metadata: { ...metadata, public_token: result.public_token } });
      const accounts = (metadata.accounts || []).map((a) => ({
        _id: a.id,
        meta: { name: a.name, number: a.mask },
        type: a.type,
        subtype: a.subtype,
        verification_status: a.verification_status,
        class_type: a.class_type,
      }));
      const chosen = metadata.account ? { account_id: metadata.account_id, account_name: metadata.account.name } : {};
      this.go('connected', {
        public_token: result.public_token,
        accounts: JSON.stringify(accounts),
        ...common,
        ...chosen,
      });
    } else {
      const error = result.error || {};
      this.tell('exit', { error: result.error ?? null, metadata });
      this.go('exit', {
        status: metadata.status,
        error_type: error.error_type,
        error_code: error.error_code,
        error_message: error.error_message,
        error_display_message: error.display_message,
        request_id: metadata.request_id,
        ...common,
      });
    }
    super.ended(result, page);
  }
}

// hostOf looks at the page's address. It is null where nothing says what to link.
export function hostOf() {
  const hash = new URLSearchParams(location.hash.slice(1));
  if (parent !== window && hash.get('channel')) {
    return new FrameHost(hash);
  }
  const last = location.pathname.split('/').pop();
  if (last.startsWith('link-') && !last.includes('.')) {
    return new PageHost({ token: last });
  }
  const config = Object.fromEntries(new URLSearchParams(location.search));
  if (!config.token && !config.key) {
    return null;
  }
  return config.isWebview || config.isWebView || config.isMobile ? new WebviewHost(config) : new PageHost(config);
}
