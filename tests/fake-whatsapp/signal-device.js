import { randomInt } from 'node:crypto';
import { createRequire } from 'node:module';
import { forSignal, newKeyPair, sign, typedPublicKey } from './keys.js';
import { DecryptError, pad, unpad } from './padding.js';
import { SenderKeys } from './sender-keys.js';

const require = createRequire(import.meta.url);
/** @type {any} the published types do not tell of what is overridden here */
const libsignal = require('libsignal');
const { ProtocolAddress, SessionBuilder, SessionCipher, SessionRecord } = libsignal;
const { PreKeyWhisperMessage, WhisperMessage } = require('libsignal/src/protobufs.js');

const SIGNED_PREKEY_ID = 1;
const SESSIONS_KEPT = 10;
const MAC_LENGTH = 8;

/** The library's own record prints whole sessions, private keys included, whenever it closes one. */
class QuietRecord extends SessionRecord {
  closeSession(session) {
    session.indexInfo.closed = Date.now();
  }

  openSession(session) {
    session.indexInfo.closed = -1;
  }

  removeOldSessions() {
    const closed = Object.entries(this.sessions).filter(([, session]) => session.indexInfo.closed !== -1);
    closed.sort(([, a], [, b]) => a.indexInfo.closed - b.indexInfo.closed);
    for (const [key] of closed.slice(0, Math.max(0, closed.length - SESSIONS_KEPT)))
      delete this.sessions[key];
  }
}

/**
 * The library steps the ratchet before it looks at the MAC, and tries one session after the other:
 * without this, those that do not fit would be spoilt, which happens on no real phone.
 */
class CarefulCipher extends SessionCipher {
  async doDecryptWhisperMessage(message, session) {
    const before = session?.serialize();
    try {
      return await super.doDecryptWhisperMessage(message, session);
    } catch (error) {
      if (before) Object.assign(session, session.constructor.deserialize(before));
      throw error;
    }
  }
}

let devicesMade = 0;

/** One phone's end-to-end encryption: its identity, prekeys and a session with each client device. */
export class SignalDevice {
  constructor() {
    // The library serialises all work under one address in the whole process, so addresses are made unique.
    this.uniquePrefix = `d${++devicesMade}`;
    this.identity = newKeyPair();
    this.registrationId = randomInt(1, 16_380);
    this.nextPreKeyId = 1;
    this.preKeys = new Map();
    this.usedPreKeys = new Set();
    /** @type {Map<string, QuietRecord>} */
    this.records = new Map();
    this.senderKeys = new SenderKeys();
    /** Decryptions follow each other, so that each is checked against what the one before left. */
    this.decrypting = Promise.resolve();
    this.storage = this.#storage();
  }

  /** Signing is slow in pure JavaScript, so a phone nobody ever writes to never does it. */
  get signedPreKey() {
    if (!this.signedPreKeyMade) {
      const pair = newKeyPair();
      this.signedPreKeyMade = { pair, signature: sign(this.identity, typedPublicKey(pair.public)) };
    }
    return this.signedPreKeyMade;
  }

  #storage() {
    return {
      getOurIdentity: () => forSignal(this.identity),
      getOurRegistrationId: () => this.registrationId,
      isTrustedIdentity: () => true,
      loadSession: address => {
        if (!this.records.has(address)) this.records.set(address, new QuietRecord());
        return this.records.get(address);
      },
      storeSession: (address, record) => this.records.set(address, record),
      loadPreKey: id => {
        const pair = this.preKeys.get(id);
        return pair && forSignal(pair);
      },
      removePreKey: id => {
        this.preKeys.delete(id);
        this.usedPreKeys.add(id);
      },
      loadSignedPreKey: id => (id === SIGNED_PREKEY_ID ? forSignal(this.signedPreKey.pair) : undefined),
    };
  }

  #address(name) {
    // The library keeps the dot for itself.
    return new ProtocolAddress(`${this.uniquePrefix}/${name.replaceAll('.', '-')}`, 0);
  }

  /** What the server hands to a client that wants to open a session: always with a fresh one-time key. */
  takeBundle() {
    const keyId = this.nextPreKeyId++;
    const pair = newKeyPair();
    this.preKeys.set(keyId, pair);
    return {
      registrationId: this.registrationId,
      identityKey: this.identity.public,
      signedPreKey: {
        keyId: SIGNED_PREKEY_ID,
        publicKey: this.signedPreKey.pair.public,
        signature: this.signedPreKey.signature,
      },
      preKey: { keyId, publicKey: pair.public },
    };
  }

  /** @param {string} address @param {object} data a serialized record */
  restoreSession(address, data) {
    this.records.set(address, QuietRecord.deserialize(data));
    // The next phone made must not take the prefix of this one.
    devicesMade = Math.max(devicesMade, Number(this.uniquePrefix.slice(1)));
  }

  hasSession(name) {
    return Boolean(this.records.get(this.#address(name).toString())?.haveOpenSession());
  }

  /** Whether a pkmsg begins a session that was not there. */
  opensSession(name, ciphertext) {
    try {
      const { baseKey } = PreKeyWhisperMessage.decode(ciphertext.subarray(1));
      return !this.records.get(this.#address(name).toString())?.getSession(Buffer.from(baseKey));
    } catch {
      return false;
    }
  }

  /** Opens a new session from a client device's bundle, closing the one there was. */
  async openSession(name, bundle) {
    const { registrationId, identityKey, signedPreKey, preKey } = bundle;
    await new SessionBuilder(this.storage, this.#address(name)).initOutgoing({
      registrationId,
      identityKey: typedPublicKey(identityKey),
      signedPreKey: { ...signedPreKey, publicKey: typedPublicKey(signedPreKey.publicKey) },
      preKey: preKey && { ...preKey, publicKey: typedPublicKey(preKey.publicKey) },
    });
  }

  /** @returns {Promise<{type: string, ciphertext: Buffer}>} type is pkmsg until the other side has answered, then msg */
  encrypt(name, plaintext) {
    return this.encryptPadded(name, pad(plaintext));
  }

  /** For clients of tests that pad wrongly. */
  async encryptPadded(name, padded) {
    const { type, body } = await new SessionCipher(this.storage, this.#address(name)).encrypt(padded);
    return { type: type === 3 ? 'pkmsg' : 'msg', ciphertext: Buffer.from(body) };
  }

  /**
   * Decrypts and takes the padding off. A failure leaves the session as it was.
   * @param {string} name @param {string} type @param {Buffer} ciphertext @param {Buffer} clientIdentity
   */
  decrypt(name, type, ciphertext, clientIdentity) {
    const result = this.decrypting.then(() => this.#decrypt(name, type, ciphertext, clientIdentity));
    this.decrypting = result.then(noop, noop);
    return result;
  }

  async #decrypt(name, type, ciphertext, clientIdentity) {
    const address = this.#address(name);
    const record = this.storage.loadSession(address.toString());
    if (type === 'pkmsg') this.#checkPreKeyMessage(record, ciphertext, clientIdentity);
    else if (type === 'msg') checkCounter(Object.values(record.sessions), ciphertext);
    else throw new DecryptError('unknown_encryption', `enc type ${type}`);
    const known = new Set(Object.keys(record.sessions));
    const cipher = new /** @type {any} */ (CarefulCipher)(this.storage, address);
    try {
      const padded =
        type === 'pkmsg'
          ? await cipher.decryptPreKeyWhisperMessage(ciphertext)
          : await cipher.decryptWhisperMessage(ciphertext);
      return unpad(padded);
    } catch (error) {
      if (error instanceof DecryptError) throw error;
      // A session that began with a message nobody can read did not begin.
      for (const key of Object.keys(record.sessions)) if (!known.has(key)) delete record.sessions[key];
      throw new DecryptError('bad_mac', error.message);
    }
  }

  #checkPreKeyMessage(record, ciphertext, clientIdentity) {
    let message;
    try {
      message = PreKeyWhisperMessage.decode(ciphertext.subarray(1));
    } catch (error) {
      throw new DecryptError('bad_mac', `not a prekey message: ${error.message}`);
    }
    if (!typedPublicKey(clientIdentity).equals(Buffer.from(message.identityKey))) {
      throw new DecryptError(
        'wrong_identity',
        'the prekey message names another identity than the device registered',
      );
    }
    const known = record.getSession(Buffer.from(message.baseKey));
    if (known) return checkCounter([known], Buffer.from(message.message));
    const { preKeyId, signedPreKeyId } = message;
    if (signedPreKeyId !== SIGNED_PREKEY_ID) {
      throw new DecryptError('unknown_prekey', `signed prekey ${signedPreKeyId} was never handed out`);
    }
    if (!preKeyId || this.preKeys.has(preKeyId)) return;
    if (this.usedPreKeys.has(preKeyId))
      throw new DecryptError('reused_prekey', `prekey ${preKeyId} is used up`);
    throw new DecryptError('unknown_prekey', `prekey ${preKeyId} was never handed out`);
  }
}

const noop = () => {};

/** A message key works once; the library only says that no session fits. */
function checkCounter(sessions, ciphertext) {
  let message;
  try {
    message = WhisperMessage.decode(ciphertext.subarray(1, -MAC_LENGTH));
  } catch (error) {
    throw new DecryptError('bad_mac', `not a Signal message: ${error.message}`);
  }
  if (!message.ephemeralKey?.length) throw new DecryptError('bad_mac', 'not a Signal message');
  for (const session of sessions) {
    const chain = session.getChain(Buffer.from(message.ephemeralKey));
    if (chain && chain.chainKey.counter >= message.counter && !(message.counter in chain.messageKeys)) {
      throw new DecryptError('reused_message_key', `counter ${message.counter} was used before`);
    }
  }
}

/** Breaks the MAC of an encrypted message and leaves all else right. @returns {Buffer} */
export function withBrokenMac({ type, ciphertext }) {
  const broken = Buffer.from(ciphertext);
  if (type === 'msg') {
    broken[broken.length - 1] ^= 1;
    return broken;
  }
  const message = PreKeyWhisperMessage.decode(broken.subarray(1));
  const inner = Buffer.from(message.message);
  inner[inner.length - 1] ^= 1;
  message.message = inner;
  return Buffer.concat([broken.subarray(0, 1), PreKeyWhisperMessage.encode(message).finish()]);
}

/** Breaks a sender key message's signature. @param {Buffer} ciphertext @returns {Buffer} */
export function withBrokenEnd(ciphertext) {
  const broken = Buffer.from(ciphertext);
  broken[broken.length - 1] ^= 1;
  return broken;
}
