// A8: a recipient could not read a message and asks for it again, after this process began too. Only
// the gateway knows what it was; without its answer nothing is sent.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { BO, BO_LID, CY, jidOf, OWNER, startFake } from './helpers/account.js';
import { textPayload } from './helpers/driver.js';

const world = await startFake({ after });
await world.link();
await world.api.post('/contacts', { phone: BO, lid: BO_LID });
await world.api.post('/contacts', { phone: CY });

/** @param {import('./helpers/driver.js').Sidecar} sidecar @param {string} id */
const lookupOf = (sidecar, id) =>
  sidecar.waitFor(frame => frame.kind === 'lookup' && frame.message_id === id);

/** @param {import('./helpers/driver.js').Sidecar} sidecar @param {string} id */
const secondLookup = (sidecar, id) => {
  const lookups = () =>
    sidecar.frames.filter(({ kind, message_id }) => kind === 'lookup' && message_id === id);
  return sidecar.waitFor(frame => frame === lookups()[1]);
};

/**
 * @param {string} chat
 * @param {string} id
 */
async function sendAndRespawn(chat, id) {
  const first = await world.open();
  await first.sendText(chat, `text of ${id}`, id);
  await world.api.wait('message', { id });
  await first.kill();
}

for (const [via, chat, named] of /** @type {const} */ ([
  ['pn', jidOf(BO), jidOf(BO)],
  ['lid', jidOf(BO), BO_LID],
  ['pn', BO_LID, jidOf(BO)],
  ['lid', BO_LID, BO_LID],
])) {
  test(`sent to ${chat}, asked for by ${via} after a respawn: the same comes again`, async t => {
    const id = `FA5ED0000000A8${via}${chat.endsWith('lid') ? 'L' : 'P'}`;
    await sendAndRespawn(chat, id);
    const sidecar = await world.openFor(t);
    const at = performance.now();
    await world.api.post('/retry', { id, contact: BO, via });
    const lookup = await lookupOf(sidecar, id);
    assert.equal(lookup.chat, named);
    sidecar.found(lookup, textPayload(`text of ${id}`));
    const resent = await world.api.wait('resent', { id, contact: BO });
    assert(performance.now() - at < 5_000);
    assert.deepEqual([resent.identical, resent.context_identical, resent.fresh_session], [true, true, true]);
    await sidecar.sendText(chat, 'and on', `${id}N`);
    await world.api.wait('message', { id: `${id}N`, text: 'and on' });
  });
}

test('asked for while offline: answered at the next login', async t => {
  const id = 'FA5ED0000000A8OFF';
  await sendAndRespawn(jidOf(BO), id);
  await world.api.post('/retry', { id, contact: BO });
  const sidecar = await world.openFor(t);
  sidecar.found(await lookupOf(sidecar, id), textPayload(`text of ${id}`));
  assert.equal((await world.api.wait('resent', { id })).identical, true);
});

test('a group: whoever asks gets it again', async t => {
  const { group } = await world.api.post('/groups', { members: [OWNER, BO, CY], addressing: 'lid' });
  const id = 'FA5ED0000000A8GRP';
  await sendAndRespawn(group, id);
  const sidecar = await world.openFor(t);
  await world.api.post('/receipts', { account: OWNER, contact: CY, id, type: 'retry' });
  const lookup = await lookupOf(sidecar, id);
  assert.equal(lookup.chat, group);
  sidecar.found(lookup, textPayload(`text of ${id}`));
  const resent = await world.api.wait('resent', { id, contact: CY });
  assert.deepEqual([resent.identical, resent.context_identical], [true, true]);
});

const TARGET = { id: 'FA5ED0000000A8TGT', from_me: true, participant: null };
const AT_MS = 1_700_000_000_123;

for (const [name, edit, content] of /** @type {[string, string | undefined, any][]} */ ([
  ['reaction', undefined, { type: 'reaction', target: TARGET, emoji: '👍' }],
  ['edit', '1', { type: 'edit', target: TARGET, text: 'new words' }],
  ['delete', '7', { type: 'delete', target: TARGET }],
  ['poll', undefined, { type: 'poll', question: 'Tea?', options: ['yes', 'no'], selectable: 1 }],
])) {
  test(`a ${name} asked for again after a respawn, under another address, is about the same message`, async t => {
    const id = `FA5ED0000000A8${name.toUpperCase()}`;
    const payload = { ...textPayload(''), content, at_ms: AT_MS };
    const first = await world.open();
    const params = { chat: jidOf(BO), message_id: id, payload };
    const outcome = await first.request({ method: 'send', params });
    assert.equal(outcome.status, 'ok', JSON.stringify(outcome));
    const before = await world.api.wait('message', { id });
    await first.kill();
    const sidecar = await world.openFor(t);
    await world.api.post('/retry', { id, contact: BO, via: 'lid', times: 2 });
    for (const nextLookup of [lookupOf, secondLookup]) {
      const lookup = await nextLookup(sidecar, id);
      assert.equal(lookup.chat, BO_LID);
      sidecar.found(lookup, payload, jidOf(BO));
      const resent = await world.api.wait('resent', { id, contact: BO });
      assert.deepEqual([resent.identical, resent.context_identical], [true, true]);
      assert.deepEqual([resent.edit, before.edit], [edit, edit]);
      assert.deepEqual([resent.target, resent.target_chat], [before.target, before.target_chat]);
    }
    assert.deepEqual((await world.api.get('/state')).violations, []);
  });
}

test('unknown to the gateway, or no answer from it: nothing is sent, and it is said once each', async t => {
  const sidecar = await world.openFor(t);
  const [unknown, silent] = ['FA5ED0000000A8UNK', 'FA5ED0000000A8SIL'];
  for (const id of [unknown, silent]) {
    await sidecar.sendText(jidOf(BO), 'kept nowhere', id);
    await world.api.wait('message', { id });
  }
  const { seq } = await world.api.wait('message', { id: silent });
  await world.api.post('/retry', { id: unknown, contact: BO });
  sidecar.found(await lookupOf(sidecar, unknown), null);
  await world.api.post('/retry', { id: silent, contact: BO });
  const lookup = await lookupOf(sidecar, silent);
  await new Promise(resolve => setTimeout(resolve, 3_500));
  sidecar.found(lookup, textPayload('kept nowhere'));
  await sidecar.sendText(jidOf(BO), 'still here', 'FA5ED0000000A8END');
  await world.api.wait('message', { id: 'FA5ED0000000A8END' });
  const sent = await world.api.records('message,duplicate,resent,retry_answered', seq);
  assert.deepEqual(
    sent.map(({ id }) => id),
    ['FA5ED0000000A8END'],
  );
  const said = sidecar.stderr.split('\n').filter(line => line.includes('asked for again'));
  // A request that the process before this one did not finish may be among them.
  assert.equal(said.length, sidecar.frames.filter(({ kind }) => kind === 'lookup').length);
  assert(said.every(line => !line.includes('A8') && !line.includes('1555')));
});

test('a contact’s message under an id of ours is never what we repeat', async t => {
  const sidecar = await world.openFor(t);
  const id = 'FA5ED0000000A8OWN';
  await sidecar.sendText(jidOf(BO), 'our words', id);
  await world.api.wait('message', { id });
  await world.api.post('/messages', { to: OWNER, from: BO, text: 'their words', id });
  await sidecar.event('message', ({ origin }) => origin.id === id);
  await world.api.post('/retry', { id, contact: BO });
  sidecar.found(await lookupOf(sidecar, id), textPayload('our words'));
  assert.equal((await world.api.wait('resent', { id })).identical, true);
  assert.deepEqual((await world.api.get('/state')).violations, []);
});
