// The library steps its own sender key twice for each message to a group, and keeps the key that it
// skipped for a message that may still come, as it must with the keys of others. With our own none
// ever comes: the file would grow to 2,000 such keys, and be read, parsed and written for each
// message, which takes longer each time. So of our own nothing is kept, and what was kept goes.

import { SenderKeyState } from 'baileys/lib/Signal/Group/index.js';

const keep = SenderKeyState.prototype.addSenderMessageKey;

/**
 * @this {import('baileys/lib/Signal/Group/index.js').SenderKeyState}
 * @param {import('baileys/lib/Signal/Group/index.js').SenderMessageKey} key
 */
function keepOfOthers(key) {
  // Only who made a sender key can sign with it.
  if (this.getSigningKeyPrivate()?.length) this.getStructure().senderMessageKeys.length = 0;
  else keep.call(this, key);
}

/** For this process; a second call changes nothing. */
export function mendSenderKeys() {
  SenderKeyState.prototype.addSenderMessageKey = keepOfOthers;
}
