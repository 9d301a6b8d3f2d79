// What went wrong with a link is said on the page, together with the one thing to do about it, which does it.

import assert from 'node:assert/strict';
import { test } from './harness.js';
import { ANNA, OWNER } from './stage.js';
import { goTo, press, readQr } from './steps.js';

const OPEN = { channels: { whatsapp: { dmPolicy: 'open', allowFrom: ['*'] } } };

/** @param {import('./world.js').World} world @param {number} code */
function streamError(world, code) {
  return world.fake.call('POST /fault', { kind: 'stream_error', account: OWNER, code });
}

/** Anna is answered. @param {import('./world.js').World} world @param {string} text */
async function answers({ fake }, text) {
  await fake.call('POST /contacts', { phone: ANNA });
  const after = await fake.lastSeq();
  await fake.send(ANNA, text);
  await fake.wait('message', { contact: ANNA, text }, after);
}

test('a login that another process took over (440) is said, and resumed by a button', async world => {
  await world.startLinked(OPEN);
  const visit = await world.visitPage();
  const { page } = visit;
  await goTo(visit, 'overview');
  await page.getByRole('banner').getByText('default ready').waitFor();
  await streamError(world, 440);
  await page.getByRole('banner').getByText('default replaced').waitFor();
  const { sentence } = await world.account();
  await page.getByRole('main').getByText(sentence).first().waitFor();
  await visit.picture('replaced');
  await press(visit, 'Resume');
  await page.getByRole('banner').getByText('default ready').waitFor();
  await answers(world, 'are you back?');
});

test('a login that was ended on the phone is said, and the phone linked again from the page', async world => {
  await world.startLinked(OPEN);
  const visit = await world.visitPage();
  const { page } = visit;
  await goTo(visit, 'overview');
  await page.getByRole('banner').getByText('default ready').waitFor();
  await streamError(world, 401);
  await page.getByRole('banner').getByText('default logged out').waitFor();
  const { sentence } = await world.account();
  await page.getByRole('main').getByText(sentence).first().waitFor();
  await visit.picture('logged-out');
  await page
    .getByRole('main')
    .getByRole('link', { name: /^Link (a phone|the phone|again)/ })
    .first()
    .click();
  await press(visit, 'Show the QR code');
  await world.fake.scan(await readQr(visit));
  await page.getByText(`Linked as ${OWNER}`).first().waitFor();
  await press(visit, 'Continue');
  await page.getByRole('banner').getByText('default ready').waitFor();
  await answers(world, 'linked again?');
});

test('pause, resume, restart and logout do what they say, and what takes the link away asks first', async world => {
  await world.startLinked(OPEN);
  const visit = await world.visitPage();
  const { page } = visit;
  await goTo(visit, 'overview');
  const state = words => page.getByRole('banner').getByText(`default ${words}`).waitFor();
  await state('ready');
  const confirm = async (title, action) => {
    await press(visit, action);
    const dialog = page.getByRole('dialog', { name: title });
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    assert.equal((await world.account()).state, 'ready', 'who cancels changes nothing');
    await press(visit, action);
    await dialog.getByRole('button', { name: action, exact: true }).click();
  };
  await confirm('Pause default?', 'Pause');
  await state('suspended');
  await press(visit, 'Resume');
  await state('ready');
  const { sidecar_pid } = await world.account();
  await press(visit, 'Restart the link');
  await world.until('another sidecar is ready', async () => {
    const account = await world.account();
    return account.state === 'ready' && account.sidecar_pid !== sidecar_pid;
  });
  await confirm('Log default out?', 'Log out');
  await world.fake.wait('logout', { account: OWNER });
  await world.until('the account is unlinked', async () =>
    ['unlinked', 'logged_out'].includes((await world.account()).state),
  );
});
