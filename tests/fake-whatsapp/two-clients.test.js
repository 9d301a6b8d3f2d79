import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { FakeWhatsApp } from './index.js';
import { call, linkedClient, textOf, waitFor } from './test-support/baileys-client.js';

const [ONE, TWO] = ['+15550100001', '+15550100002'];
const ALICE = '+15550100101';
const ROUNDS = 3;

let fake;
let one;
let two;
/** What the first client would find in its outbox. The library's own cache does not know a device's address. */
const stored = new Map();

before(async () => {
  fake = await FakeWhatsApp.start();
  one = await linkedClient(fake, ONE, { getMessage: async ({ id }) => stored.get(id) });
  two = await linkedClient(fake, TWO);
});

afterEach(async () => {
  const { records } = await call(fake, 'GET /record', {
    type: 'violation,server_error,unknown_iq,unknown_stanza',
  });
  assert.deepEqual(records, []);
});

after(async () => {
  await Promise.all([one.end(), two.end()]);
  await fake.stop();
});

const pn = phone => `${phone.slice(1)}@s.whatsapp.net`;
const lid = phone => `100${phone.slice(1)}@lid`;

for (const jidOf of [pn, lid]) {
  test(`a talk by ${jidOf.name}: each hears the other, and the other's phone too`, async () => {
    for (let i = 0; i < ROUNDS; i++) {
      const sent = await one.sock.sendMessage(jidOf(TWO), { text: `${jidOf.name} one ${i}` });
      const heard = await two.received(`${jidOf.name} one ${i}`);
      assert.equal(heard.key.remoteJid, jidOf(ONE));
      await waitFor(fake, 'message', { id: sent.key.id, contact: TWO });
      await two.sock.sendMessage(heard.key.remoteJid, { text: `${jidOf.name} two ${i}` });
      await one.received(`${jidOf.name} two ${i}`);
    }
  });

  test(`by ${jidOf.name}: one cannot read what the other wrote, asks, and gets it`, async () => {
    await call(fake, 'POST /fault', { kind: 'garble', account: TWO });
    const { key, message } = await one.sock.sendMessage(jidOf(TWO), { text: `garbled ${jidOf.name}` });
    stored.set(key.id, message);
    const { seq } = await waitFor(fake, 'receipt', { id: key.id, receipt_type: 'retry' });
    const heard = await two.received(`garbled ${jidOf.name}`);
    assert.equal(heard.key.id, key.id);
    await waitFor(fake, 'receipt', { id: key.id, account: TWO, receipt_type: 'inactive', after: seq });
    await one.sock.sendMessage(jidOf(TWO), { text: `clear ${jidOf.name}` });
    await two.received(`clear ${jidOf.name}`);
  });
}

for (const addressing of ['pn', 'lid']) {
  test(`a group by ${addressing}: a talk, a broken message, and a reaction`, async () => {
    const members = [ALICE, ONE, TWO];
    const { group } = await call(fake, 'POST /groups', { subject: 'Both', addressing, members });
    for (let i = 0; i < ROUNDS; i++) {
      await one.sock.sendMessage(group, { text: `${addressing} one ${i}` });
      await two.received(`${addressing} one ${i}`);
      await two.sock.sendMessage(group, { text: `${addressing} two ${i}` });
      await one.received(`${addressing} two ${i}`);
    }
    await call(fake, 'POST /fault', { kind: 'garble', account: TWO });
    const { key } = await one.sock.sendMessage(group, { text: `garbled in ${addressing}` });
    await waitFor(fake, 'receipt', { id: key.id, account: TWO, receipt_type: 'retry' });
    const heard = await two.received(`garbled in ${addressing}`);
    assert.equal(heard.key.id, key.id);
    await two.sock.sendMessage(group, { react: { text: '👍', key: heard.key } });
    const reaction = await waitFor(fake, 'message', { contact: ALICE, target: key.id });
    assert.equal(reaction.text, '👍');
    await one.sock.sendMessage(group, { text: `clear in ${addressing}` });
    await two.received(`clear in ${addressing}`);
    const texts = two.messages.map(textOf).filter(text => text === `clear in ${addressing}`);
    assert.equal(texts.length, 1);
  });
}
