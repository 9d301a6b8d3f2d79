// How much the page weighs, and how soon there is something to see.

import assert from 'node:assert/strict';
import { test } from './harness.js';
import { accountPath } from './steps.js';

/** Of all that is sent, without the heads of HTTP. */
const MOST_BYTES = 150_000;
const SECTIONS = ['overview', 'people', 'groups', 'messages', 'tasks', 'routes', 'log', 'setup', 'link'];

test('the whole page weighs 150 KB at most, and nothing of it comes from elsewhere', async world => {
  await world.startLinked();
  const link = await world.pageLink();
  const { origin } = new URL(link);
  const visit = await world.visit();
  const weights = await weigh(visit);
  await visit.open(link);
  await visit.page.getByRole('link', { name: /^main/ }).waitFor();
  await visit.page.waitForLoadState('load');
  const first = sum(weights);
  // Whatever comes later when it is needed counts as well.
  for (const section of SECTIONS) {
    await visit.page.goto(origin + accountPath(section));
    await visit.page.getByRole('heading', { level: 1 }).waitFor();
  }
  const files = new Map([...weights].filter(([url]) => !/\/(control|events|session|qr|open)\b/.test(url)));
  const shown = [...weights].map(([url, bytes]) => `${url} ${bytes}`).join('\n');
  world.tell(`a first visit weighs ${first} bytes, all files ${sum(files)}`);
  assert.ok(first > 10_000, `it was weighed: ${first}`);
  assert.ok(first <= MOST_BYTES, `a first visit weighs ${first} bytes:\n${shown}`);
  assert.ok(sum(files) <= MOST_BYTES, `all files weigh ${sum(files)} bytes:\n${shown}`);
  for (const url of weights.keys()) assert.ok(url.startsWith(`${origin}/`) || url.startsWith('data:'), url);
});

/**
 * What is sent, by address; the events never end and are weighed as far as they came.
 *
 * @param {import('./visit.js').Visit} visit @returns {Promise<Map<string, number>>}
 */
async function weigh({ context, page }) {
  const weights = new Map();
  const urls = new Map();
  const heads = new Map();
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  const add = (id, bytes) => weights.set(urls.get(id), (weights.get(urls.get(id)) ?? 0) + bytes);
  session.on('Network.requestWillBeSent', ({ requestId, request }) => urls.set(requestId, request.url));
  session.on('Network.responseReceived', ({ requestId, response }) =>
    heads.set(requestId, response.encodedDataLength),
  );
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) =>
    add(requestId, encodedDataLength - (heads.get(requestId) ?? 0)),
  );
  session.on('Network.dataReceived', ({ requestId, dataLength }) => {
    if (urls.get(requestId)?.endsWith('/events')) add(requestId, dataLength);
  });
  return weights;
}

/** @param {Map<string, number>} weights */
function sum(weights) {
  return [...weights.values()].reduce((all, bytes) => all + bytes, 0);
}

test('the page is there before its data are', async world => {
  await world.start();
  const visit = await world.visit();
  const { page } = visit;
  /** @type {() => void} */
  let release = () => {};
  const released = new Promise(resolve => {
    release = () => resolve(undefined);
  });
  for (const path of ['**/control', '**/events', '**/session'])
    await page.route(path, async route => {
      await released;
      await route.continue();
    });
  await visit.open(await world.pageLink());
  await page.getByRole('heading', { level: 1, name: 'Agents' }).waitFor();
  await page.getByText('Asking the gateway').waitFor();
  await visit.picture('before-data');
  const painted = await page.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime,
  );
  assert.ok(painted > 0, 'something was painted while nothing was known');
  assert.equal(await page.getByRole('link', { name: /^main/ }).count(), 0, 'nothing was known');
  release();
  await page.getByRole('link', { name: /^main/ }).waitFor();
});
