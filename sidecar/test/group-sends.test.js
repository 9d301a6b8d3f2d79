// Messages to groups: every member reads them, a respawn asks nothing, and changes are noticed.

import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { BO, BO_LID, CY, OWNER, startFake } from './helpers/account.js';

const DEE = '+15550100004';
const world = await startFake({ after });
await world.link();
await world.api.post('/contacts', { phone: BO, lid: BO_LID });
let sent = 0;

/** @param {'pn' | 'lid'} addressing @param {string[]} [members] @returns {Promise<string>} */
async function newGroup(addressing, members = [OWNER, BO, CY]) {
  return (await world.api.post('/groups', { members, addressing })).group;
}

/**
 * @param {import('./helpers/driver.js').Sidecar} sidecar
 * @param {string} group
 * @param {string[]} readers
 */
async function send(sidecar, group, readers) {
  sent += 1;
  const id = `FA5ED0000000060${sent}`;
  assert.deepEqual(await sidecar.sendText(group, `to all ${sent}`, id), {
    status: 'ok',
    reply: { type: 'sent' },
  });
  for (const contact of readers) await world.api.wait('message', { id, contact, text: `to all ${sent}` });
  return id;
}

/** How often the sidecar asked who is in the group. @param {string} group */
async function asked(group) {
  return (await world.api.records('group_fetched')).filter(record => record.group === group).length;
}

async function noViolations() {
  assert.deepEqual((await world.api.get('/state?inbox=0')).violations, []);
}

for (const addressing of /** @type {const} */ (['pn', 'lid'])) {
  test(`a ${addressing} group: all members read it, and a respawn asks nothing`, async t => {
    const group = await newGroup(addressing);
    const first = await world.open();
    await send(first, group, [BO, CY]);
    await send(first, group, [BO, CY]);
    await first.kill();
    assert.equal(await asked(group), 1);
    const second = await world.openFor(t);
    await send(second, group, [BO, CY]);
    assert.equal(await asked(group), 1);
    await noViolations();
  });

  test(`a ${addressing} group: who comes while we are away reads the next message`, async t => {
    const group = await newGroup(addressing);
    const first = await world.open();
    await send(first, group, [BO, CY]);
    await first.kill();
    await world.api.post('/groups/members', { group, add: [DEE] });
    const second = await world.openFor(t);
    await send(second, group, [BO, CY, DEE]);
    assert.equal(await asked(group), 2);
    await noViolations();
  });

  test(`a ${addressing} group: who leaves and comes back reads again; the key is another`, async t => {
    const group = await newGroup(addressing);
    const sidecar = await world.openFor(t);
    await send(sidecar, group, [BO, CY]);
    await world.api.post('/groups/members', { group, remove: [CY] });
    await new Promise(resolve => setTimeout(resolve, 500));
    await send(sidecar, group, [BO]);
    await world.api.post('/groups/members', { group, add: [CY] });
    await new Promise(resolve => setTimeout(resolve, 500));
    await send(sidecar, group, [BO, CY]);
    await noViolations();
  });
}

test('a group we are not in any more: refused, and nothing is kept', async t => {
  const group = await newGroup('pn');
  const sidecar = await world.openFor(t);
  await send(sidecar, group, [BO, CY]);
  await world.api.post('/groups/members', { group, remove: [OWNER], by: BO });
  await new Promise(resolve => setTimeout(resolve, 500));
  const { status, fault } = await sidecar.sendText(group, 'x', 'FA5ED00000000G403');
  assert.deepEqual([status, fault?.code], ['error', 'rejected']);
});

for (const [what, damage] of /** @type {[string, (file: string) => Promise<void>][]} */ ([
  ['gone', file => rm(file)],
  ['cut short', async file => writeFile(file, (await readFile(file, 'utf8')).slice(0, 40))],
  ['something else', file => writeFile(file, '{"version":1,"groups":[["x",{"members":[1]}],7]}')],
])) {
  test(`the cache ${what}: one question more, no harm`, async t => {
    const group = await newGroup('lid');
    const first = await world.open();
    await send(first, group, [BO, CY]);
    await first.stop();
    await damage(join(world.authDir, 'group-cache.json'));
    const second = await world.openFor(t);
    await send(second, group, [BO, CY]);
    assert.equal(await asked(group), 2);
    await noViolations();
  });
}
