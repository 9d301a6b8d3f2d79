import { createRequire } from 'node:module';
import { GroupCipher } from 'baileys/lib/Signal/Group/group_cipher.js';
import {
  SenderKeyDistributionMessage,
  SenderKeyMessage,
  SenderKeyRecord,
} from 'baileys/lib/Signal/Group/index.js';
import { generateSenderKey, generateSenderKeyId } from 'baileys/lib/Signal/Group/keyhelper.js';
import { newKeyPair, signatureIsValid } from './keys.js';
import { DecryptError, pad, unpad } from './padding.js';

const { encrypt } = createRequire(import.meta.url)('libsignal/src/crypto.js');

const SIGNATURE_LENGTH = 64;

/** The check costs milliseconds, and every member of a group gets the same bytes. */
const validSignatures = new WeakMap();

/** One phone's keys for groups: its own, and those others gave it. */
export class SenderKeys {
  constructor() {
    /** @type {Map<string, {record: any, holders: Set<string>}>} by group */
    this.own = new Map();
    /** @type {Map<string, any>} a SenderKeyRecord by group and sending device */
    this.theirs = new Map();
    // Stepping the chain and the AES need no store; keeping the record is done here.
    this.cipher = /** @type {any} */ (new GroupCipher(undefined, undefined));
  }

  #ownOf(group) {
    let own = this.own.get(group);
    if (!own) {
      const pair = newKeyPair();
      const record = new SenderKeyRecord();
      record.setSenderKeyState(generateSenderKeyId(), 0, generateSenderKey(), pair);
      own = { record, holders: new Set() };
      this.own.set(group, own);
    }
    return own;
  }

  /** Someone left: what is said from now on takes another key. */
  rotate(group) {
    this.own.delete(group);
  }

  /** What a device needs to read what is sealed from now on. @returns {Buffer} */
  distribution(group) {
    const state = this.#ownOf(group).record.getSenderKeyState();
    const chain = state.getSenderChainKey();
    const message = new SenderKeyDistributionMessage(
      state.getKeyId(),
      chain.getIteration(),
      chain.getSeed(),
      state.getSigningKeyPublic(),
    );
    return Buffer.from(message.serialize());
  }

  /** Encrypts once for all members. @returns {{ciphertext: Buffer, distribution: Buffer, holders: Set<string>}} */
  seal(group, payload) {
    const distribution = this.distribution(group);
    const { record, holders } = this.#ownOf(group);
    const state = record.getSenderKeyState();
    const chain = state.getSenderChainKey();
    const key = chain.getSenderMessageKey();
    state.setSenderChainKey(chain.getNext());
    const sealed = new SenderKeyMessage(
      state.getKeyId(),
      key.getIteration(),
      encrypt(key.getCipherKey(), pad(payload), key.getIv()),
      state.getSigningKeyPrivate(),
    );
    return { ciphertext: Buffer.from(sealed.serialize()), distribution, holders };
  }

  /** A device gave its key. @param {Uint8Array} bytes */
  learn(group, sender, bytes) {
    let given;
    try {
      given = new SenderKeyDistributionMessage(null, null, null, null, Buffer.from(bytes));
    } catch (error) {
      throw new DecryptError('bad_padding', `not a sender key: ${error.message}`);
    }
    const name = `${group} ${sender}`;
    if (!this.theirs.has(name)) this.theirs.set(name, new SenderKeyRecord());
    const record = this.theirs.get(name);
    const known = record.getSenderKeyState(given.getId());
    // The same key given again must not turn the chain back.
    if (known && known.getSenderChainKey().getIteration() >= given.getIteration()) return;
    const others = record.senderKeyStates.filter(state => state.getKeyId() !== given.getId());
    record.senderKeyStates = others;
    record.addSenderKeyState(
      given.getId(),
      given.getIteration(),
      given.getChainKey(),
      given.getSignatureKey(),
    );
  }

  /** @param {Uint8Array} ciphertext @returns {Promise<Buffer>} the payload */
  async open(group, sender, ciphertext) {
    const message = parse(ciphertext);
    const state = this.theirs.get(`${group} ${sender}`)?.getSenderKeyState(message.getKeyId());
    if (!state) throw new DecryptError('no_sender_key', `no sender key ${message.getKeyId()} of ${sender}`);
    if (!signedBy(state.getSigningKeyPublic(), ciphertext)) {
      throw new DecryptError('bad_mac', 'the signature does not fit the sender key');
    }
    let key;
    try {
      key = this.cipher.getSenderKey(state, message.getIteration());
    } catch (error) {
      throw new DecryptError('reused_message_key', error.message);
    }
    let padded;
    try {
      padded = await this.cipher.getPlainText(key.getIv(), key.getCipherKey(), message.getCipherText());
    } catch (error) {
      throw new DecryptError('bad_mac', error.message);
    }
    return unpad(Buffer.from(padded));
  }
}

/** The id of the sender key that a message is encrypted with. @returns {number | undefined} */
export function senderKeyId(ciphertext) {
  try {
    return parse(ciphertext).getKeyId();
  } catch {
    return undefined;
  }
}

function parse(ciphertext) {
  try {
    return new SenderKeyMessage(null, null, null, null, Buffer.from(ciphertext));
  } catch (error) {
    throw new DecryptError('bad_mac', `not a sender key message: ${error.message}`);
  }
}

function signedBy(publicKey, ciphertext) {
  const name = publicKey.toString('hex');
  if (validSignatures.get(ciphertext)?.has(name)) return true;
  const signed = ciphertext.subarray(0, -SIGNATURE_LENGTH);
  if (!signatureIsValid(publicKey, signed, ciphertext.subarray(-SIGNATURE_LENGTH))) return false;
  if (!validSignatures.has(ciphertext)) validSignatures.set(ciphertext, new Set());
  validSignatures.get(ciphertext).add(name);
  return true;
}
