// Tasks, made, run and cancelled on the page.

import assert from 'node:assert/strict';
import { test } from './harness.js';
import { ANNA } from './stage.js';
import { goTo, press } from './steps.js';

const WHATSAPP = { dmPolicy: 'open', allowFrom: ['*'] };

/** A Task may write to those who wrote before. @param {import('./world.js').World} world */
async function annaWrites({ fake }) {
  await fake.call('POST /contacts', { phone: ANNA });
  const after = await fake.lastSeq();
  await fake.send(ANNA, 'hello');
  await fake.wait('message', { contact: ANNA }, after);
}

/** @param {import('./visit.js').Visit} visit @param {string} text */
async function makeTask(visit, text) {
  const { page } = visit;
  await goTo(visit, 'tasks');
  await page.getByRole('link', { name: 'New Task' }).click();
  await page.getByLabel('When, and what').fill(text);
  await page.getByLabel('Result goes to').fill('+1 555 010 0002');
  await press(visit, 'Make the Task');
  await page.getByRole('button', { name: 'Run now' }).waitFor();
}

test('a Task is made, run, answered, paused, resumed and cancelled on the page', async world => {
  await world.startLinked({ channels: { whatsapp: WHATSAPP } });
  await annaWrites(world);
  const visit = await world.visitPage();
  const { page } = visit;
  await goTo(visit, 'tasks', 'new');
  await page.getByLabel('When, and what').fill('every never water: drink a glass');
  await page.getByLabel('Result goes to').fill(ANNA);
  await press(visit, 'Make the Task');
  await page.getByRole('alert').filter({ hasText: /never/ }).first().waitFor();
  await visit.picture('task-refused');

  await makeTask(visit, 'every 1h water: drink a glass');
  const { tasks } = await world.json(['tasks', 'list']);
  assert.equal(tasks.length, 1);
  assert.equal(tasks[0].name, 'water');

  const after = await world.fake.lastSeq();
  await press(visit, 'Run now');
  const { text } = await world.fake.wait('message', { contact: ANNA }, after);
  assert.match(text, /drink a glass/);
  const runs = page
    .getByRole('main')
    .getByRole('listitem')
    .filter({ hasText: /run \d+/ });
  await runs.filter({ hasText: 'drink a glass' }).waitFor();
  assert.equal(await runs.count(), 1);

  await press(visit, 'Pause');
  await press(visit, 'Resume');
  await page.getByRole('button', { name: 'Pause', exact: true }).waitFor();

  await press(visit, 'Cancel Task');
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the Task' }).click();
  await page.getByText('There is no Task.').waitFor();
  assert.deepEqual((await world.json(['tasks', 'list'])).tasks, []);
});

test('a run that is under way is ended on the page', async world => {
  const main = { id: 'main', backend: 'command', command: { argv: ['sleep', '600'] } };
  await world.startLinked({ channels: { whatsapp: WHATSAPP } });
  await annaWrites(world);
  await world.endGateway();
  world.configure({ channels: { whatsapp: WHATSAPP }, agents: { list: [main] } });
  await world.startGateway();
  await world.untilAccount('ready');
  const visit = await world.visitPage();
  const { page } = visit;
  await makeTask(visit, 'every 1h sleep: for long');
  await press(visit, 'Run now');
  await press(visit, 'End this run');
  const run = page
    .getByRole('main')
    .getByRole('listitem')
    .filter({ hasText: /run \d+/ });
  await run.filter({ hasText: /cancel/ }).waitFor();
  const { tasks } = await world.json(['tasks', 'list']);
  assert.equal(tasks[0].newest_run.state, 'cancelled');
});
