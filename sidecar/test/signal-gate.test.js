// The gate itself, with real Signal state and no server: groups, and what a kill leaves on disk.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { makeAuthDir, removeDir } from './helpers/driver.js';
import { BO, correspondent, GROUP, ME, padded, receiver, stanza } from './helpers/parties.js';

const protobufs = createRequire(import.meta.resolve('baileys'))('libsignal/src/protobufs.js');
const SELF = { jid: ME, lid: null };

/** @param {import('node:test').TestContext} t */
async function setUp(t) {
  const dir = await makeAuthDir();
  t.after(() => removeDir(dir));
  const me = await receiver(dir);
  const bo = correspondent();
  await bo.injectE2ESession({ jid: ME, session: me.bundle });
  return { dir, me, bo };
}

/** @param {ReturnType<typeof correspondent>} bo @param {string} text */
async function firstGroupMessage(bo, text) {
  const { ciphertext, senderKeyDistributionMessage } = await bo.encryptGroupMessage({
    group: GROUP,
    meId: BO,
    data: padded({ conversation: text }),
  });
  const senderKey = { groupId: GROUP, axolotlSenderKeyDistributionMessage: senderKeyDistributionMessage };
  const wrapped = await bo.encryptMessage({
    jid: ME,
    data: padded({ senderKeyDistributionMessage: senderKey }),
  });
  return stanza('G1', [wrapped, { type: 'skmsg', ciphertext }], { from: GROUP, participant: BO });
}

/**
 * Reads a stanza as the library does.
 *
 * @param {Awaited<ReturnType<typeof receiver>>} me
 * @param {import('baileys').BinaryNode} node
 */
async function read(me, node) {
  me.intake.arrived(node, SELF);
  const results = [];
  for (const part of /** @type {any[]} */ (node.content)) {
    const author = node.attrs.participant ?? node.attrs.from;
    const reading =
      part.attrs.type === 'skmsg'
        ? me.repository.decryptGroupMessage({ group: node.attrs.from, authorJid: author, msg: part.content })
        : me.repository.decryptMessage({ jid: author, type: part.attrs.type, ciphertext: part.content });
    results.push(
      await reading.then(
        bytes => Buffer.from(bytes).toString('hex'),
        error => error,
      ),
    );
  }
  return results;
}

test('a first group message is one event, the text’s, and its sender key is stored once', async t => {
  const { me, bo } = await setUp(t);
  const node = await firstGroupMessage(bo, 'hello group');
  const reading = read(me, node);
  const { seq, event } = await me.nextEvent();
  assert.deepEqual(
    [event.origin.id, event.origin.chat, event.origin.sender, event.text],
    ['G1', GROUP, BO, 'hello group'],
  );
  me.gate.acknowledge(seq);
  await reading;
  assert.equal(me.frames.length, 1);
  assert.equal(me.intake.oldestAge(performance.now()), 0);
  const [senderKeyName] = ['120363000000000001@g.us::200300400500600_1::0'];
  const { [senderKeyName]: record } = await me.keys.get('sender-key', [senderKeyName]);
  assert.equal(JSON.parse(Buffer.from(record).toString()).length, 1);
});

test('a first group message killed while held: the used-up sender key does not spoil the second try', async t => {
  const { dir, me, bo } = await setUp(t);
  const node = await firstGroupMessage(bo, 'hello group');
  const reading = read(me, node);
  await me.nextEvent();
  me.store.stop();
  me.gate.close();
  assert((await reading)[1] instanceof Error);

  const again = await receiver(dir);
  const copy = stanza(
    'G1',
    /** @type {any[]} */ (node.content).map(part => ({ type: part.attrs.type, ciphertext: part.content })),
    node.attrs,
  );
  const rereading = read(again, copy);
  const { seq, event } = await again.nextEvent();
  assert.deepEqual([event.type, event.origin.id, event.text], ['message', 'G1', 'hello group']);
  again.gate.acknowledge(seq);
  for (const result of await rereading) assert.equal(typeof result, 'string', String(result));
  assert.equal(again.frames.length, 1);
});

test('a failure waits for its ack, then fails with the library’s own error', async t => {
  const { me, bo } = await setUp(t);
  const { type, ciphertext } = await bo.encryptMessage({ jid: ME, data: padded({ conversation: 'x' }) });
  // Inside the MAC, which only ids of keys follow.
  ciphertext[ciphertext.length - 12] ^= 1;
  let settled = false;
  const reading = read(me, stanza('M1', [{ type, ciphertext }])).finally(() => {
    settled = true;
  });
  const { seq, event } = await me.nextEvent();
  assert.deepEqual([event.type, event.origin.id], ['undecryptable', 'M1']);
  assert.equal(settled, false);
  me.gate.acknowledge(seq);
  assert.match((await reading)[0].message, /MAC/);
});

test('the phone’s device talk is no event; a resent message is, under its own id', async t => {
  const { me, bo } = await setUp(t);
  const { proto } = await import('baileys');
  const info = proto.WebMessageInfo.encode({
    key: { remoteJid: BO, fromMe: false, id: 'LOST' },
    message: { conversation: 'found again' },
    messageTimestamp: 1_700_000_007,
  }).finish();
  const answer = {
    type: 17,
    peerDataOperationRequestResponseMessage: {
      peerDataOperationResult: [{ placeholderMessageResendResponse: { webMessageInfoBytes: info } }],
    },
  };
  const fromPhone = { from: ME, category: 'peer' };
  const talk = [
    { protocolMessage: { type: 6, appStateSyncKeyShare: { keys: [] } } },
    { protocolMessage: answer },
  ];
  const stanzas = [];
  for (const message of talk)
    stanzas.push(
      stanza(`P${stanzas.length}`, [await bo.encryptMessage({ jid: ME, data: padded(message) })], fromPhone),
    );
  const [keyShare, resend] = stanzas;
  await read(me, keyShare);
  assert.deepEqual(me.frames, []);
  const reading = read(me, resend);
  const { seq, event } = await me.nextEvent();
  assert.deepEqual(
    [event.origin.id, event.origin.chat, event.origin.timestamp, event.text],
    ['LOST', BO, 1_700_000_007, 'found again'],
  );
  me.gate.acknowledge(seq);
  await reading;
});

test('another’s forged device talk is an ordinary, unreadable message', async t => {
  const { me, bo } = await setUp(t);
  const data = padded({ protocolMessage: { type: 17 } });
  const reading = read(me, stanza('F1', [await bo.encryptMessage({ jid: ME, data })]));
  const { seq, event } = await me.nextEvent();
  assert.deepEqual([event.content, event.raw_kind], ['other', 'protocolMessage']);
  me.gate.acknowledge(seq);
  await reading;
});

test('a message key is used up on disk before the message leaves, whatever becomes of the send', async t => {
  const { dir, me, bo } = await setUp(t);
  const reading = read(
    me,
    stanza('M1', [await bo.encryptMessage({ jid: ME, data: padded({ conversation: 'x' }) })]),
  );
  me.gate.acknowledge((await me.nextEvent()).seq);
  await reading;
  const crash = new Error('killed between the write to the socket and the end of the send');
  /** @type {Uint8Array[]} */
  const sent = [];
  const send = me.keys.transaction(async () => {
    sent.push(
      (await me.repository.encryptMessage({ jid: BO, data: padded({ conversation: 'one' }) })).ciphertext,
    );
    throw crash;
  }, 'me');
  await assert.rejects(send, crash);
  const again = await receiver(dir);
  sent.push(
    (await again.repository.encryptMessage({ jid: BO, data: padded({ conversation: 'two' }) })).ciphertext,
  );
  for (const ciphertext of sent) await bo.decryptMessage({ jid: ME, type: 'msg', ciphertext });
});

test('a ciphertext whose stanza was not seen ends the process rather than its message', async t => {
  const { me, bo } = await setUp(t);
  const { type, ciphertext } = await bo.encryptMessage({ jid: ME, data: padded({ conversation: 'x' }) });
  await assert.rejects(me.repository.decryptMessage({ jid: BO, type, ciphertext }));
  assert.match(me.frames[0].broken, /stanza/);
});

/** @param {{ type: string, ciphertext: Uint8Array }} encrypted @returns {string} which key it was encrypted with */
function messageKey({ type, ciphertext }) {
  const inner =
    type === 'pkmsg'
      ? protobufs.PreKeyWhisperMessage.decode(Buffer.from(ciphertext).subarray(1)).message
      : ciphertext;
  const { ephemeralKey, counter } = protobufs.WhisperMessage.decode(Buffer.from(inner).subarray(1, -8));
  return `${Buffer.from(ephemeralKey).toString('hex')} ${counter}`;
}

test('a person whose hidden id becomes known while they are written to: no message key is used twice', async t => {
  const { me } = await setUp(t);
  const dir = await makeAuthDir();
  t.after(() => removeDir(dir));
  const [pn, lid] = ['15550100009@s.whatsapp.net', '200300400500609@lid'];
  await me.keys.set({ 'device-list': { 15550100009: ['0'] } });
  await me.repository.injectE2ESession({ jid: pn, session: (await receiver(dir)).bundle });
  const write = () => me.repository.encryptMessage({ jid: pn, data: padded({ conversation: 'x' }) });
  const written = [];
  for (let before = 0; before < 5; before++) written.push(write());
  // The moment at which the session moves is the one at which the first of them are under way.
  await me.repository.lidMapping.storeLIDPNMappings([{ lid, pn }]);
  await me.repository.migrateSession(pn, lid);
  for (let after = 0; after < 5; after++) written.push(write());
  written.push(me.repository.encryptMessage({ jid: lid, data: padded({ conversation: 'x' }) }));
  const used = (await Promise.all(written)).map(messageKey);
  assert.equal(new Set(used).size, used.length, used.map(key => key.slice(-4)).join());
});

test('a hidden id that the server names in the middle of a step: no message key is used twice', async t => {
  const dir = await makeAuthDir();
  t.after(() => removeDir(dir));
  const [pn, lid] = ['15550100009@s.whatsapp.net', '200300400500609@lid'];
  for (const late of [0, 1, 2, 3, 4]) {
    let asked = 0;
    // Too late for the first questions, as under load.
    const own = await makeAuthDir();
    t.after(() => removeDir(own));
    const me = await receiver(own, async () => (++asked > late ? [{ pn, lid }] : []));
    await me.keys.set({ 'device-list': { 15550100009: ['0'] } });
    await me.repository.injectE2ESession({ jid: pn, session: (await receiver(dir)).bundle });
    const used = [];
    for (let sent = 0; sent < 4; sent++) {
      const written = await me.repository.encryptMessage({ jid: pn, data: padded({ conversation: 'x' }) });
      used.push(messageKey(written));
      // As the library does as soon as it knows.
      const { 15550100009: known } = await me.keys.get('lid-mapping', ['15550100009']);
      if (known) await me.repository.migrateSession(pn, lid);
    }
    assert.equal(new Set(used).size, used.length, `${late}: ${used.map(key => key.slice(-4)).join()}`);
  }
});

test('a session under a hidden id stays in use when an older one of the number joins it', async t => {
  const { dir, me } = await setUp(t);
  const [pn, lid] = ['15550100009@s.whatsapp.net', '200300400500609@lid'];
  const [old, used] = [pn, lid].map(jid => me.repository.jidToSignalProtocolAddress(jid));
  await me.keys.set({ 'device-list': { 15550100009: ['0'] } });
  const stored = async () => /** @type {any} */ (await me.keys.get('session', [old, used]));
  await me.repository.injectE2ESession({ jid: pn, session: (await receiver(dir)).bundle });
  await me.repository.injectE2ESession({ jid: lid, session: (await receiver(dir)).bundle });
  const before = await stored();
  const [inUse] = Object.keys(before[used]._sessions);
  await me.repository.lidMapping.storeLIDPNMappings([{ lid, pn }]);
  await me.repository.migrateSession(pn, lid);
  const after = await stored();
  assert.equal(after[old], undefined);
  const open = Object.entries(after[used]._sessions).filter(([, each]) => each.indexInfo.closed === -1);
  assert.deepEqual(
    open.map(([key]) => key),
    [inUse],
  );
  assert.deepEqual(
    new Set(Object.keys(after[used]._sessions)),
    new Set([...Object.keys(before[old]._sessions), ...Object.keys(before[used]._sessions)]),
  );
});
