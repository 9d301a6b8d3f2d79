// Opens the one Baileys socket of this process, with our logger, store, trust and gate, and turns
// what it emits into frames, in arrival order. Importing this module imports the library, which
// takes half a second; `run.js` does it while the gateway shakes hands.

import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import baileys, { DEFAULT_CONNECTION_CONFIG, initAuthCreds, proto } from 'baileys';
import { AuthStore } from './auth-store.js';
import { BoundedCache, PhoneRequests } from './caches.js';
import { CACHE_FILE, GroupCache } from './group-cache.js';
import { hastenGroupSignatures } from './group-signatures.js';
import { describeGroup, listGroups } from './groups.js';
import { Intake } from './intake.js';
import { isGroup } from './jid.js';
import { KeyHolders } from './key-holders.js';
import { Liveness } from './liveness.js';
import { libraryLogger, log, nameOf } from './log.js';
import { Media } from './media.js';
import { MediaServers } from './media-servers.js';
import { envelopeOf, messageOf } from './payload.js';
import { PhoneCode } from './phone-code.js';
import { canonicalId, fetchTimelock, markRead, orNothing, pingOnce, resolveLids, unlink } from './queries.js';
import { Resends } from './resends.js';
import { boundRetries } from './retries.js';
import { mendSenderKeys } from './sender-key-mend.js';
import { mendSessions } from './session-mend.js';
import { forgetSenderKey, gatedRepository } from './signal-gate.js';
import { receiptOf, serverAnswer } from './stanza.js';
import { closedBy, closedByUpgrade, ended, lidPairs, timelockOf } from './translate.js';
import { Trust } from './trust.js';
import { bypassed } from './upsert.js';

/** @typedef {import('./protocol.gen.ts').Closed} Closed */
/** @typedef {import('./protocol.gen.ts').Link} Link */
/** @typedef {import('./protocol.gen.ts').Payload} Payload */
/** @typedef {import('./protocol.gen.ts').Welcome} Welcome */
/** @typedef {import('baileys').BinaryNode} BinaryNode */
/** @typedef {import('baileys').AuthenticationCreds} Creds */
/** @typedef {{ websocket: () => any }} WithSocket */

const { HistorySyncType } = proto.HistorySync;

/** Names and hidden-id mappings come with these; their messages are dropped. */
const HISTORY_WANTED = new Set(
  /** @type {number[]} */ ([
    HistorySyncType.INITIAL_BOOTSTRAP,
    HistorySyncType.PUSH_NAME,
    HistorySyncType.NON_BLOCKING_DATA,
  ]),
);

/** 2^31 and more would overflow to one millisecond. */
const NEVER_MS = 2_147_483_647;
const FIRST_QR_MS = 60_000;
const LATER_QR_MS = 20_000;
const PAIRS_PER_EVENT = 500;
const CACHED_ENTRIES = 1_000;
/** The library waits up to 30 s for a websocket close that the server may never send. */
const CLOSE_GRACE_MS = 1_000;

/**
 * @typedef {object} SocketParts
 * @property {Welcome} welcome
 * @property {[number, number, number]} version of the web client that we claim to be
 * @property {import('./endpoint.js').Endpoint} endpoint
 * @property {import('./commit-gate.js').CommitGate} gate
 * @property {import('./lookups.js').Lookups} lookups
 * @property {(link: Link) => void} onLink
 * @property {(closed: Closed) => void} onClosed first reason wins
 * @property {NodeJS.ProcessEnv} env
 */

/** @param {Pick<Creds, 'me' | 'account'>} creds */
export function isLinked(creds) {
  return Boolean(creds.me?.id && creds.account);
}

/**
 * @param {Welcome} welcome
 * @param {{ onClosed: (closed: Closed) => void, gate: import('./commit-gate.js').CommitGate }} parts
 */
export async function openAuth({ auth_dir }, { onClosed, gate }) {
  const store = new AuthStore(auth_dir, {
    onWriteFailed: problem =>
      onClosed(ended('storage_failed', `the auth files cannot be written: ${problem}`)),
    onNotice: notice => log('warn', notice),
    onKeysWritten: written => {
      const pairs = lidPairs(written['lid-mapping'] ?? {});
      for (let at = 0; at < pairs.length; at += PAIRS_PER_EVENT) {
        gate.emit({ type: 'lid_mapping', pairs: pairs.slice(at, at + PAIRS_PER_EVENT) });
      }
    },
    revive: { 'app-state-sync-key': value => proto.Message.AppStateSyncKeyData.fromObject(value) },
  });
  const creds = await store.load(initAuthCreds);
  // A login that came to nothing leaves traces that the library would take for an account.
  return { store, creds: isLinked(creds) ? creds : store.startOver(initAuthCreds) };
}

/**
 * @param {SocketParts & { store: AuthStore, creds: Creds }} parts
 */
export function openSocket({
  welcome,
  version,
  endpoint,
  gate,
  lookups,
  store,
  creds,
  onLink,
  onClosed,
  env,
}) {
  mendSessions();
  mendSenderKeys();
  hastenGroupSignatures();
  // The fake server's, in tests.
  const ca = endpoint.caFile === undefined ? undefined : readFileSync(endpoint.caFile);
  const trust = new Trust({ root: endpoint.root });
  const self = () => ({ jid: creds.me?.id ?? '', lid: creds.me?.lid ?? null });
  /** @type {{ opened: boolean, qrShown: boolean, conflict: string | undefined }} */
  const state = { opened: false, qrShown: false, conflict: undefined };
  const overloaded = () => onClosed(ended('overloaded', 'too much waits behind an unacknowledged message'));
  const intake = new Intake({
    limits: welcome.limits,
    onOverflow: overloaded,
    pauseReading: pause => (pause ? ws.socket?.pause() : ws.socket?.resume()),
    // While the connection is not read, a pong cannot be heard; what is committed shows life as well.
    onProgress: () => liveness.frame(),
  });

  const holders = new KeyHolders(store.keys());
  const resends = new Resends({
    lookups,
    relay: (chat, message, options) => sock.relayMessage(chat, message, options),
  });
  const sock = baileys({
    auth: { creds, keys: holders.keys() },
    version,
    logger: libraryLogger(env),
    ...(endpoint.url === undefined ? {} : { waWebSocketUrl: endpoint.url }),
    ...(ca === undefined || !endpoint.url?.startsWith('wss:') ? {} : { agent: new Agent({ ca }) }),
    keepAliveIntervalMs: NEVER_MS,
    // All messages share one lock; a pause for each broken one would hold up everybody.
    retryRequestDelayMs: 0,
    // A failed write ends this process; trying again would only delay that.
    transactionOpts: { maxCommitRetries: 1, delayBetweenTriesMs: 0 },
    markOnlineOnConnect: false,
    syncFullHistory: false,
    emitOwnEvents: false,
    placeholderResendCache: new PhoneRequests(CACHED_ENTRIES),
    msgRetryCounterCache: resends,
    callOfferCache: new BoundedCache(CACHED_ENTRIES),
    getMessage: key => resends.find(key),
    cachedGroupMetadata: group => groups.metadata(group),
    shouldSyncHistoryMessage: ({ syncType }) => HISTORY_WANTED.has(syncType ?? HistorySyncType.FULL),
    makeSignalRepository: (auth, logger, lookUpLids) => {
      const { makeSignalRepository } = DEFAULT_CONNECTION_CONFIG;
      const lookUp = (/** @type {string[]} */ pns) => orNothing(lookUpLids?.(pns));
      const keys = /** @type {import('baileys').SignalKeyStoreWithTransaction} */ (auth.keys);
      /** @param {typeof keys} withKeys */
      const makeInner = withKeys => makeSignalRepository({ ...auth, keys: withKeys }, logger, lookUp);
      const onBroken = (/** @type {string} */ text) => onClosed(ended('unknown', text));
      return gatedRepository({ makeInner, keys, gate, intake, self, onBroken });
    },
  });
  /** @type {any} the emitter's own type knows only a few events */
  const ws = sock.ws;

  const groups = new GroupCache({
    place: store.spare(CACHE_FILE),
    fetch: group => sock.groupMetadata(group),
    forgetKey: group => forgetSenderKey(sock.authState.keys, sock.signalRepository, group, self()),
  });
  const groupsLoaded = groups.load();
  const retries = sock.messageRetryManager;
  if (retries) boundRetries(retries, id => intake.originOf(id)?.sender);

  const servers = new MediaServers(node => sock.query(node));
  const media = new Media({
    dir: welcome.media_dir,
    owner: welcome.auth_dir,
    endpointUrl: endpoint.url,
    ca,
    line: { ws, sendNode: node => sock.sendNode(node), self, mediaConn: anew => servers.ask(anew) },
  });

  const liveness = new Liveness({
    ping: () => pingOnce(sock),
    pingEveryMs: Number(env.FASED_PING_INTERVAL_MS) || undefined,
    stalledFor: () => {
      const now = performance.now();
      return gate.holding ? 0 : Math.min(intake.oldestAge(now), now - gate.lastEventAt);
    },
    onDead: kind => onClosed(DEATHS[kind]),
  });

  const phoneCode =
    welcome.login?.type === 'code'
      ? new PhoneCode(welcome.login.phone, {
          ws,
          request: phone => sock.requestPairingCode(phone),
          onLink,
          onClosed,
        })
      : undefined;

  ws.on('frame', () => liveness.frame());
  ws.prependListener('CB:message', (/** @type {BinaryNode} */ node) => {
    const unread = intake.arrived(node, self());
    // The library answers these and tells nobody.
    if (unread) gate.emit({ type: 'undecryptable', origin: unread, reason: 'encrypted for bots' });
    // The library queues what has this mark and lets everything else overtake it. Now that it has
    // been read, all messages get it, so that they stay in the order they came in.
    node.attrs.offline ??= '0';
  });
  ws.prependListener('CB:ack,class:message', (/** @type {BinaryNode} */ node) => {
    const event = serverAnswer(node);
    if (event) gate.emit(event);
    if (event?.type === 'server_ack' || event?.type === 'send_error') {
      // A write that fails ends this process by itself.
      holders.answered(event.chat, event.id, event.type === 'server_ack').catch(() => {});
    }
    groups.acknowledged(node.attrs.from ?? '', node.attrs.phash);
  });
  ws.prependListener('CB:notification,type:w:gp2', (/** @type {BinaryNode} */ { attrs }) =>
    groups.doubt(attrs.from ?? ''),
  );
  ws.prependListener('CB:ib,,dirty', () => groups.doubtAll());
  ws.prependListener('CB:ib,,offline', () => groups.caughtUp());
  ws.prependListener('CB:receipt', (/** @type {BinaryNode} */ node) => {
    resends.asked(node);
    const event = receiptOf(node, self());
    if (event) gate.emit(event);
  });
  ws.prependListener('CB:stream:error', (/** @type {BinaryNode} */ node) => {
    const [child] = Array.isArray(node.content) ? node.content : [];
    if (child?.tag === 'conflict') state.conflict = child.attrs.type;
    setTimeout(dropConnection, CLOSE_GRACE_MS);
  });
  ws.prependListener('CB:failure', () => setTimeout(dropConnection, CLOSE_GRACE_MS));
  // The library listens to this and does nothing, and the websocket waits for ever.
  ws.on('unexpected-response', (/** @type {unknown} */ _, /** @type {{ statusCode?: number }} */ response) =>
    onClosed(closedByUpgrade(response?.statusCode ?? 0)),
  );

  sock.ev.on('creds.update', () => store.saveCreds().catch(() => {}));
  // One after the other: `scanned` and `opened` wait for the disk, and the end must not overtake them.
  let updates = Promise.resolve();
  // The library tells an answer to our own question like news; it goes to who asked, and may contradict a refusal.
  let lockAsked = 0;
  sock.ev.on('connection.update', update => {
    const news = lockAsked > 0 ? { ...update, reachoutTimeLock: undefined } : update;
    updates = updates
      .then(() => onUpdate(news))
      .catch(error => log('error', `connection update: ${nameOf(error)}`));
  });
  sock.ev.on('messages.upsert', ({ messages }) => {
    for (const message of messages) {
      const event = bypassed(message, self());
      if (!event) continue;
      if (event.type === 'undecryptable') intake.rememberOrigin(event.origin);
      gate.emit(event);
    }
  });

  /** @param {Partial<import('baileys').ConnectionState>} update */
  async function onUpdate({ qr, isNewLogin, connection, lastDisconnect, reachoutTimeLock }) {
    if (reachoutTimeLock) gate.emit({ type: 'timelock', ...timelockOf(reachoutTimeLock) });
    if ((qr || connection === 'open') && !trust.proven) {
      return onClosed(ended('untrusted', trust.distrust ?? 'the certificates were not checked'));
    }
    if (qr) {
      liveness.connected();
      if (phoneCode) return phoneCode.show();
      onLink({ type: 'qr', payload: qr, expires_ms: state.qrShown ? LATER_QR_MS : FIRST_QR_MS });
      state.qrShown = true;
    }
    if (isNewLogin) {
      await store.saveCreds();
      onLink({ type: 'scanned' });
    }
    if (connection === 'open') {
      liveness.connected();
      await Promise.all([store.saveCreds(), groupsLoaded]);
      state.opened = true;
      onLink({ type: 'opened', ...self(), name: creds.me?.name || null, version });
    }
    if (connection === 'close') {
      const { opened, conflict } = state;
      onClosed(closedBy({ opened, conflict, ...endingOf(lastDisconnect?.error), distrust: trust.distrust }));
    }
  }

  function dropConnection() {
    ws.socket?.terminate();
  }

  return {
    isOpen: () => state.opened && sock.ws.isOpen,
    /** @param {string} chat @param {Payload} payload @param {string} messageId */
    send: async (chat, payload, messageId) => {
      if (isGroup(chat)) await groups.prepare(chat);
      holders.sends(chat, messageId);
      try {
        const message = messageOf(payload, chat);
        return await sock.relayMessage(chat, message, { messageId, ...envelopeOf(payload, chat) });
      } catch (error) {
        await holders.answered(chat, messageId, false);
        throw error;
      }
    },
    /** @param {string[]} phones */
    resolveLids: phones => resolveLids(sock, phones),
    /** @param {string} phone */
    canonicalId: phone => canonicalId(sock, phone),
    /** @param {import('./calls.js').MarkRead} read */
    markRead: read => markRead(sock, read),
    /** @param {string} chat @param {import('./protocol.gen.ts').Typing} typing */
    setTyping: (chat, typing) => sock.sendPresenceUpdate(typing, chat),
    listGroups: () => listGroups(sock),
    /** @param {string} group */
    describeGroup: group => describeGroup(sock, group),
    fetchTimelock: async () => {
      lockAsked++;
      try {
        return await fetchTimelock(sock);
      } finally {
        lockAsked--;
      }
    },
    media,
    probe: () => liveness.probe(),
    unlink: () => unlink(sock, self().jid),
    /** Nothing comes or goes after this; synchronous, so that no receipt slips out. */
    cut() {
      media.stop();
      liveness.stop();
      dropConnection();
      sock.end(undefined).catch(() => {});
    },
  };
}

/** @type {Record<'no_pong' | 'no_connection' | 'stalled', Closed>} */
const DEATHS = {
  no_pong: ended('unresponsive', 'a ping was not answered'),
  no_connection: ended('lost', 'the connection came to nothing'),
  stalled: ended('unresponsive', 'stanzas came and no events went out'),
};

/** @param {unknown} error */
function endingOf(error) {
  const boom =
    /** @type {{ output?: { statusCode?: number }, data?: { reason?: string, expire?: string } }} */ (
      error ?? {}
    );
  const expire = Number(boom.data?.expire);
  return {
    status: boom.output?.statusCode,
    text: error instanceof Error ? error.message : 'closed without a word',
    expireSeconds: Number.isSafeInteger(expire) && expire > 0 ? expire : undefined,
  };
}
