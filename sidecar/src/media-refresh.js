// A file that its media server has forgotten is still on its sender's phone, or our own: WhatsApp
// asks it to put the file there again, and tells where that is.

import { decodeMediaRetryNode, decryptMediaRetryData, encryptMediaRetryRequest, proto } from 'baileys';
import { Refused } from './refused.js';
import { isSelf } from './stanza.js';

/** @typedef {import('./protocol.gen.ts').MediaRef} MediaRef */
/** @typedef {import('baileys').BinaryNode} BinaryNode */

export const REFRESH_MS = 20_000;
const { SUCCESS, NOT_FOUND } = proto.MediaRetryNotification.ResultType;
const EVENT = 'CB:notification,type:mediaretry';
const GONE_STATUS = 404;

/**
 * @param {{ chat: string, id: string, participant: string | null, media: MediaRef }} wanted
 * @param {object} means
 * @param {any} means.ws
 * @param {(node: BinaryNode) => Promise<void>} means.sendNode
 * @param {import('./stanza.js').Self} means.self
 * @param {AbortSignal} means.signal
 * @param {number} [means.deadlineMs]
 * @returns {Promise<string>} its new path
 */
export async function refresh({ chat, id, participant, media }, means) {
  const { ws, sendNode, self, signal, deadlineMs = REFRESH_MS } = means;
  const key = Buffer.from(media.key, 'base64');
  const fromMe = isSelf(participant ?? undefined, self);
  const request = await encryptMediaRetryRequest(
    { id, remoteJid: chat, fromMe, ...(participant === null ? {} : { participant }) },
    key,
    self.jid,
  );
  /** @type {() => void} */
  let unlisten = () => {};
  /** @type {Promise<BinaryNode>} */
  const answered = new Promise((resolve, reject) => {
    const listener = (/** @type {BinaryNode} */ node) => {
      if (node.attrs.id === id) resolve(node);
    };
    const stopped = () => reject(signal.reason);
    const late = () => reject(new Refused('timed_out', 'the phone that has the file did not answer'));
    const timer = setTimeout(late, deadlineMs);
    ws.on(EVENT, listener);
    signal.addEventListener('abort', stopped);
    unlisten = () => {
      clearTimeout(timer);
      ws.off(EVENT, listener);
      signal.removeEventListener('abort', stopped);
    };
  });
  try {
    signal.throwIfAborted();
    const [node] = await Promise.all([answered, sendNode(request)]);
    return await pathIn(node, key, id);
  } finally {
    unlisten();
  }
}

/**
 * Another chat's message may have the same id; its file cannot have the same key.
 *
 * @param {BinaryNode} node
 * @param {Buffer} key
 * @param {string} id
 */
async function pathIn(node, key, id) {
  const { media, error } = decoded(node);
  const status = /** @type {{ output?: { statusCode?: number } } | undefined} */ (error)?.output?.statusCode;
  if (status === GONE_STATUS) throw gone();
  if (error || !media) throw new Refused('rejected', 'the phone that has the file could not send it again');
  const answer = await opened(media, key, id);
  if (answer.result === NOT_FOUND) throw gone();
  const { directPath } = answer;
  if (answer.result !== SUCCESS || typeof directPath !== 'string' || !directPath.startsWith('/'))
    throw new Refused('rejected', 'the phone that has the file could not send it again');
  return directPath;
}

/** @param {BinaryNode} node @returns {any} */
function decoded(node) {
  try {
    return decodeMediaRetryNode(node);
  } catch {
    return {};
  }
}

/** @param {any} media @param {Buffer} key @param {string} id @returns {Promise<proto.IMediaRetryNotification>} */
async function opened(media, key, id) {
  try {
    return await decryptMediaRetryData(media, key, id);
  } catch {
    throw new Refused('rejected', 'the answer about the file was not made with its key');
  }
}

function gone() {
  return new Refused('gone', 'the file is neither on the media server nor on the phone any more');
}
