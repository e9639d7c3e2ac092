'use strict';

// An app with pages of its own origin: what a developer's machine has beside Tweed.

const http = require('node:http');

// start serves pages on a free port: by path, a text (HTML), or {type, text, headers, status}, or a function of the
// request that returns one of these. posted keeps what was sent.
async function start(pages = {}) {
  const posted = [];
  const server = http.createServer(async (request, response) => {
    const {pathname} = new URL(request.url, 'http://app');
    let body = '';
    for await (const part of request) body += part;
    if (request.method === 'POST') posted.push({path: pathname, body});
    let page = pages[pathname];
    if (typeof page === 'function') page = page(request);
    if (page === undefined) {
      response.writeHead(404).end();
      return;
    }
    const {type = 'text/html; charset=utf-8', text = page, headers = {}, status = 200} = typeof page === 'string' ? {} : page;
    response.writeHead(status, {'Content-Type': type, ...headers}).end(text);
  });
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  const {port} = server.address();
  return {
    pages, posted, port, url: `http://127.0.0.1:${port}`,
    stop: () => new Promise((done) => {
      server.close(done);
      server.closeAllConnections();
    }),
  };
}

// html is a page with a title and a language, which every page needs.
function html(body, {head = '', title = 'An app'} = {}) {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,"><title>${title}</title>${head}</head>` +
    `<body><main><h1>${title}</h1>${body}</main></body></html>`;
}

// recorder is a script that keeps what Link tells in window.seen.
const recorder = `
  window.seen = {loads: 0, events: [], success: [], exit: []};
  window.callbacks = {
    onLoad: () => { seen.loads++; },
    onEvent: (name, metadata) => { seen.events.push({name, metadata}); },
    onSuccess: (...values) => { seen.success.push(values); },
    onExit: (...values) => { seen.exit.push(values); },
  };`;

// plain is a page with the script's line. What it hands to create stands in its address's hash, as JSON.
function plain(tweed, more = '') {
  return html(`<button id="open">Link a bank</button>${more}`, {
    head: `<script src="${tweed}/link/v2/stable/link-initialize.js"></script><script>${recorder}
      window.make = (config) => { window.handler = Plaid.create({...config, ...callbacks}); };
      addEventListener('DOMContentLoaded', () => {
        if (location.hash) make(JSON.parse(decodeURIComponent(location.hash.slice(1))));
        document.getElementById('open').onclick = () => handler.open();
      });</script>`,
  });
}

module.exports = {html, plain, recorder, start};
