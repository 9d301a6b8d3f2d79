// Words of the gateway as the page shows them.

import { plain } from '../format.js';

/** @type {Record<string, string>} */
const OUTCOMES = { admit: 'let in', hold: 'held', drop: 'dropped', context: 'only read', stale: 'too old' };
export const OUTCOME_NAMES = Object.keys(OUTCOMES);

/** @param {string | null} outcome */
export function outcomeWord(outcome) {
  return outcome === null ? 'not decided yet' : (OUTCOMES[outcome] ?? plain(outcome));
}

/** Why a verdict is what it is, in few words. @type {Record<string, string>} */
const REASON_WORDS = {
  dm_listed: 'on the list',
  dm_open: 'open to everybody',
  dm_paired: 'approved',
  self_chat: 'chat with yourself',
  group_always: 'group where everything is answered',
  group_mention: 'mentioned in a group',
  owner_command: 'command',
  permission_answer: 'answer to an agent',
  no_mention: 'not mentioned in a group',
  about_message: 'about another message',
  pairing_required: 'not approved yet',
  pairing_full: 'not approved yet, too many wait',
  unresolved_identity: 'number is hidden',
  undecryptable: 'could not be decrypted',
  not_in_allowlist: 'not on the list',
  dm_disabled: 'direct messages are off',
  self_chat_off: 'chat with yourself is off',
  group_not_listed: 'in a group that is not listed',
  group_sender_not_allowed: 'not on the list of a group',
  groups_disabled: 'groups are off',
  stale: 'too old',
  own_outgoing: 'written on the linked phone',
  own_echo: 'sent by the gateway',
  echo_loop: 'repeats what was answered',
  duplicate: 'came before',
  not_a_conversation: 'no conversation',
  unsupported_kind: 'nothing to be told',
  no_sender: 'sender could not be read',
};
export const REASONS = Object.keys(REASON_WORDS);

/** @param {string} reason */
export const reasonWord = reason => REASON_WORDS[reason] ?? plain(reason);

/** States of what is sent: words, the state whose mark it has, and what can be done. @type {Record<string, [string, string, ('cancel' | 'retry')?]>} */
const STATES = {
  queued: ['waits for its turn', 'queued', 'cancel'],
  sending: ['is being sent', 'queued'],
  written: ['on its way', 'queued'],
  unknown: ['may have left; no word came back', 'queued'],
  server_ack: ['WhatsApp has it', 'ok'],
  delivered: ['delivered', 'ok'],
  read: ['read', 'ok'],
  played: ['listened to', 'ok'],
  failed: ['failed', 'failed', 'retry'],
  expired: ['too old to be sent', 'failed', 'retry'],
  cancelled: ['taken back', 'done', 'retry'],
};
export const STATE_NAMES = Object.keys(STATES);
export const UNSETTLED = STATE_NAMES.filter(name => STATES[name][1] !== 'ok');

/** @param {string} state @param {number | null} code WhatsApp's, where it refused */
export function sendState(state, code) {
  const [words, mark, act] = STATES[state] ?? [plain(state), 'done'];
  return { words: code ? `${words} (WhatsApp's code ${code})` : words, mark, act };
}

/** Why a Task is done or waits, and what made a run of it. @type {Record<string, string>} */
const CAUSES = {
  ran: 'it ran',
  failed: 'its run failed',
  cancelled: 'its run was cancelled',
  missed: 'its time passed too long ago',
  held: 'its time passed while its account sent nothing',
  max_runs: 'it ran as often as it was to',
  max_successes: 'it succeeded as often as it was to',
  over: 'its schedule names no further time',
  created: 'it was made',
  schedule: 'it was due',
  catch_up: 'it was due meanwhile',
  manual: 'somebody asked',
  again: 'the run before was cut off',
};
export const CAUSE_NAMES = Object.keys(CAUSES);

/** @param {string} cause */
export const causeWord = cause => CAUSES[cause] ?? plain(cause);

/** Where a value is written. @param {import('../types.d.ts').SourceInfo | null} source */
export function place(source) {
  if (source === null) return '';
  const { level, path, file, line } = source;
  if (line) return `${path} (${file?.split('/').at(-1) ?? 'config'}, line ${line})`;
  return level === 'default' ? `${path} (by default: it is not written)` : path;
}

/** @param {string} text @param {number} most */
export function cut(text, most) {
  const characters = [...text.replace(/\s+/g, ' ').trim()];
  return characters.length > most ? `${characters.slice(0, most).join('')}…` : characters.join('');
}

/** What was said, with what came with it. @param {any} event */
export function said(event) {
  const files = (event?.media ?? []).map((/** @type {any} */ { mime }) => mime ?? 'a file');
  return [event?.text && `“${cut(event.text, 300)}”`, files.length > 0 && `with ${files.join(', ')}`]
    .filter(Boolean)
    .join(' ');
}
