// The sidecar: holds one WhatsApp socket and its auth files, nothing else. Speaks one JSON object
// a line over stdio; `crates/protocol` defines them.

// Stdout is the protocol's before anything else is imported.
import './stdio.js';
import { run } from './run.js';
import { timersNeverHoldTheProcess } from './timers.js';

timersNeverHoldTheProcess();
run();
