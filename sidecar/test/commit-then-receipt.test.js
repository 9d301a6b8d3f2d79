// A1: what WhatsApp believes delivered is in the journal. The order rests on the library's inner
// workings, so these run against the real library; an upgrade that changes them must fail here.
// To see the first test fail, give it `main: IMPATIENT` as the second one does.

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BO, CY, jidOf, OWNER, startFake } from './helpers/account.js';

const IMPATIENT = fileURLToPath(new URL('./helpers/impatient.js', import.meta.url));

const world = await startFake({ after });
await world.link();

let sends = 0;
function nextId() {
  sends += 1;
  return `FA5ED${String(sends).padStart(13, '0')}`;
}

/** The Signal state on disk. */
async function signalFiles() {
  const names = (await readdir(world.authDir)).filter(name => /^(session|pre-key|sender-key)\./.test(name));
  return Object.fromEntries(
    await Promise.all(names.map(async name => [name, await readFile(join(world.authDir, name), 'utf8')])),
  );
}

/**
 * Lets a message in, does not acknowledge it, and goes a long way round: a send to somebody else up
 * to their receipt. Then looks whether the first message's receipt has left.
 *
 * @param {import('./helpers/driver.js').Sidecar} sidecar
 * @param {string} from
 */
async function receiptWithoutAck(sidecar, from) {
  sidecar.autoAck = false;
  const {
    ids: [id],
  } = await world.api.post('/messages', { to: OWNER, from, text: 'held' });
  const { seq } = await sidecar.event('message', ({ origin }) => origin.id === id);
  const sent = nextId();
  await sidecar.sendText(jidOf(CY), 'meanwhile', sent);
  await sidecar.event('receipt', ({ ids }) => ids.includes(sent));
  const receipts = (await world.api.records('receipt')).filter(record => record.id === id);
  return { id, seq, left: receipts.length > 0 };
}

test('no receipt leaves and no ratchet step is written before the ack', async t => {
  const sidecar = await world.openFor(t);
  await world.api.post('/contacts', { phone: CY });
  await sidecar.sendText(jidOf(CY), 'hello', nextId());
  const {
    ids: [early],
  } = await world.api.post('/messages', { to: OWNER, from: BO, text: 'first' });
  await sidecar.event('message', ({ origin }) => origin.id === early);
  await world.api.wait('receipt', { id: early });

  const before = await signalFiles();
  const { id, seq, left } = await receiptWithoutAck(sidecar, BO);
  assert.equal(left, false);
  const during = await signalFiles();
  // Only the session with the other person moved.
  const changed = Object.keys(during).filter(name => during[name] !== before[name]);
  const bo = (await world.api.get('/state')).accounts[OWNER].contacts[BO].lid.split('@')[0];
  assert(
    changed.every(name => !name.includes(bo)),
    changed.join(),
  );

  assert.equal((await sidecar.request({ method: 'ping' })).status, 'ok');
  sidecar.send({ kind: 'ack', seq: seq - 1 });
  assert.equal((await sidecar.request({ method: 'ping' })).status, 'ok');
  assert.deepEqual(
    (await world.api.records('receipt')).filter(record => record.id === id),
    [],
  );
  sidecar.send({ kind: 'ack', seq });
  await world.api.wait('receipt', { id });
});

test('the check above can fail: without the wait the receipt leaves at once', async t => {
  const sidecar = await world.openFor(t, { main: IMPATIENT });
  assert.equal((await receiptWithoutAck(sidecar, BO)).left, true);
});

for (const [
  how,
  leave,
] of /** @type {[string, (sidecar: import('./helpers/driver.js').Sidecar) => Promise<unknown>][]} */ ([
  ['killed', sidecar => sidecar.kill()],
  ['end of stdin', sidecar => sidecar.stop()],
  [
    'shutdown',
    sidecar => {
      sidecar.send({ kind: 'shutdown' });
      return sidecar.exited;
    },
  ],
])) {
  test(`${how} while held: the message comes again under the same id`, async t => {
    const first = await world.openFor(t);
    const { id, left } = await receiptWithoutAck(first, BO);
    assert.equal(left, false);
    const at = performance.now();
    await leave(first);
    assert(performance.now() - at < 1_000);
    assert.deepEqual(
      (await world.api.records('receipt,client_ack')).filter(record => record.id === id),
      [],
    );
    const second = await world.openFor(t);
    const again = await second.event('message', ({ origin }) => origin.id === id);
    assert.deepEqual([again.text, again.origin.offline], ['held', true]);
    await world.api.wait('receipt', { id });
  });
}

test('a first message, held and killed, can be decrypted again', async t => {
  const stranger = '+15550100044';
  const first = await world.openFor(t);
  const { id } = await receiptWithoutAck(first, stranger);
  await first.kill();
  const second = await world.openFor(t);
  assert.equal((await second.event('message', ({ origin }) => origin.id === id)).text, 'held');
  await world.api.wait('receipt', { id });
});

test('a message to the same person waits while theirs is held, and no key is used twice', async t => {
  const sidecar = await world.openFor(t);
  const chat = jidOf(BO);
  // Both directions are in use, and two messages in a row come on one chain.
  const {
    ids: [opener],
  } = await world.api.post('/messages', { to: OWNER, from: BO, text: 'a' });
  await sidecar.event('message', ({ origin }) => origin.id === opener);
  await sidecar.sendText(chat, 'b', nextId());
  const {
    ids: [next],
  } = await world.api.post('/messages', { to: OWNER, from: BO, text: 'c' });
  await sidecar.event('message', ({ origin }) => origin.id === next);
  await world.api.wait('receipt', { id: next });
  sidecar.autoAck = false;
  const {
    ids: [held],
  } = await world.api.post('/messages', { to: OWNER, from: BO, text: 'd' });
  const { seq } = await sidecar.event('message', ({ origin }) => origin.id === held);
  const [during, afterwards] = [nextId(), nextId()];
  const sending = sidecar.sendText(chat, 'during', during);
  assert.equal((await sidecar.request({ method: 'ping' })).status, 'ok');
  assert.deepEqual(
    (await world.api.records('message')).filter(record => record.id === during),
    [],
  );
  sidecar.autoAck = true;
  sidecar.send({ kind: 'ack', seq });
  await sending;
  await world.api.wait('message', { id: during, text: 'during' });
  await world.api.wait('receipt', { id: held });
  await sidecar.sendText(chat, 'afterwards', afterwards);
  await world.api.wait('message', { id: afterwards, text: 'afterwards' });
  assert.deepEqual(await world.api.records('undecryptable'), []);
});

test('B10: too much behind one unacknowledged message: overloaded, nothing acknowledged, nothing lost', async t => {
  for (const limits of [{ max_held_stanzas: 5 }, { max_held_bytes: 4_000 }]) {
    const first = await world.openFor(t, { limits });
    first.autoAck = false;
    const { ids } = await world.api.post('/messages', {
      to: OWNER,
      from: BO,
      text: 'x'.repeat(600),
      count: 30,
    });
    assert.equal((await first.closed()).reason, 'overloaded');
    await first.exited;
    assert.deepEqual(
      (await world.api.records('receipt')).filter(({ id }) => ids.includes(id)),
      [],
    );
    const second = await world.openFor(t);
    await second.event('message', ({ origin }) => origin.id === ids.at(-1));
    const seen = second.events('message').map(({ origin }) => origin.id);
    assert.deepEqual(
      seen.filter(id => ids.includes(id)),
      ids,
    );
    await world.api.wait('receipt', { id: ids.at(-1) });
    await second.stop();
  }
});

test('B10: a gateway that does not read: bounded, and the reason is there when it reads again', async t => {
  const sidecar = await world.openFor(t, { limits: { max_held_bytes: 20_000 } });
  const { last_seq: start } = await world.api.get('/state');
  sidecar.child.stdout.pause();
  // Their answers are more than the pipe and the bound hold.
  for (let id = 1_000; id < 4_000; id += 1) sidecar.send({ kind: 'request', id, method: 'fly' });
  await world.api.wait('connection_closed', {}, { after: start });
  sidecar.child.stdout.resume();
  assert.equal((await sidecar.closed()).reason, 'overloaded');
  assert.deepEqual(await sidecar.exited, { code: 0, signal: null });
});
