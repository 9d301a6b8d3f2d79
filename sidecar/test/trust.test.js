// Who is on the other end. Without the mending in `trust.js` the library believes anybody: the
// last tests notice when an upgrade changes that, in either direction.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { OWNER, startFake } from './helpers/account.js';

for (const [mode, words] of /** @type {[string, RegExp][]} */ ([
  ['wrong_root', /intermediate certificate has a wrong signature/],
  ['garbage_signature', /certificate has a wrong signature/],
  ['foreign_leaf', /about another key/],
  ['expired', /has expired/],
])) {
  test(`certificate ${mode}: refused before anything is shown`, async t => {
    const world = await startFake(t);
    await world.api.post('/fault', { kind: 'cert', mode });
    const sidecar = world.spawn({ login: 'qr' });
    const closed = await sidecar.closed();
    assert.equal(closed.reason, 'untrusted');
    assert.match(closed.text, words);
    assert.equal(sidecar.frames.filter(frame => frame.kind === 'link').length, 0);
    assert.deepEqual(await world.api.records('qr_refs'), []);
  });
}

test('a root that was not given is not believed', async t => {
  const world = await startFake(t);
  const sidecar = world.spawn({ login: 'qr', env: { FASED_WHATSAPP_ROOT: 'ab'.repeat(32) } });
  assert.equal((await sidecar.closed()).reason, 'untrusted');
});

for (const fault of ['bad_account_signature', 'wrong_hmac']) {
  test(`linking with ${fault}: refused, and nothing is kept`, async t => {
    const world = await startFake(t);
    const sidecar = world.spawn({ login: 'qr' });
    const { link } = await sidecar.link('qr');
    await world.api.post('/scan', { phone: OWNER, qr: link.payload, fault });
    assert.equal((await sidecar.closed()).reason, 'untrusted');
    assert(!sidecar.frames.some(frame => frame.link?.type === 'scanned'));
    const again = world.spawn();
    assert.equal((await again.waitFor(frame => frame.kind === 'ready')).linked, false);
  });
}

test('contract: the library still ignores what libsignal answers, and calls what we replace', async () => {
  const { Curve, makeNoiseHandler } = await import('baileys');
  const { verifySignature } = createRequire(import.meta.resolve('baileys'))('libsignal/src/curve.js');
  const pair = Curve.generateKeyPair();
  const garbage = Buffer.alloc(64, 7);
  const signalKey = Buffer.concat([Buffer.from([5]), pair.public]);
  assert.equal(verifySignature(signalKey, Buffer.from('x'), garbage), false);
  assert.equal(
    Curve.verify(pair.public, Buffer.from('x'), garbage),
    true,
    'mended upstream: trust.js can go',
  );
  const source = makeNoiseHandler.toString();
  for (const call of [
    'Curve.verify(details.key, leaf.details',
    'Curve.verify(WA_CERT_DETAILS.PUBLIC_KEY',
    'Curve.sharedKey(privateKey, decStaticContent)',
  ]) {
    assert(source.includes(call), call);
  }
});
