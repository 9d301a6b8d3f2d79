// Pure: is what the gateway asks for something that WhatsApp could take? Each check returns a
// sentence that names the field and never what is in it, or nothing when all is well.

import { isGroup, isPerson } from './jid.js';

/** @typedef {import('./protocol.gen.ts').MediaRef} MediaRef */
/** @typedef {import('./protocol.gen.ts').MediaLook} MediaLook */

export const MESSAGE_ID = /^[0-9A-Za-z._-]{4,64}$/;
/** Ids of others are what their writers chose. */
const MAX_FOREIGN_ID = 256;
const MAX_URL = 4_096;
const MAX_MIME = 256;
const MAX_FILE_NAME = 1_024;
const MAX_THUMBNAIL = 131_072;
const MAX_WAVEFORM = 1_024;
const KEY_BYTES = 32;
const MAX_U32 = 4_294_967_295;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
/** @type {ReadonlySet<unknown>} */
export const MEDIA_KINDS = new Set(
  /** @type {import('./protocol.gen.ts').MediaKind[]} */ ([
    'image',
    'video',
    'gif',
    'audio',
    'voice',
    'document',
    'sticker',
  ]),
);

/** @typedef {string | undefined} Problem */

/** @param {unknown} chat @returns {Problem} */
export function chatProblem(chat) {
  const right = typeof chat === 'string' && (isPerson(chat) || isGroup(chat));
  return right ? undefined : 'chat is neither a person nor a group';
}

/** @param {unknown} id @returns {boolean} */
export function isForeignId(id) {
  return typeof id === 'string' && id !== '' && id.length <= MAX_FOREIGN_ID;
}

/**
 * @param {string} field
 * @param {unknown} value
 * @param {number} most in UTF-16 units
 * @returns {Problem}
 */
export function textProblem(field, value, most) {
  if (typeof value !== 'string' || value.trim() === '') return `${field} is empty`;
  return value.length > most ? `${field} is longer than ${most} characters` : undefined;
}

/** @param {string} field @param {unknown} value @param {number} most @returns {Problem} */
export function textOrNullProblem(field, value, most) {
  if (value === null || value === undefined) return undefined;
  if (typeof value !== 'string') return `${field} is no text`;
  return value.length > most ? `${field} is longer than ${most} characters` : undefined;
}

/** @param {unknown} media @returns {Problem} */
export function mediaRefProblem(media) {
  if (media === null || typeof media !== 'object') return 'media is missing';
  const ref = /** @type {Record<string, unknown>} */ (media);
  if (!MEDIA_KINDS.has(ref.kind)) return 'media.kind is not known';
  const { url, direct_path: directPath, bytes } = ref;
  if (isNothing(url) && isNothing(directPath)) return 'media has neither url nor direct_path';
  if (!isNothing(directPath) && !isPath(directPath)) return 'media.direct_path is not a path';
  for (const field of ['key', 'sha256', 'enc_sha256']) {
    if (!isBase64(ref[field], KEY_BYTES, KEY_BYTES))
      return `media.${field} is not ${KEY_BYTES} bytes in base64`;
  }
  if (!Number.isSafeInteger(bytes) || Number(bytes) < 0) return 'media.bytes is not a length';
  return (
    textOrNullProblem('media.url', url, MAX_URL) ??
    textOrNullProblem('media.mime', ref.mime, MAX_MIME) ??
    textOrNullProblem('media.file_name', ref.file_name, MAX_FILE_NAME) ??
    lookProblem(ref.look)
  );
}

/** @param {unknown} file a `MediaFile`, but for its path @returns {Problem} */
export function mediaFileProblem(file) {
  if (file === null || typeof file !== 'object') return 'the file is missing';
  const { kind, mime, file_name: fileName, look } = /** @type {Record<string, unknown>} */ (file);
  if (!MEDIA_KINDS.has(kind)) return 'kind is not known';
  return (
    textProblem('mime', mime, MAX_MIME) ??
    textOrNullProblem('file_name', fileName, MAX_FILE_NAME) ??
    lookProblem(look)
  );
}

/** @param {unknown} look @returns {Problem} */
function lookProblem(look) {
  if (look === null || typeof look !== 'object') return 'look is missing';
  const fields = /** @type {Record<string, unknown>} */ (look);
  for (const field of ['width', 'height', 'seconds']) {
    const value = fields[field];
    if (!isNothing(value) && !(Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MAX_U32))
      return `look.${field} is not a whole number`;
  }
  if (!isNothing(fields.thumbnail) && !isBase64(fields.thumbnail, 1, MAX_THUMBNAIL))
    return `look.thumbnail is not base64 of at most ${MAX_THUMBNAIL} bytes`;
  if (!isNothing(fields.waveform) && !isBase64(fields.waveform, 1, MAX_WAVEFORM))
    return `look.waveform is not base64 of at most ${MAX_WAVEFORM} bytes`;
  return undefined;
}

/** @param {unknown} value */
function isNothing(value) {
  return value === null || value === undefined;
}

/** @param {unknown} value */
function isPath(value) {
  return (
    typeof value === 'string' && value.startsWith('/') && !value.startsWith('//') && value.length <= MAX_URL
  );
}

/** @param {unknown} value @param {number} least @param {number} most of decoded bytes */
function isBase64(value, least, most) {
  if (typeof value !== 'string' || value.length > most * 2 || !BASE64.test(value)) return false;
  const length = Buffer.byteLength(value, 'base64');
  return length >= least && length <= most;
}
