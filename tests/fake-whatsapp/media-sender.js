import { createHash, randomBytes } from 'node:crypto';
import { encrypted, encryptedLength, MEDIA_KINDS, sha256 } from './media-crypto.js';
import { ApiError } from './people.js';

/** Up to here a file is kept in memory; a bigger one is made anew for each reader. */
const MADE_ANEW_FROM = 8 * 1024 * 1024;
const MAX_SIZE = 2 * 1024 * 1024 * 1024;
const PATTERN_LENGTH = 64 * 1024;
const TAMPERED = ['mac', 'cipher', 'hash', 'plain_sha'];

/**
 * @typedef {object} ServingFaults what goes wrong when a file is fetched
 * @property {number} [gone] so many times it is not there
 * @property {number} [gone_status]
 * @property {number} [fail] so many times the host fails
 * @property {number} [fail_status]
 * @property {number} [stall] after so many bytes nothing more comes
 * @property {boolean} [endless] bytes without end
 * @property {number} [slow_ms] so long after each piece of 64 KiB
 */

/**
 * Encrypts a file under a fresh key as a phone does, and puts it on the media host.
 * @param {import('./media-host.js').MediaHost} host @param {string} kind @param {any} media the wishes of a test
 * @returns {{fields: any, facts: {path: string, bytes: number, sha256: string}}} the fields of the message, and
 *   what a test may want to know
 */
export function putFile(host, kind, media) {
  check(media);
  const mediaKey = randomBytes(32);
  const plain = plainOf(media);
  const hashes = { plain: createHash('sha256'), enc: createHash('sha256') };
  const inMemory = plain.length <= MADE_ANEW_FROM || media.tamper;
  const pieces = inMemory ? [] : undefined;
  for (const piece of plain.pieces()) hashes.plain.update(piece);
  for (const piece of encrypted(plain.pieces(), mediaKey, kind)) {
    hashes.enc.update(piece);
    pieces?.push(piece);
  }
  const fileSha256 = hashes.plain.digest();
  const sums = { fileSha256, fileEncSha256: hashes.enc.digest() };
  const bytes = pieces && Buffer.concat(pieces);
  if (media.tamper) tamper(media.tamper, bytes, sums);
  const content = { bytes, stream: bytes ? undefined : () => encrypted(plain.pieces(), mediaKey, kind) };
  const faults = { ...media };
  // Not there until the phone is asked for it.
  if (faults.gone === true || faults.gone === 'retry') faults.gone = Infinity;
  const file = host.store.put({ ...content, length: encryptedLength(plain.length), faults });
  host.retries.remember(mediaKey, file);
  const path = file.directPath;
  const fields = {
    url: media.url ?? host.urlOf(file),
    directPath: media.direct_path ?? path,
    mediaKey,
    mediaKeyTimestamp: Math.floor(Date.now() / 1000),
    fileLength: media.claimed_size ?? plain.length,
    ...sums,
  };
  if (media.url === null) delete fields.url;
  if (media.direct_path === null) delete fields.directPath;
  return { fields, facts: { path, bytes: plain.length, sha256: fileSha256.toString('hex') } };
}

function check({ tamper, size, base64 }) {
  if (tamper !== undefined && !TAMPERED.includes(tamper)) {
    throw new ApiError(400, 'bad_mode', `no way to tamper ${tamper}`, `use ${TAMPERED.join(', ')}`);
  }
  if (size !== undefined && !(Number.isInteger(size) && size >= 0 && size <= MAX_SIZE)) {
    throw new ApiError(400, 'bad_number', `${size} is no size`, `use 0 to ${MAX_SIZE}`);
  }
  if (base64 !== undefined && typeof base64 !== 'string') {
    throw new ApiError(400, 'bad_field', 'media.base64 is no text', 'give the bytes as base64, or size');
  }
}

/** @returns {{length: number, pieces: () => Iterable<Buffer>}} */
function plainOf({ base64, size, text }) {
  if (size === undefined) {
    const bytes = base64 === undefined ? Buffer.from(text ?? 'some bytes') : Buffer.from(base64, 'base64');
    return { length: bytes.length, pieces: () => [bytes] };
  }
  return { length: size, pieces: () => patterned(size) };
}

/** Bytes that are the same each time, and differ from piece to piece. @param {number} size */
export function* patterned(size) {
  for (let at = 0, n = 0; at < size; at += PATTERN_LENGTH, n++) {
    const piece = Buffer.alloc(Math.min(PATTERN_LENGTH, size - at), 'fake whatsapp media ');
    if (piece.length >= 4) piece.writeUInt32BE(n);
    yield piece;
  }
}

/** @param {string} how @param {Buffer} bytes changed in place @param {{[name: string]: Buffer}} sums */
function tamper(how, bytes, sums) {
  if (how === 'cipher') bytes[0] ^= 1;
  if (how === 'mac') {
    // The hash fits, so that only who checks the MAC finds out.
    bytes[bytes.length - 1] ^= 1;
    sums.fileEncSha256 = sha256(bytes);
  }
  if (how === 'hash') sums.fileEncSha256 = spoiled(sums.fileEncSha256);
  if (how === 'plain_sha') sums.fileSha256 = spoiled(sums.fileSha256);
}

function spoiled(hash) {
  const copy = Buffer.from(hash);
  copy[0] ^= 1;
  return copy;
}

/** @param {any} request @returns {boolean} */
export function isMedia({ kind }) {
  return MEDIA_KINDS.includes(kind);
}
