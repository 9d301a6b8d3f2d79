import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { DEFAULT_CONNECTION_CONFIG } from 'baileys/lib/Defaults/index.js';
import { FakeWhatsApp } from './index.js';
import { BaileysClient, call, linkedClient, textOf, waitFor } from './test-support/baileys-client.js';
import { RawClient } from './test-support/raw-client.js';

const OWNER = '+15550100001';
const ALICE = '+15550100101';

let fake;
let client;

before(async () => {
  fake = await FakeWhatsApp.start();
  await call(fake, 'POST /contacts', { phone: ALICE });
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

const fault = (kind, details = {}) => call(fake, 'POST /fault', { kind, ...details });
const say = (text, more = {}) => call(fake, 'POST /messages', { to: OWNER, from: ALICE, text, ...more });

async function dropped() {
  const closed = client.closed();
  await fault('drop', { account: OWNER });
  await closed;
}

/** @returns {Promise<any>} the close code of the next try, and what came with it */
async function refusedLogin() {
  const closed = client.closed();
  client.connect();
  const { code } = await closed;
  return { code, data: client.updates.at(-1).lastDisconnect.error.data };
}

test('login failures: the client sees each code, and 402 with its expiry', async () => {
  await dropped();
  for (const code of [402, 403, 405, 406, 411]) {
    await fault('login_failure', { account: OWNER, code, expire: code === 402 ? 3600 : undefined });
    const refused = await refusedLogin();
    assert.equal(refused.code, code);
    assert.equal(refused.data.expire, code === 402 ? '3600' : undefined);
  }
  await client.reconnect();
});

test('client_outdated: only accepted versions come in, and /sw.js names one', async () => {
  const swJs = fake.ws.replace('ws:', 'http:').replace('/ws/chat', '/sw.js');
  const revision = async () => {
    const script = await (await fetch(swJs)).text();
    return Number(/\\?"client_revision\\?":\s*(\d+)/.exec(script)[1]);
  };
  const [, , builtIn] = DEFAULT_CONNECTION_CONFIG.version;
  assert.equal(await revision(), builtIn);
  await fault('client_outdated', { accept: ['2.3000.1099999999'] });
  assert.equal(await revision(), 1099999999);
  await dropped();
  assert.equal((await refusedLogin()).code, 405);
  const stranger = new BaileysClient(fake.ws).connect();
  assert.equal((await stranger.closed(1)).code, 405);
  client.options.version = [2, 3000, await revision()];
  await client.reconnect();
  await fault('sw_js', { status: 500 });
  assert.equal((await fetch(swJs)).status, 500);
  await fault('sw_js', { revision: 7 });
  assert.equal(await revision(), 7);
  await fault('client_outdated');
  assert.equal(await revision(), builtIn);
});

test('upgrade_drop: the connection is cut where the websocket should begin', async () => {
  await dropped();
  await fault('upgrade_drop', { times: 1 });
  assert.equal((await refusedLogin()).code, 408);
  await waitFor(fake, 'upgrade_refused', { status: -1 });
  await client.reconnect();
});

test('upgrade_silent: the websocket is never answered; clear takes faults back', async () => {
  await fault('upgrade_silent', { times: 2 });
  const raw = new RawClient(fake.ws);
  const tried = raw.connect();
  tried.catch(() => {});
  await waitFor(fake, 'upgrade_refused', { status: 0 });
  const first = await Promise.race([tried, new Promise(resolve => setTimeout(resolve, 200, 'silence'))]);
  assert.equal(first, 'silence');
  raw.end();
  await fault('clear');
  const second = new RawClient(fake.ws);
  await second.connect();
  second.end();
});

test('hold and release: nothing goes out meanwhile, then everything in order', async () => {
  await call(fake, 'POST /hold', { account: OWNER });
  const { ids } = await say('held', { count: 20 });
  const { accounts } = await call(fake, 'GET /state');
  assert.equal(accounts[OWNER].queue_length, 20);
  const { records } = await call(fake, 'GET /record', { type: 'delivered' });
  assert.ok(!records.some(({ id }) => ids.includes(id)));
  await call(fake, 'POST /release', { account: OWNER });
  await client.received('held #20');
  const texts = client.messages.map(textOf).filter(text => text?.startsWith('held'));
  assert.deepEqual(
    texts,
    ids.map((_, i) => `held #${i + 1}`),
  );
});

test('drop_after: the backlog is cut off, and what is missing comes at the next login', async () => {
  await dropped();
  const { ids } = await say('late', { count: 60 });
  await call(fake, 'POST /release', { account: OWNER, drop_after: 5 });
  const closed = client.closed();
  client.connect();
  await closed;
  const { records } = await call(fake, 'GET /record', { type: 'delivered' });
  assert.equal(records.filter(({ id }) => ids.includes(id)).length, 5);
  await client.reconnect();
  await client.received('late #60');
  await waitFor(fake, 'receipt', { id: ids.at(-1) });
  const { accounts } = await call(fake, 'GET /state');
  assert.equal(accounts[OWNER].queue_length, 0);
});

test('drop_after_answers: what was answered for does not come again', async () => {
  await dropped();
  const { ids } = await say('answered', { count: 30 });
  await call(fake, 'POST /release', { account: OWNER, drop_after_answers: 5 });
  const closed = client.closed();
  client.connect();
  await closed;
  await client.reconnect();
  await client.received('answered #30');
  const { records } = await call(fake, 'GET /record', { type: 'delivered' });
  const deliveries = records.filter(({ id }) => ids.includes(id));
  assert.equal(deliveries.length, 30);
  await assert.rejects(call(fake, 'POST /release', { account: OWNER, drop_after: 0 }), {
    code: 'bad_number',
  });
});
