// Groups, let in and shut out on the page.

import assert from 'node:assert/strict';
import { test } from './harness.js';
import { ANNA, OWNER } from './stage.js';
import { goTo } from './steps.js';

test('a group is let in on the page and its message answered, then everything in it, then nothing', async world => {
  const groups = { '120363000000000099@g.us': {} };
  await world.startLinked({ channels: { whatsapp: { groupPolicy: 'open', groups } } });
  const { fake } = world;
  await fake.call('POST /contacts', { phone: ANNA, name: 'Anna' });
  const { group } = await fake.call('POST /groups', { members: [ANNA, OWNER], subject: 'Family' });
  const say = (text, more = {}) => fake.call('POST /messages', { group, from: ANNA, text, ...more });
  const { ids } = await say('is anybody there?', { mentions: [OWNER] });
  await world.until(
    'the message has a verdict',
    async () => (await world.fased(['explain', ids[0]])).code === 0,
  );

  const visit = await world.visitPage();
  const { page } = visit;
  await goTo(visit, 'groups');
  await page.getByRole('button', { name: /^Allow Family/ }).click();
  await page.getByRole('button', { name: /^Block Family/ }).waitFor();

  const policy = value => world.fased(['config', 'set', 'channels.whatsapp.groupPolicy', value]);
  await policy('disabled');
  await page.reload();
  await page.getByText('groups are off').first().waitFor();
  await page.getByRole('button', { name: 'Hear those on the lists in groups' }).first().click();
  await page.getByText('nobody is heard').first().waitFor();
  await page.getByRole('link', { name: 'List who is heard' }).first().waitFor();
  await visit.picture('groups-nobody');
  await policy('open');
  await page.reload();
  await page.getByText('everybody: groupPolicy is open').first().waitFor();

  const listed = await world.json(['groups', 'list']);
  assert.equal(listed.groups.find(info => info.group === group).listed, true);

  let after = await fake.lastSeq();
  await say('and now?', { mentions: [OWNER] });
  await fake.wait('message', { group, text: 'and now?' }, after);

  const answered = page.getByRole('group', { name: /Family/ });
  await answered.getByRole('button', { name: 'All' }).click();
  await answered.getByRole('button', { name: 'All', pressed: true }).waitFor();
  after = await fake.lastSeq();
  await say('without a mention');
  const answer = await fake.wait('message', { group }, after);
  assert.match(answer.text, /without a mention/);

  await page.getByRole('button', { name: /^Block Family/ }).click();
  await page.getByRole('button', { name: /^Allow Family/ }).waitFor();
  after = await fake.lastSeq();
  const last = await say('and after that?', { mentions: [OWNER] });
  const explained = await world.until('a verdict', async () => {
    const { code, stdout } = await world.fased(['explain', last.ids[0], '--json']);
    return code === 0 && JSON.parse(stdout).messages[0].verdict ? JSON.parse(stdout).messages[0] : undefined;
  });
  assert.equal(explained.verdict, 'drop');
  assert.deepEqual(await fake.records('message', after), []);
});
