import { createCipheriv, createDecipheriv, createHash, hkdfSync } from 'node:crypto';
import { proto } from 'baileys/WAProto/index.js';
import { agree, newKeyPair } from './keys.js';

const PROTOCOL_NAME = Buffer.from('Noise_XX_25519_AESGCM_SHA256\0\0\0\0');
const CLIENT_HEADER = Buffer.from([0x57, 0x41, 6, 3]);
const ROUTING_HEADER = Buffer.from([0x45, 0x44, 0, 1]);
const TAG_LENGTH = 16;
const NOTHING = Buffer.alloc(0);
const MAX_FRAME = 1 << 24;

export class NoiseError extends Error {
  /** @param {string} code the violation it stands for */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

function seal(key, counter, plaintext, extra) {
  const cipher = createCipheriv('aes-256-gcm', key, nonce(counter));
  cipher.setAAD(extra);
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

function unseal(key, counter, ciphertext, extra) {
  if (ciphertext.length < TAG_LENGTH) throw new Error('shorter than its tag');
  const decipher = createDecipheriv('aes-256-gcm', key, nonce(counter));
  decipher.setAAD(extra);
  decipher.setAuthTag(ciphertext.subarray(-TAG_LENGTH));
  return Buffer.concat([decipher.update(ciphertext.subarray(0, -TAG_LENGTH)), decipher.final()]);
}

function nonce(counter) {
  const iv = Buffer.alloc(12);
  iv.writeUInt32BE(counter, 8);
  return iv;
}

/** The responder's half of Noise XX as WhatsApp frames it: bytes in, frames out. */
export class NoiseServer {
  /** @param {import('./keys.js').KeyPair} serverKey @param {() => Buffer} certificateChain */
  constructor(serverKey, certificateChain) {
    this.serverKey = serverKey;
    this.certificateChain = certificateChain;
    this.ephemeral = newKeyPair();
    /** @type {Buffer} */
    this.hash = PROTOCOL_NAME;
    /** @type {Buffer} */
    this.salt = PROTOCOL_NAME;
    /** @type {Buffer} */
    this.key = PROTOCOL_NAME;
    this.counter = 0;
    /** @type {Buffer} */
    this.pending = NOTHING;
    this.introSeen = false;
    /** @type {'hello' | 'finish' | 'transport'} */
    this.stage = 'hello';
    this.readCounter = 0;
    this.writeCounter = 0;
    /** @type {Buffer | undefined} */
    this.clientStatic = undefined;
  }

  /**
   * Takes bytes from the socket and returns whole frames, still encrypted.
   * @param {Buffer} bytes @returns {Buffer[]}
   */
  frames(bytes) {
    this.pending = this.pending.length ? Buffer.concat([this.pending, bytes]) : bytes;
    if (!this.introSeen && !this.#takeIntro()) return [];
    const frames = [];
    while (this.pending.length >= 3) {
      const length = this.pending.readUIntBE(0, 3);
      if (this.pending.length < length + 3) break;
      frames.push(this.pending.subarray(3, length + 3));
      this.pending = this.pending.subarray(length + 3);
    }
    return frames;
  }

  #takeIntro() {
    if (this.pending.length < 4) return false;
    if (this.pending.subarray(0, 4).equals(ROUTING_HEADER)) {
      if (this.pending.length < 7) return false;
      const length = this.pending.readUIntBE(4, 3);
      if (this.pending.length < 7 + length + 4) return false;
      this.pending = this.pending.subarray(7 + length);
    }
    if (!this.pending.subarray(0, 4).equals(CLIENT_HEADER)) {
      throw new NoiseError('bad_handshake', 'the stream does not begin with the WA header');
    }
    this.pending = this.pending.subarray(4);
    this.introSeen = true;
    this.#mixHash(CLIENT_HEADER);
    return true;
  }

  #mixHash(data) {
    this.hash = createHash('sha256').update(this.hash).update(data).digest();
  }

  #expand(input) {
    const bytes = Buffer.from(hkdfSync('sha256', input, this.salt, NOTHING, 64));
    return [bytes.subarray(0, 32), bytes.subarray(32)];
  }

  #mixKey(shared) {
    const [salt, key] = this.#expand(shared);
    this.salt = salt;
    this.key = key;
    this.counter = 0;
  }

  #seal(plaintext) {
    const ciphertext = seal(this.key, this.counter++, plaintext, this.hash);
    this.#mixHash(ciphertext);
    return ciphertext;
  }

  #unseal(ciphertext) {
    const plaintext = unseal(this.key, this.counter++, ciphertext, this.hash);
    this.#mixHash(ciphertext);
    return plaintext;
  }

  /** Answers the client's hello. @param {Buffer} frame @returns {Buffer} the frame to send back */
  answerHello(frame) {
    const { clientHello } = decodeHandshake(frame);
    if (clientHello?.ephemeral?.length !== 32)
      throw new NoiseError('bad_handshake', 'hello without an ephemeral key');
    const theirs = Buffer.from(clientHello.ephemeral);
    this.#mixHash(theirs);
    this.#mixHash(this.ephemeral.public);
    this.#mixKey(agree(this.ephemeral, theirs));
    const encryptedStatic = this.#seal(this.serverKey.public);
    this.#mixKey(agree(this.serverKey, theirs));
    const payload = this.#seal(this.certificateChain());
    this.stage = 'finish';
    const serverHello = { ephemeral: this.ephemeral.public, static: encryptedStatic, payload };
    return frameOf(proto.HandshakeMessage.encode({ serverHello }).finish());
  }

  /** Reads the client's last handshake message. @returns the decoded client payload */
  readFinish(frame) {
    const { clientFinish } = decodeHandshake(frame);
    let payload;
    try {
      this.clientStatic = this.#unseal(Buffer.from(clientFinish.static));
      this.#mixKey(agree(this.ephemeral, this.clientStatic));
      payload = proto.ClientPayload.decode(this.#unseal(Buffer.from(clientFinish.payload)));
    } catch (error) {
      throw new NoiseError('bad_handshake', `the finish does not decrypt: ${error.message}`);
    }
    const [fromClient, toClient] = this.#expand(NOTHING);
    this.readKey = fromClient;
    this.writeKey = toClient;
    this.stage = 'transport';
    return payload;
  }

  /** @param {Buffer} frame */
  decrypt(frame) {
    try {
      return unseal(this.readKey, this.readCounter++, frame, NOTHING);
    } catch (error) {
      throw new NoiseError('noise_decrypt_failed', `frame ${this.readCounter - 1}: ${error.message}`);
    }
  }

  /** @param {Buffer} plaintext */
  encrypt(plaintext) {
    return frameOf(seal(this.writeKey, this.writeCounter++, plaintext, NOTHING));
  }
}

function decodeHandshake(frame) {
  try {
    return proto.HandshakeMessage.decode(frame);
  } catch (error) {
    throw new NoiseError('bad_handshake', `not a handshake message: ${error.message}`);
  }
}

function frameOf(data) {
  if (data.length >= MAX_FRAME) throw new Error(`a frame of ${data.length} bytes is too long`);
  const frame = Buffer.allocUnsafe(3 + data.length);
  frame.writeUIntBE(data.length, 0, 3);
  frame.set(data, 3);
  return frame;
}
