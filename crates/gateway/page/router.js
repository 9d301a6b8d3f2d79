// Addresses of the page: what follows the # names a view, and everything that can be seen has an address.

/**
 * Where the page is.
 * @typedef {object} Place
 * @property {string} view `agents`, `agent`, `channel`, `add`, `account`, `closed` or `nowhere`
 * @property {string} agent
 * @property {string} account
 * @property {string} section of an account; empty for the one that fits its state
 * @property {string[]} path what follows the section
 */

/** @param {string[]} parts */
export function address(...parts) {
  return `#/${parts.map(encodeURIComponent).join('/')}`;
}

/**
 * @param {string} agent
 * @param {string} account
 * @param {string[]} rest
 */
export function accountAddress(agent, account, ...rest) {
  return address('agents', agent, 'channels', 'whatsapp', account, ...rest);
}

/** @param {string} part */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/**
 * Reads an address.
 * @param {string} hash
 * @returns {Place}
 */
export function place(hash) {
  const parts = hash
    .replace(/^#\/?/, '')
    .split('/')
    .filter(part => part !== '')
    .map(decoded);
  const [root, agent = '', channels, channel, account = '', section = '', ...path] = parts;
  const at = (/** @type {string} */ view) => ({ view, agent, account, section, path });
  if (root === undefined) return at('agents');
  if (root === 'closed') return at('closed');
  if (root !== 'agents') return at('nowhere');
  if (agent === '') return at('agents');
  if (channels === undefined) return at('agent');
  if (channels !== 'channels') return at('nowhere');
  if (channel === undefined) return at('agent');
  if (channel !== 'whatsapp') return at('nowhere');
  if (account === '') return at('channel');
  if (account === '+') return at('add');
  return at('account');
}
