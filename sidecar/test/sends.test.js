import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Calls } from '../src/calls.js';
import { BO, jidOf, OWNER, startFake } from './helpers/account.js';
import { textPayload } from './helpers/driver.js';

const world = await startFake({ after });
await world.link();
await world.api.post('/contacts', { phone: BO });
const chat = jidOf(BO);

test('a refused message is told once, with its code', async t => {
  const sidecar = await world.openFor(t);
  for (const [id, code] of /** @type {[string, number][]} */ ([
    ['FA5ED00000000000E1', 463],
    ['FA5ED00000000000E2', 479],
  ])) {
    await world.api.post('/fault', { account: OWNER, kind: 'acks', mode: 'error', code, count: 1 });
    assert.equal((await sidecar.sendText(chat, 'x', id)).status, 'ok');
    const error = await sidecar.event('send_error', event => event.id === id);
    assert.deepEqual([error.code, error.chat], [code, chat]);
  }
  await world.api.post('/fault', { account: OWNER, kind: 'acks', mode: 'normal' });
  await sidecar.sendText(chat, 'x', 'FA5ED00000000000E3');
  await sidecar.event('receipt', ({ ids }) => ids.includes('FA5ED00000000000E3'));
  assert.equal(sidecar.events('send_error').length, 2);
  assert.equal(sidecar.events('server_ack').length, 1);
});

test('no ack is made up when the server gives none', async t => {
  const sidecar = await world.openFor(t);
  await world.api.post('/fault', { account: OWNER, kind: 'acks', mode: 'drop' });
  assert.equal((await sidecar.sendText(chat, 'x', 'FA5ED00000000000D1')).status, 'ok');
  await world.api.post('/fault', { account: OWNER, kind: 'acks', mode: 'normal' });
  await sidecar.sendText(chat, 'x', 'FA5ED00000000000D2');
  await sidecar.event('server_ack', event => event.id === 'FA5ED00000000000D2');
  assert(!sidecar.events('server_ack').some(event => event.id === 'FA5ED00000000000D1'));
});

test('messages to one chat leave in the order they were asked for', async t => {
  const sidecar = await world.openFor(t);
  const ids = Array.from({ length: 20 }, (_, n) => `FA5ED000000000F${String(n).padStart(3, '0')}`);
  await Promise.all(ids.map(id => sidecar.sendText(chat, id, id)));
  await world.api.wait('message', { id: /** @type {string} */ (ids.at(-1)) });
  const arrived = (await world.api.records('message')).map(({ id }) => id).filter(id => ids.includes(id));
  assert.deepEqual(arrived, ids);
});

test('a call that cannot be right is refused, and names nobody', async t => {
  const sidecar = await world.openFor(t);
  const right = { chat, message_id: 'FA5ED001', payload: textPayload('x') };
  const wrongTexts = [
    { ...right, chat: 'nobody' },
    { ...right, chat: 'status@broadcast' },
    { ...right, message_id: 'a b' },
    { ...right, message_id: '' },
    { ...right, payload: textPayload('') },
    { ...right, payload: textPayload('x'.repeat(65_537)) },
    { ...right, payload: textPayload('x', 'c0ffee') },
    { ...right, payload: undefined },
  ];
  const wrong = [
    ...wrongTexts.map(params => ({ method: 'send', params })),
    { method: 'send' },
    { method: 'resolve_lids', params: { phones: [BO] } },
    { method: 'resolve_lids', params: { phones: Array.from({ length: 501 }, () => chat) } },
    { method: 'resolve_lids' },
    { method: 'fly' },
  ];
  for (const call of wrong) {
    const { status, fault } = await sidecar.request(call);
    assert.deepEqual([status, fault?.code], ['error', 'bad_request'], JSON.stringify(call).slice(0, 80));
    assert(!fault.message.includes('1555'));
  }
  assert.deepEqual((await sidecar.request({ method: 'ping' })).reply.type, 'pong');
});

test('too many calls at once, and a call before the link is open', async t => {
  const sidecar = world.spawn();
  t.after(() => sidecar.kill());
  assert.equal((await sidecar.request({ method: 'ping' })).fault.code, 'not_connected');
  await sidecar.link('opened');
  const outcomes = await Promise.all(
    Array.from({ length: 80 }, (_, n) => sidecar.sendText(chat, 'x', `FA5ED0000000000A${n}`)),
  );
  const refused = outcomes.filter(outcome => outcome.status === 'error');
  assert.equal(refused.length, 16);
  assert(refused.every(({ fault }) => fault.code === 'overloaded'));
});

test('not_connected means that nothing of a message was written', async () => {
  let open = true;
  let writes = 0;
  const line = {
    isOpen: () => open,
    send: async () => {
      writes += 1;
      open = false;
      throw Object.assign(new Error('Connection Closed'), { output: { statusCode: 428 } });
    },
  };
  const calls = new Calls(/** @type {any} */ (line));
  const payload = textPayload('x');
  /** @param {string} messageId */
  const send = messageId =>
    calls.answer({ method: 'send', params: { chat, message_id: messageId, payload } });
  const outcomes = await Promise.all([send('3EB00000000000000001'), send('3EB00000000000000002')]);
  outcomes.push(await send('3EB00000000000000003'));
  assert.deepEqual(
    outcomes.map(outcome => (outcome.status === 'error' ? outcome.fault.code : 'ok')),
    ['timed_out', 'not_connected', 'not_connected'],
  );
  assert.equal(writes, 1);
});
