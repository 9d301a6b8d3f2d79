import { putFile } from './media-sender.js';

/** A grey picture of 1 × 1, small enough to be written down. */
export const TINY_JPEG = Buffer.from(
  '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8QEBEQCgwSExIQEw8QEBD/yQALCAABAAEBAREA/8wABgAQEAX/2gAIAQEAAD8A0s8g/9k=',
  'base64',
);

const NAMES = {
  image: 'imageMessage',
  sticker: 'stickerMessage',
  video: 'videoMessage',
  gif: 'videoMessage',
  ptv: 'ptvMessage',
  audio: 'audioMessage',
  voice: 'audioMessage',
  document: 'documentMessage',
};

/** What phones write beside the file, by kind. */
const USUAL = {
  image: { mimetype: 'image/jpeg', height: 1, width: 1, jpegThumbnail: TINY_JPEG },
  sticker: { mimetype: 'image/webp', height: 512, width: 512, isAnimated: false },
  video: { mimetype: 'video/mp4', seconds: 3, height: 1, width: 1, jpegThumbnail: TINY_JPEG },
  gif: { mimetype: 'video/mp4', seconds: 3, gifPlayback: true, jpegThumbnail: TINY_JPEG },
  ptv: { mimetype: 'video/mp4', seconds: 3 },
  audio: { mimetype: 'audio/mp4', seconds: 3 },
  voice: { mimetype: 'audio/ogg; codecs=opus', seconds: 3, ptt: true, waveform: Buffer.alloc(64, 40) },
  document: { mimetype: 'application/pdf', fileName: 'paper.pdf', title: 'paper.pdf' },
};

/**
 * A person's message with a file.
 * @param {import('./media-host.js').MediaHost} host
 * @param {any} request the body of POST /messages @param {object} [contextInfo]
 * @returns {{message: any, attrs: {[name: string]: string}, facts: object}}
 */
export function mediaMessage(host, { kind, text, media = {} }, contextInfo) {
  const { fields, facts } = putFile(host, kind, media);
  const part = { ...USUAL[kind], ...fields };
  if (media.mimetype !== undefined) part.mimetype = media.mimetype;
  if (media.seconds !== undefined) part.seconds = media.seconds;
  if (media.animated !== undefined) part.isAnimated = media.animated;
  if (media.file_name !== undefined)
    Object.assign(part, { fileName: media.file_name, title: media.file_name });
  if (text) part.caption = text;
  if (contextInfo) part.contextInfo = contextInfo;
  const message = { [NAMES[kind]]: part };
  const attrs = { type: 'media' };
  // Phones wrap a document that has a caption.
  if (kind !== 'document' || !text) return { message, attrs, facts };
  return { message: { documentWithCaptionMessage: { message } }, attrs, facts };
}
