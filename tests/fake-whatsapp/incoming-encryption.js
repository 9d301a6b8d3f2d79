import { proto } from 'baileys/WAProto/index.js';
import { withBrokenEnd, withBrokenMac } from './signal-device.js';

/**
 * @typedef {object} How
 * @property {boolean} [corrupt] break it
 * @property {boolean} [omit_sender_key] in a group: leave out the key that the device would need
 * @property {boolean} [serve_retries] false: do not send it again when asked
 * @property {number} [retryCount] it is sent again, this often
 * @property {object} [bundle] the keys to open the session from
 * @property {boolean} [fresh] in a new session
 */

/**
 * The stanza that brings a message to one device.
 * @param {import('./linked-device.js').LinkedDevice} device @param {import('./incoming.js').Source} source
 * @param {How} how
 */
export async function encryptFor(device, source, how) {
  const { attrs, group } = source;
  if (!group) return { tag: 'message', attrs, content: [await direct(device, source, source.payload, how)] };
  const content = how.retryCount
    ? [await direct(device, source, withSenderKey(source), how)]
    : await toGroup(device, source, how);
  return { tag: 'message', attrs, content };
}

/**
 * Encrypted once for all; whoever has not got the sender's key gets it before.
 * @param {import('./linked-device.js').LinkedDevice} device @param {import('./incoming.js').Source} source
 * @param {How} how
 */
async function toGroup(device, source, { corrupt, omit_sender_key: omitted }) {
  const { person, group, payload } = source;
  source.sealed ??= person.signal.senderKeys.seal(group.jid, payload);
  const { ciphertext, distribution, holders } = source.sealed;
  const content = [];
  if (!holders.has(device.sessionName) && !omitted) {
    const message = { senderKeyDistributionMessage: forGroup(group, distribution) };
    content.push(await direct(device, source, Buffer.from(proto.Message.encode(message).finish()), {}));
    holders.add(device.sessionName);
  }
  content.push(enc('skmsg', corrupt ? withBrokenEnd(ciphertext) : ciphertext, source.encAttrs));
  return content;
}

/**
 * @param {import('./linked-device.js').LinkedDevice} device @param {import('./incoming.js').Source} source
 * @param {Buffer} payload @param {How} how
 */
async function direct(device, source, payload, { corrupt, retryCount, bundle, fresh }) {
  const { signal } = source.person;
  const name = device.sessionName;
  const known = source.broken?.get(name);
  if (known) return enc(known.type, known.ciphertext, source.encAttrs);
  if (fresh || !signal.hasSession(name)) await signal.openSession(name, bundle ?? device.takeBundle());
  const encrypted = await signal.encrypt(name, payload);
  if (corrupt) encrypted.ciphertext = withBrokenMac(encrypted);
  source.broken?.set(name, encrypted);
  const count = retryCount ? { count: String(retryCount) } : {};
  return enc(encrypted.type, encrypted.ciphertext, { ...source.encAttrs, ...count });
}

/**
 * A message sent again goes to one device alone, and brings the key for those to come.
 * @param {import('./incoming.js').Source} source
 */
function withSenderKey({ person, group, payload }) {
  const message = proto.Message.decode(payload);
  const { senderKeys } = person.signal;
  message.senderKeyDistributionMessage = proto.Message.SenderKeyDistributionMessage.fromObject(
    forGroup(group, senderKeys.distribution(group.jid)),
  );
  return Buffer.from(proto.Message.encode(message).finish());
}

function forGroup(group, distribution) {
  return { groupId: group.jid, axolotlSenderKeyDistributionMessage: distribution };
}

function enc(type, content, attrs = {}) {
  return { tag: 'enc', attrs: { v: '2', type, ...attrs }, content };
}
