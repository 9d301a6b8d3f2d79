// Every message in a group is signed. libsignal checks that in plain JavaScript, which keeps the one
// thread busy for about 8 ms a message: more than all the rest of its way together. Node's own
// Ed25519 needs a tenth of a millisecond, and takes the same signatures: they are made with a
// Curve25519 key, which is an Ed25519 key in other coordinates but for the sign, and the sign comes
// in the signature's last bit. Only a yes of it counts; whatever else it says, the library decides.

import { createPublicKey, verify } from 'node:crypto';
import { SenderKeyMessage } from 'baileys/lib/Signal/Group/index.js';
import { BoundedCache } from './caches.js';

const SIGNATURE_BYTES = 64;
/** A key behind the byte that names its kind. */
const KEY_BYTES = 33;
/** The one kind of key there is. The library refuses any other. */
const CURVE25519 = 5;
const SIGN_BIT = 0x80;
const CACHED_KEYS = 1_000;

const P = 2n ** 255n - 19n;

/** Ed25519 keys by Curve25519 key and sign: the conversion takes longer than the check. */
const keys = new BoundedCache(CACHED_KEYS);

const checkSlowly = SenderKeyMessage.prototype.verifySignature;

/**
 * @this {import('baileys/lib/Signal/Group/index.js').SenderKeyMessage}
 * @param {Uint8Array} key
 */
function check(key) {
  if (!surelySigned(this.serialize(), key)) checkSlowly.call(this, key);
}

/** For this process; a second call changes nothing. */
export function hastenGroupSignatures() {
  SenderKeyMessage.prototype.verifySignature = check;
}

/**
 * @param {Uint8Array} signed a group message with its signature at the end
 * @param {Uint8Array} key of the sender, for signatures in this group
 * @returns {boolean} false: ask somebody else
 */
export function surelySigned(signed, key) {
  if (key.length !== KEY_BYTES || key[0] !== CURVE25519 || signed.length <= SIGNATURE_BYTES) return false;
  const message = signed.subarray(0, -SIGNATURE_BYTES);
  const signature = Buffer.from(signed.subarray(-SIGNATURE_BYTES));
  const last = signature[SIGNATURE_BYTES - 1] ?? 0;
  signature[SIGNATURE_BYTES - 1] = last & ~SIGN_BIT;
  try {
    return verify(null, message, edwardsKey(key.subarray(1), last & SIGN_BIT), signature);
  } catch {
    return false;
  }
}

/**
 * @param {Uint8Array} key 32 bytes
 * @param {number} sign
 * @returns {import('node:crypto').KeyObject}
 */
function edwardsKey(key, sign) {
  const name = `${Buffer.from(key).toString('base64')} ${sign}`;
  const known = keys.get(name);
  if (known) return known;
  const u = BigInt(`0x${Buffer.from(key).reverse().toString('hex')}`) % 2n ** 255n;
  const y = ((u + P - 1n) * inverse(u + 1n)) % P;
  const bytes = Buffer.from(y.toString(16).padStart(64, '0'), 'hex').reverse();
  bytes[31] = (bytes[31] ?? 0) | sign;
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') };
  const made = createPublicKey({ key: jwk, format: 'jwk' });
  keys.set(name, made);
  return made;
}

/** @param {bigint} value @returns {bigint} modulo the prime, by Fermat */
function inverse(value) {
  let result = 1n;
  let power = value % P;
  for (let exponent = P - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * power) % P;
    power = (power * power) % P;
  }
  return result;
}
