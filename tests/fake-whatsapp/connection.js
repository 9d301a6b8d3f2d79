import { inflateSync } from 'node:zlib';
import * as tokens from 'baileys/lib/WABinary/constants.js';
import { decodeDecompressedBinaryNode } from 'baileys/lib/WABinary/decode.js';
import { encodeBinaryNode } from 'baileys/lib/WABinary/encode.js';
import { NoiseError, NoiseServer } from './noise.js';

const COMPRESSED = 2;
const CLOSE_GRACE_MS = 1000;

/** One websocket: its handshake, its frames, and how it ends. */
export class Connection {
  /**
   * @param {import('./server.js').Server} server
   * @param {import('ws').WebSocket} socket
   * @param {number} number
   */
  constructor(server, socket, number) {
    this.server = server;
    this.socket = socket;
    this.number = number;
    this.record = server.record;
    this.noise = new NoiseServer(server.authority.serverKey, () =>
      server.authority.chain(server.faults.certificate),
    );
    /** @type {import('./linked-device.js').LinkedDevice | null} */
    this.device = null;
    /** What the client registers with while it is not linked. */
    this.registration = null;
    this.active = false;
    this.halfOpen = false;
    this.ended = false;
    this.closedBy = 'client';
    this.work = Promise.resolve();
    this.record.add('connection_open', { conn: number });
    socket.on('message', bytes => this.#read(bytes));
    socket.on('error', () => {});
    socket.on('close', () => this.#closed());
  }

  get account() {
    return this.device?.account.phone;
  }

  violation(code, detail, fields = {}) {
    this.record.violation(code, detail, { conn: this.number, account: this.account, ...fields });
  }

  #read(bytes) {
    if (this.ended) return;
    try {
      for (const frame of this.noise.frames(bytes)) this.#readFrame(frame);
    } catch (error) {
      if (error instanceof NoiseError) this.violation(error.code, error.message);
      else this.record.add('server_error', { conn: this.number, detail: error.stack });
      this.drop();
    }
  }

  #readFrame(frame) {
    if (this.ended) return;
    if (this.noise.stage === 'hello') {
      this.socket.send(this.noise.answerHello(frame));
    } else if (this.noise.stage === 'finish') {
      this.server.clientHere(this, this.noise.readFinish(frame));
    } else {
      this.server.stanza(this, this.#decode(this.noise.decrypt(frame)));
    }
  }

  #decode(plaintext) {
    try {
      const body = plaintext.subarray(1);
      return decodeDecompressedBinaryNode(plaintext[0] & COMPRESSED ? inflateSync(body) : body, tokens);
    } catch (error) {
      throw new NoiseError('bad_stanza', error.message);
    }
  }

  /** Runs work in the order its stanzas came. @param {() => Promise<void>} task */
  inOrder(task) {
    this.work = this.work.then(task).catch(error => {
      this.record.add('server_error', { conn: this.number, detail: error.stack });
    });
  }

  /** @returns {boolean} whether it was written */
  send(stanza) {
    if (this.ended || this.halfOpen || this.socket.readyState !== this.socket.OPEN) return false;
    this.socket.send(this.noise.encrypt(encodeBinaryNode(stanza)));
    return true;
  }

  /** Tells the client why and closes. */
  endWith(stanza) {
    this.send(stanza);
    this.#end();
    this.socket.close();
    setTimeout(() => this.socket.terminate(), CLOSE_GRACE_MS).unref();
  }

  /** Cuts it as well, but what was written still arrives. What the client says from now on is lost. */
  dropAfterFlush() {
    this.#end();
    this.socket._socket.end();
    setTimeout(() => this.socket.terminate(), CLOSE_GRACE_MS).unref();
  }

  /** Cuts the TCP connection with no word. */
  drop() {
    this.#end();
    this.socket.terminate();
  }

  /** From now on neither reads nor answers, while TCP stays up until the client gives up. */
  fallSilent() {
    this.halfOpen = true;
    this.active = false;
    const tcp = this.socket._socket;
    // Bytes still have to be taken off the socket, or its end would never be noticed.
    tcp.removeAllListeners('data');
    tcp.on('data', () => {});
    this.#leaveDevice();
  }

  #end() {
    this.ended = true;
    this.active = false;
    this.closedBy = 'server';
    this.#leaveDevice();
  }

  #leaveDevice() {
    if (this.device?.connection === this) this.device.connection = null;
  }

  #closed() {
    this.ended = true;
    this.active = false;
    this.#leaveDevice();
    this.server.connectionClosed(this);
    this.record.add('connection_closed', { conn: this.number, by: this.closedBy, account: this.account });
  }
}
