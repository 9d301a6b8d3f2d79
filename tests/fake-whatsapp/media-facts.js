import { decryptedFile, sha256 } from './media-crypto.js';

const KINDS = {
  imageMessage: 'image',
  stickerMessage: 'sticker',
  videoMessage: 'video',
  ptvMessage: 'ptv',
  audioMessage: 'audio',
  documentMessage: 'document',
};

/**
 * What a phone finds out about the file of a client's message: it fetches it and opens it.
 * @param {import('./media-store.js').MediaStore} store @param {any} message without wrappers
 * @returns {{media?: object, problem?: string}}
 */
export function mediaFacts(store, message) {
  const [name, part] = Object.entries(message).find(([name, part]) => part && KINDS[name]) ?? [];
  if (!part) return {};
  let kind = KINDS[name];
  if (kind === 'audio' && part.ptt) kind = 'voice';
  if (kind === 'video' && part.gifPlayback) kind = 'gif';
  const claimed = Number(part.fileLength ?? 0);
  const media = {
    kind,
    mimetype: part.mimetype,
    claimed_bytes: claimed,
    ...about(part),
  };
  const file = store.get(part.directPath);
  if (!file?.bytes) return { media, problem: `its file ${part.directPath} was never uploaded` };
  if (!part.url?.includes(part.directPath)) return { media, problem: 'its url and its direct path differ' };
  try {
    const plain = decryptedFile(file.bytes, { ...part, kind });
    Object.assign(media, { bytes: plain.length, sha256: sha256(plain).toString('hex') });
    return plain.length === claimed
      ? { media }
      : { media, problem: `its file has ${plain.length} bytes and not ${claimed}` };
  } catch (error) {
    return { media, problem: `its file cannot be read: ${error.message}` };
  }
}

/** What stands beside the file; lengths instead of pictures. */
function about(part) {
  const { caption, fileName, seconds, width, height, pageCount, isAnimated, viewOnce } = part;
  const facts = {
    caption: caption || undefined,
    file_name: fileName || undefined,
    seconds: seconds || undefined,
    width: width || undefined,
    height: height || undefined,
    pages: pageCount || undefined,
    animated: isAnimated || undefined,
    view_once: viewOnce || undefined,
    gif_playback: part.gifPlayback || undefined,
    ptt: part.ptt || undefined,
    waveform: part.waveform?.length || undefined,
    thumbnail: (part.jpegThumbnail ?? part.pngThumbnail)?.length || undefined,
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}
