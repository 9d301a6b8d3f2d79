import { getBinaryNodeChildren } from 'baileys/lib/WABinary/generic-utils.js';
import { jidDecode } from 'baileys/lib/WABinary/jid-utils.js';
import { relayMessage } from './relay.js';
import { senderKeyId } from './sender-keys.js';
import { isRetry, now, targetsOf } from './stanza-parts.js';

/** Messages from linked devices to groups: sender keys for each device, and one text for all. */
export class GroupOutgoing {
  /** @param {import('./server.js').Server} server @param {import('./phone-reader.js').PhoneReader} reader */
  constructor(server, reader) {
    this.server = server;
    this.reader = reader;
  }

  /** @param {import('./connection.js').Connection} conn @param {import('./groups.js').Group} group */
  async message(conn, stanza, group) {
    if (isRetry(stanza)) return this.#again(conn, stanza, group);
    const { id } = stanza.attrs;
    const text = getBinaryNodeChildren(stanza, 'enc').find(enc => enc.attrs.type === 'skmsg');
    if (!text) {
      conn.violation('nothing_encrypted', `message ${id} to a group holds no skmsg`, { id });
      return;
    }
    const keys = this.#keysByDevice(stanza);
    this.#checkHolders(conn, group, keys, senderKeyId(text.content), id);
    for (const person of group.members.keys()) {
      const forPhone = keys.get(`${person.user}:0`);
      await this.reader.read(conn, stanza, person, forPhone ? [forPhone, text] : [text], group);
    }
    for (const device of group.devices()) {
      const key = keys.get(device.sessionName);
      if (device !== conn.device) this.#forward(conn, stanza, group, device, key ? [key, text] : [text]);
    }
  }

  /** @returns {Map<string, any>} the enc with the sender key, by device */
  #keysByDevice(stanza) {
    const keys = new Map();
    const nodes = getBinaryNodeChildren(stanza, 'participants').length ? targetsOf(stanza) : [];
    for (const { jid, enc } of nodes) {
      const user = this.server.people.byJid(jid)?.user;
      if (user) keys.set(`${user}:${jidDecode(jid)?.device ?? 0}`, enc);
    }
    return keys;
  }

  /** Each device the sender knows of must hold the key of the text. */
  #checkHolders(conn, group, keys, keyId, id) {
    const { device } = conn;
    const holders = group.holdersOf(device, keyId);
    for (const name of keys.keys()) holders.add(name);
    for (const person of group.knownTo(device)) {
      for (const number of person.devicesKnownTo(device)) {
        if (holders.has(`${person.user}:${number}`)) continue;
        const detail = `no sender key for device ${number} of ${person.phone}`;
        conn.violation('missing_participant', detail, { id, group: group.jid });
      }
    }
  }

  /** Sent again to the one device that asked for it; the sender key comes inside. */
  async #again(conn, stanza, group) {
    const { participant } = stanza.attrs;
    const person = this.server.people.byJid(participant);
    const number = jidDecode(participant)?.device ?? 0;
    const [enc] = getBinaryNodeChildren(stanza, 'enc');
    const linked = person?.account?.devices.get(number);
    if (person && group.has(person) && number === 0) {
      await this.reader.read(conn, stanza, person, [enc], group);
    } else if (linked && linked !== conn.device) {
      this.#forward(conn, stanza, group, linked, [enc]);
    } else if (!group.former.has(person) && !person?.account?.removed.has(number)) {
      const detail = `${participant} is no device in ${group.jid}`;
      conn.violation('unknown_recipient', detail, { id: stanza.attrs.id });
    }
  }

  #forward(conn, stanza, group, device, encs) {
    const { id, type, edit, addressing_mode: mode } = stanza.attrs;
    const sender = conn.device;
    const lid = (mode ?? group.addressing) === 'lid';
    const attrs = {
      id,
      type: type ?? 'text',
      t: now(),
      from: group.jid,
      participant: lid ? sender.lid : sender.jid,
      addressing_mode: lid ? 'lid' : 'pn',
      notify: sender.person.name,
    };
    if (lid) attrs.participant_pn = sender.jid;
    else attrs.participant_lid = sender.lid;
    if (edit) attrs.edit = edit;
    relayMessage(this.server, sender, device, attrs, encs);
  }
}
