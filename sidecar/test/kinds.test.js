// Every kind of message to the fake server's phones, and the questions beside messages.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, test } from 'node:test';
import { decryptPollVote } from 'baileys';
import { BO, CY, jidOf, OWNER, startFake } from './helpers/account.js';
import { SECRET } from './helpers/driver.js';

const world = await startFake({ after });
await world.link();
await world.api.post('/contacts', { phone: BO });
await world.api.post('/contacts', { phone: CY });
const { group } = await world.api.post('/groups', {
  subject: 'Tea',
  members: [OWNER, BO, CY],
  admins: [OWNER],
});
const chat = jidOf(BO);
const AT_MS = 1_700_000_000_123;
const sidecar = await world.open();
const OURS = { id: 'FA5ED0000000000K01', from_me: true, participant: null };

/** @param {string} id @param {any} content @param {string} to @param {object} more */
async function send(id, content, to = chat, more = {}) {
  const payload = { content, secret: SECRET, mentions: [], quote: null, at_ms: AT_MS, ...more };
  const outcome = await sidecar.request({ method: 'send', params: { chat: to, message_id: id, payload } });
  assert.equal(outcome.status, 'ok', JSON.stringify(outcome));
  await sidecar.event('server_ack', event => event.id === id);
  return world.api.wait('message', { id });
}

test('every kind arrives as what it is', async () => {
  const poll = { type: 'poll', question: 'Tea?', options: ['yes', 'no'], selectable: 1 };
  /** @type {[any, string, object][]} */
  const cases = [
    [{ type: 'text', text: 'hi' }, 'extendedTextMessage', { text: 'hi' }],
    [{ type: 'reaction', target: OURS, emoji: '👍' }, 'reactionMessage', { text: '👍', target: OURS.id }],
    [
      { type: 'edit', target: OURS, text: 'new' },
      'protocolMessage',
      { text: 'new', protocol_type: 'MESSAGE_EDIT' },
    ],
    [{ type: 'delete', target: OURS }, 'protocolMessage', { target: OURS.id, protocol_type: 'REVOKE' }],
    [poll, 'pollCreationMessageV3', { text: 'Tea?' }],
    [{ ...poll, selectable: 2 }, 'pollCreationMessage', {}],
    [{ type: 'location', latitude: 1, longitude: 2, name: null, address: null }, 'locationMessage', {}],
    [{ type: 'contact', name: 'Cy', vcard: 'BEGIN:VCARD\nFN:Cy\nEND:VCARD' }, 'contactMessage', {}],
  ];
  for (const [to, from] of [
    [chat, 1],
    [group, 51],
  ]) {
    for (const [index, [content, rawKind, about]] of cases.entries()) {
      const record = await send(`FA5ED0000000000K${String(index + from).padStart(2, '0')}`, content, to);
      const expected = { raw_kind: rawKind, ...about };
      const found = Object.fromEntries(Object.keys(expected).map(key => [key, record[key]]));
      assert.deepEqual(found, expected);
    }
  }
});

test('mentions and quotes in a group', async () => {
  const quote = { id: 'THEIRS', sender: chat, text: 'was' };
  const record = await send('FA5ED0000000000Q01', { type: 'text', text: '@x' }, group, {
    mentions: [chat],
    quote,
  });
  assert.deepEqual([record.mentions, record.quoted], [[chat], 'THEIRS']);
});

test('what a contact does to a message says which', async () => {
  const sent = async (/** @type {object} */ more) => {
    const { ids } = await world.api.post('/messages', { to: OWNER, from: BO, text: 'x', ...more });
    return sidecar.event('message', ({ origin }) => origin.id === ids[0]);
  };
  const plain = await sent({});
  for (const kind of ['reaction', 'edit', 'delete']) {
    const event = await sent({ kind, target: plain.origin.id, target_from: BO });
    assert.deepEqual([event.content, event.quoted?.id], [kind, plain.origin.id]);
  }
  const poll = await sent({ kind: 'poll', options: ['yes', 'no'] });
  assert.deepEqual([poll.detail.question, poll.detail.options], ['x', ['yes', 'no']]);
});

test('typing is shown in the chat and nowhere else', async () => {
  for (const to of [chat, group]) {
    for (const typing of ['composing', 'recording', 'paused']) {
      const outcome = await sidecar.request({ method: 'set_typing', params: { chat: to, typing } });
      assert.equal(outcome.reply?.type, 'done', JSON.stringify(outcome));
      await world.api.wait('chatstate', { to, state: typing });
    }
  }
  const shown = await world.api.records('chatstate,presence_subscribe');
  assert.equal(shown.length, 6);
  for (const params of [{ chat, typing: 'available' }, { chat: 'x', typing: 'paused' }, undefined])
    assert.equal((await sidecar.request({ method: 'set_typing', params })).fault?.code, 'bad_request');
});

test('the lock on writing to strangers: asked for, told, and refused', async () => {
  const ask = () => sidecar.request({ method: 'fetch_timelock' });
  assert.deepEqual((await ask()).reply, { type: 'timelock', active: false, until_s: null });
  await world.api.post('/timelock', { account: OWNER, until_s: 2_000_000_000 });
  assert.deepEqual((await ask()).reply, { type: 'timelock', active: true, until_s: 2_000_000_000 });
  await world.api.post('/timelock', { account: OWNER, until_s: 2_000_000_001, tell: true });
  const { active } = await sidecar.event('timelock', ({ until_s }) => until_s === 2_000_000_001);
  assert.equal(active, true);
  await world.api.post('/timelock', { account: OWNER, active: false, tell: true });
  const over = await sidecar.event('timelock', event => !event.active);
  assert.equal(over.until_s, null);
  await world.api.post('/timelock', { account: OWNER, error: 500 });
  assert.equal((await ask()).fault?.code, 'internal');
  await world.api.post('/timelock', { account: OWNER, active: false });
});

test('votes of phones open with the secret that the gateway chose', async () => {
  const poll = { type: 'poll', question: 'Tea?', options: ['yes', 'no'], selectable: 1 };
  for (const [n, to] of [chat, group].entries()) {
    const id = `FA5ED0000000000V0${n}`;
    await send(id, poll, to);
    const where = to === group ? { group } : { to: OWNER };
    const { ids } = await world.api.post('/messages', {
      ...where,
      from: BO,
      kind: 'vote',
      target: id,
      options: ['no'],
    });
    const vote = await sidecar.event('message', ({ origin }) => origin.id === ids[0]);
    assert.deepEqual([vote.content, vote.quoted?.id, vote.detail?.type], ['poll_vote', id, 'vote']);
    const { selectedOptions } = decryptPollVote(
      {
        encPayload: Buffer.from(vote.detail.payload, 'base64'),
        encIv: Buffer.from(vote.detail.iv, 'base64'),
      },
      {
        pollCreatorJid: jidOf(OWNER),
        pollMsgId: id,
        pollEncKey: Buffer.from(SECRET, 'hex'),
        voterJid: vote.origin.sender,
      },
    );
    const chosen = createHash('sha256').update('no').digest();
    assert.deepEqual(
      selectedOptions?.map(option => Buffer.from(option)),
      [chosen],
    );
  }
});

test('groups and who is in them', async () => {
  const one = await sidecar.request({ method: 'describe_group', params: { group } });
  const [described] = one.reply?.groups ?? assert.fail(JSON.stringify(one));
  assert.deepEqual([described.jid, described.subject, described.announce], [group, 'Tea', false]);
  assert.equal(described.members.length, 3);
  assert(described.members.every((/** @type {any} */ { phone, lid }) => phone ?? lid));
  const all = await sidecar.request({ method: 'list_groups' });
  assert.deepEqual([all.reply?.groups, all.reply?.total], [[described], 1]);
  const wrong = await sidecar.request({ method: 'describe_group', params: { group: chat } });
  assert.equal(wrong.fault?.code, 'bad_request');
});

test('nothing of this was a fault in the eyes of the server', async () => {
  assert.deepEqual(await world.api.records('violation,server_error,unknown_iq,unknown_stanza'), []);
});
