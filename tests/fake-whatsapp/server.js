import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { CertificateAuthority } from './certificate.js';
import { clientAck, clientReceipt } from './client-answers.js';
import { Clock } from './clock.js';
import { Connection } from './connection.js';
import { Faults } from './faults.js';
import { Groups } from './groups.js';
import { Incoming } from './incoming.js';
import { answerIq } from './iq.js';
import { LinkCode } from './link-code.js';
import { Login } from './login.js';
import { MediaHost } from './media-host.js';
import { Outgoing } from './outgoing.js';
import { People } from './people.js';
import { Polls } from './polls.js';
import { Presence } from './presence.js';
import { Record } from './record.js';
import { Registration } from './registration.js';

const LOOPBACK = '127.0.0.1';

/** The WhatsApp side: sockets, people, and what is said between them. */
export class Server {
  /** @param {{recordLimit?: number}} [options] */
  constructor({ recordLimit } = {}) {
    this.clock = new Clock();
    this.record = new Record({ limit: recordLimit, now: () => this.clock.now() });
    this.authority = new CertificateAuthority();
    this.people = new People();
    this.media = new MediaHost(this);
    this.polls = new Polls();
    this.groups = new Groups(this);
    this.faults = new Faults(this);
    this.registration = new Registration(this);
    this.linkCode = new LinkCode(this);
    this.login = new Login(this);
    this.incoming = new Incoming(this);
    this.outgoing = new Outgoing(this);
    this.presence = new Presence(this);
    /** @type {Set<Connection>} */
    this.connections = new Set();
    this.connectionsMade = 0;
    this.idsMade = 0;
    this.timers = new Set();
    /** Called after each change that no record tells of. */
    this.onChange = () => {};
  }

  /** @param {number} port @returns {Promise<string>} the websocket address */
  async listen(port) {
    const sockets = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      maxPayload: 32 * 1024 * 1024,
    });
    this.http = createServer((request, response) => {
      if (request.url?.split('?')[0] === '/sw.js') this.faults.versions.serve(response);
      else response.writeHead(426).end();
    });
    this.heldUpgrades = new Set();
    this.http.on('upgrade', (request, tcp, head) => {
      const fault = this.faults.takeUpgrade();
      if (fault) return this.#spoilUpgrade(tcp, fault.status);
      sockets.handleUpgrade(request, tcp, head, socket => {
        this.connections.add(new Connection(this, socket, ++this.connectionsMade));
      });
    });
    await new Promise((resolve, reject) => {
      this.http.once('error', reject).listen(port, LOOPBACK, () => resolve(undefined));
    });
    const { port: bound } = /** @type {import('node:net').AddressInfo} */ (this.http.address());
    return `ws://${LOOPBACK}:${bound}/ws/chat`;
  }

  #spoilUpgrade(tcp, status) {
    this.record.add('upgrade_refused', { status });
    tcp.on('error', () => {});
    if (status < 0) {
      tcp.destroy();
    } else if (status === 0) {
      this.heldUpgrades.add(tcp);
      tcp.on('close', () => this.heldUpgrades.delete(tcp));
    } else {
      tcp.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    }
  }

  nextId() {
    return `fake-${++this.idsMade}`;
  }

  /** A timer that does not outlive the server. */
  later(ms, task) {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      task();
    }, ms);
    this.timers.add(timer);
  }

  /** The handshake is done and the client has said who it is. */
  clientHere(conn, payload) {
    if (payload.username) this.login.begin(conn, payload);
    else if (payload.devicePairingData) this.#begin(conn, payload);
    else conn.violation('bad_handshake', 'the client payload is neither a login nor a registration');
  }

  #begin(conn, payload) {
    const refusal = this.faults.takeLoginFailure(undefined, payload);
    if (refusal) this.refuse(conn, refusal);
    else this.registration.begin(conn, payload);
  }

  /** @param {Connection} conn @param {{code: number, expire?: number}} why */
  refuse(conn, { code, expire }) {
    const attrs = { reason: String(code), location: 'test' };
    if (expire !== undefined) Object.assign(attrs, { expire: String(expire) });
    this.record.add('login_refused', { conn: conn.number, reason: attrs.reason });
    conn.endWith({ tag: 'failure', attrs });
  }

  /** A stanza from a client. @param {Connection} conn */
  stanza(conn, stanza) {
    if (stanza.tag === 'iq') return answerIq(conn, stanza);
    if (stanza.tag === 'ib') {
      const wanted = Array.isArray(stanza.content) && stanza.content[0]?.tag;
      if (wanted === 'offline_batch') conn.device?.outbox.release();
      return;
    }
    if (stanza.tag === 'presence' || stanza.tag === 'chatstate') return this.presence.heard(conn, stanza);
    // While linking by code a client acknowledges the notification that the code was typed.
    if (!conn.device && stanza.tag === 'ack') return;
    if (!conn.device) return conn.violation('not_logged_in', `<${stanza.tag}> before the login`);
    if (stanza.tag === 'message') conn.inOrder(() => this.outgoing.message(conn, stanza));
    else if (stanza.tag === 'receipt') clientReceipt(conn, stanza);
    else if (stanza.tag === 'ack') clientAck(conn, stanza);
    else this.record.add('unknown_stanza', { conn: conn.number, tag: stanza.tag });
  }

  connectionClosed(conn) {
    this.connections.delete(conn);
    this.registration.forget(conn);
    this.linkCode.forget(conn);
  }

  async stop() {
    for (const timer of this.timers) clearTimeout(timer);
    for (const conn of this.connections) conn.drop();
    for (const tcp of this.heldUpgrades) tcp.destroy();
    this.record.close();
    await new Promise(resolve => {
      this.http.close(resolve);
      this.http.closeAllConnections();
    });
  }
}
