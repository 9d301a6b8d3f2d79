// The sidecar with the wait for acks switched off: what the library does by itself. Only to show
// that the tests of that wait can fail.

import '../../src/stdio.js';
import { run } from '../../src/run.js';

run({ holdReceipts: false });
