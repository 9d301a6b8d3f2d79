// What the page does when the gateway goes and comes.

import assert from 'node:assert/strict';
import { test } from './harness.js';
import { freePort } from './http.js';
import { goTo } from './steps.js';

test('the page says that the gateway is gone, and comes back by itself when it is back', async world => {
  await world.startLinked({ gateway: { http: { port: await freePort() } } });
  const visit = await world.visitPage();
  const { page } = visit;
  visit.expect(/ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|ERR_INCOMPLETE_CHUNKED/);
  await goTo(visit, 'overview');
  await page.getByRole('banner').getByText('default ready').waitFor();
  const instance = async () => (await world.json(['status'])).gateway.instance;
  const before = await instance();

  await world.endGateway('SIGKILL');
  await page.getByText('Not connected to the gateway').waitFor();
  await page.getByRole('banner').getByText('not connected').waitFor();
  await visit.picture('not-connected');

  await world.startGateway();
  await page.getByRole('banner').getByText('default ready').waitFor();
  await page.getByText('Not connected to the gateway').waitFor({ state: 'detached' });
  assert.notEqual(before, await instance(), 'it is another gateway');
  // What happens from now on is heard again: nothing was loaded anew by hand.
  assert.equal((await world.fased(['channels', 'pause', '--channel', 'whatsapp'])).code, 0);
  await page.getByRole('banner').getByText('default suspended').waitFor();
});
