import { createHash } from 'node:crypto';
import { getBinaryNodeChild, getBinaryNodeChildren } from 'baileys/lib/WABinary/generic-utils.js';
import { jidDecode } from 'baileys/lib/WABinary/jid-utils.js';
import { ContactReceipts } from './contact-receipts.js';
import { readMessage } from './message-content.js';
import { DecryptError } from './signal-device.js';

const UNENCRYPTED = ['plaintext', 'body', 'conversation', 'text'];
const REFUSED = '479';

/** Messages from linked devices to people: checked, decrypted by the phones they are for, and acknowledged. */
export class Outgoing {
  /** @param {import('./server.js').Server} server */
  constructor(server) {
    this.server = server;
    this.record = server.record;
    this.receipts = new ContactReceipts(server);
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
    const fault = this.server.faults.takeAckFault(account);
    if (fault.mode === 'error')
      return this.#ack(conn, stanza, { error: String(fault.code ?? REFUSED), ms: fault.ms });
    const recipient = this.server.people.byJid(to);
    const targets = targetsOf(stanza);
    if (!stanza.attrs.category && !isRetry(stanza)) this.#checkParticipants(conn, recipient, targets, id);
    account.counts.client_messages++;
    for (const target of targets) await this.#deliver(conn, stanza, target);
    if (fault.mode !== 'drop') this.#ack(conn, stanza, { ms: fault.mode === 'delay' ? fault.ms : 0 });
  }

  #reasonToRefuse(conn, stanza) {
    const { id, to } = stanza.attrs;
    if (!conn.active)
      return { code: 'sent_before_active', detail: `message ${id} before the client was active` };
    if (!id || !to) return { code: 'bad_stanza', detail: 'a message without id or recipient' };
    const open = childrenOf(stanza).find(child => UNENCRYPTED.includes(child.tag));
    if (open) return { code: 'plaintext', detail: `message ${id} holds an unencrypted <${open.tag}>` };
    if (!this.server.people.byJid(to)) return { code: 'unknown_recipient', detail: `${to} is nobody here` };
    if (targetsOf(stanza).length === 0)
      return { code: 'nothing_encrypted', detail: `message ${id} holds no enc` };
    return undefined;
  }

  /** Every device the sender knows of must be able to read the message, the owner's own ones included. */
  #checkParticipants(conn, recipient, targets, id) {
    const { device } = conn;
    const given = new Set(targets.map(({ jid }) => this.#deviceName(jid)));
    for (const person of new Set([recipient, device.person])) {
      const linked = [...(person.account?.devices.values() ?? [])];
      const expected = [
        0,
        ...linked.filter(other => other !== device && other.knownTo.has(device)).map(d => d.number),
      ];
      for (const number of expected) {
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
    if (person && number === 0) return this.#toPhone(conn, stanza, person, enc);
    if (linked && linked !== conn.device) return this.#forward(conn, stanza, linked, enc);
    if (person?.account?.removed.has(number)) return;
    conn.violation('unknown_recipient', `${jid} is no device here`, { id: stanza.attrs.id });
  }

  /** Another linked device reads it itself; the server only says from whom it is. */
  #forward(conn, stanza, device, enc) {
    const { id, to, type } = stanza.attrs;
    const sender = conn.device;
    const lid = to.endsWith('@lid');
    const attrs = {
      id,
      type: type ?? 'text',
      t: now(),
      from: lid ? sender.lid : sender.jid,
      notify: sender.person.name,
    };
    if (device.person === sender.person) {
      attrs.recipient = to;
      const chat = this.server.people.byJid(to);
      if (lid) attrs.peer_recipient_pn = chat.jid;
      else attrs.peer_recipient_lid = chat.lid;
    } else if (lid) attrs.sender_pn = sender.jid;
    else attrs.sender_lid = sender.lid;
    device.outbox.add({
      class: 'message',
      id,
      from: sender.person.phone,
      stanza: { tag: 'message', attrs, content: [{ tag: 'enc', attrs: enc.attrs, content: enc.content }] },
    });
  }

  async #toPhone(conn, stanza, person, enc) {
    const { id } = stanza.attrs;
    const { device } = conn;
    const seenAs = `${device.person.user} ${id}`;
    const earlier = person.seen.get(seenAs);
    const ciphertext = Buffer.from(enc.content ?? []);
    const bytes = hashOf(ciphertext);
    if (earlier?.bytes === bytes) return this.#duplicate(conn, person, id, earlier);
    let content;
    try {
      const payload = await person.signal.decrypt(
        device.sessionName,
        enc.attrs.type,
        ciphertext,
        device.identity,
      );
      content = readMessage(payload, person === device.person);
    } catch (error) {
      if (!(error instanceof DecryptError)) throw error;
      // Whoever sees an id twice looks no further.
      if (earlier) return this.#duplicate(conn, person, id, earlier, { undecryptable: true });
      conn.violation(error.code, `${person.phone} cannot read ${id}: ${error.message}`, {
        id,
        contact: person.phone,
      });
      this.record.add('undecryptable', {
        account: conn.account,
        id,
        contact: person.phone,
        code: error.code,
      });
      if (person !== device.person) this.receipts.send(device, person, stanza, 'retry');
      return;
    }
    if (!earlier) return this.#accept(conn, stanza, person, seenAs, bytes, content);
    if (earlier.wanted) {
      earlier.wanted = false;
      const { text } = content;
      this.record.add('retry_answered', { account: conn.account, id, contact: person.phone, text });
    } else {
      this.#duplicate(conn, person, id, earlier);
    }
    // The owner's phone sees the same ids; one report is enough.
    if (earlier.inbox && earlier.payload !== content.payload) {
      conn.violation('id_reused', `${id} came again with other content`, { id, contact: person.phone });
    }
  }

  #accept(conn, stanza, person, seenAs, bytes, { text, kind, payload }) {
    const { id, to, category } = stanza.attrs;
    const { device } = conn;
    const entry = { bytes, payload, wanted: false, inbox: null, jid: to };
    person.seen.set(seenAs, entry);
    if (category === 'peer') {
      this.record.add('peer_message', { account: conn.account, id, kind });
      return;
    }
    // The owner's phone keeps copies of everything, but only a chat with oneself ends there.
    if (person === device.person && this.server.people.byJid(to) !== person) return;
    const from_jid = to.endsWith('@lid') ? device.lid : device.jid;
    const { seq } = this.record.add('message', {
      account: conn.account,
      device: device.number,
      id,
      to,
      from_jid,
      text,
      contact: person.phone,
      raw_kind: kind,
    });
    entry.inbox = { id, text, seq, chat: from_jid, count_dropped: 0, account: conn.account };
    person.inbox.push(entry.inbox);
    if (person !== device.person) this.receipts.deliveredLater(device, person, stanza);
  }

  #duplicate(conn, person, id, earlier, extra = {}) {
    if (!earlier.inbox) return;
    earlier.inbox.count_dropped++;
    conn.device.account.counts.duplicates_dropped++;
    this.record.add('duplicate', { account: conn.account, id, contact: person.phone, ...extra });
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

function targetsOf(stanza) {
  const participants = getBinaryNodeChild(stanza, 'participants');
  if (!participants) {
    return getBinaryNodeChildren(stanza, 'enc').map(enc => ({ jid: stanza.attrs.to, enc }));
  }
  return getBinaryNodeChildren(participants, 'to').flatMap(to =>
    getBinaryNodeChildren(to, 'enc').map(enc => ({ jid: to.attrs.jid, enc })),
  );
}

/** Sent again to one device only, because that one asked for it. */
function isRetry(stanza) {
  return (
    !getBinaryNodeChild(stanza, 'participants') && Boolean(getBinaryNodeChild(stanza, 'enc')?.attrs.count)
  );
}

function childrenOf(node) {
  return Array.isArray(node.content) ? node.content : [];
}

function hashOf(bytes) {
  return createHash('sha256').update(bytes).digest('base64');
}

function now() {
  return String(Math.floor(Date.now() / 1000));
}
