import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, afterEach, before, test } from 'node:test';
import { decryptPollVote } from 'baileys';
import { FakeWhatsApp } from './index.js';
import { TINY_JPEG } from './media-message.js';
import { call, linkedClient, waitFor } from './test-support/baileys-client.js';
import { trustMediaHost } from './test-support/media-fetch.js';

const OWNER = '+15550100001';
const ALICE = '+15550100101';
const BOB = '+15550100102';
const ALICE_JID = '15550100101@s.whatsapp.net';

let fake;
let client;
let group;

before(async () => {
  fake = await FakeWhatsApp.start();
  await call(fake, 'POST /contacts', { phone: ALICE });
  client = await linkedClient(fake, OWNER, { fetchAgent: trustMediaHost(fake.ca) });
  const members = [OWNER, ALICE, BOB];
  ({ group } = await call(fake, 'POST /groups', { addressing: 'lid', members }));
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

const hex = bytes => createHash('sha256').update(bytes).digest('hex');

async function heard(chat, content, options) {
  const sent = await client.sock.sendMessage(chat, content, options);
  return waitFor(fake, 'message', { id: sent.key.id });
}

test('files of the client are fetched and opened by who gets them', async () => {
  const bytes = Buffer.from('a file of the client');
  const jpegThumbnail = TINY_JPEG.toString('base64');
  const waveform = new Uint8Array(64).fill(9);
  for (const [kind, content] of [
    ['image', { image: bytes, caption: 'look', jpegThumbnail }],
    ['video', { video: bytes, jpegThumbnail }],
    ['gif', { video: bytes, gifPlayback: true, jpegThumbnail }],
    ['audio', { audio: bytes, mimetype: 'audio/mp4', seconds: 2 }],
    ['voice', { audio: bytes, ptt: true, mimetype: 'audio/ogg; codecs=opus', seconds: 2, waveform }],
    ['document', { document: bytes, fileName: 'a.txt', mimetype: 'text/plain' }],
    ['sticker', { sticker: bytes }],
  ]) {
    for (const chat of [ALICE_JID, group]) {
      const { media } = await heard(chat, content);
      assert.deepEqual([media.kind, media.bytes, media.sha256], [kind, bytes.length, hex(bytes)]);
      if (kind === 'image') assert.deepEqual([media.caption, media.thumbnail > 0], ['look', true]);
      if (kind === 'voice') assert.deepEqual([media.ptt, media.waveform], [true, 64]);
      if (kind === 'document') assert.deepEqual([media.file_name, media.mimetype], ['a.txt', 'text/plain']);
    }
  }
  await waitFor(fake, 'message', { 'media.kind': 'gif', 'media.gif_playback': 'true' });
});

test('a repeated message with a file is dropped and counted', async () => {
  for (let i = 0; i < 2; i++) {
    await client.sock.sendMessage(ALICE_JID, { document: Buffer.from('x') }, { messageId: 'TWICE' });
  }
  // The second one is encrypted under a key of its own, so it is other content.
  await waitFor(fake, 'duplicate', { id: 'TWICE', contact: ALICE });
  const again = fake.record.kept.findIndex(({ code, id }) => code === 'id_reused' && id === 'TWICE');
  assert.notEqual(again, -1);
  fake.record.entries = fake.record.entries.filter(({ type }) => type !== 'violation');
  fake.record.kept.length = 0;
});

test('polls, places, contacts and quotes of the client are told in the record', async () => {
  const values = ['soup', 'bread'];
  const { poll } = await heard(ALICE_JID, { poll: { name: 'what?', values, selectableCount: 1 } });
  assert.deepEqual(poll, { question: 'what?', options: values, selectable: 1, has_secret: true });
  const place = { degreesLatitude: 1.5, degreesLongitude: -2.5, name: 'Pier' };
  const { location } = await heard(ALICE_JID, { location: place });
  assert.deepEqual(location, { latitude: 1.5, longitude: -2.5, name: 'Pier' });
  const vcard = 'BEGIN:VCARD\nVERSION:3.0\nFN:Bob\nEND:VCARD';
  const card = { displayName: 'Bob', contacts: [{ displayName: 'Bob', vcard }] };
  assert.deepEqual((await heard(group, { contacts: card })).contacts, [{ name: 'Bob', vcard }]);
  await call(fake, 'POST /messages', { group, from: BOB, text: 'who?' });
  const question = await client.received('who?');
  const answer = await heard(group, { text: 'me' }, { quoted: question });
  assert.deepEqual([answer.quoted, answer.quoted_text], [question.key.id, 'who?']);
  assert.equal(answer.quoted_participant, question.key.participant);
  const reaction = await heard(group, { react: { text: '👍', key: question.key } });
  assert.deepEqual([reaction.target_from_me, reaction.target_chat], [false, group]);
});

for (const as of ['pn', 'lid']) {
  test(`votes of contacts by ${as} are encrypted under the secret of the poll`, async () => {
    const sent = await client.sock.sendMessage(group, { poll: { name: `${as}?`, values: ['yes', 'no'] } });
    const { id } = sent.key;
    await waitFor(fake, 'message', { id, contact: BOB });
    const vote = {
      group,
      from: BOB,
      kind: 'vote',
      target: id,
      options: ['no'],
      voter_as: as,
      creator_as: as,
    };
    const { ids } = await call(fake, 'POST /messages', vote);
    const { message } = await client.until(() => client.messages.find(({ key }) => key.id === ids[0]));
    const jid = phone => (as === 'lid' ? `100${phone.slice(1)}@lid` : `${phone.slice(1)}@s.whatsapp.net`);
    const { selectedOptions } = decryptPollVote(message.pollUpdateMessage.vote, {
      pollEncKey: sent.message.messageContextInfo.messageSecret,
      pollCreatorJid: jid(OWNER),
      pollMsgId: id,
      voterJid: jid(BOB),
    });
    assert.deepEqual(
      selectedOptions.map(hash => Buffer.from(hash).toString('hex')),
      [hex('no')],
    );
    assert.equal(message.pollUpdateMessage.pollCreationMessageKey.id, id);
  });
}

test('acks: an error for one chat only, so many times', async () => {
  const error = { kind: 'acks', mode: 'error', code: 463, account: OWNER };
  await call(fake, 'POST /fault', { ...error, to: ALICE, count: 1 });
  const errorOf = async chat => {
    const { key } = await client.sock.sendMessage(chat, { text: 'may I?' });
    return (await waitFor(fake, 'server_ack', { id: key.id })).error;
  };
  assert.equal(await errorOf(group), undefined);
  assert.equal(await errorOf(ALICE_JID), '463');
  assert.equal(await errorOf(ALICE_JID), undefined);
});

test('the lock on writing to strangers is answered and told', async () => {
  assert.equal((await client.sock.fetchAccountReachoutTimelock()).isActive, false);
  await call(fake, 'POST /timelock', { account: OWNER, until_s: 2_000_000_000 });
  const lock = await client.sock.fetchAccountReachoutTimelock();
  assert.deepEqual([lock.isActive, lock.timeEnforcementEnds.getTime()], [true, 2_000_000_000_000]);
  const before = client.updates.length;
  await call(fake, 'POST /timelock', { account: OWNER, active: false, tell: true });
  const told = await client.until(() => client.updates.slice(before).find(update => update.reachoutTimeLock));
  assert.equal(told.reachoutTimeLock.isActive, false);
});

test('places, cards, events and invitations of contacts, plain and wrapped', async () => {
  const from = (kind, more = {}) =>
    call(fake, 'POST /messages', { to: OWNER, from: ALICE, kind, text: 'T', ...more });
  const got = async ({ ids: [id] }) =>
    (await client.until(() => client.messages.find(({ key }) => key.id === id))).message;
  const place = await got(await from('location', { latitude: 3, longitude: 4, name: 'Bridge' }));
  assert.deepEqual([place.locationMessage.degreesLatitude, place.locationMessage.name], [3, 'Bridge']);
  assert.equal((await got(await from('live_location'))).liveLocationMessage.caption, 'T');
  const card = await got(await from('contact', { contacts: [{ name: 'Dora', phone: '+15550100888' }] }));
  assert.match(card.contactMessage.vcard, /FN:Dora\nTEL;type=CELL;waid=15550100888/);
  assert.equal((await got(await from('contacts'))).contactsArrayMessage.contacts.length, 2);
  const event = await got(await from('event', { start_s: 1_900_000_000, location: 'Hall' }));
  assert.deepEqual([event.eventMessage.name, event.eventMessage.location.name], ['T', 'Hall']);
  assert.equal((await got(await from('group_invite'))).groupInviteMessage.groupName, 'A group');
  const once = await got(await from('image', { wrap: ['ephemeral', 'view_once_v2'] }));
  const inner = once.ephemeralMessage.message.viewOnceMessageV2.message.imageMessage;
  assert.deepEqual([inner.viewOnce, inner.caption], [true, 'T']);
  const quote = { id: 'SOMETHING', from: BOB, text: 'old' };
  const reply = await got(await from('sticker', { quote }));
  assert.equal(reply.stickerMessage.contextInfo.quotedMessage.conversation, 'old');
  await assert.rejects(from('text', { wrap: 'paper' }), { code: 'bad_mode' });
});

test('a contact that is offline reports when it comes back, and that it has listened', async () => {
  await call(fake, 'POST /contacts', { phone: ALICE, online: false });
  const { id } = await heard(ALICE_JID, { text: 'are you there?' });
  await waitFor(fake, 'server_ack', { id });
  await new Promise(resolve => setTimeout(resolve, 300));
  const reports = () => fake.record.list({ types: ['contact_receipt'] }).filter(each => each.id === id);
  assert.deepEqual(reports(), []);
  await call(fake, 'POST /contacts', { phone: ALICE, online: true });
  await waitFor(fake, 'contact_receipt', { id, contact: ALICE, receipt_type: '' });
  const voice = await heard(ALICE_JID, {
    audio: Buffer.from('hm'),
    ptt: true,
    mimetype: 'audio/ogg; codecs=opus',
  });
  await call(fake, 'POST /receipts', { account: OWNER, contact: ALICE, id: voice.id, type: 'played' });
  await waitFor(fake, 'contact_receipt', { id: voice.id, receipt_type: 'played' });
});

test('a group may be for announcements, and be described', async () => {
  const more = { announce: true, description: 'News only', members: [OWNER, ALICE] };
  const made = await call(fake, 'POST /groups', { subject: 'News', ...more });
  const { announce, desc } = await client.sock.groupMetadata(made.group);
  assert.deepEqual([announce, desc], [true, 'News only']);
  const all = await client.sock.groupFetchAllParticipating();
  assert.deepEqual([all[made.group].announce, all[group].addressingMode], [true, 'lid']);
});
