// One process, one account, one socket, one link attempt: shake hands, open, say why it ended,
// leave. Reconnecting is the gateway starting another process. Nothing here calls `process.exit`:
// everything open is closed and the loop ends by itself, so no frame is lost.

import { createRequire } from 'node:module';
import { Calls } from './calls.js';
import { CommitGate } from './commit-gate.js';
import { endpointFrom } from './endpoint.js';
import { log, nameOf } from './log.js';
import { Lookups } from './lookups.js';
import { boundPending, drained, readFrames, stopReading, writeFrame, writeLine } from './stdio.js';
import { ended } from './translate.js';

/** @typedef {import('./protocol.gen.ts').Closed} Closed */
/** @typedef {import('./protocol.gen.ts').ToSidecar} ToSidecar */
/** @typedef {import('./protocol.gen.ts').Welcome} Welcome */

/** @type {typeof import('./protocol.gen.ts').PROTOCOL_VERSION} */
const PROTOCOL_VERSION = 5;

/** What is wrong with the auth files, by the name of the error. */
const AUTH_FAULTS = new Map(
  /** @type {const} */ ([
    ['AuthUnreadable', 'auth_unreadable'],
    ['AuthUnwritable', 'storage_failed'],
  ]),
);

/** How long the auth files may take to settle on an ordered end. */
const SETTLE_MS = 3_000;

/** @param {{ holdReceipts?: boolean }} [options] see `CommitGate` */
export function run({ holdReceipts } = {}) {
  writeFrame({ kind: 'hello', ...versions() });
  const library = import('./socket.js');
  // Reported where it is awaited; the gateway's answer may take longer than a failed import.
  library.catch(() => {});

  /** @type {CommitGate | undefined} */
  let gate;
  /** @type {ReturnType<typeof import('./socket.js').openSocket> | undefined} */
  let socket;
  /** @type {Calls | undefined} */
  let calls;
  /** @type {import('./auth-store.js').AuthStore | undefined} */
  let store;
  const lookups = new Lookups(lookup => void (ending || writeFrame({ kind: 'lookup', ...lookup })));
  /** @type {Promise<unknown> | undefined} */
  let unlinking;
  /** Did a phone take the code of this login, as far as is known here but not told? @type {() => boolean} */
  let takenUntold = () => false;
  let welcomed = false;
  let ending = false;
  let closedWritten = false;

  readFrames({ onFrame, onEnd: abandon });
  process.on('SIGTERM', () => close(ended('shutdown', 'told to by a signal')));
  process.on('uncaughtException', error => {
    log('error', `uncaught ${nameOf(error)}`);
    close(ended('unknown', `the sidecar failed: ${nameOf(error)}`));
  });
  // The library leaves rejections behind when a socket closes; whatever matters is awaited.
  process.on('unhandledRejection', reason => log('warn', `unhandled rejection: ${nameOf(reason)}`));

  /** @param {ToSidecar} frame */
  function onFrame(frame) {
    switch (frame.kind) {
      case 'welcome':
        if (welcomed) return log('error', 'a second welcome');
        welcomed = true;
        return void start(frame).catch(error => {
          const reason = AUTH_FAULTS.get(error?.name);
          const text = reason ? error.message : `the sidecar failed to start: ${nameOf(error)}`;
          close(ended(reason ?? 'unknown', text));
        });
      case 'ack':
        return gate?.acknowledge(frame.seq);
      case 'request':
        return void answer(frame);
      case 'found':
        return lookups.found(frame.id, frame.chat, frame.payload);
      case 'shutdown':
        return close(ended('shutdown', 'the gateway asked for it'));
      default:
        return ignore(frame);
    }
  }

  /** @param {Welcome} welcome */
  async function start(welcome) {
    if (welcome.protocol !== PROTOCOL_VERSION) {
      const text = `gateway speaks ${welcome.protocol}, sidecar speaks ${PROTOCOL_VERSION} (sidecar ${versions().sidecar})`;
      return close(ended('protocol_mismatch', text));
    }
    const target = endpointFrom(process.env);
    if ('refusal' in target) return close(ended('untrusted', target.refusal));
    const { limits } = welcome;
    boundPending(limits.max_held_bytes, () => close(ended('overloaded', 'the gateway does not read')));
    gate = new CommitGate({ maxLineBytes: limits.max_line_bytes, holdReceipts, writeLine });
    const { openAuth, openSocket, isLinked } = await library;
    if (ending) return;
    const auth = await openAuth(welcome, { gate, onClosed: close });
    store = auth.store;
    if (ending) return store.stop();
    const linked = isLinked(auth.creds);
    let scanned = false;
    takenUntold = () => !linked && !scanned && isLinked(auth.creds);
    const permissions = 'permission' in process;
    writeFrame({ kind: 'ready', linked, restored: store.restored, permissions });
    if (!linked && welcome.login === null) {
      return close(ended('not_linked', 'there are no credentials and no login was asked for'));
    }
    const { endpoint } = target;
    const { chooseVersion } = await import('./web-version.js');
    const version = await chooseVersion(welcome.version, endpoint.url);
    if (ending) return;
    const onLink = (/** @type {import('./protocol.gen.ts').Link} */ link) => {
      if (ending) return;
      scanned ||= link.type === 'scanned';
      writeFrame({ kind: 'link', link });
    };
    socket = openSocket({
      welcome,
      version,
      endpoint,
      gate,
      lookups,
      ...auth,
      env: process.env,
      onClosed: close,
      onLink,
    });
    calls = new Calls(socket);
  }

  /** @param {Extract<ToSidecar, { kind: 'request' }>} request */
  async function answer(request) {
    const { id } = request;
    if (!calls || ending) {
      const fault = { code: /** @type {const} */ ('not_connected'), message: 'there is no open link' };
      return writeFrame({ kind: 'response', id, outcome: { status: 'error', fault } });
    }
    const answering = calls.answer(request);
    // The server's word on a logout is followed at once by the end of the link.
    if (request.method === 'logout') unlinking = answering;
    const outcome = await answering;
    if (closedWritten) return;
    writeFrame({ kind: 'response', id, outcome });
    if (request.method === 'logout' && outcome.status === 'ok') {
      close(ended('logged_out', 'unlinked on request', 401));
    }
  }

  /**
   * The ordered end: cut the line, so that no receipt follows; let go of what is held; let the
   * auth files settle; say why, last.
   *
   * @param {Closed} closed
   */
  function close(closed) {
    if (ending) return;
    ending = true;
    socket?.cut();
    gate?.close();
    void (async () => {
      const settled = Promise.allSettled([store?.settled(), socket?.media.settled(), unlinking]);
      await Promise.race([settled, new Promise(resolve => setTimeout(resolve, SETTLE_MS))]);
      store?.stop();
      // A phone may take the code just when the login is ended: then it is linked, and the gateway must not leave it alone.
      if (takenUntold()) writeFrame({ kind: 'link', link: { type: 'scanned' } });
      closedWritten = true;
      writeFrame({ kind: 'closed', ...closed });
      await drained();
      stopReading();
    })();
  }

  /** Stdin ended: the gateway is gone, and the next one may wait for the auth folder. */
  function abandon() {
    store?.stop();
    if (ending) return;
    // Nobody is there to hear how it went.
    unlinking = undefined;
    close(ended('shutdown', 'stdin ended'));
  }
}

/** @param {never} frame */
function ignore(frame) {
  log('warn', `a frame of unknown kind from the gateway (${Object.keys(frame).length} fields)`);
}

function versions() {
  const require = createRequire(import.meta.url);
  return {
    protocol: PROTOCOL_VERSION,
    sidecar: String(require('../package.json').version),
    baileys: String(require('baileys/package.json').version),
    node: process.versions.node,
  };
}
