// What would change a verdict. The sentence names commands behind "run: "; those that are clear to the last word the
// page can ask for itself, the others it only shows.

const SET = /^fased config set ('[^']+'|[\w.+[\]-]+) ('\{\}'|true|false|\d{1,9}|[a-z]+|\+\d{7,15}|\d+@lid)$/;
const APPROVE = /^fased pairing approve whatsapp --sender (\+\d+|\d+@lid)(?: --account ([\w-]+))?$/;
const ANSWER = /^fased groups activation (\S+@g\.us) (mention|always)(?: --account ([\w-]+))?$/;

/** @param {string} text @returns {unknown} */
function value(text) {
  if (text === "'{}'") return {};
  return /^(\d{1,9}|true|false)$/.test(text) ? JSON.parse(text) : text;
}

/**
 * @param {string} command
 * @returns {{ command: string, label?: string, request?: any }}
 */
export function remedy(command) {
  const set = SET.exec(command);
  if (set) {
    const [key, append] = set[1].replaceAll("'", '').split('[+]');
    const edit = { key, value: value(set[2]), append: append !== undefined };
    return { command, label: 'Change the config', request: { verb: 'config_set', edits: [edit] } };
  }
  const approve = APPROVE.exec(command);
  if (approve) {
    const [, sender, account = 'default'] = approve;
    return {
      command,
      label: `Approve ${sender}`,
      request: { verb: 'pairing_approve', account, who: { sender }, notify: false },
    };
  }
  const answer = ANSWER.exec(command);
  if (answer === null) return { command };
  const [, group, activation, account = 'default'] = answer;
  const label = activation === 'always' ? 'Answer every message there' : 'Answer mentions only';
  return { command, label, request: { verb: 'groups_activation', account, group, activation } };
}

/** @param {string | null} sentence */
export function remedies(sentence) {
  const parts = (sentence ?? '').split(/\brun: /).slice(1);
  return parts.map(part => remedy(part.split(/, or /)[0].trim()));
}
