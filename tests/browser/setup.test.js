// The first setup, from the link to the first answer.

import assert from 'node:assert/strict';
import { test } from './harness.js';
import { ANNA, OWNER } from './stage.js';
import { goTo, goToSetup, press, readQr } from './steps.js';

test('the first setup leads from choices over the QR to a sender who is approved and answered', async world => {
  await world.start();
  const { fake } = world;
  await fake.call('POST /contacts', { phone: ANNA, name: 'Anna' });
  const visit = await world.visitPage();
  const { page } = visit;
  await goToSetup(visit);

  await page.getByRole('radio', { name: /A number of its own/ }).check();
  await press(visit, 'Continue');
  for (const policy of ['With approval', 'Only people I list', 'Everybody', 'Nobody'])
    await page.getByRole('radio', { name: new RegExp(`^${policy}`) }).waitFor();
  await page.getByRole('radio', { name: /^With approval/ }).check();
  await press(visit, 'Continue');

  const list = page.getByRole('textbox', { name: /Numbers/ });
  await list.fill('0555 123');
  await page.getByText('It begins with 0').waitFor();
  await press(visit, 'Save and continue');
  assert.match(page.url(), /setup\/people$/, 'a wrong number is not saved');
  await list.fill('+1 (555) 010-0009');
  await page.getByText('Read as: +15550100009').waitFor();
  const owner = page.getByRole('textbox', { name: /owner/ });
  await owner.fill('0555');
  await press(visit, 'Save and continue');
  assert.match(page.url(), /setup\/people$/, 'a wrong owner is not saved');
  await owner.fill('+1 555 010 0008');
  await page.getByText('Read as: +15550100008').waitFor();
  await press(visit, 'Save and continue');
  await page.getByRole('status').getByText('Saved.', { exact: true }).waitFor();

  await press(visit, 'Show the QR code');
  const qr = await readQr(visit);
  await page.getByText(/A new QR code follows in \d:\d\d/).waitFor();
  await fake.scan(qr);
  await page.getByText(`Linked as ${OWNER}`).first().waitFor();
  await press(visit, 'Continue');

  await fake.send(ANNA, 'hello, is anybody there?');
  const code = await fake.wait('message', { contact: ANNA });
  await page.getByRole('button', { name: /^Approve .*\+15550100002/ }).click();
  await fake.wait('message', { contact: ANNA, text: 'hello, is anybody there?' }, code.seq);
  await page.getByText('It works.').waitFor();
  assert.equal(await page.getByText('Write to it from another phone').count(), 0, 'that is done');

  for (const [key, value] of Object.entries({
    mode: 'dedicated',
    dmPolicy: 'pairing',
    allowFrom: ['+15550100009'],
    owners: ['+15550100008'],
  })) {
    const read = await world.json(['config', 'get', `channels.whatsapp.${key}`]);
    assert.deepEqual(read.value, value, key);
  }
  const { approved } = await world.json(['pairing', 'list', '--approved']);
  assert.equal(approved.length, 1);
});

test('without a camera a code is typed into the phone', async world => {
  await world.start();
  const visit = await world.visitPage();
  const { page } = visit;
  await page.getByRole('link', { name: /^Set up default/ }).click();
  for (const step of ['Continue', 'Continue', 'Save and continue']) await press(visit, step);
  await press(visit, 'Without a camera: a code to type');
  await page.getByLabel('Number of the phone that is to be linked').fill('+1 555 010 0001');
  await press(visit, 'Get a code');
  const shown = page.locator('.code');
  await shown.waitFor();
  const code = (await shown.innerText()).replace(/[^A-Z0-9]/g, '');
  await world.fake.call('POST /link_code', { phone: OWNER, code });
  await page.getByText(`Linked as ${OWNER}`).first().waitFor();
  await world.untilAccount('ready');
});

test('a login that was left is begun again at once, also in the other way', async world => {
  await world.start();
  const visit = await world.visitPage();
  const { page } = visit;
  await page.getByRole('banner').getByRole('link', { name: 'default unlinked' }).click();
  for (const step of ['Continue', 'Continue', 'Save and continue']) await press(visit, step);
  await press(visit, 'Show the QR code');
  await readQr(visit);
  await press(visit, 'Without a camera: a code to type');
  await page.getByLabel('Number of the phone that is to be linked').fill('+1 555 010 0001');
  await press(visit, 'Get a code');
  await page.locator('.code').waitFor();
  await press(visit, 'Stop');
  await press(visit, 'Show the QR code');
  await readQr(visit);
  await page.close();

  const other = await world.visitPage();
  await goTo(other, 'link');
  await press(other, 'Show the QR code');
  await world.fake.scan(await readQr(other));
  await other.page.getByText(`Linked as ${OWNER}`).first().waitFor();
});

test('a login that fails leaves a way to go on, and what can be chosen looks like it', async world => {
  world.configure({});
  // There is no WhatsApp.
  await world.startGateway();
  const visit = await world.visitPage();
  const { page } = visit;
  const style = (/** @type {import('playwright-core').Locator} */ what, /** @type {string} */ name) =>
    what.evaluate((element, name) => getComputedStyle(element).getPropertyValue(name), name);
  await goTo(visit, 'link');
  await press(visit, 'Show the QR code');
  await page.getByText('That did not work:').waitFor();
  await page.getByRole('button', { name: 'Try again' }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Stop' }).count(), 0, 'nothing goes on');
  assert.equal(await page.locator('.actions .actions').count(), 0, 'the buttons stand in one row');
  await visit.picture('link-failed');

  await goTo(visit, 'overview');
  const link = page.getByRole('main').getByRole('link', { name: 'Link a phone' });
  assert.notEqual(await style(link, 'padding-left'), '0px');
  const status = page.getByRole('button', { name: 'Copy the command fased --state-dir' });
  assert.ok(
    await status
      .first()
      .getAttribute('aria-label')
      .then(words => words?.includes(world.state)),
    'a command reaches this gateway',
  );

  await goTo(visit, 'setup');
  const other = page.locator('.choice', { hasText: 'Your own number' });
  await other.hover();
  const chosen = page.locator('.choice', { hasText: 'A number of its own' });
  assert.notEqual(await style(other, 'border-top-color'), await style(chosen, 'border-top-color'));
});

test('a login that is stopped ends in the gateway, and one that a phone took meanwhile stays linked', async world => {
  await world.start();
  const visit = await world.visitPage();
  const { page } = visit;
  await goTo(visit, 'link');
  await press(visit, 'Show the QR code');
  const left = await readQr(visit);
  await press(visit, 'Stop');
  await world.until('the login has ended', async () => (await world.account()).state === 'unlinked');
  await assert.rejects(world.fake.scan(left), 'nobody can scan what nobody sees');

  await press(visit, 'Show the QR code');
  const taken = await readQr(visit);
  // The page goes on to know of a login under way, as it is told late.
  await page.route('**/events', route => route.abort());
  await world.fake.scan(taken);
  // Before that the phone only tries, and is told so if the code goes away under it.
  await world.fake.wait('linked', { account: OWNER });
  await page.close();
  await world.untilAccount('ready');
  const other = await world.visitPage();
  await goTo(other, 'link');
  await other.page.getByText(`Linked as ${OWNER}`).first().waitFor();
});

test('a login that somebody else ends says so', async world => {
  await world.start();
  const visit = await world.visitPage();
  await goTo(visit, 'link');
  await press(visit, 'Show the QR code');
  await readQr(visit);
  assert.equal((await world.fased(['channels', 'logout', '--channel', 'whatsapp'])).code, 0);
  await visit.page.getByText('this login was ended by somebody else').waitFor();
});

test('what is chosen outlives a reload, is said before it is written, and is done only where it was', async world => {
  await world.start();
  const visit = await world.visitPage();
  const { page } = visit;
  await goTo(visit, 'setup', 'people');
  const done = page.getByRole('navigation', { name: 'Steps of the setup' }).getByText('(done)');
  const summary = page.getByText('Is written with them');
  await summary.waitFor();
  assert.equal(await done.count(), 0, 'nothing was chosen yet');
  assert.match(await summary.innerText(), /A number of its own.*With approval/);

  await goTo(visit, 'setup');
  await page.getByRole('radio', { name: /Your own number/ }).check();
  await press(visit, 'Continue');
  await page.getByRole('radio', { name: /^Nobody/ }).check();
  await page.reload();
  assert.ok(await page.getByRole('radio', { name: /^Nobody/ }).isChecked());
  await press(visit, 'Continue');
  await page.reload();
  await summary.waitFor();
  assert.match(await summary.innerText(), /Your own number.*Nobody/);
  assert.equal(await done.count(), 2);
});

test('an Agent that is not there has no account, and a Task that is not there is not waited for', async world => {
  await world.start();
  const visit = await world.visitPage();
  const { page } = visit;
  const { origin } = new URL(page.url());
  for (const rest of ['', '/default/overview']) {
    await page.goto(`${origin}/#/agents/nobody/channels/whatsapp${rest}`);
    await page.getByRole('heading', { level: 1, name: 'There is nothing here' }).waitFor();
  }
  for (const path of [
    ['tasks', '99999'],
    ['messages', 'why', 'nope'],
  ]) {
    await goTo(visit, ...path);
    await page.getByText('That did not work:').waitFor();
    assert.equal(await page.getByText('Asking the gateway').count(), 0, path.join('/'));
  }
});
