const NOT_FOUND = 404;
const ENDLESS_PIECE = Buffer.alloc(64 * 1024, 0x5a);

/**
 * Gives a file to a client, or spoils that as the file's faults say.
 * @param {import('./media-host.js').MediaHost} host
 * @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response
 */
export async function serveFile(host, request, response) {
  const file = host.store.get(request.url);
  const status = file ? takeRefusal(file.faults) : NOT_FOUND;
  const path = request.url?.split('?')[0];
  if (status) {
    host.record.add('download', { path, status });
    response.writeHead(status).end();
    return;
  }
  const { endless, stall, slow_ms: slowMs } = file.faults ?? {};
  const length = endless ? {} : { 'content-length': file.length };
  response.writeHead(200, { 'content-type': 'application/octet-stream', ...length });
  const { sent, whole } = await send(host, response, endless ? forever() : piecesOf(file), { stall, slowMs });
  host.record.add('download', { path, status: 200, bytes: sent, whole });
}

/** @param {import('./media-store.js').StoredFile} file */
function piecesOf({ bytes, stream }) {
  return stream ? stream() : cut(bytes);
}

function* cut(bytes, size = 64 * 1024) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function* forever() {
  for (;;) yield ENDLESS_PIECE;
}

/** @param {import('./media-sender.js').ServingFaults | undefined} faults @returns {number | undefined} */
function takeRefusal(faults) {
  if (!faults) return undefined;
  if (faults.fail > 0) {
    faults.fail--;
    return faults.fail_status ?? 500;
  }
  if (faults.gone > 0) {
    faults.gone--;
    return faults.gone_status ?? NOT_FOUND;
  }
  return undefined;
}

/** Gives what there is, as far as the wishes go, and says how far it got. */
async function send(host, response, pieces, { stall = Infinity, slowMs }) {
  let sent = 0;
  // A client that leaves is no fault of the server.
  response.on('error', () => {});
  for (const piece of pieces) {
    if (isGone(response)) return { sent, whole: false };
    const part = piece.subarray(0, stall - sent);
    sent += part.length;
    if (!response.write(part)) await first(response, ['drain', 'close']);
    if (sent >= stall) {
      // Nothing more comes, and the connection stays open until the client gives up.
      await first(response, ['close']);
      return { sent, whole: false };
    }
    if (slowMs) await new Promise(resolve => host.server.later(slowMs, () => resolve(undefined)));
  }
  response.end();
  return { sent, whole: true };
}

/**
 * Waits for one of these, and for none of them if the client has left.
 * @param {import('node:http').ServerResponse} response @param {string[]} events
 * @returns {Promise<void>}
 */
function first(response, events) {
  return new Promise(resolve => {
    const done = () => {
      for (const event of events) response.off(event, done);
      resolve();
    };
    if (isGone(response)) return resolve();
    for (const event of events) response.on(event, done);
  });
}

/** @param {import('node:http').ServerResponse} response */
function isGone(response) {
  return response.closed || response.destroyed;
}
