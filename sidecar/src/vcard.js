// Pure: the name and the numbers on a contact card. Cards are written in many ways; of one that
// cannot be read, the name that its sender gave it is left.

/** @typedef {import('./protocol.gen.ts').ContactCard} ContactCard */

const MAX_CARD = 65_536;
const MAX_LINES = 1_000;
const MAX_PHONES = 20;
const MAX_NAME = 1_024;
const MAX_PHONE = 64;

/** @param {any} contact @returns {ContactCard} */
export function cardOf(contact) {
  const card = typeof contact?.vcard === 'string' ? contact.vcard.slice(0, MAX_CARD) : '';
  /** @type {string[]} */
  const phones = [];
  let written = '';
  let taken = '';
  // A line that begins with a blank goes on with the one before.
  for (const line of card.replace(/\r?\n[ \t]/g, '').split(/\r?\n/, MAX_LINES)) {
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    // `item1.TEL;type=CELL;waid=1555…` is a TEL.
    const field = line.slice(0, colon).split(';', 1)[0].split('.').pop()?.toUpperCase();
    const value = line.slice(colon + 1).trim();
    if (field === 'TEL' && phones.length < MAX_PHONES) phones.push(value.replace(/^tel:/i, ''));
    if (field === 'FN' && written === '') written = unescaped(value);
    if (field === 'N' && taken === '')
      taken = value
        .split(/(?<!\\);/)
        .map(unescaped)
        .filter(Boolean)
        .join(' ');
  }
  const given = typeof contact?.displayName === 'string' ? contact.displayName.trim() : '';
  const name = (written || taken || given).slice(0, MAX_NAME);
  return {
    name: name === '' ? null : name,
    phones: phones.filter(phone => phone !== '').map(phone => phone.slice(0, MAX_PHONE)),
  };
}

/** @param {string} value */
function unescaped(value) {
  return value
    .replace(/\\n/gi, ' ')
    .replace(/\\([\\,;:])/g, '$1')
    .trim();
}
