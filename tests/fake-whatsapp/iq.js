import { answerGroups } from './iq-groups.js';
import { answerKeys } from './iq-keys.js';
import { answerMex } from './iq-mex.js';
import { answerUsync } from './iq-usync.js';

const PRIVACY = {
  readreceipts: 'all',
  profile: 'all',
  status: 'all',
  online: 'all',
  last: 'all',
  groupadd: 'all',
  calladd: 'all',
  messages: 'all',
};

/**
 * What the server answers to each namespace. A handler returns the content of the result, or
 * { error } for a refusal.
 * @typedef {{conn: import('./connection.js').Connection, stanza: any, child: any}} Request
 * @type {{[xmlns: string]: (request: Request) => any}}
 */
const HANDLERS = {
  'w:p': ({ conn }) => {
    conn.record.add('ping', { conn: conn.number, account: conn.account });
    return [];
  },
  passive: ({ conn, child }) => {
    if (child?.tag === 'active') return { after: () => becomeActive(conn) };
    return [];
  },
  encrypt: answerKeys,
  usync: answerUsync,
  abt: () => [{ tag: 'props', attrs: { protocol: '1', hash: 'fake', refresh: '86400' }, content: [] }],
  blocklist: () => [{ tag: 'list', attrs: {}, content: [] }],
  privacy: ({ conn, child }) => {
    if (child?.tag === 'tokens') return [];
    const readreceipts = conn.device?.account.person.readReceipts === false ? 'none' : 'all';
    const content = Object.entries({ ...PRIVACY, readreceipts }).map(([name, value]) => ({
      tag: 'category',
      attrs: { name, value },
    }));
    return [{ tag: 'privacy', attrs: {}, content }];
  },
  'w:sync:app:state': ({ child }) => [
    {
      tag: 'sync',
      attrs: {},
      content: childrenOf(child).map(({ attrs }) => ({
        tag: 'collection',
        attrs: { name: attrs.name, version: attrs.version ?? '0', type: 'result' },
      })),
    },
  ],
  'urn:xmpp:whatsapp:dirty': () => [],
  'w:stats': () => [],
  'w:g2': answerGroups,
  'w:m': request => request.conn.server.media.mediaConn(request),
  'w:profile:picture': () => ({ error: 404 }),
  'w:biz': () => [],
  status: () => [],
  disappearing_mode: () => [],
  bot: () => [],
  'w:mex': answerMex,
  md: ({ conn, stanza, child }) => {
    if (child?.tag === 'link_code_companion_reg' && conn.registration) {
      return conn.server.linkCode.answer({ conn, child });
    }
    if (!conn.device) return notLoggedIn(conn, stanza);
    if (child?.tag === 'remove-companion-device') return { after: () => logout(conn) };
    return { error: 501 };
  },
};

/** @param {import('./connection.js').Connection} conn */
export function answerIq(conn, stanza) {
  const { type, id, xmlns } = stanza.attrs;
  if (type === 'result' || type === 'error') return conn.server.registration.answered(conn, stanza);
  if (!conn.device && xmlns !== 'w:p' && xmlns !== 'md') return reply(conn, id, notLoggedIn(conn, stanza));
  const child = childrenOf(stanza)[0];
  const answer = HANDLERS[xmlns]?.({ conn, stanza, child }) ?? { error: 501 };
  if (answer.error === 501)
    conn.record.add('unknown_iq', { conn: conn.number, xmlns, child: child?.tag, iq_type: type });
  reply(conn, id, answer);
  answer.after?.();
}

function notLoggedIn(conn, stanza) {
  conn.violation('not_logged_in', `iq ${stanza.attrs.xmlns} before the login`);
  return { error: 401 };
}

function reply(conn, id, answer) {
  if (answer.error) {
    const error = { tag: 'error', attrs: { code: String(answer.error), text: 'refused' } };
    conn.send({ tag: 'iq', attrs: { from: 's.whatsapp.net', type: 'error', id }, content: [error] });
  } else {
    const content = Array.isArray(answer) ? answer : [];
    conn.send({ tag: 'iq', attrs: { from: 's.whatsapp.net', type: 'result', id }, content });
  }
}

function becomeActive(conn) {
  const { device } = conn;
  if (device.connection !== conn || conn.active) return;
  conn.active = true;
  conn.record.add('client_open', { account: conn.account, device: device.number, conn: conn.number });
  device.outbox.start();
}

function logout(conn) {
  const { device } = conn;
  conn.record.add('logout', { account: conn.account, device: device.number });
  device.account.remove(device);
  conn.endWith({
    tag: 'stream:error',
    attrs: { code: '401' },
    content: [{ tag: 'conflict', attrs: { type: 'device_removed' } }],
  });
}

function childrenOf(node) {
  return Array.isArray(node?.content) ? node.content : [];
}
