import {
  getBinaryNodeChild,
  getBinaryNodeChildBuffer,
  getBinaryNodeChildren,
} from 'baileys/lib/WABinary/generic-utils.js';
import { jidDecode } from 'baileys/lib/WABinary/jid-utils.js';
import { bigEndian, fromBigEndian, signatureIsValid, typedPublicKey } from './keys.js';

const KEY_TYPE = Buffer.from([5]);

/**
 * The `encrypt` namespace: a client's own prekeys, and the bundles of others.
 * @param {import('./iq.js').Request} request
 */
export function answerKeys({ conn, stanza, child }) {
  if (stanza.attrs.type === 'set')
    return child?.tag === 'rotate' ? rotate(conn, child) : upload(conn, stanza);
  if (child?.tag === 'count') return [{ tag: 'count', attrs: { value: String(conn.device.preKeys.size) } }];
  if (child?.tag === 'digest') return [digest(conn.device)];
  if (child?.tag === 'key') return bundles(conn, child);
  return { error: 501 };
}

function upload(conn, stanza) {
  const { device } = conn;
  const identity = getBinaryNodeChildBuffer(stanza, 'identity');
  if (!identity || !device.identity.equals(Buffer.from(identity))) {
    conn.violation('wrong_identity', 'the prekey upload names another identity than the device registered');
    return { error: 406 };
  }
  const signedPreKey = readSignedPreKey(getBinaryNodeChild(stanza, 'skey'));
  if (!takeSignedPreKey(conn, signedPreKey)) return { error: 406 };
  const keys = getBinaryNodeChildren(getBinaryNodeChild(stanza, 'list'), 'key');
  for (const key of keys) {
    const publicKey = getBinaryNodeChildBuffer(key, 'value');
    const keyId = fromBigEndian(getBinaryNodeChildBuffer(key, 'id'));
    if (publicKey?.length !== 32 || keyId === undefined) {
      conn.violation('bad_prekey', 'a prekey without id or with a key that is not 32 bytes');
      return { error: 406 };
    }
    device.preKeys.set(keyId, Buffer.from(publicKey));
  }
  conn.record.add('prekeys_uploaded', { account: conn.account, device: device.number, n: keys.length });
  return [];
}

function rotate(conn, child) {
  return takeSignedPreKey(conn, readSignedPreKey(getBinaryNodeChild(child, 'skey'))) ? [] : { error: 406 };
}

function readSignedPreKey(node) {
  const [publicKey, signature] = ['value', 'signature'].map(name => getBinaryNodeChildBuffer(node, name));
  if (!publicKey || !signature) return undefined;
  const keyId = fromBigEndian(getBinaryNodeChildBuffer(node, 'id'));
  return { keyId, publicKey: Buffer.from(publicKey), signature: Buffer.from(signature) };
}

function takeSignedPreKey(conn, offered) {
  const { device } = conn;
  const { publicKey, signature } = device.signedPreKey;
  // The check costs milliseconds, so the key that passed at registration is not checked again.
  if (offered?.publicKey.equals(publicKey) && offered.signature.equals(signature)) return true;
  if (!offered || !signatureIsValid(device.identity, typedPublicKey(offered.publicKey), offered.signature)) {
    conn.violation('bad_signed_prekey', 'the uploaded signed prekey is not signed by the identity');
    return false;
  }
  device.signedPreKey = offered;
  return true;
}

function digest(device) {
  return {
    tag: 'digest',
    attrs: {},
    content: [
      { tag: 'registration', attrs: {}, content: bigEndian(device.registrationId, 4) },
      { tag: 'type', attrs: {}, content: KEY_TYPE },
      { tag: 'identity', attrs: {}, content: device.identity },
    ],
  };
}

function bundles(conn, child) {
  const asked = [...new Set(getBinaryNodeChildren(child, 'user').map(user => user.attrs.jid))];
  return [{ tag: 'list', attrs: {}, content: asked.map(jid => bundleOf(conn, jid)) }];
}

function bundleOf(conn, jid) {
  const person = conn.server.people.byJid(jid);
  const number = jidDecode(jid)?.device ?? 0;
  const device = number === 0 ? person?.signal : person?.account?.devices.get(number);
  if (!device)
    return {
      tag: 'user',
      attrs: { jid },
      content: [{ tag: 'error', attrs: { code: '404', text: 'no such device' } }],
    };
  const { registrationId, identityKey, signedPreKey, preKey } = device.takeBundle();
  const content = [
    { tag: 'registration', attrs: {}, content: bigEndian(registrationId, 4) },
    { tag: 'type', attrs: {}, content: KEY_TYPE },
    { tag: 'identity', attrs: {}, content: identityKey },
    keyNode('skey', signedPreKey),
  ];
  if (preKey) content.push(keyNode('key', preKey));
  return { tag: 'user', attrs: { jid }, content };
}

export function keyNode(tag, { keyId, publicKey, signature }) {
  const content = [
    { tag: 'id', attrs: {}, content: bigEndian(keyId, 3) },
    { tag: 'value', attrs: {}, content: publicKey },
  ];
  if (signature) content.push({ tag: 'signature', attrs: {}, content: signature });
  return { tag, attrs: {}, content };
}

/** The bundle inside a retry receipt, if the client sent one. */
export function bundleFromRetry(stanza, device) {
  const keys = getBinaryNodeChild(stanza, 'keys');
  const signedPreKey = readSignedPreKey(getBinaryNodeChild(keys, 'skey'));
  if (!signedPreKey) return undefined;
  const preKeyNode = getBinaryNodeChild(keys, 'key');
  const publicKey = getBinaryNodeChildBuffer(preKeyNode, 'value');
  const keyId = fromBigEndian(getBinaryNodeChildBuffer(preKeyNode, 'id'));
  return {
    registrationId: device.registrationId,
    identityKey: device.identity,
    signedPreKey,
    preKey: publicKey && { keyId, publicKey: Buffer.from(publicKey) },
  };
}
