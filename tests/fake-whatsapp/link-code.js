import { createCipheriv, createDecipheriv, hkdfSync, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { getBinaryNodeChildBuffer } from 'baileys/lib/WABinary/generic-utils.js';
import { jidDecode } from 'baileys/lib/WABinary/jid-utils.js';
import { agree, newKeyPair } from './keys.js';
import { ApiError } from './people.js';

const CODE_ROUNDS = 131_072;
const SALT_LENGTH = 32;
const IV_LENGTH = 16;
const KEY_LENGTH = 32;
const GCM_IV_LENGTH = 12;
const GCM_TAG_LENGTH = 16;
const WRONG_CODE = 400;

const deriveKey = promisify(pbkdf2);

/** Linking by a code that the client shows and the owner types on the phone. */
export class LinkCode {
  /** @param {import('./server.js').Server} server */
  constructor(server) {
    this.server = server;
    /** Clients showing a code, by connection. */
    this.hellos = new Map();
  }

  forget(conn) {
    this.hellos.delete(conn);
  }

  /** The link_code_companion_reg iq of an unlinked client, in either stage. */
  answer({ conn, child }) {
    return child.attrs.stage === 'companion_hello' ? this.#hello(conn, child) : this.#finish(conn, child);
  }

  #hello(conn, child) {
    const wrapped = getBinaryNodeChildBuffer(child, 'link_code_pairing_wrapped_companion_ephemeral_pub');
    const phone = `+${jidDecode(child.attrs.jid)?.user}`;
    const ref = randomBytes(16);
    this.hellos.set(conn, { phone, ref, wrapped: Buffer.from(wrapped) });
    this.server.record.add('link_code_shown', { conn: conn.number, phone });
    return [
      {
        tag: 'link_code_companion_reg',
        attrs: {},
        content: [{ tag: 'link_code_pairing_ref', attrs: {}, content: ref }],
      },
    ];
  }

  /** The owner types the code. @param {import('./account.js').Account} account @param {string} code */
  async type(account, code) {
    const found = [...this.hellos].findLast(([conn, { phone }]) => phone === account.phone && !conn.ended);
    if (!found) {
      throw new ApiError(
        410,
        'no_code_shown',
        `no client asks to link to ${account.phone}`,
        'ask for a code first',
      );
    }
    const [conn, hello] = found;
    hello.account = account;
    hello.theirs = await this.#unwrap(code, hello.wrapped);
    hello.ours = newKeyPair();
    const wrapped = await this.#wrap(code, hello.ours.public);
    this.server.record.add('code_typed', { account: account.phone, conn: conn.number });
    conn.send({
      tag: 'notification',
      attrs: { from: 's.whatsapp.net', type: 'link_code_companion_reg', id: this.server.nextId() },
      content: [
        {
          tag: 'link_code_companion_reg',
          attrs: { stage: 'primary_hello' },
          content: [
            { tag: 'link_code_pairing_wrapped_primary_ephemeral_pub', attrs: {}, content: wrapped },
            { tag: 'primary_identity_pub', attrs: {}, content: account.person.signal.identity.public },
            { tag: 'link_code_pairing_ref', attrs: {}, content: hello.ref },
          ],
        },
      ],
    });
  }

  async #unwrap(code, wrapped) {
    const [salt, iv, body] = split(wrapped, SALT_LENGTH, IV_LENGTH);
    const key = await deriveKey(code, salt, CODE_ROUNDS, KEY_LENGTH, 'sha256');
    return createDecipheriv('aes-256-ctr', key, iv).update(body);
  }

  async #wrap(code, publicKey) {
    const salt = randomBytes(SALT_LENGTH);
    const iv = randomBytes(IV_LENGTH);
    const key = await deriveKey(code, salt, CODE_ROUNDS, KEY_LENGTH, 'sha256');
    return Buffer.concat([salt, iv, createCipheriv('aes-256-ctr', key, iv).update(publicKey)]);
  }

  #finish(conn, child) {
    const hello = this.hellos.get(conn);
    if (!hello?.ours) {
      conn.violation('bad_stanza', 'companion_finish before the code was typed');
      return { error: WRONG_CODE };
    }
    const { account, ours, theirs } = hello;
    const shared = agree(ours, theirs);
    let bundle;
    try {
      bundle = openBundle(shared, getBinaryNodeChildBuffer(child, 'link_code_pairing_wrapped_key_bundle'));
    } catch {
      // Typing a wrong code is no fault of the client.
      this.server.record.add('link_refused', {
        account: account.phone,
        conn: conn.number,
        reason: 'wrong code',
      });
      return { error: WRONG_CODE };
    }
    const [identity, ownerIdentity, random] = split(bundle, KEY_LENGTH, KEY_LENGTH);
    const { signal } = account.person;
    if (!identity.equals(conn.registration.identity) || !ownerIdentity.equals(signal.identity.public)) {
      conn.violation(
        'wrong_identity',
        'the key bundle names other identities than those of client and phone',
      );
      return { error: WRONG_CODE };
    }
    const secrets = Buffer.concat([shared, agree(signal.identity, identity), random]);
    const advSecret = Buffer.from(hkdfSync('sha256', secrets, Buffer.alloc(0), 'adv_secret', KEY_LENGTH));
    return { after: () => this.server.registration.pairSuccess(conn, account, advSecret) };
  }
}

function openBundle(shared, wrapped) {
  const [salt, iv, sealed] = split(Buffer.from(wrapped), SALT_LENGTH, GCM_IV_LENGTH);
  const info = 'link_code_pairing_key_bundle_encryption_key';
  const key = Buffer.from(hkdfSync('sha256', shared, salt, info, KEY_LENGTH));
  const decipher = createDecipheriv('aes-256-gcm', key, iv);
  decipher.setAuthTag(sealed.subarray(-GCM_TAG_LENGTH));
  return Buffer.concat([decipher.update(sealed.subarray(0, -GCM_TAG_LENGTH)), decipher.final()]);
}

/** Cuts off two pieces of these lengths and the rest. */
function split(bytes, first, second) {
  return [bytes.subarray(0, first), bytes.subarray(first, first + second), bytes.subarray(first + second)];
}
