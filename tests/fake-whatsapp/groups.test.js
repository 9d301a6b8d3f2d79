import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { FakeWhatsApp } from './index.js';
import { call, linkedClient, textOf, waitFor } from './test-support/baileys-client.js';

const OWNER = '+15550100001';
const OTHER = '+15550100002';
const ALICE = '+15550100101';
const BOB = '+15550100102';
const CAROL = '+15550100103';

let fake;
let client;

before(async () => {
  fake = await FakeWhatsApp.start();
  await call(fake, 'POST /contacts', { phone: ALICE, name: 'Alice' });
  client = await linkedClient(fake, OWNER);
});

afterEach(async () => {
  const { records } = await call(fake, 'GET /record', {
    type: 'violation,server_error,unknown_iq,unknown_stanza',
  });
  assert.deepEqual(records, []);
});

after(async () => {
  await client.end();
  await fake.stop();
});

const user = phone => phone.slice(1);
const pn = phone => `${user(phone)}@s.whatsapp.net`;
const lid = phone => `100${user(phone)}@lid`;

async function newGroup(addressing, members = [OWNER, ALICE, BOB]) {
  const { group } = await call(fake, 'POST /groups', { subject: `In ${addressing}`, addressing, members });
  return group;
}

const say = (group, from, text, more = {}) => call(fake, 'POST /messages', { group, from, text, ...more });

async function heardBy(id, contacts) {
  const heard = await Promise.all(contacts.map(contact => waitFor(fake, 'message', { id, contact })));
  return heard.map(({ text }) => text);
}

for (const addressing of ['pn', 'lid']) {
  const jidOf = addressing === 'lid' ? lid : pn;

  test(`${addressing}: both directions, several senders, and the key is given once`, async () => {
    const group = await newGroup(addressing);
    await waitFor(fake, 'client_ack', { class: 'notification' });
    const metadata = await client.sock.groupMetadata(group);
    assert.equal(metadata.subject, `In ${addressing}`);
    assert.equal(metadata.addressingMode, addressing);
    assert.deepEqual(
      metadata.participants.map(({ id }) => id),
      [OWNER, ALICE, BOB].map(jidOf),
    );
    const { participants } = metadata;
    if (addressing === 'lid') assert.equal(participants[1].phoneNumber, pn(ALICE));
    else assert.equal(participants[1].lid, lid(ALICE));

    await say(group, ALICE, `first of Alice, ${addressing}`);
    const first = await client.received(`first of Alice, ${addressing}`);
    assert.equal(first.key.remoteJid, group);
    assert.equal(first.key.participant, jidOf(ALICE));
    assert.equal(first.key.participantAlt, addressing === 'lid' ? pn(ALICE) : lid(ALICE));
    assert.equal(first.pushName, 'Alice');
    await say(group, BOB, `first of Bob, ${addressing}`);
    await client.received(`first of Bob, ${addressing}`);
    await say(group, ALICE, `second of Alice, ${addressing}`, { count: 3 });
    await client.received(`second of Alice, ${addressing} #3`);

    const sent = await client.sock.sendMessage(group, { text: 'to all' });
    assert.deepEqual(await heardBy(sent.key.id, [ALICE, BOB]), ['to all', 'to all']);
    const heard = await waitFor(fake, 'message', { id: sent.key.id });
    assert.equal(heard.group, group);
    assert.match(heard.from_jid, addressing === 'lid' ? /@lid$/ : /@s\.whatsapp\.net$/);
    await waitFor(fake, 'server_ack', { id: sent.key.id });
    await waitFor(fake, 'contact_receipt', { id: sent.key.id, contact: BOB });
    const again = await client.sock.sendMessage(group, { text: 'to all again' });
    assert.deepEqual(await heardBy(again.key.id, [ALICE, BOB]), ['to all again', 'to all again']);
    const { records } = await call(fake, 'GET /record', { type: 'message' });
    assert.equal(records.filter(({ contact, account }) => contact === account).length, 0);
  });

  test(`${addressing}: a repeated id is dropped and counted by each member`, async () => {
    const group = await newGroup(addressing);
    for (let i = 0; i < 2; i++) {
      await client.sock.sendMessage(group, { text: 'once' }, { messageId: `ONCE-${addressing}` });
    }
    for (const contact of [ALICE, BOB]) {
      await waitFor(fake, 'duplicate', { id: `ONCE-${addressing}`, contact });
    }
    const { accounts } = await call(fake, 'GET /state');
    const inbox = accounts[OWNER].contacts[BOB].inbox.filter(({ chat }) => chat === group);
    assert.deepEqual(
      inbox.map(({ text, count_dropped }) => [text, count_dropped]),
      [['once', 1]],
    );
  });

  test(`${addressing}: members come and go, and keys follow`, async () => {
    const group = await newGroup(addressing);
    await say(group, ALICE, `before ${addressing}`);
    await client.received(`before ${addressing}`);
    await client.sock.sendMessage(group, { text: 'three of us' });
    await call(fake, 'POST /groups/members', { group, add: [CAROL] });
    const sent = await client.sock.sendMessage(group, { text: 'welcome' });
    assert.deepEqual(await heardBy(sent.key.id, [ALICE, BOB, CAROL]), ['welcome', 'welcome', 'welcome']);
    await call(fake, 'POST /groups/members', { group, remove: [BOB], by: ALICE });
    await say(group, ALICE, `after ${addressing}`);
    await client.received(`after ${addressing}`);
    const last = await client.sock.sendMessage(group, { text: 'without Bob' });
    assert.deepEqual(await heardBy(last.key.id, [ALICE, CAROL]), ['without Bob', 'without Bob']);
    const { records } = await call(fake, 'GET /record', { type: 'message' });
    assert.ok(!records.some(({ id, contact }) => id === last.key.id && contact === BOB));
    await assert.rejects(say(group, BOB, 'still here?'), { code: 'not_a_member' });
  });

  test(`${addressing}: mentions and quotes`, async () => {
    const group = await newGroup(addressing);
    await say(group, ALICE, `hey ${addressing}`, { mentions: [OWNER, BOB] });
    const { message, key } = await client.received(`hey ${addressing}`);
    assert.deepEqual(message.extendedTextMessage.contextInfo.mentionedJid, [OWNER, BOB].map(jidOf));
    await say(group, BOB, `what ${addressing}?`, { quote: { id: key.id, from: ALICE } });
    const answer = await client.received(`what ${addressing}?`);
    const { contextInfo } = answer.message.extendedTextMessage;
    assert.equal(contextInfo.stanzaId, key.id);
    assert.equal(contextInfo.participant, jidOf(ALICE));
    assert.equal(contextInfo.quotedMessage.conversation, `hey ${addressing}`);
    const text = { text: 'quoting', mentions: [jidOf(BOB)] };
    const sent = await client.sock.sendMessage(group, text, { quoted: answer });
    const heard = await waitFor(fake, 'message', { id: sent.key.id });
    assert.deepEqual(heard.mentions, [jidOf(BOB)]);
    assert.equal(heard.quoted, answer.key.id);
  });

  test(`${addressing}: corrupt, or without the key: the client asks again and gets it`, async () => {
    const group = await newGroup(addressing);
    for (const how of [{ corrupt: true }, { omit_sender_key: true }]) {
      const text = `${Object.keys(how)[0]} ${addressing}`;
      const { ids } = await say(group, BOB, text, how);
      await waitFor(fake, 'receipt', { id: ids[0], receipt_type: 'retry' });
      assert.equal((await client.received(text)).key.id, ids[0]);
      await say(group, BOB, `after ${text}`);
      await client.received(`after ${text}`);
    }
  });

  test(`${addressing}: a member asks for a message again`, async () => {
    const group = await newGroup(addressing);
    const sent = await client.sock.sendMessage(group, { text: 'say again' });
    await heardBy(sent.key.id, [ALICE, BOB]);
    await call(fake, 'POST /receipts', { account: OWNER, contact: BOB, id: sent.key.id, type: 'retry' });
    assert.equal((await waitFor(fake, 'retry_answered', { id: sent.key.id })).text, 'say again');
    const after = await client.sock.sendMessage(group, { text: 'after' });
    assert.deepEqual(await heardBy(after.key.id, [ALICE, BOB]), ['after', 'after']);
  });

  test(`${addressing}: two clients of two accounts, and the phones of both`, async () => {
    const other = await linkedClient(fake, OTHER);
    const group = await newGroup(addressing, [OWNER, OTHER, ALICE]);
    assert.deepEqual(Object.keys(await other.sock.groupFetchAllParticipating()), [group]);
    await client.sock.sendMessage(group, { text: `from one ${addressing}` });
    const heard = await other.received(`from one ${addressing}`);
    assert.equal(heard.key.participant, jidOf(OWNER));
    assert.equal(heard.key.fromMe, false);
    await other.sock.sendMessage(group, { text: `from the other ${addressing}` });
    await client.received(`from the other ${addressing}`);
    await say(group, OTHER, `from the other's phone ${addressing}`);
    const [, copy] = await Promise.all([
      client.received(`from the other's phone ${addressing}`),
      other.received(`from the other's phone ${addressing}`),
    ]);
    assert.equal(copy.key.fromMe, true);
    const before = client.messages.length;
    await say(group, ALICE, `to both ${addressing}`);
    await Promise.all([client, other].map(each => each.received(`to both ${addressing}`)));
    assert.equal(client.messages.slice(before).filter(textOf).length, 1);
    await other.sock.logout();
    await other.end();
    await call(fake, 'POST /groups/members', { group, remove: [OTHER] });
  });
}

test('who is not in a group is not told of it', async () => {
  const group = await newGroup('pn', [ALICE, BOB]);
  await assert.rejects(client.sock.groupMetadata(group), /refused/);
  await assert.rejects(say(group, ALICE, 'hello?'), { code: 'no_linked_device' });
  await assert.rejects(say('999@g.us', ALICE, 'hello?'), { code: 'unknown_group' });
  await call(fake, 'POST /groups/members', { group, add: [OWNER] });
  await say(group, ALICE, 'now you are in');
  assert.equal((await client.received('now you are in')).key.remoteJid, group);
});
