// Who may be written into a list, read as the gateway reads it, so that a mistake is told while it is typed. The
// gateway reads the same again: what is said here spares a round, and decides nothing.

const NUMBER = 'Write it in international form, such as +1 555 010 0001.';

/**
 * An entry as it is kept, or what is wrong with it.
 * @typedef {{ entry: string } | { problem: string }} Entry
 */

/**
 * Reads a phone number as a person writes it: 7 to 15 digits, no leading 0; spaces, dashes, dots and parentheses are
 * allowed between them.
 * @param {string} text
 * @returns {Entry}
 */
export function phone(text) {
  const bare = text
    .trim()
    .replace(/^whatsapp:/, '')
    .trimStart()
    .replace(/^\+/, '');
  const foreign = /[^0-9 \-.()]/u.exec(bare);
  if (foreign !== null) {
    return { problem: `“${foreign[0]}” does not belong into a phone number. ${NUMBER}` };
  }
  const digits = bare.replace(/[^0-9]/g, '');
  if (digits === '') return { problem: `There is no digit yet. ${NUMBER}` };
  if (digits.startsWith('0')) {
    return {
      problem:
        'It begins with 0. Begin with the code of the country, such as +1 or +44, without zeros before it.',
    };
  }
  if (digits.length < 7)
    return { problem: `Too short: ${digits.length} digits, and 7 are the fewest. ${NUMBER}` };
  if (digits.length > 15) return { problem: `Too long: ${digits.length} digits, and 15 are the most.` };
  return { entry: `+${digits}` };
}

/**
 * Reads an entry of a list: a phone number, or a hidden id such as 100000000000001@lid. `*` has a choice of its own, so
 * it is refused where it is typed.
 * @param {string} text
 * @returns {Entry}
 */
export function person(text) {
  const bare = text.trim().replace(/^whatsapp:/, '');
  if (bare === '*') return { problem: '“*” means everybody. Choose “Everybody” one step before instead.' };
  if (!bare.includes('@')) return phone(text);
  const [, digits, server] = /^([^@]*)@(.*)$/s.exec(bare) ?? [];
  if (server === 'g.us')
    return { problem: 'That is a group. People are listed here; groups have a list of their own.' };
  if (server !== 'lid')
    return { problem: 'With an @ only hidden ids are taken, such as 100000000000001@lid.' };
  if (!/^[0-9]{1,20}$/.test(digits)) return { problem: 'A hidden id is up to 20 digits before @lid.' };
  return { entry: `${digits}@lid` };
}

/**
 * Reads a list, an entry a line or with commas between them. Entries that come twice count once.
 * @param {string} text
 * @returns {{ entries: string[], problems: { text: string, problem: string }[] }}
 */
export function people(text) {
  /** @type {string[]} */
  const entries = [];
  const problems = [];
  for (const typed of text.split(/[\n,;]/)) {
    if (typed.trim() === '') continue;
    const read = person(typed);
    if ('problem' in read) problems.push({ text: typed.trim(), problem: read.problem });
    else if (!entries.includes(read.entry)) entries.push(read.entry);
  }
  return { entries, problems };
}

/**
 * What is wrong with the id of a new account; nothing if it can be one.
 * @param {string} id
 * @param {string[]} taken
 * @returns {string | undefined}
 */
export function accountProblem(id, taken) {
  if (id === '') return 'It needs an id.';
  if (!/^[a-z0-9_-]{1,32}$/.test(id)) return 'Up to 32 of a–z, 0–9, _ and -.';
  if (!/^[a-z0-9]/.test(id)) return 'It begins with a letter or a digit.';
  if (taken.includes(id)) return `There is an account ${id} already.`;
  return undefined;
}
