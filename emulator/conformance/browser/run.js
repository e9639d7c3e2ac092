'use strict';

// Runs the browser tests: node run.js [-json] [-run REGEXP] [-v] [FILE...]. It builds tweed, installs what
// package-lock.json pins into the user's cache, and runs each test file in a process of its own. With -json it writes
// what "go test -json" writes, a line for each test, so that one summary counts both. CHROMIUM and TWEED_BINARY, where
// they are set, name another browser and another build.

const {execFileSync} = require('node:child_process');
const {createHash} = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const {run} = require('node:test');
const {inspect, parseArgs} = require('node:util');

const here = __dirname;
const root = path.resolve(here, '..', '..', '..');
const artifacts = path.join(root, 'bin', 'browser-test');
// Wall time for one file, on a busy machine.
const LIMIT = 300_000;

function fail(text) {
  console.error(`make browser-test: ${text}`);
  process.exit(1);
}

function find(...names) {
  for (const name of names) {
    for (const folder of (process.env.PATH || '').split(path.delimiter)) {
      const file = path.join(folder, name);
      try {
        fs.accessSync(file, fs.constants.X_OK);
        return file;
      } catch { /* the next one */ }
    }
  }
  return null;
}

// tools returns the browser; what is missing is said with what to install.
function tools() {
  const chromium = process.env.CHROMIUM || find('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable');
  if (!chromium) fail('there is no Chromium: "apt-get install chromium", or say CHROMIUM=/path/to/chrome');
  if (!find('certutil')) fail('there is no certutil, for the recipe with TLS: "apt-get install libnss3-tools"');
  if (!find('go')) fail('there is no Go, which builds tweed: https://go.dev/dl/');
  if (!find('npm')) fail('there is no npm: it comes with node');
  return chromium;
}

// install returns the folder with the packages. It is made beside its place and then moved, so that a half install
// never looks like a whole one.
function install() {
  const files = ['package.json', 'package-lock.json'].map((name) => [name, fs.readFileSync(path.join(here, name))]);
  const sum = files.reduce((hash, [, text]) => hash.update(text), createHash('sha256').update(process.version)).digest('hex');
  const cache = path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'tweed-sdk-test');
  const place = path.join(cache, `browser-${sum.slice(0, 16)}`);
  if (fs.existsSync(place)) return path.join(place, 'node_modules');
  fs.mkdirSync(cache, {recursive: true});
  const making = fs.mkdtempSync(path.join(cache, 'making-'));
  try {
    for (const [name, text] of files) fs.writeFileSync(path.join(making, name), text);
    execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {cwd: making, stdio: ['ignore', 'ignore', 'inherit']});
    try {
      fs.renameSync(making, place);
    } catch (error) {
      if (!fs.existsSync(place)) throw error; // another run was not faster
    }
  } finally {
    fs.rmSync(making, {recursive: true, force: true});
  }
  return path.join(place, 'node_modules');
}

function build() {
  const binary = path.join(root, 'bin', 'tweed-browser-test');
  execFileSync('go', ['build', '-o', binary, './cmd/tweed'], {cwd: root, stdio: 'inherit', env: {...process.env, CGO_ENABLED: '0'}});
  return binary;
}

// reporter writes results as they come: lines for people, or events for the summary.
function reporter({json, verbose}) {
  const event = (fields) => console.log(JSON.stringify(fields));
  const count = {pass: 0, fail: 0};
  return {
    count,
    test(action, data) {
      if (data.details.type === 'suite') return;
      count[action]++;
      const file = path.basename(data.file || 'run.js', '.test.js');
      const test = `${file}/${data.name}`;
      const seconds = (data.details.duration_ms / 1000).toFixed(2);
      const error = data.details.error;
      const text = action === 'fail' ? `    ${inspect(error?.cause ?? error).replaceAll('\n', '\n    ')}\n` : '';
      const line = `--- ${action.toUpperCase()}: ${test} (${seconds}s)\n`;
      if (json) {
        event({Action: 'output', Package: 'browser', Test: test, Output: line + text});
        event({Action: action, Package: 'browser', Test: test, Elapsed: Number(seconds)});
      } else if (verbose || action === 'fail') {
        process.stdout.write(line + text);
      }
    },
    end(seconds) {
      const good = count.fail === 0 && count.pass > 0;
      const line = `${good ? 'ok ' : 'FAIL'}\tbrowser\t${seconds.toFixed(1)}s\t${count.pass} passed, ${count.fail} failed; pictures in ${artifacts}\n`;
      if (!json) process.stdout.write(line);
      else {
        event({Action: 'output', Package: 'browser', Output: line});
        event({Action: good ? 'pass' : 'fail', Package: 'browser'});
      }
      return good;
    },
  };
}

async function main() {
  // Go's tools write flags with one dash.
  const argv = process.argv.slice(2).map((arg) => (/^-[a-z]+(=|$)/.test(arg) ? `-${arg}` : arg));
  const {values, positionals} = parseArgs({
    args: argv, allowPositionals: true, options: {json: {type: 'boolean'}, run: {type: 'string'}, v: {type: 'boolean'}},
  });
  const began = process.hrtime.bigint();
  process.env.CHROMIUM = tools();
  process.env.NODE_PATH = install();
  process.env.TWEED_BINARY ||= build();
  process.env.BROWSER_ARTIFACTS = artifacts;
  fs.rmSync(artifacts, {recursive: true, force: true});
  fs.mkdirSync(artifacts, {recursive: true});

  const files = positionals.length > 0 ? positionals.map((name) => path.join(here, `${path.basename(name, '.test.js')}.test.js`)) :
    fs.readdirSync(here).filter((name) => name.endsWith('.test.js')).map((name) => path.join(here, name));
  const report = reporter({json: values.json, verbose: values.v});
  const stream = run({files, concurrency: 2, timeout: LIMIT, testNamePatterns: values.run ? [new RegExp(values.run)] : undefined});
  stream.on('test:pass', (data) => data.skip === undefined && report.test('pass', data));
  stream.on('test:fail', (data) => report.test('fail', data));
  stream.on('test:stderr', ({message}) => process.stderr.write(message));
  for await (const one of stream) void one; // drained to its end
  process.exit(report.end(Number(process.hrtime.bigint() - began) / 1e9) ? 0 : 1);
}

main();
