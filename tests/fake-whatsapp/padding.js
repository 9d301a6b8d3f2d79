/** What a phone finds wrong with something encrypted. */
export class DecryptError extends Error {
  /** @param {string} code the violation it stands for */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/** @param {Uint8Array} plaintext */
export function pad(plaintext) {
  const length = 1 + Math.floor(Math.random() * 16);
  return Buffer.concat([plaintext, Buffer.alloc(length, length)]);
}

/** @param {Buffer} padded */
export function unpad(padded) {
  const length = padded.at(-1) ?? 0;
  const padding = padded.subarray(-length);
  if (length < 1 || length > 16 || length > padded.length || padding.some(byte => byte !== length)) {
    throw new DecryptError('bad_padding', `last byte ${length} of ${padded.length}`);
  }
  return padded.subarray(0, padded.length - length);
}
