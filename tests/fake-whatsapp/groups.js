import { randomInt } from 'node:crypto';
import { jidDecode, jidEncode } from 'baileys/lib/WABinary/jid-utils.js';
import { ApiError } from './people.js';

/** A client acknowledges a change a moment before its program hears of it. */
const LEARNING_MS = 1000;

/** @typedef {import('./people.js').Person} Person */
/** @typedef {import('./linked-device.js').LinkedDevice} LinkedDevice */

/** Who is in a group, and which client device knows of whom. */
export class Group {
  /** @param {{id: string, subject: string, addressing: string, creator: Person,
   *   announce?: boolean, description?: string}} details */
  constructor({ id, subject, addressing, creator, announce = false, description = undefined }) {
    this.id = id;
    this.subject = subject;
    this.addressing = addressing;
    this.creator = creator;
    /** Whether only admins may write. */
    this.announce = announce;
    this.description = description;
    this.createdAt = Math.floor(Date.now() / 1000);
    /** @type {Map<Person, string>} with the rank: "", admin or superadmin */
    this.members = new Map();
    /** @type {Set<Person>} */
    this.former = new Set();
    /** @type {Map<LinkedDevice, Map<Person, number>>} since when (ms) a client device knows of a member */
    this.known = new Map();
    /** @type {Map<LinkedDevice, {keyId: number | undefined, holders: Set<string>}>} who was given a client's key */
    this.keys = new Map();
  }

  get jid() {
    return jidEncode(this.id, 'g.us');
  }

  has(person) {
    return this.members.has(person);
  }

  /** @returns {LinkedDevice[]} the clients in the group */
  devices() {
    return [...this.members.keys()].flatMap(({ account }) => [...(account?.devices.values() ?? [])]);
  }

  /** @param {Person} person @param {string} [rank] */
  add(person, rank = '') {
    this.members.set(person, rank);
    this.former.delete(person);
  }

  /** @param {Person} person */
  remove(person) {
    this.members.delete(person);
    this.former.add(person);
    for (const known of this.known.values()) known.delete(person);
    for (const { holders } of this.keys.values()) {
      for (const name of holders) if (name.startsWith(`${person.user}:`)) holders.delete(name);
    }
    // Who left must not read on.
    for (const member of this.members.keys()) member.signal.senderKeys.rotate(this.jid);
  }

  /** A client device was told who is in. @param {LinkedDevice} device */
  learned(device, inMs = LEARNING_MS) {
    if (!this.known.has(device)) this.known.set(device, new Map());
    const known = this.known.get(device);
    for (const person of this.members.keys()) if (!known.has(person)) known.set(person, Date.now() + inMs);
  }

  /** @param {LinkedDevice} device @returns {Person[]} the members it must have noticed by now */
  knownTo(device) {
    const known = [...(this.known.get(device) ?? [])];
    return known.filter(([, since]) => since <= Date.now()).map(([person]) => person);
  }

  /** Who holds the sender key that a client device uses now. @param {number} keyId */
  holdersOf(device, keyId) {
    let keys = this.keys.get(device);
    if (!keys || (keyId !== undefined && keys.keyId !== keyId)) {
      keys = { keyId, holders: new Set() };
      this.keys.set(device, keys);
    }
    return keys.holders;
  }

  /** What clients are told of it. */
  node() {
    const { id, subject, addressing, creator } = this;
    const t = String(this.createdAt);
    const owner = creator.jidIn(addressing);
    const attrs = {
      id,
      subject,
      creation: t,
      s_t: t,
      creator: owner,
      s_o: owner,
      addressing_mode: addressing,
      size: String(this.members.size),
    };
    if (addressing === 'lid') Object.assign(attrs, { creator_pn: creator.jid, s_o_pn: creator.jid });
    return {
      tag: 'group',
      attrs,
      content: [
        ...this.#traits(),
        ...[...this.members].map(([person, rank]) => this.participant(person, rank)),
      ],
    };
  }

  #traits() {
    const traits = [];
    if (this.announce) traits.push({ tag: 'announcement', attrs: {} });
    if (this.description) {
      const body = { tag: 'body', attrs: {}, content: Buffer.from(this.description) };
      traits.push({ tag: 'description', attrs: { id: `D${this.id}` }, content: [body] });
    }
    return traits;
  }

  /** @param {Person} person */
  participant(person, rank = '') {
    const attrs = { jid: person.jidIn(this.addressing) };
    if (this.addressing === 'lid') attrs.phone_number = person.jid;
    else attrs.lid = person.lid;
    if (rank) attrs.type = rank;
    return { tag: 'participant', attrs };
  }
}

/** All groups, and what changes in them. */
export class Groups {
  /** @param {import('./server.js').Server} server */
  constructor(server) {
    this.server = server;
    /** @type {Map<string, Group>} */
    this.byId = new Map();
  }

  /** @param {string | undefined} jid @returns {Group | undefined} */
  byJid(jid) {
    const decoded = jidDecode(jid);
    return decoded?.server === 'g.us' ? this.byId.get(decoded.user) : undefined;
  }

  /** @param {string} id with or without @g.us @returns {Group} */
  get(id) {
    const group = this.byId.get(String(id).split('@')[0]);
    if (!group) throw new ApiError(404, 'unknown_group', `no group ${id}`, 'POST /groups first');
    return group;
  }

  /** @param {Person} person */
  of(person) {
    return [...this.byId.values()].filter(group => group.has(person));
  }

  /** @param {any} request the body of POST /groups @returns {Group} */
  create({ id = newGroupId(), subject, members, addressing = 'pn', admins = [], announce, description }) {
    const plainId = String(id).split('@')[0];
    if (!/^\d[\d-]{4,30}$/.test(plainId)) {
      throw new ApiError(400, 'bad_group_id', `${id} is no group id`, 'write digits, with or without @g.us');
    }
    if (!['pn', 'lid'].includes(addressing)) {
      throw new ApiError(400, 'bad_mode', `no addressing ${addressing}`, 'use pn or lid');
    }
    if (!Array.isArray(members) || members.length === 0) {
      throw new ApiError(400, 'missing_field', 'a group needs members', 'give a list of phone numbers');
    }
    if (this.byId.has(plainId)) {
      throw new ApiError(409, 'group_exists', `there is a group ${id}`, 'choose another id');
    }
    const people = members.map(phone => this.server.people.put(phone));
    const group = new Group({
      id: plainId,
      subject: String(subject ?? ''),
      addressing,
      creator: people[0],
      announce,
      description,
    });
    for (const person of people) {
      const rank = person === people[0] ? 'superadmin' : admins.includes(person.phone) ? 'admin' : '';
      group.add(person, rank);
    }
    this.byId.set(plainId, group);
    this.server.record.add('group', { group: group.jid, subject: group.subject, members });
    this.#tell(group, group.creator, group.devices(), created(group));
    return group;
  }

  /** @param {{group: string, add?: string[], remove?: string[], by?: string}} request */
  change({ group: id, add = [], remove = [], by }) {
    const group = this.get(id);
    const { people } = this.server;
    const actor = by ? people.put(by) : group.creator;
    const added = add.map(phone => people.put(phone)).filter(person => !group.has(person));
    const removed = remove.map(phone => people.put(phone)).filter(person => group.has(person));
    const present = group.devices();
    for (const person of added) group.add(person);
    for (const person of removed) group.remove(person);
    this.server.record.add('group_changed', {
      group: group.jid,
      added: added.map(({ phone }) => phone),
      removed: removed.map(({ phone }) => phone),
      by: actor.phone,
    });
    if (added.length) {
      this.#tell(group, actor, present, changed(group, 'add', added));
      const news = group.devices().filter(device => !present.includes(device));
      this.#tell(group, actor, news, created(group));
    }
    if (removed.length) this.#tell(group, actor, present, changed(group, 'remove', removed));
    return group;
  }

  #tell(group, actor, devices, child) {
    for (const device of devices) {
      const id = this.server.nextId();
      const attrs = {
        from: group.jid,
        id,
        type: 'w:gp2',
        t: String(Math.floor(Date.now() / 1000)),
        participant: actor.jidIn(group.addressing),
        addressing_mode: group.addressing,
        notify: actor.name,
      };
      if (group.addressing === 'lid') attrs.participant_pn = actor.jid;
      else attrs.participant_lid = actor.lid;
      const stanza = { tag: 'notification', attrs, content: [child] };
      device.outbox.add({ class: 'notification', id, stanza, tells: group });
    }
  }
}

function created(group) {
  return { tag: 'create', attrs: { type: 'new' }, content: [group.node()] };
}

function changed(group, tag, people) {
  return { tag, attrs: {}, content: people.map(person => group.participant(person)) };
}

function newGroupId() {
  return `120363${String(randomInt(1e12)).padStart(12, '0')}`;
}
