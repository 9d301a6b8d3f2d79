import { randomBytes } from 'node:crypto';
import { proto } from 'baileys/WAProto/index.js';
import { newKeyPair, sign } from './keys.js';

const DAY_SECONDS = 24 * 60 * 60;
const INTERMEDIATE_SERIAL = 1;
const ROOT_SERIAL = 0;

export const CERTIFICATE_MODES = ['ok', 'wrong_root', 'garbage_signature', 'foreign_leaf', 'expired'];

/** The keys behind the server's certificate chain: root > intermediate > leaf (the Noise static key). */
export class CertificateAuthority {
  constructor() {
    this.root = newKeyPair();
    this.intermediate = newKeyPair();
    /** The key the handshake proves possession of; a true leaf names it. */
    this.serverKey = newKeyPair();
    this.chains = new Map();
  }

  get rootHex() {
    return this.root.public.toString('hex');
  }

  /** @param {string} mode one of CERTIFICATE_MODES */
  chain(mode) {
    if (!this.chains.has(mode)) this.chains.set(mode, this.#makeChain(mode));
    return this.chains.get(mode);
  }

  #makeChain(mode) {
    const now = Math.floor(Date.now() / 1000);
    const expired = mode === 'expired';
    const dates = {
      notBefore: now - (expired ? 20 : 1) * DAY_SECONDS,
      notAfter: now + (expired ? -10 : 10) * DAY_SECONDS,
    };
    const root = mode === 'wrong_root' ? newKeyPair() : this.root;
    const leafKey = mode === 'foreign_leaf' ? newKeyPair() : this.serverKey;
    const chain = {
      intermediate: certificate(INTERMEDIATE_SERIAL, ROOT_SERIAL, this.intermediate.public, dates, root),
      leaf: certificate(
        INTERMEDIATE_SERIAL + 1,
        INTERMEDIATE_SERIAL,
        leafKey.public,
        dates,
        this.intermediate,
      ),
    };
    if (mode === 'garbage_signature') {
      chain.intermediate.signature = randomBytes(64);
      chain.leaf.signature = randomBytes(64);
    }
    return Buffer.from(proto.CertChain.encode(chain).finish());
  }
}

function certificate(serial, issuerSerial, key, dates, signer) {
  const details = proto.CertChain.NoiseCertificate.Details.encode({
    serial,
    issuerSerial,
    key,
    ...dates,
  }).finish();
  return { details, signature: sign(signer, details) };
}
