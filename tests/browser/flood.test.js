// A thousand verdicts a second, and the page stays usable.

import assert from 'node:assert/strict';
import { Crowd } from './crowd.js';
import { test } from './harness.js';
import { sessionOf } from './http.js';
import { ANNA, OWNER } from './stage.js';
import { accountPath, goTo } from './steps.js';

const RATE = 1_000;
const WINDOW_MS = 5_000;
/** Of the time of its one thread, so that whoever clicks is served at once. */
const BUSY_AT_MOST = 0.5;
/** On a machine that is busy with other things as well. */
const FRAME_MS = 1_000;
const ROWS = 250;

test('a thousand verdicts a second leave the page most of its time, and no more rows than before', async world => {
  await world.startLinked();
  const link = await world.pageLink();
  const crowd = new Crowd(new URL(link).origin, RATE);
  const origin = await crowd.start();
  try {
    const visit = await world.visit();
    const { context, page } = visit;
    const { cookie, key } = await sessionOf(link);
    const [name, value] = cookie.split('=');
    await context.addCookies([{ name, value, url: origin, httpOnly: true, sameSite: 'Strict' }]);
    await visit.open(`${origin}/#key=${key}`);
    await visit.open(origin + accountPath('messages'));
    await page.getByRole('heading', { level: 1, name: 'Messages' }).waitFor();
    await world.until('the crowd is heard', () => crowd.verdicts > RATE);
    await page.locator('[href*=CROWD]').first().waitFor();

    const session = await context.newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const busy = async () => (await metrics(session)).TaskDuration;
    const [from, rows, began] = [await busy(), await count(page), performance.now()];
    const frames = await page.evaluate(longestFrame, WINDOW_MS);
    const share = ((await busy()) - from) / ((performance.now() - began) / 1_000);
    world.tell(
      `busy ${(share * 100).toFixed(1)} %, ${frames.frames} frames, the longest ${frames.longest} ms`,
    );
    assert.ok(share < BUSY_AT_MOST, `its thread is busy ${(share * 100).toFixed(0)} % of the time`);
    assert.ok(frames.longest < FRAME_MS, `a frame took ${frames.longest} ms`);
    const later = await count(page);
    assert.ok(later.rows > 10, 'the crowd is shown');
    assert.ok(later.rows <= ROWS, `${later.rows} rows are kept`);
    assert.ok(
      later.nodes < rows.nodes * 1.2 + 500,
      `the page grows: ${rows.nodes} nodes, then ${later.nodes}`,
    );

    // And it does what it is told.
    await page.getByRole('link', { name: /^People/ }).click();
    await page.getByRole('heading', { level: 1, name: 'People' }).waitFor();
  } finally {
    await crowd.end();
  }
});

test('a flood of real messages is shown up to its last one', async world => {
  await world.startLinked({ channels: { whatsapp: { dmPolicy: 'disabled' } } });
  const { fake } = world;
  await fake.call('POST /contacts', { phone: ANNA });
  const visit = await world.visitPage();
  const { page } = visit;
  await goTo(visit, 'messages');
  await page.getByRole('heading', { level: 1, name: 'Messages' }).waitFor();
  const ids = await fake.send(ANNA, 'flood', { count: 1_000 });
  await world.until('all have a verdict', async () => {
    const { inbound } = await world.account();
    return inbound.some(({ name, count: dropped }) => name === 'dm_disabled' && dropped >= ids.length);
  });
  const last = ids[ids.length - 1];
  await page.locator(`[href*="${last}"]`).first().waitFor();
  const { rows } = await count(page);
  assert.ok(rows <= ROWS, `${rows} rows are kept`);
  assert.equal((await fake.call('GET /state', { inbox: '0' })).accounts[OWNER].queue_length, 0);
});

/** @param {import('playwright-core').CDPSession} session @returns {Promise<Record<string, number>>} */
async function metrics(session) {
  const { metrics: all } = await session.send('Performance.getMetrics');
  return Object.fromEntries(all.map(({ name, value }) => [name, value]));
}

/** @param {import('playwright-core').Page} page */
function count(page) {
  return page.evaluate(() => ({
    rows: document.querySelectorAll('main li, main tr').length,
    nodes: document.querySelectorAll('*').length,
  }));
}

/** Runs in the page. @param {number} ms @returns {Promise<{ longest: number, frames: number }>} */
function longestFrame(ms) {
  return new Promise(resolve => {
    const began = performance.now();
    let last = began;
    let longest = 0;
    let frames = 0;
    const frame = () => {
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
      frames += 1;
      if (now - began < ms) requestAnimationFrame(frame);
      else resolve({ longest: Math.round(longest), frames });
    };
    requestAnimationFrame(frame);
  });
}
