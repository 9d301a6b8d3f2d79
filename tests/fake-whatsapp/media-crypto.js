import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync } from 'node:crypto';

export const MAC_LENGTH = 10;
const BLOCK = 16;

/** What keys are derived for, by kind of media. */
const PURPOSES = {
  image: 'Image',
  sticker: 'Image',
  video: 'Video',
  gif: 'Video',
  ptv: 'Video',
  audio: 'Audio',
  voice: 'Audio',
  document: 'Document',
};

export const MEDIA_KINDS = Object.keys(PURPOSES);

/** A file that its key, its MAC or its hashes do not fit. */
export class MediaError extends Error {}

/** @param {Uint8Array} mediaKey @param {string} kind one of MEDIA_KINDS */
function keysOf(mediaKey, kind) {
  const info = `WhatsApp ${PURPOSES[kind]} Keys`;
  const expanded = Buffer.from(hkdfSync('sha256', mediaKey, Buffer.alloc(32), info, 112));
  return {
    iv: expanded.subarray(0, 16),
    cipherKey: expanded.subarray(16, 48),
    macKey: expanded.subarray(48, 80),
  };
}

/**
 * The encrypted file piece by piece: the ciphertext, and its MAC at the end.
 * @param {Iterable<Buffer>} pieces @param {Uint8Array} mediaKey @param {string} kind
 */
export function* encrypted(pieces, mediaKey, kind) {
  const { iv, cipherKey, macKey } = keysOf(mediaKey, kind);
  const cipher = createCipheriv('aes-256-cbc', cipherKey, iv);
  const mac = createHmac('sha256', macKey).update(iv);
  for (const piece of pieces) {
    const ciphertext = cipher.update(piece);
    mac.update(ciphertext);
    yield ciphertext;
  }
  const last = cipher.final();
  yield last;
  yield mac.update(last).digest().subarray(0, MAC_LENGTH);
}

/**
 * What a phone finds in a file it fetched; it checks all that can be checked.
 * @param {Buffer} file
 * @param {{kind: string, mediaKey: Uint8Array, fileEncSha256: Uint8Array, fileSha256: Uint8Array}} expected
 * @returns {Buffer}
 */
export function decryptedFile(file, { kind, mediaKey, fileEncSha256, fileSha256 }) {
  if (!sha256(file).equals(Buffer.from(fileEncSha256 ?? [])))
    throw new MediaError('fileEncSha256 does not fit');
  const ciphertext = file.subarray(0, -MAC_LENGTH);
  const { iv, cipherKey, macKey } = keysOf(mediaKey, kind);
  const mac = createHmac('sha256', macKey).update(iv).update(ciphertext).digest().subarray(0, MAC_LENGTH);
  if (!mac.equals(file.subarray(-MAC_LENGTH))) throw new MediaError(`the MAC is wrong for a ${kind}`);
  const decipher = createDecipheriv('aes-256-cbc', cipherKey, iv);
  const plain = Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  if (!sha256(plain).equals(Buffer.from(fileSha256 ?? []))) throw new MediaError('fileSha256 does not fit');
  return plain;
}

/** How long a file gets by encryption. @param {number} length */
export function encryptedLength(length) {
  return (Math.floor(length / BLOCK) + 1) * BLOCK + MAC_LENGTH;
}

/** @param {Buffer} bytes */
export function sha256(bytes) {
  return createHash('sha256').update(bytes).digest();
}
