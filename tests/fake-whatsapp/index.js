import { HttpApi } from './http-api.js';
import { Server } from './server.js';

/** A WhatsApp Web server on loopback for tests. */
export class FakeWhatsApp {
  /**
   * @param {{wsPort?: number, httpPort?: number, onStop?: () => void}} options
   * @returns {Promise<FakeWhatsApp>}
   */
  static async start({ wsPort = 0, httpPort = 0, onStop } = {}) {
    const fake = new FakeWhatsApp(onStop);
    fake.ws = await fake.server.listen(wsPort);
    fake.http = await fake.api.listen(httpPort);
    return fake;
  }

  /** @param {(() => void) | undefined} onStop */
  constructor(onStop) {
    this.server = new Server();
    this.api = new HttpApi(this.server, onStop ?? (() => this.stop()));
    /** Where clients connect. */
    this.ws = '';
    /** Where the JSON API is. */
    this.http = '';
    /** The public key all certificates come from, as hex. */
    this.root = this.server.authority.rootHex;
  }

  get record() {
    return this.server.record;
  }

  async stop() {
    await Promise.all([this.server.stop(), this.api.stop()]);
  }
}
