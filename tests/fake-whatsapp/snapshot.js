import { Account } from './account.js';
import { Group } from './groups.js';
import { mapped, restoreSignal, saveSignal } from './snapshot-signal.js';

const FORMAT = 1;

/** @typedef {import('./server.js').Server} Server */

/**
 * All that has to outlive the process, as plain data in which what is shared stays shared.
 * Sockets, faults and half-done links are left out.
 * @param {Server} server @param {{withRecord?: boolean}} [options]
 */
export function takeSnapshot(server, { withRecord = false } = {}) {
  const { record, authority, people, groups } = server;
  const items = new Map();
  const sources = new Map();
  return {
    format: FORMAT,
    record: { lastSeq: record.lastSeq, kept: record.kept, entries: withRecord ? record.entries : [] },
    keys: [authority.root, authority.intermediate, authority.serverKey],
    idsMade: server.idsMade,
    connectionsMade: server.connectionsMade,
    askedFor: server.outgoing.reader.askedFor,
    people: [...people.byPhone.values()].map(person => ({
      phone: person.phone,
      details: details(person),
      inbox: person.inbox,
      seen: person.seen,
      retryOrders: person.retryOrders,
      signal: saveSignal(person.signal),
      account: person.account && saveAccount(person.account, items, sources),
    })),
    groups: [...groups.byId.values()].map(saveGroup),
  };
}

const details = ({ lid, name, addressing, shareAlt, also, readReceipts, online }) => ({
  lid,
  name,
  addressing,
  share_alt: shareAlt,
  also,
  read_receipts: readReceipts,
  online,
});
const refOf = device => device && `${device.account.phone} ${device.number}`;
const phoneOf = person => person.phone;

function saveAccount(account, items, sources) {
  const { nextDevice, removed, counts, held } = account;
  const devices = [...account.devices.values()].map(device => ({
    number: device.number,
    registration: {
      noiseKey: device.noiseKey,
      identity: device.identity,
      registrationId: device.registrationId,
      signedPreKey: device.signedPreKey,
    },
    preKeys: device.preKeys,
    knownTo: [...device.knownTo].map(refOf),
    items: [...device.outbox.items].map(item => saveItem(item, items, sources)),
    delivered: [...device.outbox.delivered.values()].map(item => saveItem(item, items, sources)),
    forgot: device.outbox.forgot,
  }));
  return { nextDevice, removed, counts, held, devices };
}

function saveItem(item, items, sources) {
  const known = items.get(item);
  if (known) return known;
  const { class: kind, id, from, stanza, how, attempt, source, tells, origin } = item;
  const saved = { class: kind, id, from, stanza, how, attempt };
  if (source) saved.source = saveSource(source, sources);
  if (tells instanceof Group) saved.tellsGroup = tells.id;
  else if (tells) saved.tellsDevice = refOf(tells);
  if (origin) saved.origin = refOf(origin);
  items.set(item, saved);
  return saved;
}

function saveSource(source, sources) {
  if (!sources.has(source)) {
    sources.set(source, { ...source, person: source.person.phone, group: source.group?.id });
  }
  return sources.get(source);
}

function saveGroup(group) {
  const { id, subject, addressing, announce, description, creator, createdAt, members, former, known, keys } =
    group;
  return {
    details: { id, subject, addressing, announce, description },
    creator: phoneOf(creator),
    createdAt,
    members: [...members].map(([person, rank]) => [phoneOf(person), rank]),
    former: [...former].map(phoneOf),
    known: [...known].map(([device, people]) => [
      refOf(device),
      [...people].map(([person, since]) => [phoneOf(person), since]),
    ]),
    keys: [...keys].map(([device, holders]) => [refOf(device), holders]),
  };
}

/** @param {Server} server @param {ReturnType<typeof takeSnapshot>} saved */
export function restoreSnapshot(server, saved) {
  if (saved.format !== FORMAT) throw new Error(`the state is of format ${saved.format}, not ${FORMAT}`);
  const { record, authority, people } = server;
  record.kept = saved.record.kept;
  record.entries = saved.record.entries;
  record.before = saved.record.lastSeq - saved.record.entries.length;
  [authority.root, authority.intermediate, authority.serverKey] = saved.keys;
  Object.assign(server, { idsMade: saved.idsMade, connectionsMade: saved.connectionsMade });
  server.outgoing.reader.askedFor = saved.askedFor;
  for (const { phone, details, inbox, seen, retryOrders, signal, account } of saved.people) {
    const person = people.put(phone, details);
    Object.assign(person, { inbox, seen, retryOrders });
    restoreSignal(person.signal, signal);
    if (account) restoreAccount(server, person, account);
  }
  for (const group of saved.groups) restoreGroup(server, group);
  const restore = itemRestorer(server);
  for (const { phone, account } of saved.people) {
    for (const { number, knownTo, items, delivered, forgot } of account?.devices ?? []) {
      const device = people.account(phone).devices.get(number);
      for (const other of knownTo.map(ref => deviceOf(server, ref))) if (other) device.knownTo.add(other);
      device.outbox.restore(
        items.map(item => restore(device, item)),
        delivered.map(item => restore(device, item)),
      );
      device.outbox.forgot = forgot;
    }
  }
}

function restoreAccount(server, person, { devices, ...fields }) {
  person.account = Object.assign(new Account(person, server.record), fields);
  for (const { number, registration, preKeys } of devices) {
    person.account.link(number, registration, { quiet: true }).preKeys = preKeys;
  }
}

function restoreGroup(server, { details, creator, createdAt, members, former, known, keys }) {
  const person = phone => server.people.byPhone.get(phone);
  const group = new Group({ ...details, creator: person(creator) });
  group.createdAt = createdAt;
  group.members = new Map(members.map(([phone, rank]) => [person(phone), rank]));
  group.former = new Set(former.map(person));
  const byDevice = pairs => pairs.map(([ref, value]) => [deviceOf(server, ref), value]).filter(([it]) => it);
  const since = pairs => new Map(pairs.map(([phone, ms]) => [person(phone), ms]));
  group.known = mapped(new Map(byDevice(known)), since);
  group.keys = new Map(byDevice(keys));
  server.groups.byId.set(group.id, group);
}

function deviceOf(server, ref) {
  const [phone, number] = ref.split(' ');
  return server.people.byPhone.get(phone)?.account?.devices.get(Number(number));
}

/** @param {Server} server */
function itemRestorer(server) {
  const items = new Map();
  const sources = new Map();
  const sourceOf = saved => {
    if (!sources.has(saved)) {
      const person = server.people.byPhone.get(saved.person);
      sources.set(saved, { ...saved, person, group: saved.group && server.groups.get(saved.group) });
    }
    return sources.get(saved);
  };
  return (device, saved) => {
    if (!items.has(saved)) {
      const { source, tellsGroup, tellsDevice, origin, ...item } = saved;
      if (source) item.source = sourceOf(source);
      if (tellsGroup) item.tells = server.groups.byId.get(tellsGroup);
      if (tellsDevice) item.tells = deviceOf(server, tellsDevice);
      if (origin) item.origin = deviceOf(server, origin);
      items.set(saved, server.incoming.buildable(device, item));
    }
    return items.get(saved);
  };
}
