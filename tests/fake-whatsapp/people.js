import { jidDecode, jidEncode } from 'baileys/lib/WABinary/jid-utils.js';
import { SignalDevice } from './signal-device.js';

/** What a caller did wrong, in the words of the HTTP API. */
export class ApiError extends Error {
  /** @param {number} status @param {string} code @param {string} message @param {string} next what to do about it */
  constructor(status, code, message, next) {
    super(message);
    this.status = status;
    this.code = code;
    this.next = next;
  }
}

/** Someone with a phone. A person whose phone is an account may have linked devices as well. */
export class Person {
  /**
   * @param {string} phone
   * @param {{lid?: string, name?: string, addressing?: string, share_alt?: boolean, also?: string[],
   *   read_receipts?: boolean, online?: boolean}} details
   */
  constructor(phone, { lid, name, addressing = 'pn', share_alt = true, read_receipts = true } = {}) {
    this.phone = phone;
    this.user = phone.slice(1);
    this.lidUser = lid ? lid.split('@')[0] : `100${this.user}`;
    this.name = name ?? `Contact ${phone}`;
    this.addressing = addressing;
    this.shareAlt = share_alt;
    /** The privacy setting of the phone: whether others see what was read. */
    this.readReceipts = read_receipts;
    /** Other numbers that the server takes for this person, as some countries write a number in two ways. */
    this.also = [];
    this.signal = new SignalDevice();
    /** @type {import('./account.js').Account | null} */
    this.account = null;
    /** Texts this phone got from accounts, and by sender and id what it has seen, to drop repeats. */
    this.inbox = [];
    this.seen = new Map();
    /** Messages this phone shall pretend not to understand when they come, by id. */
    this.retryOrders = new Map();
    /** Whether the phone is on: else receipts wait. */
    this.online = true;
    /** @type {(() => void)[]} what it will tell once it is on */
    this.untold = [];
  }

  /** A phone that comes back tells what it got meanwhile. @param {boolean} online */
  turn(online) {
    this.online = online;
    if (online) for (const tell of this.untold.splice(0)) tell();
  }

  get jid() {
    return jidEncode(this.user, 's.whatsapp.net');
  }

  get lid() {
    return jidEncode(this.lidUser, 'lid');
  }

  /** The device numbers that a client must encrypt for. @param {import('./linked-device.js').LinkedDevice} sender */
  devicesKnownTo(sender) {
    const linked = [...(this.account?.devices.values() ?? [])];
    return [0, ...linked.filter(other => other !== sender && other.knownTo.has(sender)).map(d => d.number)];
  }

  /** @param {string} addressing pn or lid @param {number} [device] */
  jidIn(addressing, device) {
    return addressing === 'lid'
      ? jidEncode(this.lidUser, 'lid', device)
      : jidEncode(this.user, 's.whatsapp.net', device);
  }
}

/** Everyone the server knows, by phone number and by LID. */
export class People {
  constructor() {
    /** @type {Map<string, Person>} */
    this.byPhone = new Map();
    /** @type {Map<string, Person>} */
    this.byLid = new Map();
    /** @type {Map<string, Person>} by numbers that are not their own */
    this.byOther = new Map();
  }

  /** Adds a person, or changes what is given of a known one. */
  put(phone, details = {}) {
    checkPhone(phone);
    const known = this.byPhone.get(phone);
    if (known) {
      if (details.lid && details.lid !== known.lid) {
        throw new ApiError(
          409,
          'lid_differs',
          `${phone} already has the LID ${known.lid}`,
          'use that LID or another phone',
        );
      }
      if (details.name !== undefined) known.name = details.name;
      if (details.addressing !== undefined) known.addressing = details.addressing;
      if (details.share_alt !== undefined) known.shareAlt = details.share_alt;
      if (details.read_receipts !== undefined) known.readReceipts = details.read_receipts;
      if (details.online !== undefined) known.turn(details.online);
      if (details.also !== undefined) this.#setAlso(known, details.also);
      return known;
    }
    const person = new Person(phone, details);
    if (this.byLid.has(person.lidUser)) {
      throw new ApiError(
        409,
        'lid_taken',
        `the LID ${person.lid} belongs to someone else`,
        'choose another LID',
      );
    }
    if (this.byNumber(phone)) throw numberTaken(phone);
    if (details.online !== undefined) person.turn(details.online);
    this.#setAlso(person, details.also ?? []);
    this.byPhone.set(phone, person);
    this.byLid.set(person.lidUser, person);
    return person;
  }

  /** Whom the server takes a number for, in whichever way it is written. @param {string} number */
  byNumber(number) {
    return this.byPhone.get(number) ?? this.byOther.get(number);
  }

  #setAlso(person, also) {
    for (const number of also) {
      checkPhone(number);
      const taken = this.byNumber(number);
      if (number === person.phone || (taken && taken !== person)) throw numberTaken(number);
    }
    for (const number of person.also) this.byOther.delete(number);
    for (const number of also) this.byOther.set(number, person);
    person.also = also;
  }

  /** @param {string | undefined} jid a phone number jid or a LID, with or without a device */
  byJid(jid) {
    const decoded = jidDecode(jid);
    if (!decoded) return undefined;
    if (decoded.server === 'lid') return this.byLid.get(decoded.user);
    if (decoded.server === 's.whatsapp.net') return this.byPhone.get(`+${decoded.user}`);
    return undefined;
  }

  /** Who wrote a message, if anybody here did. @param {string} id */
  authorOf(id) {
    return this.#known(id)?.author;
  }

  /** @param {string} id */
  textOf(id) {
    return this.#known(id)?.text;
  }

  /** @returns {{author: Person, text: string} | undefined} */
  #known(id) {
    for (const person of this.byPhone.values()) {
      const seen = person.inbox.find(message => message.id === id);
      if (seen) return { author: this.byPhone.get(seen.account), text: seen.text };
      for (const device of person.account?.devices.values() ?? []) {
        const source = device.outbox.delivered.get(id)?.source;
        if (source) return { author: source.person, text: source.text };
      }
    }
    return undefined;
  }

  account(phone) {
    checkPhone(phone);
    const account = this.byPhone.get(phone)?.account;
    if (!account)
      throw new ApiError(404, 'unknown_account', `${phone} is no account here`, 'POST /phones first');
    return account;
  }

  accounts() {
    return [...this.byPhone.values()].flatMap(person => person.account ?? []);
  }
}

function numberTaken(number) {
  return new ApiError(409, 'number_taken', `${number} belongs to somebody already`, 'choose another number');
}

function checkPhone(phone) {
  if (typeof phone !== 'string' || !/^\+\d{7,15}$/.test(phone)) {
    throw new ApiError(
      400,
      'bad_phone',
      `${JSON.stringify(phone)} is no phone number`,
      'write it like +15550100001',
    );
  }
}
