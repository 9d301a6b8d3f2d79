import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { getBinaryNodeChild, getBinaryNodeChildBuffer } from 'baileys/lib/WABinary/generic-utils.js';
import { jidNormalizedUser } from 'baileys/lib/WABinary/jid-utils.js';
import { proto } from 'baileys/WAProto/index.js';
import { now } from './stanza-parts.js';

const { ResultType } = proto.MediaRetryNotification;
const TAG_LENGTH = 16;
const FAILURES = {
  not_found: ResultType.NOT_FOUND,
  general_error: ResultType.GENERAL_ERROR,
  decryption_error: ResultType.DECRYPTION_ERROR,
};

export const MEDIA_RETRY_MODES = ['normal', ...Object.keys(FAILURES), 'error_node', 'gone_again', 'silent'];

/** What happens when a client asks the phone of a sender to put a file on the media host once more. */
export class MediaRetries {
  /** @param {import('./media-host.js').MediaHost} host */
  constructor(host) {
    this.host = host;
    /** @type {Map<string, {bytes?: Buffer, stream?: () => Iterable<Buffer>, length: number}>} files by their key */
    this.files = new Map();
  }

  /** @param {Buffer} mediaKey @param {import('./media-store.js').StoredFile} file */
  remember(mediaKey, { bytes, stream, length }) {
    this.files.set(mediaKey.toString('base64'), { bytes, stream, length });
  }

  /** @param {import('./connection.js').Connection} conn @param {any} receipt of type "server-error" */
  asked(conn, receipt) {
    const { server } = this.host;
    const { account, device } = conn;
    const { id } = receipt.attrs;
    const rmr = getBinaryNodeChild(receipt, 'rmr')?.attrs ?? {};
    const source = device.outbox.delivered.get(id)?.source;
    const part = source && fileIn(proto.Message.decode(source.payload));
    const problem = this.#problem(device, receipt, rmr, source, part);
    if (problem)
      return conn.violation('bad_media_retry', `the request for the file of ${id} ${problem}`, { id });
    server.record.add('media_retry', { account, device: device.number, id, contact: source.person.phone });
    const mode = server.faults.takeMediaRetry(account);
    if (mode === 'silent') return;
    const content = this.#answer(mode, id, part.mediaKey);
    const attrs = { id, from: device.person.jid, type: 'mediaretry', t: now() };
    const stanza = {
      tag: 'notification',
      attrs,
      content: [...content, { tag: 'rmr', attrs: { ...rmr } }],
    };
    device.outbox.add({ class: 'notification', id, stanza });
  }

  #problem(device, receipt, rmr, source, part) {
    const { id, to } = receipt.attrs;
    if (!part) return 'is about no file of a person here';
    const { people } = this.host.server;
    if (people.byJid(to) !== device.person) return 'goes to somebody else than the account';
    const { from, participant, recipient } = source.attrs;
    const chat = recipient ?? from;
    if (jidNormalizedUser(rmr.jid) !== chat && people.byJid(rmr.jid) !== (people.byJid(chat) ?? NaN)) {
      return `names the chat ${rmr.jid}`;
    }
    if (participant && people.byJid(rmr.participant) !== source.person) return 'names another writer';
    const sealed = getBinaryNodeChild(receipt, 'encrypt');
    const ciphertext = getBinaryNodeChildBuffer(sealed, 'enc_p');
    const iv = getBinaryNodeChildBuffer(sealed, 'enc_iv');
    if (!ciphertext || !iv) return 'is not encrypted';
    try {
      const opened = open(Buffer.from(ciphertext), Buffer.from(iv), keyOf(part.mediaKey), id);
      if (proto.ServerErrorReceipt.decode(opened).stanzaId !== id) return 'holds another id';
    } catch {
      return 'is encrypted wrongly';
    }
    return undefined;
  }

  /** @returns {any[]} */
  #answer(mode, id, mediaKey) {
    if (mode === 'error_node') return [{ tag: 'error', attrs: { code: String(ResultType.NOT_FOUND) } }];
    const answer = { stanzaId: id, result: FAILURES[mode] ?? ResultType.SUCCESS };
    if (!(mode in FAILURES)) {
      const file = this.files.get(Buffer.from(mediaKey).toString('base64'));
      const faults = mode === 'gone_again' ? { gone: Infinity } : {};
      answer.directPath = file && this.host.store.put({ ...file, faults }).directPath;
    }
    const iv = randomBytes(12);
    const plain = proto.MediaRetryNotification.encode(answer).finish();
    const ciphertext = seal(plain, iv, keyOf(mediaKey), id);
    return [
      {
        tag: 'encrypt',
        attrs: {},
        content: [
          { tag: 'enc_p', attrs: {}, content: ciphertext },
          { tag: 'enc_iv', attrs: {}, content: iv },
        ],
      },
    ];
  }
}

/** The part of a message that has a file, in whatever it is wrapped. @returns {any} */
export function fileIn(message) {
  for (const part of Object.values(message ?? {})) {
    if (part?.mediaKey?.length) return part;
    const inner = part?.message && typeof part.message === 'object' ? fileIn(part.message) : undefined;
    if (inner) return inner;
  }
  return undefined;
}

function keyOf(mediaKey) {
  return Buffer.from(hkdfSync('sha256', mediaKey, Buffer.alloc(32), 'WhatsApp Media Retry Notification', 32));
}

function seal(plain, iv, key, id) {
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(id));
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function open(sealed, iv, key, id) {
  const decipher = createDecipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(id));
  decipher.setAuthTag(sealed.subarray(-TAG_LENGTH));
  return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_LENGTH)), decipher.final()]);
}
