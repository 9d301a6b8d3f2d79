import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lookups } from '../src/lookups.js';
import { Resends } from '../src/resends.js';
import { Rates } from '../src/retries.js';
import { textPayload } from './helpers/driver.js';

test('a sender’s broken messages are asked for at most so often, and do not use up the others’ share', () => {
  let now = 0;
  const rates = new Rates(() => now);
  const granted = (/** @type {string} */ sender, times = 1_000) =>
    Array.from({ length: times }, () => rates.take(sender)).filter(Boolean).length;
  assert.equal(granted('a'), 100);
  assert.equal(granted('b', 30), 30);
  const others = Array.from({ length: 50 }, (_, n) => granted(`c${n}`, 20)).reduce((sum, n) => sum + n);
  assert.equal(others, 400 - 130);
  now = 60_000;
  assert.equal(granted('a', 5), 5);
});

test('questions to the gateway: numbered, bounded, and late answers are misses', async () => {
  /** @type {any[]} */
  const asked = [];
  const lookups = new Lookups(lookup => asked.push(lookup), 30);
  const payload = textPayload('x');
  const open = Array.from({ length: 20 }, (_, n) => lookups.find(`ID${n}`, 'c@lid'));
  assert.equal(asked.length, 16);
  assert.deepEqual(asked[1], { id: 2, message_id: 'ID1', chat: 'c@lid' });
  lookups.found(2, 'c@lid', payload);
  lookups.found(1, null, null);
  lookups.found(999, 'c@lid', payload);
  const answers = await Promise.all(open);
  assert.deepEqual(answers.filter(Boolean), [{ chat: 'c@lid', payload }]);
  assert.equal(answers[1]?.payload, payload);
  lookups.found(3, 'c@lid', payload);
  const next = lookups.find('ID99', 'c@lid');
  lookups.found(17, 'c@lid', payload);
  assert.equal((await next)?.payload, payload);
});

test('what the envelope tells is sent from here once, to whom it was asked by, and not for ever', async () => {
  const payload = textPayload('');
  payload.content = { type: 'edit', target: { id: 'M1', from_me: true, participant: null }, text: 'new' };
  /** @type {any} */
  const lookups = { find: async () => ({ payload, chat: 'c@s.whatsapp.net' }) };
  /** @type {any[]} */
  const relayed = [];
  const resends = new Resends({ lookups, relay: async (...sent) => relayed.push(sent) });
  const linked = 'c:3@lid';
  const place = `ID:${linked}`;
  const retry = { tag: 'retry', attrs: { count: '2' } };
  resends.asked({ tag: 'receipt', attrs: { id: 'ID', type: 'retry', from: linked }, content: [retry] });
  for (const place of ['ID:c@lid', 'ID:c@lid', 'OTHER:c:3@lid']) assert.equal(resends.get(place), undefined);
  const message = await resends.find({ id: 'ID', remoteJid: 'c@lid', participant: linked });
  assert.equal(message?.protocolMessage?.key?.remoteJid, 'c@s.whatsapp.net');
  assert.equal(await resends.get(place), Number.POSITIVE_INFINITY);
  assert.equal(resends.get(place), 1);
  const [[to, , { messageId, participant, additionalAttributes }]] = relayed;
  assert.deepEqual([to, messageId, participant], ['c@lid', 'ID', { jid: linked, count: 2 }]);
  assert.equal(additionalAttributes.edit, '1');
  resends.set(place, 5);
  await resends.find({ id: 'ID', remoteJid: 'c@lid', participant: linked });
  assert.equal(await resends.get(place), 5);
  assert.equal(relayed.length, 1);
  await resends.find({ id: 'ID', remoteJid: 'c@lid', participant: 'c@lid' });
  await resends.get('ID:c@lid');
  assert.deepEqual([relayed[1][2].participant, relayed[1][2].useUserDevicesCache], [undefined, false]);
});
