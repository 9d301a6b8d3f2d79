import { SenderKeyRecord } from 'baileys/lib/Signal/Group/index.js';

/** A phone's encryption as plain data. @param {import('./signal-device.js').SignalDevice} signal */
export function saveSignal(signal) {
  const { uniquePrefix, identity, registrationId, nextPreKeyId, preKeys, usedPreKeys, signedPreKeyMade } =
    signal;
  const { own, theirs } = signal.senderKeys;
  return {
    uniquePrefix,
    identity,
    registrationId,
    nextPreKeyId,
    preKeys,
    usedPreKeys,
    signedPreKeyMade,
    sessions: mapped(signal.records, record => record.serialize()),
    own: mapped(own, ({ record, holders }) => ({ states: record.serialize(), holders })),
    theirs: mapped(theirs, record => record.serialize()),
  };
}

/** @param {import('./signal-device.js').SignalDevice} signal @param {ReturnType<typeof saveSignal>} saved */
export function restoreSignal(signal, { sessions, own, theirs, ...fields }) {
  Object.assign(signal, fields);
  for (const [address, data] of sessions) signal.restoreSession(address, data);
  signal.senderKeys.own = mapped(own, ({ states, holders }) => ({
    record: new SenderKeyRecord(states),
    holders,
  }));
  signal.senderKeys.theirs = mapped(theirs, states => new SenderKeyRecord(states));
}

/** @param {Map<any, any>} map @param {(value: any) => any} change */
export function mapped(map, change) {
  return new Map([...map].map(([name, value]) => [name, change(value)]));
}
