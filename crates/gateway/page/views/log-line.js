// A line of the log as `fased logs` shows it: what it was written within, what is said, and the rest.

export const LEVELS = ['error', 'warn', 'info', 'debug'];

/** @param {Record<string, any>} line */
export function taken({ timestamp = '', level = 'info', target, message = '', spans = [], ...rest }) {
  const within = spans.flatMap((/** @type {Record<string, unknown>} */ { name, ...span }) =>
    Object.entries(span),
  );
  const fields = [...within, ...Object.entries(rest)].map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return { at: timestamp, level: level.toLowerCase(), message, fields: [...new Set(fields)].join(' ') };
}
