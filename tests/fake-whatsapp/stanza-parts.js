import { createHash } from 'node:crypto';
import { getBinaryNodeChild, getBinaryNodeChildren } from 'baileys/lib/WABinary/generic-utils.js';

/** What a client's message holds for each device it names. @returns {{jid: string, enc: any}[]} */
export function targetsOf(stanza) {
  const participants = getBinaryNodeChild(stanza, 'participants');
  // The library repeats what it sends again among the participants.
  if (!participants || isRetry(stanza)) {
    return getBinaryNodeChildren(stanza, 'enc').map(enc => ({ jid: stanza.attrs.to, enc }));
  }
  return getBinaryNodeChildren(participants, 'to').flatMap(to =>
    getBinaryNodeChildren(to, 'enc').map(enc => ({ jid: to.attrs.jid, enc })),
  );
}

/** Sent again to one device only, because that one asked for it. */
export function isRetry(stanza) {
  return Boolean(getBinaryNodeChild(stanza, 'enc')?.attrs.count);
}

export function childrenOf(node) {
  return Array.isArray(node?.content) ? node.content : [];
}

export function hashOf(bytes) {
  return createHash('sha256').update(bytes).digest('base64');
}

export function now() {
  return String(Math.floor(Date.now() / 1000));
}
