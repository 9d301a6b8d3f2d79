import { HttpApi } from './http-api.js';
import { Server } from './server.js';
import { StateFile } from './state-file.js';

/** A WhatsApp Web server on loopback for tests. */
export class FakeWhatsApp {
  /**
   * @param {{wsPort?: number, httpPort?: number, mediaPort?: number, recordLimit?: number, stateDir?: string, stateRecord?: boolean,
   *   onStop?: () => void}} options
   * @returns {Promise<FakeWhatsApp>}
   */
  static async start({ wsPort = 0, httpPort = 0, mediaPort = 0, ...options } = {}) {
    const fake = new FakeWhatsApp(options);
    fake.ws = await fake.server.listen(wsPort);
    fake.http = await fake.api.listen(httpPort);
    await fake.server.media.listen(mediaPort);
    return fake;
  }

  /** @param {{recordLimit?: number, stateDir?: string, stateRecord?: boolean,
   *   onStop?: () => void}} [options] */
  constructor({ recordLimit, stateDir, stateRecord, onStop } = {}) {
    this.server = new Server({ recordLimit });
    this.state = stateDir ? new StateFile(this.server, stateDir, { withRecord: stateRecord }) : undefined;
    this.state?.begin();
    this.api = new HttpApi(this.server, onStop ?? (() => this.stop()));
    /** Where clients connect. */
    this.ws = '';
    /** Where the JSON API is. */
    this.http = '';
    /** The public key all certificates come from, as hex. */
    this.root = this.server.authority.rootHex;
  }

  /** Address and port of the media host. */
  get media() {
    return this.server.media.hostname;
  }

  /** The certificate authority of the media host, as PEM. */
  get ca() {
    return this.server.media.tls.cert;
  }

  get record() {
    return this.server.record;
  }

  async stop() {
    await Promise.all([this.server.stop(), this.api.stop(), this.server.media.stop()]);
    this.state?.end();
  }
}
