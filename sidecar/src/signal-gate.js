// Commit, then receipt. The library sends a message's receipt as soon as decryption returns, so
// decryption returns only after the gateway has committed the plaintext. The ratchet step is
// written in the same transaction, after the commit: killed in between, the stanza comes again and
// decrypts again, under the same id.

import { AsyncLocalStorage } from 'node:async_hooks'
import { GateClosed } from './commit-gate.js'
import { nameOf, redact } from './log.js'
import { decodePlaintext, EMPTY_PLAINTEXT, eventsIn } from './plaintext.js'

/** @typedef {import('baileys').SignalRepositoryWithLIDStore} Repository */
/** @typedef {import('baileys').SignalKeyStoreWithTransaction} Keys */
/** @typedef {import('./intake.js').Part} Part */

/** Decryption failed; carries the library's own error. */
class DecryptionFailed extends Error {}

/** Somebody wrote the session while the message was held; its ratchet step must be made again. */
class SessionMoved extends Error {}

/**
 * @typedef {object} GateParts
 * @property {(keys: Keys) => Repository} makeInner the library's own repository over these keys
 * @property {Keys} keys
 * @property {import('./commit-gate.js').CommitGate} gate
 * @property {import('./intake.js').Intake} intake
 * @property {import('./auth-store.js').AuthStore} store
 * @property {() => import('./stanza.js').Self} self
 * @property {(problem: string) => void} onBroken the library no longer works as this relies on
 */

/**
 * @param {GateParts} parts
 * @returns {Repository}
 */
export function gatedRepository({ makeInner, keys, gate, intake, store, self, onBroken }) {
  /** Set while a message of ours is encrypted. */
  const sending = new AsyncLocalStorage()
  const inner = makeInner({
    ...keys,
    async set(data) {
      await keys.set(data)
      const { session, 'sender-key': senderKey } = data
      // The library writes these when the whole send is over, after the message has left.
      if (sending.getStore() && session) await store.writeAhead({ session })
      if (sending.getStore() && senderKey) await store.writeAhead({ 'sender-key': senderKey })
    },
  })
  const oneAtATime = makeSerial()
  /** The sender key processed inside the last gated transaction; the library repeats the call. */
  let processedSenderKey = ''

  /**
   * @param {Uint8Array} ciphertext
   * @param {string} transactionKey the library's own, so that nested transactions join
   * @param {string | undefined} sessionAddress
   * @param {() => Promise<Uint8Array>} decrypt
   * @returns {Promise<Uint8Array>}
   */
  async function gated(ciphertext, transactionKey, sessionAddress, decrypt) {
    const part = intake.partOf(ciphertext)
    if (!part) {
      onBroken('a ciphertext reached decryption whose stanza was not seen')
      throw new GateClosed('the stanza of a ciphertext is unknown')
    }
    try {
      return await decryptAndCommit(part, transactionKey, sessionAddress, decrypt)
    } catch (error) {
      if (!(error instanceof DecryptionFailed)) throw error
      // The sender key of a redelivered first group message was used up by its first delivery;
      // the text in the next part decides.
      if (part.laterTypes.includes('skmsg')) return EMPTY_PLAINTEXT
      await reportUndecryptable(part, error.cause)
      throw error.cause
    } finally {
      if (part.laterTypes.length === 0) intake.finished(part.stanza)
    }
  }

  /**
   * @param {Part} part
   * @param {string} transactionKey
   * @param {string | undefined} sessionAddress
   * @param {() => Promise<Uint8Array>} decrypt
   */
  async function decryptAndCommit(part, transactionKey, sessionAddress, decrypt) {
    const revision = () => (sessionAddress === undefined ? 0 : store.sessionRevision(sessionAddress))
    /** @type {Uint8Array | undefined} */
    let committed
    for (;;) {
      try {
        return await keys.transaction(async () => {
          const before = revision()
          const plaintext = await decryptOr(decrypt)
          await processSenderKey(part, plaintext)
          if (committed === undefined) {
            await commit(part, plaintext)
            committed = plaintext
          }
          // A message of ours to the same person went out meanwhile. Writing our older session over
          // it would use its message key twice.
          if (revision() !== before) throw new SessionMoved('again')
          return plaintext
        }, transactionKey)
      } catch (error) {
        if (error instanceof SessionMoved) continue
        // Journaled already; only the ratchet step cannot be made again.
        if (error instanceof DecryptionFailed && committed !== undefined) return committed
        throw error
      }
    }
  }

  /** @param {() => Promise<Uint8Array>} decrypt */
  async function decryptOr(decrypt) {
    try {
      const plaintext = await decrypt()
      decodePlaintext(plaintext)
      return plaintext
    } catch (error) {
      throw new DecryptionFailed('', { cause: error })
    }
  }

  /**
   * @param {Part} part
   * @param {Uint8Array} plaintext
   */
  async function processSenderKey({ stanza }, plaintext) {
    const item = decodePlaintext(plaintext).senderKeyDistributionMessage
    const authorJid = stanza.node.attrs.participant ?? stanza.node.attrs.from
    if (!item?.groupId || !authorJid) return
    await inner.processSenderKeyDistributionMessage({ authorJid, item })
    processedSenderKey = senderKeyName(authorJid, item)
  }

  /**
   * @param {Part} part
   * @param {Uint8Array} plaintext
   */
  async function commit(part, plaintext) {
    const events = eventsIn(decodePlaintext(plaintext), part, id => intake.originOf(id), self())
    for (const event of events) await gate.commit(event)
  }

  /**
   * @param {Part} part
   * @param {unknown} cause
   */
  async function reportUndecryptable({ stanza }, cause) {
    if (stanza.peer) return
    intake.rememberOrigin(stanza.origin)
    const reason = cause instanceof Error && cause.message ? redact(cause.message) : nameOf(cause)
    await gate.commit({ type: 'undecryptable', origin: stanza.origin, reason })
  }

  return {
    ...inner,
    decryptMessage(options) {
      const address = inner.jidToSignalProtocolAddress(options.jid)
      return gated(options.ciphertext, options.jid, address, () => oneAtATime(address, () => inner.decryptMessage(options)))
    },
    decryptGroupMessage: options => gated(options.msg, options.group, undefined, () => inner.decryptGroupMessage(options)),
    encryptMessage: options =>
      oneAtATime(inner.jidToSignalProtocolAddress(options.jid), () => sending.run(true, () => inner.encryptMessage(options))),
    encryptGroupMessage: options => sending.run(true, () => inner.encryptGroupMessage(options)),
    async processSenderKeyDistributionMessage(options) {
      // Done in the transaction of the message that brought it.
      if (senderKeyName(options.authorJid, options.item) === processedSenderKey) return
      await inner.processSenderKeyDistributionMessage(options)
    },
  }
}

/**
 * @param {string} author
 * @param {import('baileys').proto.Message.ISenderKeyDistributionMessage} item
 */
function senderKeyName(author, { groupId, axolotlSenderKeyDistributionMessage: key }) {
  return `${author} ${groupId} ${Buffer.from(key ?? []).toString('base64')}`
}

/**
 * One use of a session at a time. libsignal queues them too, but runs a queued one in the async
 * context, and so in the transaction, of the one before.
 *
 * @returns {<T>(address: string, work: () => Promise<T>) => Promise<T>}
 */
function makeSerial() {
  /** @type {Map<string, Promise<unknown>>} */
  const last = new Map()
  return (address, work) => {
    const before = last.get(address) ?? Promise.resolve()
    const result = before.then(work, work)
    last.set(address, result)
    const forget = () => void (last.get(address) === result && last.delete(address))
    result.then(forget, forget)
    return result
  }
}
