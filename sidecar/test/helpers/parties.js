// Two people with real Signal state, no server: one whose side is gated as in the sidecar, and a
// correspondent on the library's own repository in memory.

import { addTransactionCapability, Curve, DEFAULT_CONNECTION_CONFIG, initAuthCreds, proto } from 'baileys';
import { AuthStore } from '../../src/auth-store.js';
import { CommitGate } from '../../src/commit-gate.js';
import { Intake } from '../../src/intake.js';
import { libraryLogger } from '../../src/log.js';
import { gatedRepository } from '../../src/signal-gate.js';
import { LIMITS } from './driver.js';

export const ME = '15550100001@s.whatsapp.net';
export const BO = '200300400500600@lid';
export const GROUP = '120363000000000001@g.us';
const PRE_KEY_ID = 5;
const logger = libraryLogger({});
const TRANSACTIONS = { maxCommitRetries: 1, delayBetweenTriesMs: 0 };

// libsignal's session dumps belong to other tests.
for (const method of /** @type {const} */ (['info', 'warn', 'error'])) console[method] = () => {};

/** @param {import('baileys').proto.IMessage} message @returns {Uint8Array} padded as WhatsApp does */
export function padded(message) {
  return Buffer.concat([
    proto.Message.encode(proto.Message.create(message)).finish(),
    Buffer.from([3, 3, 3]),
  ]);
}

/**
 * The side under test, over an auth folder.
 *
 * @param {string} dir
 * @param {(pns: string[]) => Promise<{ pn: string, lid: string }[]>} [lookUp] asks the server for hidden ids
 */
export async function receiver(dir, lookUp) {
  /** @type {any[]} */
  const frames = [];
  const store = new AuthStore(dir, { onNotice: () => {}, onWriteFailed: () => {} });
  const creds = await store.load(initAuthCreds);
  await store.saveCreds();
  const keys = addTransactionCapability(store.keys(), logger, TRANSACTIONS);
  const preKey = Curve.generateKeyPair();
  if (!(await keys.get('pre-key', [String(PRE_KEY_ID)]))[PRE_KEY_ID])
    await keys.set({ 'pre-key': { [PRE_KEY_ID]: preKey } });
  const gate = new CommitGate({ writeLine: line => frames.push(JSON.parse(line)), maxLineBytes: 1_000_000 });
  const intake = new Intake({ limits: LIMITS, onOverflow: () => {} });
  const repository = gatedRepository({
    makeInner: withKeys =>
      DEFAULT_CONNECTION_CONFIG.makeSignalRepository({ creds, keys: withKeys }, logger, lookUp),
    keys,
    gate,
    intake,
    self: () => ({ jid: ME, lid: null }),
    onBroken: problem => frames.push({ broken: problem }),
  });
  const { [PRE_KEY_ID]: stored } = await keys.get('pre-key', [String(PRE_KEY_ID)]);
  const bundle = {
    registrationId: creds.registrationId,
    identityKey: Buffer.concat([Buffer.from([5]), creds.signedIdentityKey.public]),
    signedPreKey: {
      keyId: creds.signedPreKey.keyId,
      publicKey: Buffer.concat([Buffer.from([5]), creds.signedPreKey.keyPair.public]),
      signature: creds.signedPreKey.signature,
    },
    preKey: {
      keyId: PRE_KEY_ID,
      publicKey: Buffer.concat([Buffer.from([5]), Buffer.from(stored?.public ?? preKey.public)]),
    },
  };
  return {
    frames,
    store,
    keys,
    gate,
    intake,
    repository,
    bundle,
    /** The next event frame, once it is written. @returns {Promise<any>} */
    async nextEvent(after = 0) {
      while (frames.length <= after) await new Promise(resolve => setImmediate(resolve));
      return frames[after];
    },
  };
}

/** The correspondent. */
export function correspondent() {
  /** @type {Map<string, any>} */
  const memory = new Map();
  const keys = addTransactionCapability(
    {
      get: async (type, ids) =>
        Object.fromEntries(
          ids.filter(id => memory.has(`${type}/${id}`)).map(id => [id, memory.get(`${type}/${id}`)]),
        ),
      set: async data => {
        for (const [type, entries] of Object.entries(data)) {
          for (const [id, value] of Object.entries(entries ?? {})) memory.set(`${type}/${id}`, value);
        }
      },
    },
    logger,
    TRANSACTIONS,
  );
  return DEFAULT_CONNECTION_CONFIG.makeSignalRepository({ creds: initAuthCreds(), keys }, logger);
}

/**
 * @param {string} id
 * @param {{ type: string, ciphertext: Uint8Array }[]} parts
 * @param {Record<string, string>} [attrs]
 * @returns {import('baileys').BinaryNode}
 */
export function stanza(id, parts, attrs = { from: BO }) {
  const content = parts.map(({ type, ciphertext }) => ({
    tag: 'enc',
    attrs: { v: '2', type },
    content: Buffer.from(ciphertext),
  }));
  return { tag: 'message', attrs: { id, t: '1700000000', ...attrs }, content };
}
