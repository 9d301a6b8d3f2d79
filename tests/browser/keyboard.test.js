// Everything of the first hour with keys alone.

import { test } from './harness.js';
import { tabAndPress, tabTo } from './keyboard.js';
import { ANNA, OWNER } from './stage.js';
import { readQr } from './steps.js';

test('keys alone lead through the first setup and an approval', async world => {
  await world.start();
  const { fake } = world;
  await fake.call('POST /contacts', { phone: ANNA, name: 'Anna' });
  const visit = await world.visitPage();
  const { page } = visit;
  const main = page.getByRole('main');
  const link = name => main.getByRole('link', { name });
  const button = name => page.getByRole('button', { name });

  await page.getByRole('banner').getByText('default unlinked').waitFor();
  await tabAndPress(visit, link(/^main/));
  await tabAndPress(visit, link(/^WhatsApp/));
  await tabAndPress(visit, link(/^default/));
  await tabTo(visit, page.getByRole('radio', { name: /A number of its own/ }));
  await page.keyboard.press('ArrowDown');
  await page.getByRole('radio', { name: /Your own number/, checked: true }).waitFor();
  await page.keyboard.press('ArrowUp');
  await tabAndPress(visit, button('Continue'));
  await page.getByRole('radio', { name: /With approval/, checked: true }).waitFor();
  await tabAndPress(visit, button('Continue'));
  await tabTo(visit, page.getByRole('textbox', { name: /Numbers/ }));
  await page.keyboard.type('+15550100009');
  await page.getByText('Read as: +15550100009').waitFor();
  await tabAndPress(visit, button('Save and continue'));
  await tabAndPress(visit, button('Show the QR code'), 'Space');
  await fake.scan(await readQr(visit));
  await page.getByText(`Linked as ${OWNER}`).first().waitFor();
  await tabAndPress(visit, button('Continue'));
  await fake.send(ANNA, 'hello');
  const code = await fake.wait('message', { contact: ANNA });
  await tabAndPress(visit, button(/^Approve /));
  await fake.wait('message', { contact: ANNA, text: 'hello' }, code.seq);
});
