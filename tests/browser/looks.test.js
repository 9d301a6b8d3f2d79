// Every view, on a screen and on a phone, in light and dark: nothing sticks out or overlaps, and axe finds nothing serious.
// With FASED_SCREENSHOTS=DIR each is left there as a picture.

import assert from 'node:assert/strict';
import { test } from './harness.js';
import { AXE, accessible, fits } from './looks.js';
import { populate } from './populated.js';
import { readQr } from './steps.js';

const WIDTHS = [1200, 360];
const DEADLINE_MS = 420_000;
const AGENT = '#/agents/main';
const CHANNEL = `${AGENT}/channels/whatsapp`;
const DEFAULT = `${CHANNEL}/default`;
const UNLINKED = `${CHANNEL}/work`;

/**
 * What is looked at: where, and what is done there before.
 *
 * @typedef {{ name: string, at: string, first?: (page: import('playwright-core').Page, visit: import('./visit.js').Visit) => Promise<unknown> }} State
 */

/** @param {{ message: string, group: string, task: string }} ids @returns {State[]} */
function states({ message, group, task }) {
  /** @param {string} name */
  const click = name => page => page.getByRole('button', { name, exact: true }).click();
  return [
    { name: 'agents', at: '#/agents' },
    { name: 'agent', at: AGENT },
    { name: 'agent-researcher', at: '#/agents/researcher' },
    { name: 'channel', at: CHANNEL },
    { name: 'add', at: `${CHANNEL}/+` },
    { name: 'add-wrong', at: `${CHANNEL}/+`, first: page => page.getByLabel('Its id').fill('Not this!') },
    { name: 'nowhere', at: '#/nowhere' },
    { name: 'setup', at: `${UNLINKED}/setup` },
    { name: 'setup-policy', at: `${UNLINKED}/setup/policy` },
    {
      name: 'setup-people',
      at: `${UNLINKED}/setup/people`,
      first: page => page.getByLabel('Numbers, one a line').fill('+1 555 010 0002\n0555 1234\nwho?'),
    },
    { name: 'setup-link', at: `${UNLINKED}/setup/link` },
    {
      name: 'setup-qr',
      at: `${UNLINKED}/setup/link`,
      first: async (page, visit) => {
        await click('Show the QR code')(page);
        await readQr(visit);
      },
    },
    {
      name: 'link-by-code',
      at: `${UNLINKED}/link`,
      first: async page => {
        await click('Without a camera: a code to type')(page);
        await page.getByLabel('Number of the phone').fill('+1 555 010 0005');
        await click('Get a code')(page);
        await page.locator('.code').waitFor();
      },
    },
    { name: 'setup-hello', at: `${DEFAULT}/setup/hello` },
    { name: 'overview', at: `${DEFAULT}/overview` },
    { name: 'overview-unlinked', at: `${UNLINKED}/overview` },
    { name: 'overview-disabled', at: `${CHANNEL}/a-number-for-the-shop/overview` },
    { name: 'confirm', at: `${DEFAULT}/overview`, first: click('Log out') },
    { name: 'people', at: `${DEFAULT}/people` },
    { name: 'groups', at: `${DEFAULT}/groups` },
    { name: 'messages', at: `${DEFAULT}/messages` },
    { name: 'why', at: `${DEFAULT}/messages/why/${message}` },
    { name: 'outbox', at: `${DEFAULT}/messages/outbox` },
    { name: 'tasks', at: `${DEFAULT}/tasks` },
    { name: 'task', at: `${DEFAULT}/tasks/${task}` },
    { name: 'task-new', at: `${DEFAULT}/tasks/new` },
    { name: 'task-edit', at: `${DEFAULT}/tasks/${task}/edit` },
    { name: 'routes', at: `${DEFAULT}/routes` },
    {
      name: 'routes-asked',
      at: `${DEFAULT}/routes/who/${group}`,
      first: async page => {
        await page.getByLabel('Number or hidden id').fill('+1 555 010 0003');
        await click('Ask')(page);
        await page.getByText('explain --sender').first().waitFor();
      },
    },
    { name: 'log', at: `${DEFAULT}/log` },
  ];
}

/** @param {import('./visit.js').Visit} visit */
async function settled({ page }) {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.getByText('Asking the gateway').waitFor({ state: 'detached' });
  await page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/** @param {import('./world.js').World} world @param {boolean} dark */
async function lookAtAll(world, dark) {
  const ids = await populate(world);
  const visit = await world.visitPage({ dark, scripts: [AXE] });
  const { page } = visit;
  const { origin } = new URL(page.url());
  const wrong = [];
  for (const { name, at, first } of states(ids))
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      // Anew each time, so that no state depends on the one before it.
      await page.goto('about:blank');
      await page.goto(`${origin}/${at}`);
      await settled(visit);
      await first?.(page, visit);
      await settled(visit);
      await visit.picture(name);
      for (const look of [fits, accessible])
        try {
          await look(visit, name);
        } catch (error) {
          if (!(error instanceof assert.AssertionError)) throw error;
          wrong.push(`${error.message.split('\n')[0]}: ${JSON.stringify(error.actual)}`);
        }
    }
  assert.deepEqual(wrong, []);
}

test(
  'every view is usable at 1200 and 360 px and has no grave fault for axe, in light',
  world => lookAtAll(world, false),
  {
    deadlineMs: DEADLINE_MS,
  },
);

test(
  'every view is usable at 1200 and 360 px and has no grave fault for axe, in dark',
  world => lookAtAll(world, true),
  {
    deadlineMs: DEADLINE_MS,
  },
);

test('what measures the looks sees what is wrong', async world => {
  const visit = await world.visit({ width: 360, scripts: [AXE] });
  const body = `<title>t</title><main><p style="width:400px">wide</p><p>under</p>
    <p style="position:absolute;top:60px;left:8px">over</p><button style="height:10px;font-size:6px">x</button>
    <img src="data:,"><p style="color:#ccc;background:#fff">pale</p></main>`;
  await visit.open(`data:text/html,${encodeURIComponent(body)}`);
  await visit.page.locator('main').evaluate(main => {
    const [, under, over] = main.querySelectorAll('p');
    over.style.top = `${under.getBoundingClientRect().top}px`;
  });
  await assert.rejects(fits(visit, 'this'), ({ actual }) => {
    const all = actual.join('\n');
    for (const part of [
      /scrolls sideways/,
      /"under" overlaps .*"over"|"over" overlaps .*"under"/,
      /too small/,
    ])
      assert.match(all, part);
    return true;
  });
  await assert.rejects(accessible(visit, 'this'), ({ actual }) => {
    const found = actual.map(({ id }) => id);
    assert.ok(found.includes('image-alt') && found.includes('color-contrast'), found.join());
    return true;
  });
});
