import { jidEncode } from 'baileys/lib/WABinary/jid-utils.js';
import { LinkedDevice } from './linked-device.js';

/** A phone that companions may be linked to, and what the faults do to it. */
export class Account {
  /** @param {import('./people.js').Person} person @param {import('./record.js').Record} record */
  constructor(person, record) {
    this.person = person;
    this.record = record;
    /** @type {Map<number, LinkedDevice>} */
    this.devices = new Map();
    /** Device numbers that were linked once: their logins are refused without blame. */
    this.removed = new Set();
    this.nextDevice = 1;
    this.acks = { mode: 'normal' };
    /** @type {{active: boolean, until_s?: number, enforcement?: string, error?: number}} whether it may write to strangers */
    this.timelock = { active: false };
    this.receiptsFromContacts = 'normal';
    /** While set, nothing is delivered to its clients. */
    this.held = false;
    this.counts = { messages_in: 0, delivered: 0, receipted: 0, client_messages: 0, duplicates_dropped: 0 };
  }

  get phone() {
    return this.person.phone;
  }

  hold() {
    this.held = true;
  }

  /** @param {import('./outbox.js').Cut} [cut] */
  release(cut) {
    this.held = false;
    for (const { outbox } of this.devices.values()) {
      if (cut) outbox.cut = { ...cut };
      outbox.resume();
    }
  }

  reserveDevice() {
    return this.nextDevice++;
  }

  /**
   * @param {number} number @param {any} registration
   * @param {{quiet?: boolean}} [how] quiet: it was linked before, and the others know
   */
  link(number, registration, { quiet = false } = {}) {
    const device = new LinkedDevice(this, number, registration);
    this.devices.set(number, device);
    if (!quiet) this.#tellOtherDevices(device);
    return device;
  }

  remove(device) {
    this.devices.delete(device.number);
    this.removed.add(device.number);
  }

  /** The siblings must encrypt for the new device from now on, so they have to drop their cached device lists. */
  #tellOtherDevices(added) {
    const { user, lidUser, jid } = this.person;
    const jids = [jidEncode(user, 's.whatsapp.net', added.number), jidEncode(lidUser, 'lid', added.number)];
    for (const device of this.devices.values()) {
      if (device === added) continue;
      const id = `devices-${added.number}-${Date.now()}`;
      device.outbox.add({
        class: 'notification',
        id,
        stanza: {
          tag: 'notification',
          attrs: { from: jid, id, type: 'devices', t: String(Math.floor(Date.now() / 1000)) },
          content: [
            { tag: 'update', attrs: {}, content: jids.map(jid => ({ tag: 'device', attrs: { jid } })) },
          ],
        },
        tells: added,
      });
    }
  }
}
