// Pure: the file in a message that came in, as its sender describes it. A description with a part
// missing is of no use to anybody; thumbnails are never read.

/** @typedef {import('./protocol.gen.ts').MediaRef} MediaRef */
/** @typedef {import('./protocol.gen.ts').MediaKind} MediaKind */

const KEY_BYTES = 32;
const MAX_URL = 4_096;
const MAX_MIME = 256;
const MAX_FILE_NAME = 255;
const MAX_U32 = 4_294_967_295;

/** @type {ReadonlyMap<string, (value: any) => MediaKind>} */
const KINDS = new Map(
  /** @type {[string, (value: any) => MediaKind][]} */ ([
    ['imageMessage', () => 'image'],
    ['videoMessage', value => (value.gifPlayback ? 'gif' : 'video')],
    ['ptvMessage', () => 'video'],
    ['audioMessage', value => (value.ptt ? 'voice' : 'audio')],
    ['documentMessage', () => 'document'],
    ['stickerMessage', () => 'sticker'],
  ]),
);

/**
 * @param {string} rawKind
 * @param {any} value the innermost content
 * @returns {MediaRef | null}
 */
export function mediaOf(rawKind, value) {
  const kind = KINDS.get(rawKind)?.(value);
  if (!kind) return null;
  const key = base64Of(value.mediaKey);
  const sha256 = base64Of(value.fileSha256);
  const encSha256 = base64Of(value.fileEncSha256);
  const url = within(value.url, MAX_URL);
  const directPath = within(value.directPath, MAX_URL);
  if (key === null || sha256 === null || encSha256 === null) return null;
  if (url === null && !directPath?.startsWith('/')) return null;
  const bytes = Number(value.fileLength ?? 0);
  return {
    kind,
    url,
    direct_path: directPath?.startsWith('/') ? directPath : null,
    key,
    sha256,
    enc_sha256: encSha256,
    bytes: Number.isSafeInteger(bytes) && bytes >= 0 ? bytes : 0,
    mime: within(value.mimetype, MAX_MIME),
    file_name: cut(kind === 'document' ? value.fileName || value.title : null, MAX_FILE_NAME),
    look: {
      width: countOf(value.width),
      height: countOf(value.height),
      seconds: countOf(value.seconds),
      thumbnail: null,
      waveform: null,
    },
  };
}

/** @param {unknown} bytes */
function base64Of(bytes) {
  if (!(bytes instanceof Uint8Array) || bytes.length !== KEY_BYTES) return null;
  return Buffer.from(bytes).toString('base64');
}

/** What is cut would name something else. @param {unknown} text @param {number} most */
function within(text, most) {
  return typeof text === 'string' && text !== '' && text.length <= most ? text : null;
}

/** The end of a name tells what it is. @param {unknown} text @param {number} most */
function cut(text, most) {
  return typeof text === 'string' && text !== '' ? text.slice(-most) : null;
}

/** @param {unknown} value */
function countOf(value) {
  const count = Number(value ?? 0);
  return Number.isInteger(count) && count > 0 && count <= MAX_U32 ? count : null;
}
