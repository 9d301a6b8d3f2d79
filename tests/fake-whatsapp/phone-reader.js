import { CONTACT_RECEIPT_DELAY_MS } from './contact-receipts.js';
import { mediaFacts } from './media-facts.js';
import { readMessage } from './message-content.js';
import { DecryptError } from './padding.js';
import { hashOf } from './stanza-parts.js';

/** A phone that gets a client's message: decrypts it, keeps it, or asks for it again. */
export class PhoneReader {
  /**
   * @param {import('./server.js').Server} server
   * @param {import('./contact-receipts.js').ContactReceipts} receipts
   */
  constructor(server, receipts) {
    this.server = server;
    this.record = server.record;
    this.receipts = receipts;
    /** Messages that some phone asked for again: a client may answer that to everybody. */
    this.askedFor = new Set();
  }

  /**
   * @param {import('./connection.js').Connection} conn
   * @param {import('./people.js').Person} person
   * @param {any[]} encs what is for this phone; the last one says something
   * @param {import('./groups.js').Group} [group]
   */
  async read(conn, stanza, person, encs, group) {
    const { id } = stanza.attrs;
    const { device } = conn;
    const seenAs = `${device.person.user} ${id}`;
    const earlier = person.seen.get(seenAs);
    const bytes = hashOf(encs.at(-1).content ?? '');
    if (earlier?.bytes === bytes) return this.#duplicate(conn, person, id, earlier);
    let content;
    let fresh = false;
    try {
      for (const enc of encs) {
        fresh ||= enc.attrs.type === 'pkmsg' && person.signal.opensSession(device.sessionName, enc.content);
        content = await this.#open(device, person, enc, group);
      }
    } catch (error) {
      if (!(error instanceof DecryptError)) throw error;
      return this.#undecryptable(conn, stanza, person, earlier, error);
    }
    if (!earlier) return this.#first(conn, stanza, person, seenAs, bytes, content);
    if (earlier.wanted) this.#again(conn, stanza, person, earlier, content, fresh);
    else this.#duplicate(conn, person, id, earlier);
    // The owner's phone sees the same ids; one report is enough.
    if (earlier.inbox && earlier.payload !== content.payload) {
      conn.violation('id_reused', `${id} came again with other content`, { id, contact: person.phone });
    }
  }

  async #open(device, person, enc, group) {
    const ciphertext = enc.content ?? Buffer.alloc(0);
    const { type } = enc.attrs;
    const { signal } = person;
    const payload =
      type === 'skmsg' && group
        ? await signal.senderKeys.open(group.jid, device.sessionName, ciphertext)
        : await signal.decrypt(device.sessionName, type, Buffer.from(ciphertext), device.identity);
    const own = person === device.person;
    const content = readMessage(payload, { wrapped: own && !group, unwrap: own });
    const key = content.senderKey;
    if (key) {
      signal.senderKeys.learn(key.groupId, device.sessionName, key.axolotlSenderKeyDistributionMessage ?? []);
    }
    return content;
  }

  #undecryptable(conn, stanza, person, earlier, error) {
    const { id } = stanza.attrs;
    const { device } = conn;
    // Whoever sees an id twice looks no further.
    if (earlier) return this.#duplicate(conn, person, id, earlier, { undecryptable: true });
    // The server has blamed the client already if it left out somebody it knows of.
    if (error.code !== 'no_sender_key') {
      conn.violation(error.code, `${person.phone} cannot read ${id}: ${error.message}`, {
        id,
        contact: person.phone,
      });
    }
    this.record.add('undecryptable', {
      account: conn.account,
      id,
      contact: person.phone,
      code: error.code,
    });
    if (person !== device.person) this.receipts.send(device, person, stanza.attrs, 'retry');
  }

  #first(conn, stanza, person, seenAs, bytes, content) {
    const { id, to } = stanza.attrs;
    const { payload, whole } = content;
    const entry = {
      bytes,
      payload,
      whole,
      wanted: 0,
      asked: 0,
      inbox: null,
      jid: to,
      pretended: false,
      from: conn.device.number,
    };
    person.seen.set(seenAs, entry);
    forgetOldest(person.seen, this.record.limit);
    const order = person.retryOrders.get(id);
    if (!order) return this.#accept(conn, stanza, person, entry, content);
    person.retryOrders.delete(id);
    entry.pretended = true;
    this.record.add('undecryptable', { account: conn.account, id, contact: person.phone, code: 'pretended' });
    // As long as other receipts take, so that a client has kept what it sent.
    this.server.later(CONTACT_RECEIPT_DELAY_MS, () => {
      this.askAgain(conn.device, person, stanza.attrs, entry, order);
    });
  }

  /**
   * @param {import('./linked-device.js').LinkedDevice} device @param {import('./people.js').Person} person
   * @param {{id: string}} message @param {any} entry what the phone has seen under the id
   * @param {{times?: number, via?: string}} [order]
   */
  askAgain(device, person, { id }, entry, { times = 1, via } = {}) {
    this.askedFor.add(`${device.person.user} ${id}`);
    entry.wanted = times;
    entry.via = via;
    const how = { count: ++entry.asked, via };
    this.receipts.send(device, person, { id, to: entry.jid }, 'retry', how);
  }

  /** What a phone asked for again has come. */
  #again(conn, stanza, person, entry, content, fresh) {
    const { id, edit } = stanza.attrs;
    const fields = { account: conn.account, id, contact: person.phone };
    entry.wanted--;
    this.record.add('resent', {
      ...fields,
      identical: content.payload === entry.payload,
      context_identical: content.whole === entry.whole,
      fresh_session: fresh,
      raw_kind: content.kind,
      ...content.about,
      ...(edit && { edit }),
    });
    this.record.add('retry_answered', { ...fields, text: content.text });
    if (entry.wanted > 0) {
      this.askAgain(conn.device, person, stanza.attrs, entry, { times: entry.wanted, via: entry.via });
    } else if (entry.pretended && !entry.inbox) {
      this.#accept(conn, stanza, person, entry, content);
    }
  }

  #accept(conn, stanza, person, entry, { text, kind, about, message, inner }) {
    const { id, to, edit, category, addressing_mode: mode } = stanza.attrs;
    const { device } = conn;
    if (category === 'peer') {
      this.record.add('peer_message', { account: conn.account, id, kind });
      return;
    }
    const group = this.server.groups.byJid(to);
    // The owner's phone keeps copies of everything, but only a chat with oneself ends there.
    if (person === device.person && (group || this.server.people.byJid(to) !== person)) return;
    const lid = group ? (mode ?? group.addressing) === 'lid' : to.endsWith('@lid');
    const from_jid = lid ? device.lid : device.jid;
    this.server.polls.learn(id, message, device.person);
    const { media, problem } = mediaFacts(this.server.media.store, inner);
    if (problem) conn.violation('bad_media', `of ${id}, ${problem}`, { id, contact: person.phone });
    const { seq } = this.record.add('message', {
      account: conn.account,
      device: device.number,
      id,
      to,
      from_jid,
      text,
      contact: person.phone,
      raw_kind: kind,
      ...(group && { group: group.jid }),
      ...about,
      ...(edit && { edit }),
      ...(media && { media }),
    });
    const chat = group ? group.jid : from_jid;
    entry.inbox = { id, text, seq, chat, count_dropped: 0, account: conn.account };
    person.inbox.push(entry.inbox);
    if (person.inbox.length > this.record.limit) person.inbox.shift();
    if (person !== device.person) this.receipts.deliveredLater(device, person, stanza.attrs);
  }

  #duplicate(conn, person, id, earlier, extra = {}) {
    if (!earlier.inbox) return;
    earlier.inbox.count_dropped++;
    const asked = this.askedFor.has(`${conn.device.person.user} ${id}`);
    if (!asked) conn.device.account.counts.duplicates_dropped++;
    const why = asked ? { ...extra, after_retry: true } : extra;
    this.record.add('duplicate', { account: conn.account, id, contact: person.phone, ...why });
  }
}

function forgetOldest(map, limit) {
  if (map.size > limit) map.delete(map.keys().next().value);
}
