import { ApiError } from './people.js';
import { childrenOf } from './stanza-parts.js';

const PRESENCES = ['available', 'unavailable'];
const STATES = ['composing', 'recording', 'paused', ...PRESENCES];

/** Typing, and being there: told to whoever is connected, and never kept. */
export class Presence {
  /** @param {import('./server.js').Server} server */
  constructor(server) {
    this.server = server;
    this.record = server.record;
  }

  /** @param {any} request the body of POST /typing @returns {number} how many clients were told */
  tell({ from, to, group: groupId, state, addressing }) {
    if (!STATES.includes(state)) {
      throw new ApiError(400, 'bad_mode', `no state ${state}`, `use ${STATES.join(', ')}`);
    }
    const { people, groups } = this.server;
    const person = people.put(from);
    const group = groupId === undefined ? undefined : groups.get(groupId);
    const devices = group ? group.devices() : [...people.account(to).devices.values()];
    const jid = person.jidIn(group?.addressing ?? addressing ?? person.addressing);
    const attrs = group ? { from: group.jid, participant: jid } : { from: jid };
    const told = devices.filter(
      device => device.person !== person && device.online && device.connection.send(stanzaOf(attrs, state)),
    );
    this.record.add('typing', { from, state, ...(group ? { group: group.jid } : { to }), told: told.length });
    return told.length;
  }

  /** A client's presence or chatstate. @param {import('./connection.js').Connection} conn */
  heard(conn, { tag, attrs, content }) {
    if (!conn.device) return;
    const fields = { account: conn.account, device: conn.device.number };
    if (tag === 'chatstate') {
      const [child] = childrenOf({ content });
      const state = child?.attrs?.media === 'audio' ? 'recording' : child?.tag;
      const contact = this.server.people.byJid(attrs.to)?.phone;
      this.record.add('chatstate', { ...fields, to: attrs.to, state, ...(contact && { contact }) });
    } else if (attrs.type === 'subscribe') {
      this.record.add('presence_subscribe', { ...fields, to: attrs.to });
    } else {
      this.record.add('presence', { ...fields, state: attrs.type ?? 'available' });
    }
  }
}

function stanzaOf(attrs, state) {
  if (PRESENCES.includes(state)) {
    return { tag: 'presence', attrs: state === 'unavailable' ? { ...attrs, type: state } : attrs };
  }
  const child =
    state === 'recording' ? { tag: 'composing', attrs: { media: 'audio' } } : { tag: state, attrs: {} };
  return { tag: 'chatstate', attrs, content: [child] };
}
