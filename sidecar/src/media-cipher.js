// Pure: a file as it lies on WhatsApp's media servers, chunk by chunk: AES in blocks, then the
// first ten bytes of a MAC over nonce and ciphertext. Nothing of the file is kept here.

import { createCipheriv, createDecipheriv, createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { getMediaKeys } from 'baileys';
import { Refused } from './refused.js';

/** @typedef {import('./protocol.gen.ts').MediaKind} MediaKind */

const MAC_BYTES = 10;
const BLOCK_BYTES = 16;
/** More than this is added to no file. */
export const OVERHEAD_BYTES = BLOCK_BYTES + MAC_BYTES;

/** What the library calls it, which its keys depend on. @type {Record<MediaKind, import('baileys').MediaType>} */
export const MEDIA_TYPES = {
  image: 'image',
  video: 'video',
  gif: 'video',
  audio: 'audio',
  voice: 'audio',
  document: 'document',
  sticker: 'sticker',
};

/** @param {Buffer} key @param {MediaKind} kind */
async function keysOf(key, kind) {
  const { cipherKey, iv, macKey } = await getMediaKeys(key, MEDIA_TYPES[kind]);
  if (!macKey) throw new Error('the library derived no key for the MAC');
  return { cipherKey, iv, macKey };
}

/** @param {Buffer} key @param {MediaKind} kind */
export async function encryption(key, kind) {
  const { cipherKey, iv, macKey } = await keysOf(key, kind);
  const aes = createCipheriv('aes-256-cbc', cipherKey, iv);
  const mac = createHmac('sha256', macKey).update(iv);
  const plainHash = createHash('sha256');
  const encryptedHash = createHash('sha256');
  /** @param {Buffer} encrypted */
  const through = encrypted => {
    mac.update(encrypted);
    encryptedHash.update(encrypted);
    return encrypted;
  };
  return {
    /** @param {Buffer} chunk */
    update(chunk) {
      plainHash.update(chunk);
      return through(aes.update(chunk));
    },
    final() {
      const last = through(aes.final());
      const tag = mac.digest().subarray(0, MAC_BYTES);
      encryptedHash.update(tag);
      return {
        last: Buffer.concat([last, tag]),
        sha256: plainHash.digest(),
        encSha256: encryptedHash.digest(),
      };
    },
  };
}

/**
 * @param {{ key: Buffer, sha256: Buffer, encSha256: Buffer, kind: MediaKind }} media
 */
export async function decryption({ key, sha256, encSha256, kind }) {
  const { cipherKey, iv, macKey } = await keysOf(key, kind);
  const aes = createDecipheriv('aes-256-cbc', cipherKey, iv);
  const mac = createHmac('sha256', macKey).update(iv);
  const plainHash = createHash('sha256');
  const encryptedHash = createHash('sha256');
  /** What may turn out to be the MAC, or a part of it. */
  let tail = Buffer.alloc(0);
  return {
    /** @param {Buffer} chunk @returns {Buffer[]} what it is decrypted, with what came before it */
    update(chunk) {
      encryptedHash.update(chunk);
      // Not put together first: for a large file that would be its length in garbage.
      const fromTail = Math.min(tail.length, Math.max(0, tail.length + chunk.length - MAC_BYTES));
      const fromChunk = Math.max(0, chunk.length - MAC_BYTES);
      const encrypted = [tail.subarray(0, fromTail), chunk.subarray(0, fromChunk)];
      tail = Buffer.concat([tail.subarray(fromTail), chunk.subarray(fromChunk)]);
      return encrypted.map(part => {
        mac.update(part);
        const plain = aes.update(part);
        plainHash.update(plain);
        return plain;
      });
    },
    /** @returns {{ last: Buffer, sha256: Buffer }} the rest of the file, once all of it is proven */
    final() {
      const expected = mac.digest().subarray(0, MAC_BYTES);
      if (tail.length !== MAC_BYTES || !timingSafeEqual(tail, expected)) throw damaged('its MAC is wrong');
      if (!encryptedHash.digest().equals(encSha256)) throw damaged('its encrypted hash is wrong');
      const last = lastBlock(aes);
      const hash = plainHash.update(last).digest();
      if (!hash.equals(sha256)) throw damaged('its hash is wrong');
      return { last, sha256: hash };
    },
  };
}

/** @param {import('node:crypto').Decipher} aes */
function lastBlock(aes) {
  try {
    return aes.final();
  } catch {
    throw damaged('its last block is wrong');
  }
}

/** @param {string} why */
export function damaged(why) {
  return new Refused('damaged', `the file is not what the message promises: ${why}`);
}
