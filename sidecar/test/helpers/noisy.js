// What the libraries do to stdout, done on purpose, with frames in between.

import '../../src/stdio.js';
import { createRequire } from 'node:module';
import { drained, writeFrame } from '../../src/stdio.js';

const { SessionRecord } = createRequire(import.meta.resolve('baileys'))('libsignal');

const KEY = Buffer.from('this-private-key-must-not-show-x');
/** @param {number} status */
const frame = status =>
  writeFrame({ kind: 'closed', reason: 'unknown', status, text: 'a\nb', expires_s: null });

frame(1);
console.log('plain words');
console.info('Closing session:', { privKey: KEY, number: '15550100002' });
console.error(new Error('15550100002@s.whatsapp.net'));
console.warn('%s %d', 'text', 15550100002);
console.dir({ privKey: KEY });
process.stdout.write('{"kind":"closed","reason":"forged"}\n');
await new Promise(resolve => process.stdout.write(KEY, () => resolve(undefined)));
const session = {
  indexInfo: { closed: -1, baseKey: KEY },
  currentRatchet: { ephemeralKeyPair: { privKey: KEY } },
};
SessionRecord.prototype.closeSession(session);
SessionRecord.prototype.openSession(session);
frame(2);
const big = 'x'.repeat(300_000);
for (let n = 3; n < 13; n += 1)
  writeFrame({ kind: 'closed', reason: 'unknown', status: n, text: big, expires_s: null });
await drained();
