import { createHmac, randomBytes } from 'node:crypto';
import { makeNoiseHandler } from 'baileys/lib/Utils/noise-handler.js';
import { encodeBinaryNode } from 'baileys/lib/WABinary/encode.js';
import { getBinaryNodeChild, getBinaryNodeChildBuffer } from 'baileys/lib/WABinary/generic-utils.js';
import { proto } from 'baileys/WAProto/index.js';
import { WebSocket } from 'ws';
import { bigEndian, fromBigEndian, newKeyPair, sign } from '../keys.js';
import { SignalDevice } from '../signal-device.js';

const HEADER = Buffer.from([0x57, 0x41, 6, 3]);
const PREKEYS = 10;
const PATIENCE_MS = 5000;
const silent = {
  level: 'silent',
  child: () => silent,
  trace() {},
  debug() {},
  info() {},
  warn() {},
  error() {},
};

/** A client that does each step only when told, so that a test can do one of them wrongly. */
export class RawClient {
  /** @param {string} url */
  constructor(url) {
    this.url = url;
    this.noiseKey = newKeyPair();
    this.signal = new SignalDevice();
    this.advSecret = randomBytes(32);
    this.idsMade = 0;
    this.reset();
  }

  reset() {
    this.stanzas = [];
    this.waiters = [];
    this.isClosed = false;
  }

  /** The handshake up to the server's hello. @returns the decoded certificate chain and the server's key */
  async connect() {
    this.reset();
    this.ephemeral = newKeyPair();
    this.noise = makeNoiseHandler({ keyPair: this.ephemeral, NOISE_HEADER: HEADER, logger: silent });
    this.socket = new WebSocket(this.url);
    await new Promise((resolve, reject) => this.socket.once('open', resolve).once('error', reject));
    this.socket.on('error', () => {});
    this.socket.on('close', () => {
      this.isClosed = true;
      this.#wake();
    });
    this.socket.on('message', bytes => {
      this.reading = (this.reading ?? Promise.resolve()).then(() =>
        this.noise.decodeFrame(bytes, frame => {
          this.stanzas.push(frame);
          this.#wake();
        }),
      );
    });
    const clientHello = { ephemeral: this.ephemeral.public };
    this.socket.send(this.noise.encodeFrame(proto.HandshakeMessage.encode({ clientHello }).finish()));
    const frame = await this.next(() => true);
    return proto.HandshakeMessage.decode(frame);
  }

  /** @param {object} payload a proto.ClientPayload @param {(finish: object) => void} spoil */
  async finish(hello, payload, spoil = () => {}) {
    const encryptedKey = this.noise.processHandshake(hello, this.noiseKey);
    const encryptedPayload = this.noise.encrypt(proto.ClientPayload.encode(payload).finish());
    const clientFinish = { static: Buffer.from(encryptedKey), payload: Buffer.from(encryptedPayload) };
    spoil(clientFinish);
    this.socket.send(this.noise.encodeFrame(proto.HandshakeMessage.encode({ clientFinish }).finish()));
    await this.noise.finishInit();
  }

  registrationPayload() {
    const { signedPreKey, registrationId, identityKey } = this.signal.takeBundle();
    return {
      devicePairingData: {
        eRegid: bigEndian(registrationId, 4),
        eKeytype: Buffer.from([5]),
        eIdent: identityKey,
        eSkeyId: bigEndian(signedPreKey.keyId, 3),
        eSkeyVal: signedPreKey.publicKey,
        eSkeySig: signedPreKey.signature,
      },
    };
  }

  async register(payload = this.registrationPayload()) {
    await this.finish(await this.connect(), payload);
  }

  async qr() {
    const stanza = await this.next(stanza => getBinaryNodeChild(stanza, 'pair-device'));
    this.send({ tag: 'iq', attrs: { to: 's.whatsapp.net', type: 'result', id: stanza.attrs.id } });
    const ref = Buffer.from(
      getBinaryNodeChildBuffer(getBinaryNodeChild(stanza, 'pair-device'), 'ref'),
    ).toString();
    const keys = [this.noiseKey.public, this.signal.identity.public, this.advSecret];
    return `https://wa.me/settings/linked_devices#${[ref, ...keys.map(key => key.toString('base64')), '1'].join(',')}`;
  }

  /** Answers pair-success. @param {(signature: Buffer) => Buffer} spoil */
  async signDevice(spoil = signature => signature) {
    const stanza = await this.next(stanza => getBinaryNodeChild(stanza, 'pair-success'));
    const success = getBinaryNodeChild(stanza, 'pair-success');
    const sealed = proto.ADVSignedDeviceIdentityHMAC.decode(
      getBinaryNodeChildBuffer(success, 'device-identity'),
    );
    const hmac = createHmac('sha256', this.advSecret).update(sealed.details).digest();
    if (!hmac.equals(Buffer.from(sealed.hmac))) throw new Error('the HMAC of pair-success is wrong');
    const signed = proto.ADVSignedDeviceIdentity.decode(sealed.details);
    const { details, accountSignatureKey, accountSignature } = signed;
    const { keyIndex } = proto.ADVDeviceIdentity.decode(details);
    const message = Buffer.concat([
      Buffer.from([6, 1]),
      details,
      this.signal.identity.public,
      accountSignatureKey,
    ]);
    const deviceSignature = spoil(sign(this.signal.identity, message));
    const identity = proto.ADVSignedDeviceIdentity.encode({
      details,
      accountSignature,
      deviceSignature,
    }).finish();
    const node = {
      tag: 'device-identity',
      attrs: { 'key-index': String(keyIndex) },
      content: Buffer.from(identity),
    };
    this.jid = getBinaryNodeChild(success, 'device').attrs.jid;
    this.send({
      tag: 'iq',
      attrs: { to: 's.whatsapp.net', type: 'result', id: stanza.attrs.id },
      content: [{ tag: 'pair-device-sign', attrs: {}, content: [node] }],
    });
  }

  /** @param {{username?: number, device?: number}} spoil */
  async login(spoil = {}) {
    const [user, device] = this.jid.split('@')[0].split(':');
    await this.finish(await this.connect(), {
      username: Number(user),
      device: Number(device),
      passive: true,
      ...spoil,
    });
  }

  /** Login, prekeys and active: ready to send. */
  async open() {
    await this.login();
    await this.next(stanza => stanza.tag === 'success');
    await this.uploadPreKeys();
    await this.becomeActive();
  }

  becomeActive() {
    return this.query('passive', 'set', [{ tag: 'active', attrs: {} }]);
  }

  uploadPreKeys(spoil = {}) {
    /** @param {string} tag @param {{keyId: number, publicKey: Buffer, signature?: Buffer}} key */
    const keyNode = (tag, { keyId, publicKey, signature }) => ({
      tag,
      attrs: {},
      content: [
        { tag: 'id', attrs: {}, content: bigEndian(keyId, 3) },
        { tag: 'value', attrs: {}, content: publicKey },
        ...(signature ? [{ tag: 'signature', attrs: {}, content: signature }] : []),
      ],
    });
    const bundles = Array.from({ length: PREKEYS }, () => this.signal.takeBundle());
    bundles[0] = { ...bundles[0], ...spoil };
    const { signedPreKey, registrationId, identityKey } = bundles[0];
    return this.query('encrypt', 'set', [
      { tag: 'registration', attrs: {}, content: bigEndian(registrationId, 4) },
      { tag: 'type', attrs: {}, content: Buffer.from([5]) },
      { tag: 'identity', attrs: {}, content: identityKey },
      { tag: 'list', attrs: {}, content: bundles.map(({ preKey }) => keyNode('key', preKey)) },
      keyNode('skey', signedPreKey),
    ]);
  }

  async query(xmlns, type, content) {
    const id = `q${++this.idsMade}`;
    this.send({ tag: 'iq', attrs: { to: 's.whatsapp.net', xmlns, type, id }, content });
    return this.next(stanza => stanza.tag === 'iq' && stanza.attrs.id === id);
  }

  async fetchBundle(jid) {
    const user = { tag: 'user', attrs: { jid } };
    const answer = await this.query('encrypt', 'get', [{ tag: 'key', attrs: {}, content: [user] }]);
    const node = getBinaryNodeChild(getBinaryNodeChild(answer, 'list'), 'user');
    const key = name => {
      const child = getBinaryNodeChild(node, name);
      const [publicKey, signature] = ['value', 'signature'].map(part =>
        getBinaryNodeChildBuffer(child, part),
      );
      const keyId = fromBigEndian(getBinaryNodeChildBuffer(child, 'id'));
      return { keyId, publicKey: Buffer.from(publicKey), signature: signature && Buffer.from(signature) };
    };
    return {
      registrationId: fromBigEndian(getBinaryNodeChildBuffer(node, 'registration')),
      identityKey: Buffer.from(getBinaryNodeChildBuffer(node, 'identity')),
      signedPreKey: key('skey'),
      preKey: key('key'),
    };
  }

  async openSession(jid) {
    await this.signal.openSession(jid, await this.fetchBundle(jid));
  }

  /** @returns {Promise<any>} a participant node */
  async encryptFor(jid, message) {
    if (!this.signal.hasSession(jid)) await this.openSession(jid);
    const payload = Buffer.from(proto.Message.encode(message).finish());
    return participant(jid, await this.signal.encrypt(jid, payload));
  }

  /** What a right client sends for one text. @returns {Promise<any[]>} */
  async encryptText(to, text) {
    const ownPhone = `${this.jid.split(':')[0]}@s.whatsapp.net`;
    const message = { conversation: text };
    return [
      await this.encryptFor(to, message),
      await this.encryptFor(ownPhone, { deviceSentMessage: { destinationJid: to, message } }),
    ];
  }

  sendMessage(to, id, participants) {
    this.send({
      tag: 'message',
      attrs: { to, id, type: 'text' },
      content: [{ tag: 'participants', attrs: {}, content: participants }],
    });
    return this.next(stanza => stanza.tag === 'ack' && stanza.attrs.id === id);
  }

  send(stanza) {
    this.socket.send(this.noise.encodeFrame(encodeBinaryNode(stanza)));
  }

  #wake() {
    for (const waiter of [...this.waiters]) waiter();
  }

  /** Takes the first stanza that fits. @param {(stanza: any) => any} fits */
  next(fits) {
    return this.#until(() => {
      const at = this.stanzas.findIndex(fits);
      return at < 0 ? undefined : this.stanzas.splice(at, 1)[0];
    });
  }

  closed() {
    return this.#until(() => this.isClosed || undefined);
  }

  #until(find) {
    return new Promise((resolve, reject) => {
      const done = action => {
        clearTimeout(timer);
        this.waiters = this.waiters.filter(each => each !== look);
        action();
      };
      const look = () => {
        const found = find();
        if (found !== undefined) done(() => resolve(found));
      };
      const timer = setTimeout(() => done(() => reject(new Error('nothing came'))), PATIENCE_MS);
      this.waiters.push(look);
      look();
    });
  }

  end() {
    this.socket?.terminate();
  }
}

/** @param {string} jid @param {{type: string, ciphertext: Buffer}} encrypted */
export function participant(jid, { type, ciphertext }) {
  return {
    tag: 'to',
    attrs: { jid },
    content: [{ tag: 'enc', attrs: { v: '2', type }, content: ciphertext }],
  };
}
