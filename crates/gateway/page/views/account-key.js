// Where the config keeps what it says of an account: read and written at the same key.

const ROOT = 'channels.whatsapp';
const ACCOUNTS = `${ROOT}.accounts`;

/**
 * The key that the account's own keys lie below: its entry in `accounts`, spelled as the config's values are (an id that
 * begins with a digit stands in brackets there). Only the account that is there without being named has the root; what
 * is written there holds for every account that does not say otherwise.
 * @param {{ key: string }[]} values
 * @param {string} account
 */
export function accountKey(values, account) {
  const dotted = `${ACCOUNTS}.${account}`;
  const bracketed = `${ACCOUNTS}[${JSON.stringify(account)}]`;
  const has = (/** @type {string} */ key) => values.some(value => value.key.startsWith(`${key}.`));
  const found = [dotted, bracketed].find(has);
  if (found !== undefined) return found;
  const named = has(ACCOUNTS) || values.some(value => value.key.startsWith(`${ACCOUNTS}[`));
  if (account === 'default' && !named) return ROOT;
  return /^\d/.test(account) ? bracketed : dotted;
}
