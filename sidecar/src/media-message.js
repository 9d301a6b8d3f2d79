// Pure: a file on WhatsApp's media servers as the message that shows it.

/** @typedef {import('./protocol.gen.ts').MediaRef} MediaRef */
/** @typedef {import('baileys').proto.IMessage} IMessage */
/** @typedef {{ contextInfo?: import('baileys').proto.IContextInfo }} Context */

/**
 * @param {MediaRef} media
 * @param {string | null} caption
 * @param {number | undefined} atMs when the message was made
 * @param {Context} context
 * @returns {IMessage}
 */
export function mediaMessage(media, caption, atMs, context) {
  const { kind, look } = media;
  const file = { ...whereItIs(media), ...keyedAt(atMs), ...context };
  const said = present({ caption });
  const size = present({ width: look.width, height: look.height });
  const preview = look.thumbnail === null ? {} : { jpegThumbnail: bytesOf(look.thumbnail) };
  const length = present({ seconds: look.seconds });
  switch (kind) {
    case 'image':
      return { imageMessage: { ...file, ...said, ...size, ...preview } };
    case 'video':
      return { videoMessage: { ...file, ...said, ...size, ...length, ...preview } };
    case 'gif':
      return { videoMessage: { ...file, ...said, ...size, ...length, ...preview, gifPlayback: true } };
    case 'audio':
      return { audioMessage: { ...file, ...length, ptt: false } };
    case 'voice':
      return {
        audioMessage: {
          ...file,
          ...length,
          ptt: true,
          ...(look.waveform === null ? {} : { waveform: bytesOf(look.waveform) }),
        },
      };
    case 'document':
      return { documentMessage: { ...file, ...said, ...preview, ...named(media) } };
    case 'sticker':
      return { stickerMessage: { ...file, ...size } };
    default:
      return unknown(kind);
  }
}

/** @param {MediaRef} media */
function whereItIs({ url, direct_path: directPath, key, sha256, enc_sha256: encSha256, bytes, mime }) {
  return {
    ...present({ url, directPath, mimetype: mime }),
    mediaKey: bytesOf(key),
    fileSha256: bytesOf(sha256),
    fileEncSha256: bytesOf(encSha256),
    fileLength: bytes,
  };
}

/** @param {number | undefined} atMs */
function keyedAt(atMs) {
  return atMs === undefined ? {} : { mediaKeyTimestamp: Math.floor(atMs / 1_000) };
}

/** A document without a name is shown as "untitled" on some phones and not at all on others. @param {MediaRef} media */
function named({ file_name: fileName }) {
  return { fileName: fileName ?? 'file', title: fileName ?? 'file' };
}

/**
 * @template {Record<string, unknown>} T
 * @param {T} fields
 * @returns {{ [K in keyof T]?: Exclude<T[K], null> }} without those that are null
 */
function present(fields) {
  return /** @type {any} */ (
    Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null))
  );
}

/** @param {string} base64 */
function bytesOf(base64) {
  return Buffer.from(base64, 'base64');
}

/** @param {never} kind @returns {never} */
function unknown(kind) {
  throw new Error(`a ${kind} cannot be sent`);
}
