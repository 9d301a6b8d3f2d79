import { randomBytes } from 'node:crypto';
import { createServer } from 'node:https';
import { MediaRetries } from './media-retries.js';
import { serveFile } from './media-serving.js';
import { MediaStore } from './media-store.js';
import { acceptUpload } from './media-upload.js';
import { loopbackCertificate } from './tls-certificate.js';

const LOOPBACK = '127.0.0.1';
const TTL_SECONDS = 300;
const MAX_LENGTH = 128 * 1024 * 1024;
const FORBIDDEN_HERE = 405;

/** @typedef {import('node:http').IncomingMessage} Request */
/** @typedef {import('node:http').ServerResponse} Response */

/** Where clients put files and get them from, over TLS. */
export class MediaHost {
  /** @param {import('./server.js').Server} server */
  constructor(server) {
    this.server = server;
    this.record = server.record;
    this.store = new MediaStore();
    this.retries = new MediaRetries(this);
    this.tls = loopbackCertificate();
    /** @type {Map<string, string>} the accounts by the token they were given for uploads */
    this.tokens = new Map();
    /** What messages and clients are told: address and port. */
    this.hostname = '';
  }

  /** @param {number} port */
  async listen(port) {
    this.https = createServer(this.tls, (request, response) => this.#answer(request, response));
    // A client that does not know the certificate ends the handshake, which is its right.
    this.https.on('tlsClientError', () => {});
    await new Promise((resolve, reject) => {
      this.https.once('error', reject).listen(port, LOOPBACK, () => resolve(undefined));
    });
    const { port: bound } = /** @type {import('node:net').AddressInfo} */ (this.https.address());
    this.hostname = `${LOOPBACK}:${bound}`;
  }

  async stop() {
    await new Promise(resolve => {
      this.https.close(resolve);
      this.https.closeAllConnections();
    });
  }

  /** @param {import('./media-store.js').StoredFile} file */
  urlOf({ directPath }) {
    return `https://${this.hostname}${directPath}`;
  }

  /** The answer to a client that asks where to put its files. @param {import('./iq.js').Request} request */
  mediaConn({ conn, child }) {
    if (child?.tag !== 'media_conn') return { error: 501 };
    const { account } = conn;
    const fault = this.server.faults.takeUpload(account, 'media_conn');
    if (fault) return { error: fault.status ?? 500 };
    const auth = randomBytes(12).toString('base64url');
    this.tokens.set(auth, account);
    this.record.add('media_conn', { account, device: conn.device.number });
    const host = { hostname: this.hostname, maxContentLengthBytes: String(MAX_LENGTH) };
    return [
      {
        tag: 'media_conn',
        attrs: { auth, ttl: String(TTL_SECONDS), auth_ttl: String(TTL_SECONDS), max_buckets: '12' },
        content: [{ tag: 'host', attrs: host }],
      },
    ];
  }

  /** @param {Request} request @param {Response} response */
  async #answer(request, response) {
    request.on('error', () => {});
    response.on('error', () => {});
    try {
      if (request.method === 'POST') await acceptUpload(this, request, response);
      else if (request.method === 'GET') await serveFile(this, request, response);
      else response.writeHead(FORBIDDEN_HERE).end();
    } catch (error) {
      this.record.add('server_error', { detail: `${request.method} ${request.url}: ${error.stack}` });
      response.destroy();
    }
  }
}
