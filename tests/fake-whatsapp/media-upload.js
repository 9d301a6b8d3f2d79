import { sha256 } from './media-crypto.js';

const MAX_UPLOAD = 128 * 1024 * 1024;
/** What the path of an upload names, and which kinds of media go there. */
const PATHS = ['image', 'video', 'audio', 'document'];
const REFUSED = 401;

/**
 * Takes an encrypted file from a client.
 * @param {import('./media-host.js').MediaHost} host
 * @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response
 */
export async function acceptUpload(host, request, response) {
  const url = new URL(request.url, 'https://localhost');
  const account = host.tokens.get(url.searchParams.get('auth'));
  const fault = host.server.faults.takeUpload(account, 'upload');
  if (fault && !(await spoil(host, request, response, account, fault))) return;
  const bytes = await whole(request);
  // Cut off half way: nothing was uploaded, and there is nobody to answer.
  if (!bytes) return;
  const [, service, kind, name] = url.pathname.split('/');
  const hash = sha256(bytes);
  const problem = problemOf({ url, service, kind, name, account, hash, bytes });
  if (problem) {
    host.record.violation('bad_upload', problem, { account });
    response.writeHead(REFUSED, { 'content-type': 'application/json' }).end('{"error":"refused"}');
    return;
  }
  const file = host.store.put({ bytes, length: bytes.length });
  host.record.add('upload', {
    account,
    kind,
    bytes: bytes.length,
    enc_sha256: hash.toString('hex'),
    path: file.directPath,
  });
  const answer = { url: host.urlOf(file), direct_path: file.directPath };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}

function problemOf({ url, service, kind, name, account, hash, bytes }) {
  if (service !== 'mms' || !PATHS.includes(kind)) return `an upload to ${url.pathname}`;
  if (!account) return 'an upload with a token that was never given out';
  if (decodeURIComponent(name ?? '') !== hash.toString('base64url')) {
    return 'the path of an upload names another hash than that of its bytes';
  }
  if (url.searchParams.get('token') !== hash.toString('base64url')) return 'an upload with a wrong token';
  return bytes.length > MAX_UPLOAD ? 'an upload of too many bytes' : undefined;
}

/** @returns {Promise<boolean>} whether the upload goes on all the same */
async function spoil(host, request, response, account, { mode = 'status', status = 500, ms = 1000 }) {
  host.record.add('upload_spoiled', { account, mode, ...(mode === 'status' && { status }) });
  if (mode === 'delay') {
    await new Promise(resolve => host.server.later(ms, () => resolve(undefined)));
    return true;
  }
  if (mode === 'drop') {
    request.destroy();
    return false;
  }
  request.resume();
  if (mode === 'silent') return false;
  await new Promise(resolve => request.once('close', resolve).once('end', () => resolve(undefined)));
  if (mode === 'garbage') response.writeHead(200).end('not JSON');
  else response.writeHead(status, { 'content-type': 'application/json' }).end('{"error":"refused"}');
  return false;
}

/** @returns {Promise<Buffer | undefined>} */
async function whole(request) {
  const pieces = [];
  let length = 0;
  try {
    for await (const piece of request) {
      length += piece.length;
      if (length <= MAX_UPLOAD + 1) pieces.push(piece);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(pieces);
}
