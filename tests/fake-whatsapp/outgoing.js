import { jidDecode } from 'baileys/lib/WABinary/jid-utils.js';
import { ContactReceipts } from './contact-receipts.js';
import { GroupOutgoing } from './group-outgoing.js';
import { PhoneReader } from './phone-reader.js';
import { relayMessage } from './relay.js';
import { childrenOf, isRetry, now, targetsOf } from './stanza-parts.js';

const UNENCRYPTED = ['plaintext', 'body', 'conversation', 'text'];
const REFUSED = '479';
const NOT_IN_GROUP = '403';

/** Messages from linked devices to people: checked, decrypted by the phones they are for, and acknowledged. */
export class Outgoing {
  /** @param {import('./server.js').Server} server */
  constructor(server) {
    this.server = server;
    this.record = server.record;
    this.receipts = new ContactReceipts(server);
    this.reader = new PhoneReader(server, this.receipts);
    this.groups = new GroupOutgoing(server, this.reader);
  }

  /** @param {import('./connection.js').Connection} conn */
  async message(conn, stanza) {
    const { id, to } = stanza.attrs;
    const refusal = this.#reasonToRefuse(conn, stanza);
    if (refusal) {
      conn.violation(refusal.code, refusal.detail, { id });
      return this.#ack(conn, stanza, { error: REFUSED });
    }
    const { account } = conn.device;
    const fault = this.server.faults.takeAckFault(account, to);
    if (fault.mode === 'error')
      return this.#ack(conn, stanza, { error: String(fault.code ?? REFUSED), ms: fault.ms });
    const group = this.server.groups.byJid(to);
    if (group && !group.has(account.person)) return this.#ack(conn, stanza, { error: NOT_IN_GROUP });
    account.counts.client_messages++;
    if (group) await this.groups.message(conn, stanza, group);
    else await this.#direct(conn, stanza);
    if (fault.mode !== 'drop') this.#ack(conn, stanza, { ms: fault.mode === 'delay' ? fault.ms : 0 });
  }

  #reasonToRefuse(conn, stanza) {
    const { id, to } = stanza.attrs;
    if (!conn.active)
      return { code: 'sent_before_active', detail: `message ${id} before the client was active` };
    if (!id || !to) return { code: 'bad_stanza', detail: 'a message without id or recipient' };
    const open = childrenOf(stanza).find(child => UNENCRYPTED.includes(child.tag));
    if (open) return { code: 'plaintext', detail: `message ${id} holds an unencrypted <${open.tag}>` };
    const group = this.server.groups.byJid(to);
    if (group) {
      const { person } = conn.device;
      // Who was put out may not have heard of it yet.
      if (!group.has(person) && !group.former.has(person))
        return { code: 'unknown_recipient', detail: `${person.phone} was never in ${to}` };
    } else if (!this.server.people.byJid(to)) {
      return { code: 'unknown_recipient', detail: `${to} is nobody here` };
    }
    if (!group && targetsOf(stanza).length === 0)
      return { code: 'nothing_encrypted', detail: `message ${id} holds no enc` };
    return undefined;
  }

  async #direct(conn, stanza) {
    const { id, to } = stanza.attrs;
    const recipient = this.server.people.byJid(to);
    const targets = targetsOf(stanza);
    if (!stanza.attrs.category && !isRetry(stanza)) this.#checkParticipants(conn, recipient, targets, id);
    for (const target of targets) await this.#deliver(conn, stanza, target);
  }

  /** Every device the sender knows of must be able to read the message, the owner's own ones included. */
  #checkParticipants(conn, recipient, targets, id) {
    const { device } = conn;
    const given = new Set(targets.map(({ jid }) => this.#deviceName(jid)));
    for (const person of new Set([recipient, device.person])) {
      for (const number of person.devicesKnownTo(device)) {
        if (given.has(`${person.user}:${number}`)) continue;
        conn.violation('missing_participant', `nothing for device ${number} of ${person.phone}`, { id });
      }
    }
  }

  #deviceName(jid) {
    return `${this.server.people.byJid(jid)?.user}:${jidDecode(jid)?.device ?? 0}`;
  }

  async #deliver(conn, stanza, { jid, enc }) {
    const person = this.server.people.byJid(jid);
    const number = jidDecode(jid)?.device ?? 0;
    const linked = person?.account?.devices.get(number);
    if (person && number === 0) return this.reader.read(conn, stanza, person, [enc]);
    if (linked && linked !== conn.device) return this.#forward(conn, stanza, linked, enc);
    if (person?.account?.removed.has(number)) return;
    conn.violation('unknown_recipient', `${jid} is no device here`, { id: stanza.attrs.id });
  }

  /** Another linked device reads it itself; the server only says from whom it is. */
  #forward(conn, stanza, device, enc) {
    const { id, to, type, edit, recipient } = stanza.attrs;
    const sender = conn.device;
    const lid = to.endsWith('@lid');
    const attrs = {
      id,
      type: type ?? 'text',
      t: now(),
      from: lid ? sender.lid : sender.jid,
      notify: sender.person.name,
    };
    if (edit) attrs.edit = edit;
    if (device.person === sender.person) {
      attrs.recipient = recipient ?? to;
      const chat = this.server.people.byJid(attrs.recipient);
      if (lid) attrs.peer_recipient_pn = chat.jid;
      else attrs.peer_recipient_lid = chat.lid;
    } else if (lid) attrs.sender_pn = sender.jid;
    else attrs.sender_lid = sender.lid;
    relayMessage(this.server, sender, device, attrs, [enc]);
  }

  /** @param {{error?: string, ms?: number}} [how] */
  #ack(conn, stanza, how = {}) {
    const { error, ms = 0 } = how;
    const { id, to } = stanza.attrs;
    const { device, account } = conn;
    const send = () => {
      const attrs = { class: 'message', id: id ?? '', from: to ?? 's.whatsapp.net', t: now() };
      if (error) attrs.error = error;
      if (conn.send({ tag: 'ack', attrs })) {
        this.record.add('server_ack', { id, account, device: device?.number, ...(error && { error }) });
      }
    };
    if (ms > 0) setTimeout(send, ms);
    else send();
  }
}
