// One line of the log, taken apart for the screen as `fased logs` does for a terminal.

/** Levels, the gravest first. */
export const LEVELS = ['error', 'warn', 'info', 'debug', 'trace'];

/** Fields that stand in columns of their own, or are not for people. */
const HEAD = new Set(['timestamp', 'level', 'target', 'message', 'spans']);

/** @param {any} value */
function plain(value) {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * @param {Record<string, any>} line
 * @returns {{ time: string, at: string, level: string, message: string, fields: string }}
 */
export function taken(line) {
  const at = typeof line.timestamp === 'string' ? line.timestamp : '';
  /** @type {Map<string, string>} */
  const fields = new Map();
  const add = (/** @type {string} */ name, /** @type {any} */ value) => {
    const said = `${name}=${plain(value)}`;
    fields.set(said, said);
  };
  for (const span of Array.isArray(line.spans) ? line.spans : []) {
    for (const [name, value] of Object.entries(span ?? {})) if (name !== 'name') add(name, value);
  }
  for (const [name, value] of Object.entries(line)) if (!HEAD.has(name)) add(name, value);
  const level = String(line.level ?? 'info').toLowerCase();
  return {
    at,
    time: at.slice(11, 19),
    level: LEVELS.includes(level) ? level : 'info',
    message: plain(line.message ?? ''),
    fields: [...fields.values()].join(' '),
  };
}

/** @param {string} level */
export function levelTone(level) {
  if (level === 'error') return 'bad';
  return level === 'warn' ? 'busy' : 'rest';
}
