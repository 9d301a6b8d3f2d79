// What would change a verdict, taken apart: the sentence of `fased explain` names commands behind "run: ", and some of
// them are what the page can ask for itself. A command that is not understood to the last word is only shown.

/**
 * @typedef {object} Remedy
 * @property {string} command as it is typed in a shell
 * @property {Record<string, any> | null} request the same for the control socket, where it is clear
 * @property {string} label what the button says
 */

/**
 * The words of a shell command; nothing where quotes are left open.
 *
 * @param {string} command
 */
export function words(command) {
  /** @type {string[]} */
  const found = [];
  const rest = command.trim().replace(/(?:'([^']*)'|([^\s']+))(?:\s+|$)/gy, (_all, quoted, plain) => {
    found.push(quoted ?? plain);
    return '';
  });
  return rest === '' ? found : null;
}

/** The commands that a sentence names, in its order. @param {string} sentence */
export function commands(sentence) {
  return sentence
    .split(/(?:^|,? or )run: /)
    .slice(1)
    .map(part => part.split(/, or /)[0].trim());
}

/** @param {string} text a value as `fased config set` takes it, as far as it is sure what is meant */
function valueOf(text) {
  if (text === 'true' || text === 'false') return { value: text === 'true' };
  if (/^\d{1,9}$/.test(text)) return { value: Number(text) };
  if (text === '{}') return { value: {} };
  if (/^\+\d{7,15}$|^\d+@lid$|^[a-z]+$/.test(text)) return { value: text };
  return null;
}

/** @param {string[]} given @param {string} name takes the option out of the words */
function option(given, name) {
  const at = given.indexOf(name);
  if (at < 0 || at + 1 >= given.length) return null;
  return given.splice(at, 2)[1];
}

/** @param {string} command @returns {Remedy} */
export function remedy(command) {
  const [program, noun, verb, ...given] = words(command) ?? [];
  const shown = { command, request: null, label: '' };
  if (program !== 'fased') return shown;
  if (noun === 'config' && verb === 'set' && given.length === 2) {
    const [key, text] = given;
    const found = valueOf(text);
    if (!found) return shown;
    const append = key.endsWith('[+]');
    const edit = { key: append ? key.slice(0, -3) : key, value: found.value, append };
    return { command, request: { verb: 'config_set', edits: [edit] }, label: 'Change the config' };
  }
  if (noun === 'pairing' && verb === 'approve') {
    const account = option(given, '--account') ?? 'default';
    const sender = option(given, '--sender');
    if (!sender || given.join(' ') !== 'whatsapp') return shown;
    const request = { verb: 'pairing_approve', account, who: { sender }, notify: false };
    return { command, request, label: `Approve ${sender}` };
  }
  if (noun === 'groups' && verb === 'activation') {
    const account = option(given, '--account') ?? 'default';
    const [group, activation] = given;
    if (given.length !== 2 || !['mention', 'always'].includes(activation)) return shown;
    const label = activation === 'always' ? 'Answer every message there' : 'Answer only mentions there';
    return { command, request: { verb: 'groups_activation', account, group, activation }, label };
  }
  return shown;
}

/** @param {string | null | undefined} sentence @returns {Remedy[]} */
export function remedies(sentence) {
  return sentence ? commands(sentence).map(remedy) : [];
}
