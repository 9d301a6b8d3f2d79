import { createHmac, randomBytes } from 'node:crypto';
import { getBinaryNodeChild } from 'baileys/lib/WABinary/generic-utils.js';
import { jidEncode } from 'baileys/lib/WABinary/jid-utils.js';
import { proto } from 'baileys/WAProto/index.js';
import { fromBigEndian, sign, signatureIsValid, typedPublicKey } from './keys.js';
import { ApiError } from './people.js';
import { Versions } from './versions.js';

const ACCOUNT_PREFIX = Buffer.from([6, 0]);
const DEVICE_PREFIX = Buffer.from([6, 1]);
const DEFAULT_REFS = 6;
const RESTART_REQUIRED = '515';

/** Linking by QR: hands out refs, plays the phone that scans one, and judges the client's answer. */
export class Registration {
  /** @param {import('./server.js').Server} server */
  constructor(server) {
    this.server = server;
    /** @type {Map<string, {conn: import('./connection.js').Connection, expiresAt: number}>} */
    this.refs = new Map();
    /** Links waiting for the client's signature, by the id of the pair-success iq. */
    this.pending = new Map();
  }

  /** A client without an account: remember its keys and give it refs to show. */
  begin(conn, payload) {
    const pairing = payload.devicePairingData;
    const registration = {
      noiseKey: conn.noise.clientStatic,
      identity: Buffer.from(pairing.eIdent ?? []),
      registrationId: fromBigEndian(pairing.eRegid),
      signedPreKey: {
        keyId: fromBigEndian(pairing.eSkeyId),
        publicKey: Buffer.from(pairing.eSkeyVal ?? []),
        signature: Buffer.from(pairing.eSkeySig ?? []),
      },
    };
    const { identity, signedPreKey } = registration;
    if (!signatureIsValid(identity, typedPublicKey(signedPreKey.publicKey), signedPreKey.signature)) {
      conn.violation('bad_signed_prekey', 'the signed prekey at registration is not signed by the identity');
      return conn.endWith({ tag: 'failure', attrs: { reason: '400' } });
    }
    conn.registration = registration;
    this.#sendRefs(conn, payload);
  }

  #sendRefs(conn, payload) {
    const { count = DEFAULT_REFS, ttl_ms: ttl } = this.server.faults.qrRefs;
    const content = [];
    for (let i = 0; i < count; i++) {
      const ref = `2@${randomBytes(32).toString('base64')}`;
      this.refs.set(ref, { conn, expiresAt: ttl ? this.server.clock.now() + ttl * (i + 1) : Infinity });
      content.push({ tag: 'ref', attrs: {}, content: Buffer.from(ref) });
    }
    conn.send({
      tag: 'iq',
      attrs: { from: 's.whatsapp.net', type: 'set', xmlns: 'md', id: this.server.nextId() },
      content: [{ tag: 'pair-device', attrs: {}, content }],
    });
    this.server.record.add('qr_refs', {
      conn: conn.number,
      count,
      version: Versions.of(payload),
    });
  }

  forget(conn) {
    for (const [ref, entry] of this.refs) if (entry.conn === conn) this.refs.delete(ref);
    for (const [id, link] of this.pending) if (link.conn === conn) this.pending.delete(id);
  }

  /** The phone looks at a QR. @param {import('./account.js').Account} account @param {string} qr */
  scan(account, qr, fault) {
    const { conn, advSecret } = this.#readQr(qr);
    this.server.record.add('scanned', { account: account.phone, conn: conn.number, fault });
    if (fault === 'silent') return null;
    return this.pairSuccess(conn, account, advSecret, fault);
  }

  /** The phone agrees: the server tells the client who it is. @returns {number} the device number */
  pairSuccess(conn, account, advSecret, fault = undefined) {
    const number = account.reserveDevice();
    const id = this.server.nextId();
    const details = proto.ADVDeviceIdentity.encode({
      rawId: account.person.signal.registrationId,
      timestamp: Math.floor(Date.now() / 1000),
      keyIndex: number,
    }).finish();
    this.pending.set(id, { conn, account, number, details });
    const identity = this.#signedIdentity(account, conn, details, advSecret, fault);
    this.#sendSuccess(conn, account, id, number, identity);
    return number;
  }

  #readQr(qr) {
    const [ref, noiseKey, identity, advSecret] = String(qr).split('#').at(-1).split(',');
    const known = this.refs.get(ref);
    if (!known || known.conn.ended || known.conn.halfOpen) {
      throw new ApiError(
        410,
        'qr_unknown',
        'no client is waiting behind this QR',
        'scan the QR the client shows now',
      );
    }
    if (known.expiresAt < this.server.clock.now()) {
      throw new ApiError(410, 'qr_expired', 'this QR is too old', 'scan the QR the client shows now');
    }
    const { conn } = known;
    const asRegistered = conn.registration.noiseKey.equals(Buffer.from(noiseKey ?? '', 'base64'));
    if (!asRegistered || !conn.registration.identity.equals(Buffer.from(identity ?? '', 'base64'))) {
      conn.violation('qr_keys_differ', 'the keys in the QR are not those the client registered with');
      throw new ApiError(
        409,
        'qr_keys_differ',
        'the QR holds other keys than its client',
        'this is a fault of the client',
      );
    }
    return { conn, advSecret: Buffer.from(advSecret ?? '', 'base64') };
  }

  #signedIdentity(account, conn, details, advSecret, fault) {
    const { identity } = account.person.signal;
    const signed = Buffer.concat([ACCOUNT_PREFIX, details, conn.registration.identity]);
    const signedIdentity = proto.ADVSignedDeviceIdentity.encode({
      details,
      accountSignatureKey: identity.public,
      accountSignature: fault === 'bad_account_signature' ? randomBytes(64) : sign(identity, signed),
    }).finish();
    const key = fault === 'wrong_hmac' ? randomBytes(32) : advSecret;
    const hmac = createHmac('sha256', key).update(signedIdentity).digest();
    return Buffer.from(proto.ADVSignedDeviceIdentityHMAC.encode({ details: signedIdentity, hmac }).finish());
  }

  #sendSuccess(conn, account, id, number, deviceIdentity) {
    const { user, lidUser } = account.person;
    const device = { jid: jidEncode(user, 's.whatsapp.net', number), lid: jidEncode(lidUser, 'lid', number) };
    conn.send({
      tag: 'iq',
      attrs: { from: 's.whatsapp.net', type: 'set', id, t: String(Math.floor(Date.now() / 1000)) },
      content: [
        {
          tag: 'pair-success',
          attrs: {},
          content: [
            { tag: 'device-identity', attrs: {}, content: deviceIdentity },
            { tag: 'device', attrs: device },
            { tag: 'platform', attrs: { name: 'android' } },
          ],
        },
      ],
    });
  }

  /** The client's answer to pair-success. @returns {boolean} whether this iq was one */
  answered(conn, stanza) {
    const link = this.pending.get(stanza.attrs.id);
    if (!link || link.conn !== conn) return false;
    this.pending.delete(stanza.attrs.id);
    const signed = getBinaryNodeChild(getBinaryNodeChild(stanza, 'pair-device-sign'), 'device-identity');
    if (stanza.attrs.type !== 'result' || !signed) {
      this.server.record.add('link_refused', { account: link.account.phone, conn: conn.number });
      return true;
    }
    if (!deviceSignatureIsValid(link, conn, signed)) {
      conn.violation('bad_device_signature', 'the device signature does not fit', {
        account: link.account.phone,
      });
      conn.endWith({ tag: 'failure', attrs: { reason: '401' } });
      return true;
    }
    const { account, number } = link;
    account.link(number, conn.registration);
    this.server.record.add('linked', { account: account.phone, device: number });
    conn.endWith({ tag: 'stream:error', attrs: { code: RESTART_REQUIRED }, content: [] });
    return true;
  }
}

function deviceSignatureIsValid({ account, number, details }, conn, signed) {
  let answer;
  try {
    answer = proto.ADVSignedDeviceIdentity.decode(signed.content);
  } catch {
    return false;
  }
  const { identity } = conn.registration;
  const accountKey = account.person.signal.identity.public;
  const message = Buffer.concat([DEVICE_PREFIX, details, identity, accountKey]);
  return (
    signed.attrs['key-index'] === String(number) &&
    signatureIsValid(identity, message, answer.deviceSignature)
  );
}
