// Proof that the server is WhatsApp's. The library's `Curve.verify` ignores libsignal's answer, so
// it never says no, and nothing compares the leaf certificate's key with the key the handshake was
// made with, so a replayed public chain would pass. Both are mended in memory, on the exported
// `Curve` object, before the socket is made. A test notices when an upgrade changes the ground.

import { createRequire } from 'node:module';
import { Curve, generateSignalPubKey, proto, WA_CERT_DETAILS } from 'baileys';

// The very libsignal that the library uses, wherever npm put it.
const { verifySignature } = createRequire(import.meta.resolve('baileys'))('libsignal/src/curve.js');

const CLOCK_SLACK_SECONDS = 60 * 60;
/** A Noise XX handshake shows the leaf first, then the intermediate. */
const CHAIN_LENGTH = 2;

/**
 * Only libsignal's own yes is a yes.
 *
 * @param {Uint8Array} key
 * @param {Uint8Array} message
 * @param {Uint8Array} signature
 */
function signatureHolds(key, message, signature) {
  try {
    return verifySignature(generateSignalPubKey(Buffer.from(key)), message, signature) === true;
  } catch {
    return false;
  }
}

/** The one socket's proof of who it talks to. */
export class Trust {
  /** @type {string | undefined} why the other side is not believed */
  distrust;
  #checked = 0;
  /** @type {Uint8Array | undefined} */
  #peerKey;
  /** @type {Uint8Array | undefined} */
  #intermediateKey;
  #nowSeconds;

  /** @param {{ root: Buffer | undefined, nowSeconds?: () => number }} options a root only for the loopback fake */
  constructor({ root, nowSeconds = () => Date.now() / 1000 }) {
    this.#nowSeconds = nowSeconds;
    if (root) WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(root);
    const { sharedKey } = Curve;
    Curve.sharedKey = (privateKey, publicKey) => {
      if (this.#checked < CHAIN_LENGTH) this.#peerKey = publicKey;
      return sharedKey(privateKey, publicKey);
    };
    Curve.verify = (key, message, signature) => this.#verify(key, message, signature);
  }

  /** Was a whole, true chain seen? Checked again before anything is believed. */
  get proven() {
    return this.#checked === CHAIN_LENGTH && this.distrust === undefined;
  }

  /**
   * @param {Uint8Array} key
   * @param {Uint8Array} message
   * @param {Uint8Array} signature
   */
  #verify(key, message, signature) {
    const inHandshake = this.#checked < CHAIN_LENGTH;
    const problem = signatureHolds(key, message, signature)
      ? inHandshake && this.#certificateProblem(key, message)
      : inHandshake
        ? `the server's ${this.#checked === 0 ? 'leaf' : 'intermediate'} certificate has a wrong signature`
        : 'a signature of the account is wrong';
    if (inHandshake) this.#checked += 1;
    if (!problem) return true;
    this.distrust ??= problem;
    return false;
  }

  /**
   * @param {Uint8Array} issuerKey
   * @param {Uint8Array} encoded
   * @returns {string | undefined}
   */
  #certificateProblem(issuerKey, encoded) {
    const details = proto.CertChain.NoiseCertificate.Details.decode(encoded);
    if (this.#checked === 0) {
      this.#intermediateKey = issuerKey;
      if (!sameBytes(details.key, this.#peerKey)) return "the server's certificate is about another key";
    } else {
      if (!sameBytes(issuerKey, WA_CERT_DETAILS.PUBLIC_KEY)) return 'the chain does not end at the root';
      if (!sameBytes(details.key, this.#intermediateKey)) return 'the chain is broken';
    }
    const now = this.#nowSeconds();
    const notBefore = Number(details.notBefore ?? 0);
    const notAfter = Number(details.notAfter ?? 0);
    if (notBefore !== 0 && now + CLOCK_SLACK_SECONDS < notBefore) {
      return "the server's certificate is not valid yet (is this computer's clock right?)";
    }
    if (notAfter !== 0 && now - CLOCK_SLACK_SECONDS > notAfter) {
      return "the server's certificate has expired (is this computer's clock right?)";
    }
    return undefined;
  }
}

/**
 * @param {Uint8Array | null | undefined} a
 * @param {Uint8Array | null | undefined} b
 */
function sameBytes(a, b) {
  return Boolean(a && b && a.length > 0 && Buffer.compare(a, b) === 0);
}
