// One member of a group with the library's own cipher, and a sender key that lives in memory.

import {
  GroupCipher,
  GroupSessionBuilder,
  SenderKeyDistributionMessage,
  SenderKeyName,
  SenderKeyRecord,
} from 'baileys/lib/Signal/Group/index.js';
import { GROUP } from './parties.js';

/** Who speaks and who listens have one of these each, for the speaker's key. */
export function groupParty() {
  let record = new SenderKeyRecord();
  const store = {
    loadSenderKey: async () => record,
    storeSenderKey: async (/** @type {SenderKeyName} */ _, /** @type {SenderKeyRecord} */ stepped) => {
      record = stepped;
    },
  };
  const address = { id: '15550100002', deviceId: 0, toString: () => '15550100002.0' };
  const name = new SenderKeyName(GROUP, /** @type {any} */ (address));
  const builder = new GroupSessionBuilder(store);
  const cipher = new GroupCipher(store, name);
  return {
    state: () => record.getSenderKeyState(),
    /** @returns {Promise<Uint8Array>} what others need to read from here on */
    distribution: async () => (await builder.create(name)).serialize(),
    /** @param {Uint8Array} distribution */
    learn: distribution =>
      builder.process(
        name,
        new SenderKeyDistributionMessage(null, null, null, null, Buffer.from(distribution)),
      ),
    /** @param {string} text */
    say: async text => Buffer.from(await cipher.encrypt(Buffer.from(text))),
    /** @param {Uint8Array} message */
    read: async message => Buffer.from(await cipher.decrypt(message)).toString(),
  };
}
