import { createRequire } from 'node:module';

// libsignal is CommonJS; its curve module answers false for a bad signature, unlike Baileys' wrapper.
const curve = createRequire(import.meta.url)('libsignal/src/curve.js');

const SIGNAL_KEY_TYPE = Buffer.from([5]);

/** @typedef {{public: Buffer, private: Buffer}} KeyPair  `public` is the 32 raw bytes. */

/** @param {Uint8Array} key 32 raw bytes, or already typed @returns {Buffer} 33 bytes */
export function typedPublicKey(key) {
  return key.length === 33 ? Buffer.from(key) : Buffer.concat([SIGNAL_KEY_TYPE, key]);
}

/** @returns {KeyPair} */
export function newKeyPair() {
  const { pubKey, privKey } = curve.generateKeyPair();
  return { public: Buffer.from(pubKey.subarray(1)), private: Buffer.from(privKey) };
}

/** @param {KeyPair} own @param {Uint8Array} theirPublic */
export function agree(own, theirPublic) {
  return Buffer.from(curve.calculateAgreement(typedPublicKey(theirPublic), own.private));
}

/** @param {KeyPair} signer @param {Uint8Array} message */
export function sign(signer, message) {
  return Buffer.from(curve.calculateSignature(signer.private, message));
}

/** A check that can fail: anything odd about the input is a no as well. */
export function signatureIsValid(publicKey, message, signature) {
  try {
    if (!publicKey || !message || !signature) return false;
    return curve.verifySignature(typedPublicKey(publicKey), message, Buffer.from(signature)) === true;
  } catch {
    return false;
  }
}

/** The form in which Signal code takes a key pair. */
export function forSignal(pair) {
  return { pubKey: typedPublicKey(pair.public), privKey: pair.private };
}

/** @param {number} value @param {number} length */
export function bigEndian(value, length) {
  const bytes = Buffer.alloc(length);
  bytes.writeUIntBE(value, 0, length);
  return bytes;
}

/** @param {Uint8Array | undefined} bytes */
export function fromBigEndian(bytes) {
  if (!bytes || bytes.length === 0 || bytes.length > 6) return undefined;
  return Buffer.from(bytes).readUIntBE(0, bytes.length);
}
