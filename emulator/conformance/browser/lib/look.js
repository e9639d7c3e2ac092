'use strict';

// axe-core on a page and on all frames in it, in light and dark, on a desk and on a phone.

const assert = require('node:assert/strict');
const fs = require('node:fs');

const source = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const DESK = {width: 1280, height: 800};
const PHONE = {width: 390, height: 844};
const LOOKS = [['light', 'desk', DESK], ['dark', 'desk', DESK], ['light', 'phone', PHONE], ['dark', 'phone', PHONE]];

async function violations(frame) {
  if (!await frame.evaluate(() => Boolean(window.axe))) await frame.evaluate(source);
  const found = await frame.evaluate(async () => {
    const {violations: all} = await window.axe.run(document, {resultTypes: ['violations'], iframes: false});
    return all.map((one) => `${one.id}: ${one.help}: ${one.nodes.map((node) => `${node.target.join(' ')} ${node.any.map((a) => a.message).join('; ')}`).join(' | ')}`);
  });
  return found;
}

// look examines what a page shows now, and takes a picture of each look.
async function look(on, page, name, {frames = (frame) => frame.url().startsWith(on.tweed.url), pictures = ['light desk', 'dark phone']} = {}) {
  const all = [];
  for (const [scheme, device, size] of LOOKS) {
    await page.setViewportSize(size);
    await page.emulateMedia({colorScheme: scheme, reducedMotion: 'reduce'});
    for (const frame of page.frames().filter(frames)) {
      if (frame.parentFrame() && !await (await frame.frameElement()).isVisible()) continue;
      all.push(...(await violations(frame)).map((text) => `${scheme} ${device}: ${text}`));
      const wide = await frame.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (wide > 1) all.push(`${scheme} ${device}: ${frame.url()} is ${wide} px wider than the window`);
    }
    if (pictures.includes(`${scheme} ${device}`)) await on.picture(page, `${name} ${scheme} ${device}`);
  }
  await page.setViewportSize(DESK);
  await page.emulateMedia({colorScheme: 'light', reducedMotion: 'reduce'});
  assert.deepEqual(all, [], `violations at ${name}`);
}

module.exports = {look};
