import { jidEncode } from 'baileys/lib/WABinary/jid-utils.js';
import { Outbox } from './outbox.js';

/** A client linked to an account: what it registered, its one-time keys, and what waits for it. */
export class LinkedDevice {
  /**
   * @param {import('./account.js').Account} account
   * @param {number} number
   * @param {{noiseKey: Buffer, identity: Buffer, registrationId: number, signedPreKey: object}} registration
   */
  constructor(account, number, registration) {
    this.account = account;
    this.number = number;
    this.noiseKey = registration.noiseKey;
    this.identity = registration.identity;
    this.registrationId = registration.registrationId;
    this.signedPreKey = registration.signedPreKey;
    /** @type {Map<number, Buffer>} one-time keys not yet handed out */
    this.preKeys = new Map();
    /** @type {import('./connection.js').Connection | null} */
    this.connection = null;
    /** Devices that were told of this one and so must encrypt for it. */
    this.knownTo = new Set();
    this.outbox = new Outbox(this);
  }

  get person() {
    return this.account.person;
  }

  get jid() {
    return jidEncode(this.person.user, 's.whatsapp.net', this.number);
  }

  get lid() {
    return jidEncode(this.person.lidUser, 'lid', this.number);
  }

  get online() {
    return Boolean(this.connection?.active);
  }

  /** The name phones keep their session with this device under. */
  get sessionName() {
    return `${this.person.user}:${this.number}`;
  }

  /** @param {LinkedDevice} device one that was told of this one */
  learned(device) {
    this.knownTo.add(device);
  }

  takeBundle() {
    const [keyId, publicKey] = this.preKeys.entries().next().value ?? [];
    if (keyId !== undefined) this.preKeys.delete(keyId);
    return {
      registrationId: this.registrationId,
      identityKey: this.identity,
      signedPreKey: this.signedPreKey,
      preKey: keyId === undefined ? undefined : { keyId, publicKey },
    };
  }
}
