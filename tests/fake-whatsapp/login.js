import { Versions } from './versions.js';

const REPLACED_ANSWER_MS = 1000;

/** A client that says it is linked already. */
export class Login {
  /** @param {import('./server.js').Server} server */
  constructor(server) {
    this.server = server;
  }

  begin(conn, payload) {
    const account = this.server.people.byPhone.get(`+${payload.username}`)?.account;
    const refusal = this.server.faults.takeLoginFailure(account?.phone, payload);
    if (refusal) return this.server.refuse(conn, refusal);
    const number = payload.device || 0;
    const device = account?.devices.get(number);
    if (!device) {
      // A device that was removed, or a linking that never ended, cannot know; anything else was never linked.
      if (number > 0 && !account?.removed.has(number)) {
        conn.violation(
          'unknown_device',
          `login as +${payload.username} device ${number}, which was never linked`,
        );
      }
      return this.server.refuse(conn, { code: 401 });
    }
    if (!device.noiseKey.equals(conn.noise.clientStatic)) {
      conn.violation('wrong_noise_key', 'the login does not hold the noise key the device registered', {
        account: account.phone,
      });
      return this.server.refuse(conn, { code: 401 });
    }
    if (device.connection) this.#replace(device);
    conn.device = device;
    device.connection = conn;
    const version = Versions.of(payload);
    this.server.record.add('login', { account: account.phone, device: number, conn: conn.number, version });
    if (this.server.faults.takeSilentLogin(account.phone)) return;
    conn.send({
      tag: 'success',
      attrs: {
        t: String(Math.floor(Date.now() / 1000)),
        lid: device.lid,
        location: 'test',
        companion_enc_static: '',
      },
    });
  }

  /** Two sockets for one device: the older one goes, and if somebody still answers on it, two clients are at work. */
  #replace(device) {
    const older = device.connection;
    const { phone } = device.account;
    older.socket.once('pong', () => {
      this.server.record.violation(
        'second_login',
        `device ${device.number} logged in while its older socket answered`,
        {
          account: phone,
          conn: older.number,
        },
      );
    });
    older.socket.ping();
    older.endWith({
      tag: 'stream:error',
      attrs: {},
      content: [{ tag: 'conflict', attrs: { type: 'replaced' } }],
    });
    setTimeout(() => older.drop(), REPLACED_ANSWER_MS).unref();
  }
}
