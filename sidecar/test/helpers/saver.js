// Saves credentials and keys without end, and says on stdout which save is on disk; to be killed.

import { writeSync } from 'node:fs';
import { AuthStore } from '../../src/auth-store.js';
import { makeIdentity } from './identity.js';

const store = new AuthStore(process.argv[2], {
  onNotice: () => {},
  onWriteFailed: code => process.stderr.write(code),
});
const creds = await store.load(makeIdentity);
const keys = store.keys();
for (let n = creds.nextPreKeyId + 1; ; n += 1) {
  creds.nextPreKeyId = n;
  creds.additionalData = 'x'.repeat(20_000);
  await store.saveCreds();
  writeSync(1, `creds ${n}\n`);
  await keys.set({
    session: {
      p: /** @type {any} */ ({ n, pad: 'y'.repeat(20_000) }),
      [`q${n % 5}`]: /** @type {any} */ ({ n }),
    },
  });
  writeSync(1, `session ${n}\n`);
}
