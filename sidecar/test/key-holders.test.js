// Who holds our sender key is written down when it is certain, so that nobody gets what they cannot read.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { KeyHolders } from '../src/key-holders.js';
import { BO, CY, OWNER, startFake } from './helpers/account.js';

const GROUP = '120363000000000001@g.us';
const TYPE = 'sender-key-memory';

/** Keys in memory, and what was written to them. */
function memory() {
  /** @type {Record<string, Record<string, any>>} */
  const held = {};
  /** @type {any[]} */
  const written = [];
  const keys = /** @type {import('baileys').SignalKeyStore} */ ({
    get: async (type, ids) =>
      Object.fromEntries(ids.map(id => [id, held[type]?.[id]]).filter(([, value]) => value)),
    set: async data => {
      written.push(data);
      for (const [type, entries] of Object.entries(data)) held[type] = { ...held[type], ...entries };
    },
  });
  const holders = new KeyHolders(keys);
  const named = holders.keys();
  return {
    holders,
    written,
    set: (/** @type {any} */ data) => named.set(data),
    known: async () => (await named.get(TYPE, [GROUP]))[GROUP],
    stored: () => held[TYPE]?.[GROUP] ?? undefined,
  };
}

test('a holder is known at once, and written down when the server took the message', async () => {
  const { holders, set, known, stored, written } = memory();
  holders.sends(GROUP, 'A');
  await set({ session: { 'a.0': new Uint8Array(1) }, [TYPE]: { [GROUP]: { 'a:0': true } } });
  assert.deepEqual([await known(), stored()], [{ 'a:0': true }, undefined]);
  assert.deepEqual(Object.keys(written[0]), ['session']);
  await holders.answered(GROUP, 'A', true);
  assert.deepEqual(stored(), { 'a:0': true });
});

test('what is refused, or never left, gave nobody a key', async () => {
  const { holders, set, known, stored } = memory();
  holders.sends(GROUP, 'A');
  await set({ [TYPE]: { [GROUP]: { 'a:0': true } } });
  await holders.answered(GROUP, 'A', false);
  assert.deepEqual([await known(), stored()], [undefined, undefined]);
});

test('with several under way it is certain when the last one was taken', async () => {
  const { holders, set, known, stored } = memory();
  holders.sends(GROUP, 'A');
  holders.sends(GROUP, 'B');
  await set({ [TYPE]: { [GROUP]: { 'a:0': true } } });
  await holders.answered(GROUP, 'A', true);
  assert.equal(stored(), undefined);
  await set({ [TYPE]: { [GROUP]: { 'a:0': true, 'b:0': true } } });
  await holders.answered(GROUP, 'B', true);
  assert.deepEqual(
    [await known(), stored()],
    [
      { 'a:0': true, 'b:0': true },
      { 'a:0': true, 'b:0': true },
    ],
  );
});

test('an answer that overtakes the writing down counts, and forgetting is never late', async () => {
  const { holders, set, known, stored } = memory();
  holders.sends(GROUP, 'A');
  await holders.answered(GROUP, 'A', true);
  await set({ [TYPE]: { [GROUP]: { 'a:0': true } } });
  assert.deepEqual(stored(), { 'a:0': true });
  holders.sends(GROUP, 'B');
  await set({ [TYPE]: { [GROUP]: null } });
  assert.deepEqual([await known(), stored()], [undefined, undefined]);
});

test('people in no group hold none', async () => {
  const { holders, set, stored } = memory();
  holders.sends('15550100002@s.whatsapp.net', 'A');
  await set({ [TYPE]: { [GROUP]: { 'a:0': true } } });
  assert.deepEqual(stored(), { 'a:0': true });
});

test('A6: the key went to a refused message, then to a dead connection: the repetition brings it', async t => {
  const world = await startFake({ after });
  await world.link();
  const { group } = await world.api.post('/groups', { members: [OWNER, BO, CY], addressing: 'pn' });
  const first = await world.open();
  await world.api.post('/fault', { kind: 'acks', mode: 'error', code: 479, count: 1, to: group });
  await first.sendText(group, 'refused', 'FA5ED000000000KH1');
  await first.event('send_error', event => event.id === 'FA5ED000000000KH1');
  await world.api.post('/fault', { account: OWNER, kind: 'half_open' });
  const id = 'FA5ED000000000KH2';
  // By now all is known that a message to this group needs, so that it is handed to the connection at once.
  assert.deepEqual(await first.sendText(group, 'lost', id), { status: 'ok', reply: { type: 'sent' } });
  await first.kill();
  const second = await world.openFor(t);
  await second.sendText(group, 'lost', id);
  for (const contact of [BO, CY]) await world.api.wait('message', { id, contact, text: 'lost' });
  assert.deepEqual((await world.api.get('/state?inbox=0')).violations, []);
});
