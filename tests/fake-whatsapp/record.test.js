import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeWhatsApp } from './index.js';
import { Record } from './record.js';
import { call, linkedClient, waitFor } from './test-support/baileys-client.js';

const OWNER = '+15550100001';
const ALICE = '+15550100101';
const LIMIT = 60;

test('a limited record forgets the oldest, and never a number', async () => {
  const record = new Record({ limit: 10 });
  record.violation('bad_mac', 'long ago');
  for (let i = 0; i < 100; i++) record.add('tick', { i });
  assert.equal(record.lastSeq, 101);
  const { length } = record.list();
  assert.ok(length >= 10 && length <= 13, `${length} entries`);
  assert.equal(record.list({ after: 100 })[0].i, 99);
  assert.equal(record.list({ after: 1 })[0].seq, 102 - length);
  assert.equal(record.violations().length, 1);
  const soon = record.wait({ after: record.lastSeq, types: ['tock'] });
  record.add('tock');
  assert.equal((await soon).seq, 102);
});

test('entries carry microseconds that go forward', () => {
  const record = new Record();
  for (let i = 0; i < 100; i++) record.add('tick');
  const [first] = record.entries;
  assert.ok(Math.abs(first.at_us / 1000 - Date.now()) < 1000);
  for (let i = 1; i < 100; i++) assert.ok(record.entries[i].at_us >= record.entries[i - 1].at_us);
});

test('with a limit, more messages than it pass in both directions without blame', async () => {
  const fake = await FakeWhatsApp.start({ recordLimit: LIMIT });
  const client = await linkedClient(fake, OWNER);
  const { ids } = await call(fake, 'POST /messages', {
    to: OWNER,
    from: ALICE,
    text: 'many',
    count: 2 * LIMIT,
  });
  await client.received(`many #${2 * LIMIT}`);
  await waitFor(fake, 'receipt', { id: ids.at(-1) });
  await client.sock.readMessages([
    { remoteJid: '15550100101@s.whatsapp.net', id: ids[0], fromMe: false, participant: undefined },
  ]);
  await waitFor(fake, 'receipt', { id: ids[0], receipt_type: 'read' });
  for (let i = 0; i < LIMIT + 10; i++) {
    await client.sock.sendMessage('15550100101@s.whatsapp.net', { text: `out ${i}` });
  }
  await waitFor(fake, 'message', { text: `out ${LIMIT + 9}` });
  const { accounts, violations } = await call(fake, 'GET /state');
  assert.deepEqual(violations, []);
  assert.equal(accounts[OWNER].contacts[ALICE].inbox.length, LIMIT);
  assert.equal(accounts[OWNER].queue_length, 0);
  await client.end();
  await fake.stop();
});
