// An account on the fake server, linked to the sidecar by a scanned QR.

import { makeAuthDir, removeDir, Sidecar } from './driver.js';

// Not a static import: the fake is checked by its own tsconfig.
const { FakeWhatsApp } = await import(new URL('../../../tests/fake-whatsapp/index.js', import.meta.url).href);

export const OWNER = '+15550100001';
export const OWNER_LID = '100200300400500@lid';
export const BO = '+15550100002';
export const BO_LID = '200300400500600@lid';
export const CY = '+15550100003';

/** @param {string} phone */
export function jidOf(phone) {
  return `${phone.slice(1)}@s.whatsapp.net`;
}

/** @param {string} http */
export function fakeApi(http) {
  return {
    /** @param {string} path @param {object} body @returns {Promise<any>} */
    async post(path, body) {
      const response = await fetch(http + path, { method: 'POST', body: JSON.stringify(body) });
      const answer = await response.json();
      if (!response.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`);
      return answer;
    },
    /** @param {string} path @returns {Promise<any>} */
    async get(path) {
      return (await fetch(http + path)).json();
    },
    /** @param {string} type @param {Record<string, string>} [fields] @returns {Promise<any>} */
    async wait(type, fields = {}, { after = 0, ms = 15_000 } = {}) {
      const query = new URLSearchParams({ type, after: String(after), timeout_ms: String(ms), ...fields });
      const response = await fetch(`${http}/wait?${query}`);
      const { record } = await response.json();
      if (!record) throw new Error(`no ${type} ${JSON.stringify(fields)}`);
      return record;
    },
    /** @param {string} types @param {number} [after] @returns {Promise<any[]>} */
    async records(types, after = 0) {
      const response = await fetch(`${http}/record?type=${types}&after=${after}&limit=100000`);
      return (await response.json()).records;
    },
  };
}

/**
 * A fake server with one owner's phone, and everything that is to be cleaned up.
 *
 * @param {import('node:test').TestContext | { after: (fn: () => Promise<void>) => void }} context
 */
export async function startFake(context) {
  const fake = await FakeWhatsApp.start({});
  const api = fakeApi(fake.http);
  /** @type {Sidecar[]} */
  const sidecars = [];
  const authDir = await makeAuthDir();
  context.after(async () => {
    await Promise.all(sidecars.map(sidecar => sidecar.kill()));
    await fake.stop();
    await removeDir(authDir);
  });
  await api.post('/phones', { phone: OWNER, lid: OWNER_LID, name: 'Owner' });
  return {
    fake,
    api,
    authDir,
    /** @param {Partial<ConstructorParameters<typeof Sidecar>[0]>} [options] */
    spawn(options = {}) {
      const sidecar = new Sidecar({ authDir, fake, ...options });
      sidecars.push(sidecar);
      return sidecar;
    },
    /**
     * Links by QR and returns once the phone has it; the sidecar of the login has exited.
     *
     * @param {Partial<ConstructorParameters<typeof Sidecar>[0]>} [options]
     */
    async link(options) {
      const sidecar = this.spawn({ ...options, login: 'qr' });
      const { link } = await sidecar.link('qr');
      await api.post('/scan', { phone: OWNER, qr: link.payload });
      await sidecar.closed();
      await sidecar.exited;
    },
    /**
     * Open until the test ends, so that the next one may open the same account.
     *
     * @param {import('node:test').TestContext} test
     * @param {Partial<ConstructorParameters<typeof Sidecar>[0]>} [options]
     */
    async openFor(test, options) {
      const sidecar = await this.open(options);
      test.after(() => sidecar.kill());
      return sidecar;
    },
    /** @param {Partial<ConstructorParameters<typeof Sidecar>[0]>} [options] */
    async open(options = {}) {
      const sidecar = this.spawn(options);
      await sidecar.link('opened');
      return sidecar;
    },
  };
}
