// The sidecar: holds one WhatsApp socket and its auth files, nothing else. Speaks one JSON object
// a line over stdio; `crates/protocol` defines them.

// Stdout is the protocol's before anything else is imported.
import './stdio.js';
import { keepToWhatsApp } from './network.js';
import { run } from './run.js';
import { timersNeverHoldTheProcess } from './timers.js';

// The library throws errors in the ordinary course of things, one with each query, and their stacks, which cost
// more than the rest of a query, reach nobody: the log names errors and no more.
Error.stackTraceLimit = 0;
keepToWhatsApp(process.env);
timersNeverHoldTheProcess();
run();
