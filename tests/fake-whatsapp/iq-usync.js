import { getBinaryNodeChild, getBinaryNodeChildren } from 'baileys/lib/WABinary/generic-utils.js';

/**
 * Who is behind a number: devices, LID, and whether the number is on WhatsApp at all.
 * @param {import('./iq.js').Request} request
 */
export function answerUsync({ conn, child: usync }) {
  const asked = childrenOf(getBinaryNodeChild(usync, 'query')).map(protocol => protocol.tag);
  const users = getBinaryNodeChildren(getBinaryNodeChild(usync, 'list'), 'user');
  const content = [];
  const listed = new Set();
  for (const user of users) {
    const number = textOf(getBinaryNodeChild(user, 'contact'));
    const person = number ? asNumber(conn, number) : conn.server.people.byJid(user.attrs.jid);
    const jid = user.attrs.jid ?? person?.jid;
    // Numbers nobody has are left out, and a jid asked for twice is answered once.
    if (!person || listed.has(jid)) continue;
    listed.add(jid);
    content.push({ tag: 'user', attrs: { jid }, content: asked.flatMap(tag => about(conn, person, tag)) });
  }
  const { sid, mode, context } = usync.attrs;
  const list = { tag: 'list', attrs: {}, content };
  return [{ tag: 'usync', attrs: { sid, mode, context, index: '0', last: 'true' }, content: [list] }];
}

/** A number may be written in another way than the server knows it; the answer names the person as it does. */
function asNumber(conn, number) {
  const person = conn.server.people.byNumber(number);
  conn.record.add('number_asked', { account: conn.account, number, phone: person?.phone ?? null });
  return person;
}

function about(conn, person, tag) {
  if (tag === 'devices') return [{ tag, attrs: {}, content: [deviceList(conn, person)] }];
  if (tag === 'lid') return [{ tag, attrs: { val: person.lid } }];
  if (tag === 'contact') return [{ tag, attrs: { type: 'in' } }];
  return [];
}

function deviceList(conn, person) {
  const content = [{ tag: 'device', attrs: { id: '0' } }];
  for (const device of person.account?.devices.values() ?? []) {
    device.knownTo.add(conn.device);
    content.push({ tag: 'device', attrs: { id: String(device.number), 'key-index': String(device.number) } });
  }
  return { tag: 'device-list', attrs: {}, content };
}

function childrenOf(node) {
  return Array.isArray(node?.content) ? node.content : [];
}

function textOf(node) {
  return node?.content === undefined || Array.isArray(node.content)
    ? undefined
    : Buffer.from(node.content).toString();
}
