import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { FakeWhatsApp } from './index.js';
import { People } from './people.js';
import { call, linkedClient, waitFor } from './test-support/baileys-client.js';

const OWNER = '+15550100001';
const ALICE = '+15550100101';
const BOB = '+15550100102';
const OWNER_JID = '15550100001@s.whatsapp.net';
const ALICE_JID = '15550100101@s.whatsapp.net';
const BOB_LID = '10015550100102@lid';

let fake;
let client;
let group;
const presences = [];
const reactions = [];
const edits = [];

before(async () => {
  fake = await FakeWhatsApp.start();
  await call(fake, 'POST /contacts', { phone: ALICE });
  await call(fake, 'POST /contacts', { phone: BOB, addressing: 'lid' });
  client = await linkedClient(fake, OWNER);
  client.sock.ev.on('presence.update', update => presences.push(update));
  client.sock.ev.on('messages.reaction', updates => reactions.push(...updates));
  client.sock.ev.on('messages.update', updates => edits.push(...updates));
  const members = [OWNER, ALICE, BOB];
  ({ group } = await call(fake, 'POST /groups', { subject: 'Talk', addressing: 'lid', members }));
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

const say = (from, text, more = {}) => call(fake, 'POST /messages', { to: OWNER, from, text, ...more });

/** Nothing tells when an event comes, so it is looked for until it is there. */
async function eventually(find) {
  for (let i = 0; i < 200; i++) {
    const found = find();
    if (found) return found;
    await new Promise(resolve => setTimeout(resolve, 10));
  }
  throw new Error('it did not come');
}

test('edits, polls and buttons may mention people, and polls show their options', async () => {
  const said = [];
  client.sock.ev.on('messages.upsert', ({ messages }) => said.push(...messages));
  const [id] = (await say(ALICE, 'first', { group })).ids;
  await say(ALICE, 'second', { group, kind: 'edit', target: id, mentions: [BOB] });
  const edit = await eventually(() => edits.find(({ key }) => key.id === id));
  const edited = edit.update.message.editedMessage.message.extendedTextMessage;
  assert.deepEqual([edited.text, edited.contextInfo.mentionedJid], ['second', [BOB_LID]]);

  await say(ALICE, 'which?', { group, kind: 'poll', options: ['green', 'black'], mentions: [BOB] });
  const poll = await eventually(() => said.find(({ message }) => message?.pollCreationMessageV3));
  const { name, options, contextInfo } = poll.message.pollCreationMessageV3;
  assert.deepEqual(
    [name, options.map(option => option.optionName), contextInfo.mentionedJid],
    ['which?', ['green', 'black'], [BOB_LID]],
  );

  await say(ALICE, 'go?', { group, kind: 'buttons', options: ['go'], mentions: [BOB] });
  const shown = await eventually(() => said.find(({ message }) => message?.buttonsMessage));
  const { contentText, buttons, contextInfo: context } = shown.message.buttonsMessage;
  assert.deepEqual(
    [contentText, buttons[0].buttonText.displayText, context.mentionedJid],
    ['go?', 'go', [BOB_LID]],
  );
});

test('a number that is written in two ways is one person', async () => {
  await call(fake, 'POST /contacts', { phone: '+551187654321', also: ['+5511987654321'] });
  const [found] = await client.sock.onWhatsApp('5511987654321@s.whatsapp.net');
  assert.deepEqual(found, { jid: '551187654321@s.whatsapp.net', exists: true });
  assert.deepEqual(await client.sock.onWhatsApp('5511987654329@s.whatsapp.net'), []);
  const asked = await call(fake, 'GET /record', { type: 'number_asked' });
  const told = asked.records.map(({ number, phone }) => [number, phone]);
  assert.deepEqual(told, [
    ['+5511987654321', '+551187654321'],
    ['+5511987654329', null],
  ]);
  await assert.rejects(
    call(fake, 'POST /contacts', { phone: ALICE, also: ['+5511987654321'] }),
    /belongs to somebody/,
  );
  const other = new People();
  other.put('+551187654321', { also: ['+5511987654321'] });
  other.put('+551187654321', { also: [] });
  assert.equal(other.byNumber('+5511987654321'), undefined);
});

test('typing of contacts: composing, recording, paused, and being there', async () => {
  for (const [state, heard] of [
    ['composing', 'composing'],
    ['recording', 'recording'],
    ['paused', 'available'],
    ['unavailable', 'unavailable'],
  ]) {
    const { told } = await call(fake, 'POST /typing', { from: ALICE, to: OWNER, state });
    assert.equal(told, 1);
    const update = await eventually(() => presences.pop());
    assert.equal(update.id, ALICE_JID);
    assert.equal(update.presences[ALICE_JID].lastKnownPresence, heard);
  }
  await call(fake, 'POST /typing', { from: BOB, group, state: 'composing' });
  const update = await eventually(() => presences.pop());
  assert.equal(update.id, group);
  assert.equal(update.presences[BOB_LID].lastKnownPresence, 'composing');
  await assert.rejects(call(fake, 'POST /typing', { from: ALICE, to: OWNER, state: 'bored' }), {
    code: 'bad_mode',
  });
});

test("the client's typing and presence are recorded", async () => {
  await client.sock.sendPresenceUpdate('composing', ALICE_JID);
  const typing = await waitFor(fake, 'chatstate', { account: OWNER, state: 'composing' });
  assert.equal(typing.contact, ALICE);
  await client.sock.sendPresenceUpdate('recording', BOB_LID);
  assert.equal((await waitFor(fake, 'chatstate', { state: 'recording' })).contact, BOB);
  await client.sock.sendPresenceUpdate('paused', group);
  assert.equal((await waitFor(fake, 'chatstate', { state: 'paused' })).to, group);
  await client.sock.presenceSubscribe(ALICE_JID);
  assert.equal((await waitFor(fake, 'presence_subscribe')).to, ALICE_JID);
  client.creds.me.name = 'Owner';
  await client.sock.sendPresenceUpdate('available');
  await waitFor(fake, 'presence', { account: OWNER, state: 'available' });
  await client.sock.sendPresenceUpdate('unavailable');
  await waitFor(fake, 'presence', { account: OWNER, state: 'unavailable' });
});

test('mentions and quotes in a chat of two, by phone number and by LID', async () => {
  const sent = await client.sock.sendMessage(ALICE_JID, { text: 'what shall we eat?' });
  await waitFor(fake, 'message', { id: sent.key.id });
  await say(ALICE, '@15550100001 soup', { mentions: [OWNER], quote: { id: sent.key.id, from: OWNER } });
  const { message } = await client.received('@15550100001 soup');
  const { contextInfo } = message.extendedTextMessage;
  assert.deepEqual(contextInfo.mentionedJid, [OWNER_JID]);
  assert.equal(contextInfo.stanzaId, sent.key.id);
  assert.equal(contextInfo.participant, OWNER_JID);
  assert.equal(contextInfo.quotedMessage.conversation, 'what shall we eat?');
  await say(BOB, 'bread', { quote: { id: sent.key.id, from: OWNER, text: 'something else' } });
  const byLid = (await client.received('bread')).message.extendedTextMessage.contextInfo;
  assert.equal(byLid.participant, '10015550100001@lid');
  assert.equal(byLid.quotedMessage.conversation, 'something else');
});

test('reactions of contacts: to their own messages and to those of the client, in chats and groups', async () => {
  const { ids } = await say(ALICE, 'mine');
  const mine = await client.received('mine');
  await say(ALICE, '👍', { kind: 'reaction', target: ids[0] });
  const toOwn = await eventually(() => reactions.pop());
  assert.equal(toOwn.key.id, mine.key.id);
  assert.equal(toOwn.key.fromMe, false);
  assert.equal(toOwn.reaction.text, '👍');

  const sent = await client.sock.sendMessage(ALICE_JID, { text: 'yours' });
  await waitFor(fake, 'message', { id: sent.key.id });
  await say(ALICE, '❤️', { kind: 'reaction', target: sent.key.id });
  const toMine = await eventually(() => reactions.pop());
  assert.equal(toMine.key.fromMe, true);
  assert.equal(toMine.key.remoteJid, ALICE_JID);

  const inGroup = await client.sock.sendMessage(group, { text: 'to the group' });
  await waitFor(fake, 'message', { id: inGroup.key.id });
  const reaction = { group, from: BOB, kind: 'reaction', target: inGroup.key.id, text: '🎉' };
  await call(fake, 'POST /messages', reaction);
  const byBob = await eventually(() => reactions.pop());
  assert.equal(byBob.key.fromMe, true);
  assert.equal(byBob.key.remoteJid, group);
});

test('edits and deletes of contacts', async () => {
  const { ids } = await say(ALICE, 'a typpo');
  await client.received('a typpo');
  await say(ALICE, 'a typo', { kind: 'edit', target: ids[0] });
  const edit = await eventually(() => edits.find(({ key }) => key.id === ids[0]));
  assert.equal(edit.update.message.editedMessage.message.conversation, 'a typo');
  edits.length = 0;
  await say(ALICE, '', { kind: 'delete', target: ids[0] });
  const gone = await eventually(() => edits.find(({ key }) => key.id === ids[0]));
  assert.equal(gone.update.message, null);
  await assert.rejects(say(ALICE, 'x', { kind: 'edit' }), { code: 'missing_field' });
  await assert.rejects(say(ALICE, 'x', { kind: 'shout', target: 'X' }), { code: 'bad_mode' });
});

test("the client's reactions, edits and deletes are recorded with their target", async () => {
  await say(ALICE, 'react to this');
  const { key } = await client.received('react to this');
  const reaction = await client.sock.sendMessage(ALICE_JID, { react: { text: '👀', key } });
  const reacted = await waitFor(fake, 'message', { id: reaction.key.id });
  assert.deepEqual([reacted.raw_kind, reacted.target, reacted.text], ['reactionMessage', key.id, '👀']);

  for (const chat of [ALICE_JID, group]) {
    const sent = await client.sock.sendMessage(chat, { text: 'old' });
    const { id } = sent.key;
    // The library changes the key it is given.
    const edit = await client.sock.sendMessage(chat, { text: 'new', edit: { ...sent.key, id } });
    const edited = await waitFor(fake, 'message', { id: edit.key.id });
    assert.deepEqual(
      [edited.raw_kind, edited.target, edited.text, edited.protocol_type],
      ['protocolMessage', id, 'new', 'MESSAGE_EDIT'],
    );
    const removal = await client.sock.sendMessage(chat, { delete: { ...sent.key, id } });
    const removed = await waitFor(fake, 'message', { id: removal.key.id });
    assert.deepEqual(
      [removed.raw_kind, removed.target, removed.protocol_type],
      ['protocolMessage', id, 'REVOKE'],
    );
  }
});
