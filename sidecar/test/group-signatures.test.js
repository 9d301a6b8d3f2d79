// Signatures in groups are checked fast, and no answer changes.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { SenderKeyMessage } from 'baileys/lib/Signal/Group/index.js';
import { hastenGroupSignatures, surelySigned } from '../src/group-signatures.js';
import { groupParty } from './helpers/group-party.js';

const curve = createRequire(import.meta.resolve('baileys'))('libsignal/src/curve.js');

/** The order of the curve's base point. */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

/** @param {Buffer} message @param {{ pubKey: Buffer, privKey: Buffer }} pair */
function signed(message, pair = curve.generateKeyPair()) {
  return {
    bytes: Buffer.concat([message, curve.calculateSignature(pair.privKey, message)]),
    key: pair.pubKey,
  };
}

/** @param {Buffer} bytes @param {Buffer} key */
function libraryHolds(bytes, key) {
  return curve.verifySignature(key, bytes.subarray(0, -64), bytes.subarray(-64));
}

/** @param {Buffer} bytes @param {number} at */
function flipped(bytes, at) {
  const other = Buffer.from(bytes);
  other[at] = (other[at] ?? 0) ^ 1;
  return other;
}

test('what was signed is known as such at once, with either sign of the key', () => {
  const signs = new Set();
  for (let i = 0; i < 40; i++) {
    const { bytes, key } = signed(Buffer.from(`message ${i}`.repeat(i + 1)));
    signs.add((bytes.at(-1) ?? 0) & 0x80);
    assert.equal(surelySigned(bytes, key), true);
  }
  assert.equal(signs.size, 2);
});

test('a changed message, a changed signature, another key, and what is no message at all: not signed', () => {
  const { bytes, key } = signed(Buffer.from('a message'));
  for (let at = 0; at < bytes.length; at++) {
    assert.equal(surelySigned(flipped(bytes, at), key), false, `byte ${at}`);
  }
  const turned = Buffer.from(bytes);
  turned[turned.length - 1] = (turned.at(-1) ?? 0) ^ 0x80;
  assert.equal(surelySigned(turned, key), false);
  assert.equal(surelySigned(bytes, curve.generateKeyPair().pubKey), false);
  for (const odd of [0, 1, 2 ** 8 - 1].map(byte => Buffer.concat([Buffer.of(5), Buffer.alloc(32, byte)]))) {
    assert.equal(surelySigned(bytes, odd), false);
    assert.equal(libraryHolds(bytes, odd), false);
  }
  const otherKind = Buffer.from(key);
  otherKind[0] = 6;
  assert.equal(surelySigned(bytes, otherKind), false, 'the library knows no other kind of key');
  assert.equal(surelySigned(bytes, key.subarray(1)), false);
  assert.equal(surelySigned(bytes.subarray(-64), key), false);
  assert.equal(surelySigned(Buffer.alloc(0), key), false);
});

test('the library takes a second spelling of a signature, and so it stays', () => {
  hastenGroupSignatures();
  const { pubKey: key, privKey } = curve.generateKeyPair();
  const bytes = Buffer.from(new SenderKeyMessage(1, 0, Buffer.from('x'), privKey).serialize());
  assert.equal(surelySigned(bytes, key), true);
  const sign = (bytes.at(-1) ?? 0) & 0x80;
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) & 0x7f;
  const s = BigInt(`0x${Buffer.from(bytes.subarray(-32)).reverse().toString('hex')}`) + ORDER;
  Buffer.from(s.toString(16).padStart(64, '0'), 'hex')
    .reverse()
    .copy(bytes, bytes.length - 32);
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | sign;
  assert.equal(surelySigned(bytes, key), false);
  new SenderKeyMessage(null, null, null, null, bytes).verifySignature(key);
});

test('the library checks each group message where we have put ours, and refuses what is not signed', async () => {
  hastenGroupSignatures();
  const ours = SenderKeyMessage.prototype.verifySignature;
  let checked = 0;
  SenderKeyMessage.prototype.verifySignature = function (key) {
    checked += 1;
    ours.call(this, key);
  };
  try {
    const [bo, me] = [groupParty(), groupParty()];
    await me.learn(await bo.distribution());
    assert.equal(await me.read(await bo.say('first')), 'first');
    assert.equal(checked, 1);
    const second = await bo.say('second');
    await assert.rejects(me.read(flipped(second, second.length - 1)), /Invalid signature/);
    assert.equal(await me.read(second), 'second');
  } finally {
    SenderKeyMessage.prototype.verifySignature = ours;
  }
});
