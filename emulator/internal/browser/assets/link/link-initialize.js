// Plaid Link for Tweed: the global that Plaid's script of this name defines.
// https://plaid.com/docs/link/web/ says what it does; the older forms are those of Plaid's guides of 2016 and 2017.
//
// The dialog is a frame whose address is relative to this script's own, so it works wherever the script is served:
// at http://127.0.0.1:7524, as https://cdn.plaid.com by a route of Playwright, by a proxy or by --tls.
//
// Page and frame talk by messages, and each checks every message's window, origin and channel (a random word that is
// new for each frame). So another frame or window of the page can neither make callbacks run here nor drive the dialog,
// and a frame that has been led elsewhere hears nothing: what is sent to it names the script's origin. A page that
// frames the dialog itself gets no more than what the token that it has gives to anybody.
(() => {
  'use strict';

  const CDN = 'https://cdn.plaid.com/link/v2/stable/link-initialize.js';
  const VERSION = '2.0.0-tweed';
  const NAME = 'link-initialize.js';
  const TOPMOST = '2147483647';
  // How long a frame has to say how its session ended once the page has closed it.
  const EXIT_PATIENCE = 4000;

  const script =
    document.currentScript ||
    [...document.querySelectorAll('script[src]')].find((s) => s.src.includes(NAME) && s.type !== 'text/plain');
  if (window.Plaid && window.Plaid.version === VERSION) {
    console.warn(`Link: ${NAME} is on this page more than once; the first one stays.`);
    return;
  }
  if (!script) {
    console.error(`Link: ${NAME} does not know its own address; load it with <script src="...">.`);
    return;
  }
  // The files are together in v2/stable; the first version of Link had its script one folder up.
  const base = new URL(/\/link\/stable\/[^/]*$/.test(script.src) ? '../v2/stable/' : './', script.src);

  let created = 0;
  const scroll = { count: 0, before: '' };

  function lockScroll() {
    if (scroll.count++ === 0) {
      scroll.before = document.documentElement.style.overflow;
      document.documentElement.style.overflow = 'hidden';
    }
  }

  function unlockScroll() {
    if (--scroll.count === 0) {
      document.documentElement.style.overflow = scroll.before;
    }
  }

  // Everything in the configuration that a message can carry.
  function plain(config) {
    const fields = Object.entries(config).filter(([, value]) => typeof value !== 'function' && value !== undefined);
    return JSON.parse(JSON.stringify(Object.fromEntries(fields)));
  }

  function check(config) {
    if (config === null || typeof config !== 'object') {
      throw new Error('Plaid.create needs a configuration: Plaid.create({token, onSuccess, ...}).');
    }
    if (!config.token && !config.key) {
      throw new Error('Missing Link parameter. Link requires a key or token to be provided.');
    }
    for (const name of ['onSuccess', 'onExit', 'onEvent', 'onLoad']) {
      if (config[name] !== undefined && config[name] !== null && typeof config[name] !== 'function') {
        throw new Error(`Invalid Link parameter. ${name} must be a function.`);
      }
    }
    if (!config.onSuccess) {
      console.error('Link: there is no onSuccess; the public_token would be lost.');
    }
  }

  function whenBody(run) {
    if (document.body) {
      run();
    } else {
      document.addEventListener('DOMContentLoaded', run, { once: true });
    }
  }

  function randomWord() {
    return [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, '0')).join('');
  }

  const FULL = {
    position: 'fixed',
    top: '0',
    left: '0',
    right: '0',
    bottom: '0',
    width: '100%',
    height: '100%',
    maxWidth: 'none',
    margin: '0',
    zIndex: TOPMOST,
  };
  const INLINE = {
    position: 'static',
    width: '100%',
    height: '100%',
    maxWidth: '30rem',
    minHeight: '26rem',
    margin: '0 auto',
    zIndex: 'auto',
  };

  function newFrame(number, channel, list) {
    const frame = document.createElement('iframe');
    frame.id = `plaid-link-iframe-${number}`;
    frame.title = 'Plaid Link';
    frame.allow = 'clipboard-write';
    const address = new URL('link.html', base);
    address.hash = new URLSearchParams({ channel, parent: self.origin, list }).toString();
    frame.src = address.href;
    // Property by property: a content security policy forbids styles as text. With the frame's color-scheme, which is
    // the dialog's own, the frame stays see-through in light and in dark.
    Object.assign(frame.style, FULL, {
      border: '0',
      display: 'none',
      background: 'transparent',
      colorScheme: 'light dark',
    });
    return frame;
  }

  // One frame with the messages to and from it. handlers are called by the messages' type.
  class Channel {
    constructor(place, list, handlers) {
      this.word = randomWord();
      this.frame = newFrame(++created, this.word, list);
      this.handlers = handlers;
      this.waiting = [];
      this.ready = false;
      this.hear = (event) => {
        const message = event.data;
        if (
          event.source !== this.frame.contentWindow ||
          event.origin !== base.origin ||
          this.frame.contentWindow === null ||
          message === null ||
          typeof message !== 'object' ||
          message.tweed !== this.word
        ) {
          return;
        }
        if (message.type === 'ready') {
          this.ready = true;
          this.waiting.splice(0).forEach((m) => this.send(m));
        }
        if (Object.hasOwn(handlers, message.type)) {
          handlers[message.type](message);
        }
      };
      window.addEventListener('message', this.hear);
      place(this.frame);
    }

    send(message) {
      if (!this.ready) {
        this.waiting.push(message);
        return;
      }
      this.frame.contentWindow.postMessage({ tweed: this.word, ...message }, base.origin);
    }

    close() {
      window.removeEventListener('message', this.hear);
      this.frame.remove();
    }
  }

  class Link {
    // place puts the frame into the page; embedded is true where it stands in the page's own node at first.
    constructor(config, place, embedded) {
      this.config = config;
      this.embedded = embedded;
      this.opened = false;
      this.destroyed = false;
      this.institutions = [];
      this.afterExit = null;
      this.patience = 0;
      this.keepFocus = (event) => {
        if (event.target instanceof Element && event.target !== this.channel.frame) {
          this.channel.frame.focus();
        }
      };
      this.escape = (event) => {
        if (event.key === 'Escape') {
          this.channel.send({ type: 'exit', force: false });
        }
      };
      this.channel = new Channel(place, Boolean(config.key), {
        ready: (m) => {
          this.institutions.push(...(m.institutions || []));
          this.call('onLoad');
        },
        event: (m) => this.call('onEvent', m.name, m.metadata),
        success: (m) => this.ended(() => this.call('onSuccess', m.public_token, m.metadata)),
        exit: (m) => this.ended(() => this.call('onExit', m.error, m.metadata)),
        layout: (m) => this.layout(m.full === true),
        redirect: (m) => this.redirect(m.url),
      });
      this.channel.send({ type: 'init', config: plain(config), embedded });
    }

    // A callback's own error is the page's: it must not keep the dialog open.
    call(name, ...values) {
      const callback = this.config[name];
      if (typeof callback !== 'function' || this.destroyed) {
        return;
      }
      try {
        callback(...values);
      } catch (error) {
        setTimeout(() => {
          throw error;
        });
      }
    }

    open(institution) {
      if (this.destroyed) {
        console.warn('Link: open() after destroy() does nothing; create a new handler.');
        return;
      }
      if (this.opened) {
        console.warn('Link: it is open already.');
        return;
      }
      this.opened = true;
      if (!this.embedded) {
        this.show();
      }
      this.channel.send({ type: 'open', institution: typeof institution === 'string' ? institution : '' });
    }

    show() {
      if (this.opener !== undefined) {
        return;
      }
      this.opener = document.activeElement;
      Object.assign(this.channel.frame.style, FULL, { display: 'block' });
      lockScroll();
      document.addEventListener('focusin', this.keepFocus);
      document.addEventListener('keydown', this.escape);
      this.channel.frame.focus();
    }

    hide() {
      if (this.opener === undefined) {
        return;
      }
      document.removeEventListener('focusin', this.keepFocus);
      document.removeEventListener('keydown', this.escape);
      unlockScroll();
      if (this.embedded) {
        Object.assign(this.channel.frame.style, INLINE, { display: 'block' });
      } else {
        this.channel.frame.style.display = 'none';
      }
      const opener = this.opener;
      this.opener = undefined;
      if (opener instanceof HTMLElement && opener.isConnected) {
        opener.focus({ preventScroll: true });
      }
    }

    layout(full) {
      if (!this.embedded || !this.opened) {
        return;
      }
      if (full) {
        this.show();
      } else {
        this.hide();
      }
    }

    ended(callback) {
      if (!this.opened) {
        return;
      }
      clearTimeout(this.patience);
      this.opened = false;
      this.hide();
      callback();
      const after = this.afterExit;
      this.afterExit = null;
      if (after) {
        after();
      }
    }

    exit(options, callback) {
      const after = typeof options === 'function' ? options : callback;
      if (!this.opened) {
        if (typeof after === 'function') {
          after();
        }
        return;
      }
      this.afterExit = typeof after === 'function' ? after : null;
      const force = Boolean(options && options.force);
      this.channel.send({ type: 'exit', force });
      if (force) {
        this.hide();
        this.patience = setTimeout(
          () =>
            this.ended(() =>
              this.call('onExit', null, { institution: null, status: null, link_session_id: '', request_id: '' }),
            ),
          EXIT_PATIENCE,
        );
      }
    }

    submit(data) {
      if (data === null || typeof data !== 'object' || !(data.phone_number || data.date_of_birth)) {
        throw new Error('Link: submit() takes {phone_number} or {date_of_birth}.');
      }
      console.warn('Link: Tweed has no Layer; what submit() is given goes nowhere.');
    }

    // The way to the bank and back on a touch screen leaves the page. Only the dialog's own bank is gone to.
    redirect(url) {
      const target = new URL(url, base);
      if (this.opened && target.origin === base.origin) {
        location.assign(target.href);
      }
    }

    destroy() {
      if (this.destroyed) {
        return;
      }
      clearTimeout(this.patience);
      this.hide();
      this.destroyed = true;
      this.opened = false;
      this.channel.close();
    }
  }

  // Methods are handed out bound: react-plaid-link and others take them apart.
  function handlerOf(link) {
    return {
      open: (institution) => link.open(institution),
      exit: (options, callback) => link.exit(options, callback),
      submit: (data) => link.submit(data),
      destroy: () => link.destroy(),
      institutions: link.institutions,
    };
  }

  function create(config) {
    check(config);
    return handlerOf(new Link(config, (frame) => whenBody(() => document.body.append(frame)), false));
  }

  function createEmbedded(config, node) {
    check(config);
    if (!(node instanceof Element)) {
      throw new Error('Plaid.createEmbedded needs an element to stand in as its second argument.');
    }
    let link = null;
    const restart =
      (name) =>
      (...values) => {
        if (typeof config[name] === 'function') {
          config[name](...values);
        }
        if (link && !link.destroyed && name === 'onExit') {
          link.open();
        }
      };
    link = new Link(
      { ...config, onExit: restart('onExit') },
      (frame) => {
        Object.assign(frame.style, INLINE, { display: 'block' });
        node.append(frame);
      },
      true,
    );
    link.open();
    return { destroy: () => link.destroy() };
  }

  // The form of 2015: <script data-key data-client-name data-form-id data-product ...> adds a button to a form, puts the
  // public_token (and the account_id, where one was chosen) into hidden inputs, and submits the form.
  function fromAttributes(attributes) {
    const form = document.getElementById(attributes.formId);
    if (!(form instanceof HTMLFormElement)) {
      console.error(`Link: data-form-id is "${attributes.formId}", but no form has that id.`);
      return;
    }
    const put = (name, value) => {
      const input = form.querySelector(`input[name="${name}"]`) || document.createElement('input');
      Object.assign(input, { type: 'hidden', name, value });
      form.append(input);
    };
    const button = document.getElementById('plaid-link-button') || document.createElement('button');
    if (!button.isConnected) {
      Object.assign(button, { id: 'plaid-link-button', type: 'button', textContent: 'Link your bank account' });
      Object.assign(button.style, {
        font: '600 1rem system-ui, sans-serif',
        color: '#fff',
        background: '#1f5a4c',
        border: '0',
        borderRadius: '0.6rem',
        padding: '0.75rem 1.25rem',
        cursor: 'pointer',
      });
      form.append(button);
    }
    const handler = create({
      apiVersion: 'v2',
      key: attributes.key,
      clientName: attributes.clientName,
      env: attributes.env || 'sandbox',
      product: (attributes.product || 'auth').split(','),
      webhook: attributes.webhook,
      token: attributes.token,
      selectAccount: attributes.selectAccount === 'true',
      onSuccess: (token, metadata) => {
        put('public_token', token);
        if (metadata && metadata.account_id) {
          put('account_id', metadata.account_id);
        }
        form.submit();
      },
    });
    button.addEventListener('click', () => handler.open(attributes.institution));
  }

  window.Plaid = { create, createEmbedded, version: VERSION };

  // react-plaid-link looks for a script element with Plaid's address before it adds one, and then uses window.Plaid.
  // This one is inert: a browser neither loads nor runs text/plain. A page with trusted types may allow no policy for
  // its address; then it does without.
  if (!document.querySelector(`script[src="${CDN}"]`)) {
    const marker = document.createElement('script');
    marker.type = 'text/plain';
    marker.nonce = script.nonce;
    try {
      const rules = window.trustedTypes && window.trustedTypes.createPolicy('tweed-link', { createScriptURL: () => CDN });
      marker.src = rules ? rules.createScriptURL(CDN) : CDN;
      (document.head || document.documentElement).append(marker);
    } catch (error) {
      console.warn('Link: react-plaid-link will load its script from the network here.', error);
    }
  }

  if (script.dataset.formId !== undefined && (script.dataset.key || script.dataset.token)) {
    const attributes = { ...script.dataset };
    if (document.readyState === 'loading') {
      document.addEventListener('DOMContentLoaded', () => fromAttributes(attributes), { once: true });
    } else {
      fromAttributes(attributes);
    }
  }
})();
