// What `fased explain` answers, in the words and the order of the screen.

/**
 * @typedef {{ level: string, path: string, file?: string | null, line?: number | null }} Source
 */

/** Where a value is written: `channels.whatsapp.dmPolicy (fased.json:4)`. @param {Source | null | undefined} source */
export function place(source) {
  if (!source) return '';
  const { level, path, file, line } = source;
  if (level === 'stored') return `${path} (chosen by command)`;
  const name = file ? file.slice(file.lastIndexOf('/') + 1) : 'config';
  if (line) return `${path} (${name}, line ${line})`;
  if (level === 'default') return `${path} (by default: it is not written)`;
  return path;
}

/** @param {string} reason a word of the gateway, to be read */
export function readable(reason) {
  return reason.replaceAll('_', ' ');
}

/** `drop` and the like, for people. */
const OUTCOMES = /** @type {Record<string, string>} */ ({
  admit: 'let in',
  hold: 'held',
  drop: 'dropped',
  context: 'only read',
  stale: 'too old',
});

/** All outcomes, in the order in which they are offered. */
export const OUTCOME_NAMES = Object.keys(OUTCOMES);

/** @param {string | null | undefined} outcome */
export function outcomeWord(outcome) {
  return outcome ? (OUTCOMES[outcome] ?? readable(outcome)) : 'not decided yet';
}

/** Which colour: the word stands beside it always. @param {string | null | undefined} outcome */
export function outcomeTone(outcome) {
  if (outcome === 'admit') return 'good';
  if (outcome === 'hold' || outcome === 'stale') return 'busy';
  if (outcome === 'drop') return 'bad';
  return 'rest';
}

/** Every reason of a verdict, as the filter offers it. */
export const REASONS = [
  'dm_listed',
  'dm_open',
  'dm_paired',
  'self_chat',
  'group_always',
  'group_mention',
  'owner_command',
  'no_mention',
  'about_message',
  'pairing_required',
  'pairing_full',
  'unresolved_identity',
  'undecryptable',
  'not_in_allowlist',
  'dm_disabled',
  'self_chat_off',
  'group_not_listed',
  'group_sender_not_allowed',
  'groups_disabled',
  'stale',
  'own_outgoing',
  'own_echo',
  'echo_loop',
  'duplicate',
  'not_a_conversation',
  'unsupported_kind',
  'no_sender',
];

/** How far an outbound message came, for people. */
const STATES = /** @type {Record<string, string>} */ ({
  queued: 'waits for its turn',
  sending: 'is being sent',
  written: 'is on its way',
  unknown: 'may have left; no word came back',
  server_ack: 'WhatsApp has it',
  delivered: 'delivered',
  read: 'read',
  played: 'listened to',
  failed: 'failed',
  expired: 'too old to be sent',
  cancelled: 'taken back before it left',
});

/** All states of an outbound message, in their order. */
export const STATE_NAMES = Object.keys(STATES);

/** @param {string} state @param {number | null} [code] WhatsApp's, where it refused */
export function stateWord(state, code) {
  const said = STATES[state] ?? readable(state);
  return code ? `${said} (WhatsApp's code ${code})` : said;
}

/** @param {string} state */
export function stateTone(state) {
  if (state === 'failed' || state === 'expired') return 'bad';
  if (['queued', 'sending', 'written', 'unknown'].includes(state)) return 'busy';
  return state === 'cancelled' ? 'rest' : 'good';
}

/** What can be done with a message of the outbox: the gateway has the last word. @param {string} state */
export function outboxAct(state) {
  if (state === 'queued') return 'cancel';
  return ['failed', 'expired', 'cancelled'].includes(state) ? 'retry' : null;
}

/** A run in one line. @param {any} run */
export function runLine(run) {
  const times = run.attempts === 1 ? 'once' : `${run.attempts} times`;
  const who = run.kind === 'command' ? 'a chat command, answered by the gateway itself' : `by agent ${run.agent}`;
  const why = [run.failure && readable(run.failure), run.error].filter(Boolean).join(': ');
  return `run ${run.id}, ${who}: ${run.state}, started ${times}${why && ` (${why})`}`;
}

/**
 * The text of a message and what came with it, in words; shown to the owner, and only where they asked why.
 *
 * @param {any} event
 */
export function saidLine(event) {
  const text = typeof event?.text === 'string' ? event.text : '';
  const files = (event?.media ?? []).map((/** @type {any} */ file) => file.mime ?? 'a file').join(', ');
  const cut = text.length > 300 ? `${text.slice(0, 300)}…` : text;
  return [cut && `“${cut}”`, files && `with ${files}`].filter(Boolean).join(' ');
}
