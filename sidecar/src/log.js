// What reaches stderr: one JSON line with a level and a label. Never an object, because the
// libraries below us pass whole sessions, keys, numbers and message bodies to their loggers.
// Labels are redacted as well (long digit runs, long base64), and lines are limited per minute,
// so that a flood of broken stanzas cannot flood the log.

/** A minute may fall into two windows, so twice this and what the gateway says of a flood stays below 60. */
const LINES_PER_MINUTE = 20;

const writeErr = process.stderr.write.bind(process.stderr);
let minuteStart = performance.now();
let linesThisMinute = 0;
let suppressed = 0;

/**
 * Takes out what could be a number, an address or a key.
 *
 * @param {string} text
 */
export function redact(text) {
  return text
    .slice(0, 300)
    .replace(/https?:\/\/\S+/g, '<url>')
    .replace(/[A-Za-z0-9+/_=-]{24,}/g, '<long>')
    .replace(/\d{5,}/g, '<digits>')
    .replace(/[\r\n\u2028\u2029]+/g, ' ');
}

/**
 * @param {'debug' | 'info' | 'warn' | 'error'} level
 * @param {string} label fixed wording; whatever is put into it is redacted
 */
export function log(level, label) {
  const now = performance.now();
  if (now - minuteStart > 60_000) {
    minuteStart = now;
    linesThisMinute = 0;
    if (suppressed > 0)
      writeErr(`${JSON.stringify({ level: 'warn', msg: `${suppressed} lines suppressed` })}\n`);
    suppressed = 0;
  }
  linesThisMinute += 1;
  if (linesThisMinute > LINES_PER_MINUTE) {
    suppressed += 1;
    return;
  }
  writeErr(`${JSON.stringify({ level, msg: redact(label) })}\n`);
}

/**
 * The words of a library call such as `console.info('Closing session:', session)`: the first
 * string only.
 *
 * @param {unknown[]} args
 */
export function labelOf(args) {
  const label = args.find(arg => typeof arg === 'string');
  return typeof label === 'string' ? label : 'an object';
}

/** @param {unknown} error its class and code; messages of foreign errors may name people */
export function nameOf(error) {
  if (!(error instanceof Error)) return typeof error;
  const code = /** @type {{code?: unknown}} */ (error).code;
  return typeof code === 'string' ? `${error.name} ${code}` : error.name;
}

/**
 * The logger given to Baileys. Its levels below `error` say nothing; with `FASED_SIDECAR_LOG=debug`
 * their labels are shown, still without objects.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {import('baileys/lib/Utils/logger.js').ILogger}
 */
export function libraryLogger(env) {
  const verbose = env.FASED_SIDECAR_LOG === 'debug';
  /** @param {'debug' | 'info' | 'warn' | 'error'} level */
  const at =
    level =>
    /** @param {unknown[]} args */
    (...args) => {
      if (verbose || level === 'error') log(level, `library: ${labelOf(args)}`);
    };
  const logger = {
    // Not a level it knows: at `trace` and `debug` the library builds costly strings first.
    level: 'silent',
    child: () => logger,
    trace: () => {},
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
  };
  return logger;
}
