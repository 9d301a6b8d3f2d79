// Commit, then receipt. The library sends a message's receipt as soon as decryption returns, so
// decryption returns only after the gateway has committed the plaintext. The ratchet step is
// written in the same transaction, after the commit: killed in between, the stanza comes again and
// decrypts again, under the same id.

import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { jidDecode } from 'baileys';
import { GateClosed } from './commit-gate.js';
import { log, nameOf, redact } from './log.js';
import { decodePlaintext, EMPTY_PLAINTEXT, eventsIn } from './plaintext.js';
import { mergeSessions } from './session-merge.js';

/** @typedef {import('baileys').SignalRepositoryWithLIDStore} Repository */
/** @typedef {import('baileys').SignalKeyStoreWithTransaction} Keys */
/** @typedef {import('./intake.js').Part} Part */

/** Decryption failed; carries the library's own error. */
class DecryptionFailed extends Error {}

/**
 * @typedef {object} GateParts
 * @property {(keys: Keys) => Repository} makeInner the library's own repository over these keys
 * @property {Keys} keys
 * @property {import('./commit-gate.js').CommitGate} gate
 * @property {import('./intake.js').Intake} intake
 * @property {() => import('./stanza.js').Self} self
 * @property {(problem: string) => void} onBroken the library no longer works as this relies on
 */

/**
 * @param {GateParts} parts
 * @returns {Repository}
 */
export function gatedRepository({ makeInner, keys, gate, intake, self, onBroken }) {
  const inner = makeInner(keys);
  const step = oneAtATime(keys, inner.lidMapping);
  /** The sender key processed inside the last gated transaction; the library repeats the call. */
  let processedSenderKey = '';

  /**
   * @param {Uint8Array} ciphertext
   * @param {string} whose
   * @param {() => Promise<Uint8Array>} decrypt
   * @returns {Promise<Uint8Array>}
   */
  async function gated(ciphertext, whose, decrypt) {
    const part = intake.partOf(ciphertext);
    if (!part) {
      onBroken('a ciphertext reached decryption whose stanza was not seen');
      throw new GateClosed('the stanza of a ciphertext is unknown');
    }
    try {
      return await decryptAndCommit(part, whose, decrypt);
    } catch (error) {
      if (error instanceof GateClosed) throw error;
      // Whatever else went wrong: the library will ask for a resend, so there must be a row that waits for it.
      const cause = error instanceof DecryptionFailed ? error.cause : error;
      // The sender key of a redelivered first group message was used up by its first delivery;
      // the text in the next part decides.
      if (part.laterTypes.includes('skmsg')) return EMPTY_PLAINTEXT;
      await reportUndecryptable(part, cause);
      throw cause;
    } finally {
      if (part.laterTypes.length === 0) intake.finished(part.stanza);
    }
  }

  /**
   * @param {Part} part
   * @param {string} whose
   * @param {() => Promise<Uint8Array>} decrypt
   */
  function decryptAndCommit(part, whose, decrypt) {
    return step(whose, async () => {
      const { plaintext, message, events } = await decryptOr(part, decrypt);
      // As the library does: a bad sender key must not cost the text that came with it.
      await processSenderKey(part, message).catch(error =>
        log('warn', `a sender key was refused: ${nameOf(error)}`),
      );
      for (const event of events) await gate.commit(event);
      return plaintext;
    });
  }

  /**
   * @param {Part} part
   * @param {() => Promise<Uint8Array>} decrypt
   */
  async function decryptOr(part, decrypt) {
    try {
      const plaintext = await decrypt();
      const message = decodePlaintext(plaintext);
      return { plaintext, message, events: eventsIn(message, part, id => intake.originOf(id), self()) };
    } catch (error) {
      throw new DecryptionFailed('', { cause: error });
    }
  }

  /**
   * @param {Part} part
   * @param {import('baileys').proto.Message} message
   */
  async function processSenderKey({ stanza }, message) {
    const item = message.senderKeyDistributionMessage;
    const authorJid = stanza.node.attrs.participant ?? stanza.node.attrs.from;
    if (!item?.groupId || !authorJid) return;
    await inner.processSenderKeyDistributionMessage({ authorJid, item });
    processedSenderKey = senderKeyName(authorJid, item);
  }

  /**
   * @param {Part} part
   * @param {unknown} cause
   */
  async function reportUndecryptable({ stanza }, cause) {
    if (stanza.peer) return;
    intake.rememberOrigin(stanza.origin);
    const reason = cause instanceof Error && cause.message ? redact(cause.message) : nameOf(cause);
    await gate.commit({ type: 'undecryptable', origin: stanza.origin, reason });
  }

  /** @param {string} from @param {string} to */
  const migrate = (from, to) =>
    step.both(from, to, async () => {
      await mergeSessions(keys, inner, from, to, Date.now());
      return inner.migrateSession(from, to);
    });

  return {
    ...inner,
    decryptMessage: options => gated(options.ciphertext, options.jid, () => inner.decryptMessage(options)),
    decryptGroupMessage: options =>
      gated(options.msg, options.group, () => inner.decryptGroupMessage(options)),
    encryptMessage: options =>
      step(
        options.jid,
        () => inner.encryptMessage(options),
        lid => migrate(options.jid, lid),
      ),
    encryptGroupMessage: options => step(options.group, () => inner.encryptGroupMessage(options)),
    getSenderKeyDistributionMessage: options =>
      step(options.group, () => inner.getSenderKeyDistributionMessage(options)),
    injectE2ESession: options => step(options.jid, () => inner.injectE2ESession(options)),
    deleteSession: jids => step(jids[0] ?? '', () => inner.deleteSession(jids)),
    migrateSession: migrate,
    async processSenderKeyDistributionMessage(options) {
      // Done in the transaction of the message that brought it.
      if (senderKeyName(options.authorJid, options.item) === processedSenderKey) return;
      await step(options.item.groupId ?? '', () => inner.processSenderKeyDistributionMessage(options));
    },
  };
}

/**
 * @param {string} author
 * @param {import('baileys').proto.Message.ISenderKeyDistributionMessage} item
 */
function senderKeyName(author, { groupId, axolotlSenderKeyDistributionMessage: key }) {
  return `${author} ${groupId} ${Buffer.from(key ?? []).toString('base64')}`;
}

/**
 * Our sender key in a group, and who was given it: the next message there makes a new one.
 *
 * @param {Keys} keys
 * @param {Repository} repository
 * @param {string} group
 * @param {import('./stanza.js').Self} self
 */
export async function forgetSenderKey(keys, repository, group, { jid, lid }) {
  const names = [jid, lid ?? jid].map(own => {
    const [user, device] = repository.jidToSignalProtocolAddress(own).split('.');
    return [`${group}::${user}::${device}`, null];
  });
  await keys.set({ 'sender-key': Object.fromEntries(names), 'sender-key-memory': { [group]: null } });
}

/**
 * One step of a person's or a group's Signal state at a time, each read from the store and durable
 * before the next. The library wraps a whole send in one transaction: the session it read at the
 * beginning would be written when the message has long left, over whatever was received meanwhile,
 * and not at all when the process is killed in between. Then a message key is used twice, and the
 * recipient reads `Bad MAC`. So a step leaves the transaction it is called in and makes one of its
 * own.
 *
 * A number and its hidden id are the same person, from the moment at which they are known to be. Who waited for the number
 * until then goes on to wait for the hidden id, and a session moves from one to the other while nobody is at either.
 * The library looks at each reading and each writing which of both a session is kept under, and asks the server where it
 * does not know: an answer in between would have it read under one and written under the other. So whoever takes a step asks
 * before, and what was known then holds to its end.
 *
 * @param {Keys} keys
 * @param {Repository['lidMapping']} mapping
 */
function oneAtATime(keys, mapping) {
  const outside = new AsyncResource('SignalStep');
  /** @type {AsyncLocalStorage<{ user: string, hidden: string | undefined }>} whom a step is about */
  const about = new AsyncLocalStorage();
  /** @template T @param {string} name @param {() => Promise<T>} work @returns {Promise<T>} */
  const alone = (name, work) => outside.runInAsyncScope(() => keys.transaction(work, `signal-step ${name}`));

  const ask = mapping.getLIDForPN.bind(mapping);
  mapping.getLIDForPN = async pn => {
    const { user, device, server } = jidDecode(pn) ?? {};
    const person = about.getStore();
    if (!person || person.user !== user) return ask(pn);
    if (!person.hidden) return null;
    return `${person.hidden}${device ? `:${device}` : ''}@${server === 'hosted' ? 'hosted.lid' : 'lid'}`;
  };

  /** @param {string} whose @returns {Promise<{ user: string, hidden: string | undefined }>} */
  async function whoIs(whose) {
    const { user = whose, server = '' } = jidDecode(whose) ?? {};
    if (server !== 's.whatsapp.net') return { user, hidden: undefined };
    const lid = await ask(whose).catch(() => null);
    return { user, hidden: lid ? jidDecode(lid)?.user : undefined };
  }

  /** @param {string} whose number: is its hidden id on disk, and its session with it? Nobody else has one to move. */
  async function isSettled(whose) {
    const { user = '', server = '' } = jidDecode(whose) ?? {};
    if (server !== 's.whatsapp.net') return true;
    const { [user]: hidden } = await keys.get('lid-mapping', [user]);
    return hidden !== undefined;
  }

  /**
   * @template T
   * @param {string} whose
   * @param {() => Promise<T>} work
   * @param {(lid: string) => Promise<unknown>} [move] takes the session along to the hidden id, if nobody did yet
   * @returns {Promise<T>}
   */
  async function step(whose, work, move) {
    const known = move && (await outside.runInAsyncScope(() => isSettled(whose)));
    let person = await outside.runInAsyncScope(() => whoIs(whose));
    if (person.hidden && move && !known) await move(`${person.hidden}@lid`);
    for (;;) {
      const held = person.hidden;
      const done = await alone(held ?? person.user, async () => {
        person = await whoIs(whose);
        return person.hidden === held ? { value: await about.run(person, work) } : undefined;
      });
      if (done) return done.value;
      await move?.(`${person.hidden}@lid`);
    }
  }

  /** @template T @param {string} from a number @param {string} to its hidden id @param {() => Promise<T>} work */
  step.both = (from, to, work) => {
    const [first, second] = [from, to].map(jid => jidDecode(jid)?.user ?? jid);
    return first === second ? alone(second, work) : alone(first, () => alone(second, work));
  };
  return step;
}
