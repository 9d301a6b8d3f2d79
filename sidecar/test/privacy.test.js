// D5: a whole life with everything logged that can be logged, and nothing of the people in it.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { BO, BO_LID, jidOf, OWNER, startFake } from './helpers/account.js';

const BODY = 'the quick brown secret';

/** @param {unknown} value @returns {string[]} every byte string in the credentials, as base64 */
function bytesIn(value) {
  if (value === null || typeof value !== 'object') return [];
  const { type, data } = /** @type {{ type?: string, data?: string }} */ (value);
  if (type === 'Buffer' && typeof data === 'string') return [data];
  return Object.values(value).flatMap(bytesIn);
}

test('no key, number, address, name or body on stderr, at the most talkative level', async t => {
  const world = await startFake(t);
  const env = { FASED_SIDECAR_LOG: 'debug', FASED_PING_INTERVAL_MS: '100' };
  const login = world.spawn({ login: 'qr', env });
  const { link } = await login.link('qr');
  await world.api.post('/scan', { phone: OWNER, qr: link.payload });
  await login.closed();
  await login.exited;

  const sidecar = await world.open({ env });
  await world.api.post('/contacts', { phone: BO, lid: BO_LID, name: 'Secret Bo' });
  await world.api.post('/messages', { to: OWNER, from: BO, text: BODY });
  await sidecar.event('message');
  const {
    ids: [broken],
  } = await world.api.post('/messages', { to: OWNER, from: BO, text: BODY, corrupt: true });
  await sidecar.event('message', ({ origin }) => origin.id === broken);
  const before = sidecar.frames.length;
  await world.api.post('/stanza/repeat', { id: broken, mode: 'raw' });
  await sidecar.event('undecryptable', () => true, { after: before });
  await sidecar.sendText(jidOf(BO), BODY, 'FA5ED0000000000001');
  await sidecar.event('receipt');
  await sidecar.sendText('15550100099@s.whatsapp.net', BODY, 'FA5ED0000000000002');
  await world.api.post('/fault', { account: OWNER, kind: 'drop' });
  await sidecar.closed();
  await sidecar.exited;

  const stderr = login.stderr + sidecar.stderr;
  assert(stderr.includes('library:'), 'the debug level says something');
  const creds = JSON.parse(await readFile(join(world.authDir, 'creds.json'), 'utf8'));
  const secrets = [
    BODY,
    'quick brown',
    '1555010',
    '2003004005',
    '1002003004',
    'Secret Bo',
    creds.advSecretKey,
    ...bytesIn(creds),
  ];
  for (const secret of secrets) {
    assert(!stderr.includes(secret), `stderr has ${secret.slice(0, 12)}…`);
    const hex = Buffer.from(secret, 'base64').toString('hex');
    if (hex.length >= 32) assert(!stderr.includes(hex.slice(0, 32)));
  }
  for (const line of stderr.trimEnd().split('\n'))
    assert.deepEqual(Object.keys(JSON.parse(line)), ['level', 'msg']);
});
