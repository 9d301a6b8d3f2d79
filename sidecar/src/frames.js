// Pure: frame to line and back.

/** @typedef {import('./protocol.gen.ts').FromSidecar} FromSidecar */
/** @typedef {import('./protocol.gen.ts').ToSidecar} ToSidecar */

/**
 * One frame as one line, without its newline. Lone surrogates (the protobuf reader lets them
 * through) are replaced, because the other side's parser refuses them.
 *
 * @param {FromSidecar} frame
 */
export function encodeFrame(frame) {
  const line = JSON.stringify(frame);
  if (!/\\u[dD][89a-fA-F]/.test(line)) return line;
  return JSON.stringify(frame, (_, value) => (typeof value === 'string' ? value.toWellFormed() : value));
}

/**
 * @param {string} line
 * @returns {ToSidecar | undefined}
 */
export function parseFrame(line) {
  try {
    const frame = JSON.parse(line);
    return typeof frame?.kind === 'string' ? frame : undefined;
  } catch {
    return undefined;
  }
}
