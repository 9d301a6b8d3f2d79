import { CERTIFICATE_MODES } from './certificate.js';
import { MEDIA_RETRY_MODES } from './media-retries.js';
import { ApiError } from './people.js';
import { CLIENT_OUTDATED, Versions } from './versions.js';

const UPLOAD_MODES = ['status', 'garbage', 'drop', 'silent', 'delay'];

const STREAM_ERRORS = {
  401: { attrs: { code: '401' }, content: [{ tag: 'conflict', attrs: { type: 'device_removed' } }] },
  440: { attrs: {}, content: [{ tag: 'conflict', attrs: { type: 'replaced' } }] },
};

/** What tests make the server do wrong. */
export class Faults {
  /** @param {import('./server.js').Server} server */
  constructor(server) {
    this.server = server;
    this.certificate = 'ok';
    this.qrRefs = {};
    /** Those for one chat. */
    this.ackFaults = [];
    this.versions = new Versions(server.record);
    this.#clear();
  }

  #clear() {
    this.upgrades = [];
    this.loginFailures = [];
    this.silentLogins = [];
    this.garbles = [];
    this.uploads = [];
    this.mediaRetries = [];
  }

  /** @param {{kind: string, account?: string, [detail: string]: any}} request the body of POST /fault */
  apply(request) {
    const action = this.#actions()[request.kind];
    if (!action) {
      throw new ApiError(
        400,
        'unknown_fault',
        `no fault ${request.kind}`,
        `use ${Object.keys(this.#actions()).join(', ')}`,
      );
    }
    if (request.account) this.server.people.account(request.account);
    const { kind, ...details } = request;
    this.server.record.add('fault', { kind, ...details });
    action(request);
  }

  /** @returns {{[kind: string]: (request: any) => void}} */
  #actions() {
    return {
      drop: request => {
        for (const conn of this.#connections(request)) conn.drop();
      },
      half_open: request => {
        for (const conn of this.#connections(request)) conn.fallSilent();
      },
      stream_error: request => this.#streamError(request),
      acks: request => {
        oneOf(request.mode, ['normal', 'drop', 'delay', 'error']);
        if (request.to) this.ackFaults.push({ ...request });
        else for (const account of this.#accounts(request)) account.acks = { ...request };
      },
      receipts_from_contacts: request => {
        oneOf(request.mode, ['normal', 'none']);
        for (const account of this.#accounts(request)) account.receiptsFromContacts = request.mode;
      },
      login_failure: ({ account, code, expire, times = 1 }) =>
        this.loginFailures.push({ account, code, expire, times }),
      login_silent: ({ account, times = 1 }) => this.silentLogins.push({ account, times }),
      client_outdated: ({ accept, revision }) => {
        this.versions.accepted = accept;
        this.versions.revision = revision;
      },
      sw_js: ({ status = 200, revision }) => Object.assign(this.versions, { status, revision }),
      upgrade_http: ({ status = 503, times = 1 }) => this.upgrades.push({ status, times }),
      upgrade_silent: ({ times = 1 }) => this.upgrades.push({ status: 0, times }),
      upgrade_drop: ({ times = 1 }) => this.upgrades.push({ status: -1, times }),
      qr_refs: ({ count, ttl_ms, ttl }) => {
        this.qrRefs = { count, ttl_ms: ttl_ms ?? ttl };
      },
      cert: ({ mode }) => {
        oneOf(mode, CERTIFICATE_MODES);
        this.certificate = mode;
      },
      garble: ({ account, times = 1 }) => this.garbles.push({ account, times }),
      upload: request => {
        oneOf(request.mode ?? 'status', UPLOAD_MODES);
        this.uploads.push({ times: 1, ...request, step: 'upload' });
      },
      media_conn: request => this.uploads.push({ times: 1, ...request, step: 'media_conn' }),
      media_retry: request => {
        oneOf(request.mode, MEDIA_RETRY_MODES);
        this.mediaRetries.push({ times: Infinity, ...request });
      },
      clear: () => this.#clear(),
    };
  }

  #accounts({ account }) {
    return account ? [this.server.people.account(account)] : this.server.people.accounts();
  }

  #connections({ account, device }) {
    return [...this.server.connections].filter(
      conn =>
        !conn.ended &&
        (!account || conn.account === account) &&
        (device === undefined || conn.device?.number === device),
    );
  }

  #streamError(request) {
    const { code } = request;
    const stanza = STREAM_ERRORS[code] ?? { attrs: { code: String(code) }, content: [] };
    if (Number(code) === 401) this.#forgetDevices(request);
    for (const conn of this.#connections(request)) conn.endWith({ tag: 'stream:error', ...stanza });
  }

  /** Removed by the owner on the phone: later logins fail too. */
  #forgetDevices(request) {
    for (const account of this.#accounts(request)) {
      for (const device of account.devices.values()) {
        if (request.device === undefined || request.device === device.number) account.remove(device);
      }
    }
  }

  /** @returns {{status: number} | undefined} how to spoil this websocket upgrade; 0: no answer, -1: cut off */
  takeUpgrade() {
    return take(this.upgrades, () => true);
  }

  /** @returns {{code: number, expire?: number} | undefined} why this client may not come in */
  takeLoginFailure(phone, payload) {
    const fault = take(this.loginFailures, fault => !fault.account || fault.account === phone);
    if (fault) return fault;
    return this.versions.accepts(Versions.of(payload)) ? undefined : { code: CLIENT_OUTDATED };
  }

  takeSilentLogin(phone) {
    return Boolean(take(this.silentLogins, fault => !fault.account || fault.account === phone));
  }

  /** Whether what another client wrote reaches this account broken. */
  takeGarble(phone) {
    return Boolean(take(this.garbles, fault => !fault.account || fault.account === phone));
  }

  /** @param {string | undefined} phone @param {string} step "media_conn" or "upload" */
  takeUpload(phone, step) {
    return take(this.uploads, fault => fault.step === step && (!fault.account || fault.account === phone));
  }

  /** How a phone answers that is asked for a file again: the newest wish counts. @returns {string} */
  takeMediaRetry(phone) {
    const newest = [...this.mediaRetries].reverse();
    const fault = newest.find(({ account }) => !account || account === phone);
    if (fault && --fault.times <= 0) this.mediaRetries.splice(this.mediaRetries.indexOf(fault), 1);
    return fault?.mode ?? 'normal';
  }

  /** @param {string} jid @param {string} wanted a group, or the phone of a contact */
  #isChat(jid, wanted) {
    return jid === wanted || this.server.people.byJid(jid)?.phone === wanted;
  }

  /** @param {import('./account.js').Account} account @param {string} to where the message goes */
  takeAckFault(account, to) {
    const special = this.ackFaults.findLast(
      fault => (!fault.account || fault.account === account.phone) && this.#isChat(to, fault.to),
    );
    if (special) {
      const over = special.count !== undefined && --special.count <= 0;
      if (over) this.ackFaults.splice(this.ackFaults.indexOf(special), 1);
      return special;
    }
    const fault = account.acks;
    if (fault.count !== undefined && --fault.count <= 0) account.acks = { mode: 'normal' };
    return fault;
  }
}

function take(list, matches) {
  const fault = list.find(matches);
  if (fault && --fault.times <= 0) list.splice(list.indexOf(fault), 1);
  return fault;
}

function oneOf(value, allowed) {
  if (!allowed.includes(value))
    throw new ApiError(400, 'bad_mode', `no mode ${value}`, `use ${allowed.join(', ')}`);
}
