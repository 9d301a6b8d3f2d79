// Times, numbers and next steps in words. Everything here is a function of its arguments.

const STEPS = /** @type {const} */ ([
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
]);

/**
 * A number with its word.
 * @param {number} count
 * @param {string} word
 * @param {string} [many]
 */
export function counted(count, word, many = `${word}s`) {
  return `${count.toLocaleString('en')} ${count === 1 ? word : many}`;
}

/**
 * A span in its largest whole unit: `3 minutes`.
 * @param {number} ms
 */
export function span(ms) {
  for (const [word, size] of STEPS) {
    if (ms >= size) return counted(Math.floor(ms / size), word);
  }
  return counted(Math.max(0, Math.floor(ms / 1000)), 'second');
}

/**
 * How long ago, or how long until: `just now`, `3 minutes ago`, `in 2 hours`.
 * @param {number} atMs
 * @param {number} nowMs
 */
export function relative(atMs, nowMs) {
  const ago = nowMs - atMs;
  if (ago < -1500) return `in ${span(-ago)}`;
  return ago < 5000 ? 'just now' : `${span(ago)} ago`;
}

/**
 * What is left, to be counted down: `0:19`, `1:05`.
 * @param {number} untilMs
 * @param {number} nowMs
 */
export function countdown(untilMs, nowMs) {
  const left = Math.max(0, Math.ceil((untilMs - nowMs) / 1000));
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
}

/**
 * A moment with its date, in this browser's zone.
 * @param {number} atMs
 */
export function moment(atMs) {
  return new Date(atMs).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}

/**
 * Bytes of memory.
 * @param {number} bytes
 */
export function megabytes(bytes) {
  return `${Math.round(bytes / 1_048_576)} MB`;
}

/**
 * A word of the gateway's as people read it: `backing_off` becomes `backing off`.
 * @param {string} name
 */
export function plain(name) {
  return name.replaceAll('_', ' ');
}

/**
 * An address of WhatsApp's as people write it: the number of a person; hidden ids and groups stay as they are.
 * @param {string} address
 */
export function who(address) {
  return address.replace(/^([0-9]+)(?::[0-9]+)?@(s\.whatsapp\.net|c\.us)$/, '+$1');
}

/**
 * What is to be done next, taken apart: words, and the command that can be copied, if there is one.
 * @param {string} next
 * @returns {{ words: string, command: string | undefined }}
 */
export function nextStep(next) {
  const found = /(?:^|[\s(])(fased [a-z][^\n;)]*)/.exec(next);
  if (found === null) return { words: next, command: undefined };
  const command = found[1].trim().replace(/[.,]$/, '');
  const at = next.indexOf(command);
  const before = next.slice(0, at).trim().replace(/\($/, '').trim();
  const after = next
    .slice(at + command.length)
    .trim()
    .replace(/^[).,;]+/, '')
    .trim();
  return { words: [before, after].filter(part => part !== '').join(' … '), command };
}

/**
 * A command as it reaches this gateway: with its state dir, and its config, where they are not those that a terminal
 * takes by itself. In the image the environment names them.
 * @param {string} text
 * @param {{ state_dir: string, config: string } | null | undefined} gateway
 */
export function addressed(text, gateway) {
  if (!gateway || !text.startsWith('fased ')) return text;
  const { state_dir: folder, config } = gateway;
  const usual = /^(\/(home|Users)\/[^/]+|\/root)\/\.fased$|^\/data$/.test(folder);
  const quoted = (/** @type {string} */ path) =>
    /^[\w./@+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
  const state = usual ? '' : ` --state-dir ${quoted(folder)}`;
  const file = config === `${folder}/fased.json` ? '' : ` --config ${quoted(config)}`;
  return `fased${state}${file}${text.slice(5)}`;
}

/** Where this page does what a command does. @type {[RegExp, string][]} */
const PLACES = [
  [/\bfased pairing\b/, 'people'],
  [/\bfased groups\b/, 'groups'],
  [/\bfased tasks\b/, 'tasks'],
  [/\bfased (explain|verdicts|outbox|message)\b/, 'messages'],
  [/\bfased logs\b/, 'log'],
  [/\bfased channels login\b/, 'link'],
];

/**
 * The section that does what a next step asks for.
 * @param {string} next
 * @returns {string | undefined}
 */
export function sectionFor(next) {
  return PLACES.find(([command]) => command.test(next))?.[1];
}

/**
 * How a state is to be taken: by colour and mark, never instead of its words.
 * @param {string} state
 * @returns {'good' | 'busy' | 'rest' | 'bad'}
 */
export function tone(state) {
  switch (state) {
    case 'ready':
    case 'ok':
    case 'admit':
      return 'good';
    case 'linking':
    case 'connecting':
    case 'backing_off':
    case 'hold':
    case 'queued':
    case 'running':
      return 'busy';
    case 'disabled':
    case 'suspended':
    case 'unlinked':
    case 'context':
    case 'stale':
    case 'drop':
    case 'paused':
    case 'done':
      return 'rest';
    default:
      return 'bad';
  }
}
