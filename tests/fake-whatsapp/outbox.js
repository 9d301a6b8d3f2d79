const SENDS_PER_TURN = 50;

/**
 * @typedef {object} Item
 * @property {'message' | 'receipt' | 'notification'} class
 * @property {string} id
 * @property {object} [stanza] kept once made, so that a redelivery carries the very same bytes
 * @property {() => Promise<object>} [build] makes the stanza at the first delivery
 * @property {string} [from] the sender's phone, for messages
 * @property {import('./incoming.js').Source} [source] what to make it from again
 * @property {import('./incoming-encryption.js').How} [how]
 * @property {import('./linked-device.js').LinkedDevice} [origin] the client it comes from, if no phone wrote it
 * @property {number} [attempt]
 * @property {{learned: (device: import('./linked-device.js').LinkedDevice) => void}} [tells] what the client knows of
 *   once it has answered
 */

/** @typedef {{deliveries: number, answers?: number}} Cut after how many messages the connection is cut */

/** What waits for one linked device: kept until the client answers for it, and sent again at its next login. */
export class Outbox {
  /** @param {import('./linked-device.js').LinkedDevice} device */
  constructor(device) {
    this.device = device;
    /** @type {Set<Item>} in order of arrival, not answered for */
    this.items = new Set();
    /** @type {Map<string, Set<Item>>} the same by class and id */
    this.byId = new Map();
    /** @type {Map<string, Item>} every message that was ever delivered, by id */
    this.delivered = new Map();
    /** @type {Item[]} what this connection has not been sent yet */
    this.unsent = [];
    /** Whether the oldest of those were dropped to save memory. */
    this.forgot = false;
    this.offlineLeft = 0;
    this.offlineTotal = 0;
    this.held = true;
    this.pumping = false;
    /** @type {Cut | null} */
    this.cut = null;
  }

  get record() {
    return this.device.account.record;
  }

  /** Messages the client has not answered for. */
  get length() {
    let messages = 0;
    for (const item of this.items) if (item.class === 'message') messages++;
    return messages;
  }

  #keep(item) {
    this.items.add(item);
    const name = `${item.class} ${item.id}`;
    if (!this.byId.has(name)) this.byId.set(name, new Set());
    this.byId.get(name).add(item);
  }

  /** What an earlier process left. @param {Item[]} items @param {Item[]} delivered */
  restore(items, delivered) {
    for (const item of items) this.#keep(item);
    for (const item of delivered) this.delivered.set(item.id, item);
  }

  /** @param {Item} item */
  add(item) {
    this.#keep(item);
    if (item.class === 'message') {
      this.device.account.counts.messages_in++;
      const { phone } = this.device.account;
      this.record.add('queued', {
        id: item.id,
        from: item.from,
        to: phone,
        account: phone,
        device: this.device.number,
      });
    }
    if (!this.device.online) return;
    this.unsent.push(item);
    this.#pump();
  }

  /** The client is active: everything unanswered goes out again, as backlog. */
  start() {
    this.unsent = [...this.items];
    this.offlineLeft = this.offlineTotal = this.unsent.length;
    this.held = this.offlineTotal > 0;
    if (this.held) {
      const count = String(this.offlineTotal);
      this.#send('ib', [
        { tag: 'offline_preview', attrs: { count, message: count, receipt: '0', notification: '0' } },
      ]);
    } else {
      this.#endOffline();
    }
  }

  /** The client asked for the backlog. */
  release() {
    if (!this.held) return;
    this.held = false;
    this.#pump();
  }

  /** What held the deliveries up is gone. */
  resume() {
    if (this.device.online) this.#pump();
  }

  get #stopped() {
    return this.held || this.device.account.held || this.cut?.deliveries === 0;
  }

  #endOffline() {
    this.#send('ib', [{ tag: 'offline', attrs: { count: String(this.offlineTotal) } }]);
  }

  #send(tag, content) {
    this.device.connection?.send({ tag, attrs: { from: 's.whatsapp.net' }, content });
  }

  async #pump() {
    if (this.pumping) return;
    this.pumping = true;
    let sent = 0;
    while (this.unsent.length > 0 && !this.#stopped) {
      const item = this.unsent[0];
      const { connection } = this.device;
      // A late answer from before a reconnect settles it without another delivery.
      const wanted = this.items.has(item);
      if (wanted && !item.stanza) {
        try {
          item.stanza = await item.build();
        } catch (error) {
          this.record.add('server_error', { detail: `${item.class} ${item.id}: ${error.stack}` });
          this.#remove(item);
        }
      }
      // A new login meanwhile has begun the list anew.
      if (connection !== this.device.connection || !connection?.active) break;
      if (this.unsent[0] !== item) continue;
      this.unsent.shift();
      const offline = this.offlineLeft > 0;
      if (wanted && item.stanza) this.#deliver(item, connection, offline);
      if (offline && --this.offlineLeft === 0) this.#endOffline();
      if (++sent % SENDS_PER_TURN === 0) await new Promise(resolve => setImmediate(resolve));
    }
    this.pumping = false;
    if (this.unsent.length > 0 && !this.#stopped && this.device.online) this.#pump();
  }

  #deliver(item, connection, offline) {
    const stanza = offline ? { ...item.stanza, attrs: { ...item.stanza.attrs, offline: '1' } } : item.stanza;
    if (!connection.send(stanza)) return;
    item.attempt = (item.attempt ?? 0) + 1;
    if (item.class === 'message') {
      this.delivered.set(item.id, item);
      this.#forgetOldest();
      const { account } = this.device;
      account.counts.delivered++;
      const { id, from, attempt } = item;
      this.record.add('delivered', {
        id,
        account: account.phone,
        device: this.device.number,
        from,
        attempt,
        offline,
      });
      this.#countDown(connection);
    }
  }

  /** With a limit on the record, messages that are long answered for go as well. */
  #forgetOldest() {
    if (this.delivered.size <= this.record.limit) return;
    const [[id, oldest]] = this.delivered;
    if (this.items.has(oldest)) return;
    this.delivered.delete(id);
    this.forgot = true;
  }

  #countDown(connection) {
    if (!this.cut || --this.cut.deliveries > 0 || this.cut.answers) return;
    this.cut = null;
    connection.dropAfterFlush();
  }

  #countAnswer() {
    if (!this.cut?.answers || --this.cut.answers > 0) return;
    this.cut = null;
    this.device.connection?.drop();
  }

  #remove(item) {
    this.items.delete(item);
    const name = `${item.class} ${item.id}`;
    this.byId.get(name)?.delete(item);
    if (this.byId.get(name)?.size === 0) this.byId.delete(name);
  }

  /** Whether a message was ever delivered, as far as that is remembered. */
  knows(id) {
    return this.forgot || this.delivered.has(id);
  }

  /** Sends the same bytes once more. @param {string} id */
  repeat(id) {
    const [waiting] = this.byId.get(`message ${id}`) ?? [];
    const item = this.delivered.get(id) ?? waiting;
    if (!item) return false;
    this.add({
      class: 'message',
      id,
      from: item.from,
      stanza: item.stanza,
      build: item.build,
      source: item.source,
      how: item.how,
      origin: item.origin,
    });
    return true;
  }

  /**
   * The client answered for a stanza, so it is not sent again. One answer settles one delivery, the oldest: the
   * same id may be on its way twice, after a retry for instance.
   * @param {string} kind @param {string} id @returns {boolean} whether it had been delivered at all
   */
  settle(kind, id) {
    for (const item of this.byId.get(`${kind} ${id}`) ?? []) {
      if (!item.attempt) continue;
      this.#remove(item);
      if (kind === 'message') {
        this.device.account.counts.receipted++;
        this.#countAnswer();
      }
      item.tells?.learned(this.device);
      break;
    }
    return kind !== 'message' || this.knows(id);
  }
}
