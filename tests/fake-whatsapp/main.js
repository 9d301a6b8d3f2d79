import { appendFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { FakeWhatsApp } from './index.js';

const { values } = parseArgs({
  options: {
    'ws-port': { type: 'string', default: '0' },
    'http-port': { type: 'string', default: '0' },
    'media-port': { type: 'string', default: '0' },
    log: { type: 'string' },
    'record-limit': { type: 'string' },
    state: { type: 'string' },
    'state-record': { type: 'boolean', default: false },
    detached: { type: 'boolean', default: false },
  },
});

// Standard output carries one line only, whatever a library wants to say.
for (const level of ['log', 'info', 'debug', 'warn', 'error']) {
  console[level] = (...words) => log(words.map(String).join(' '));
}

function log(line) {
  if (values.log) appendFileSync(values.log, `${line}\n`);
  else process.stderr.write(`${line}\n`);
}

const fake = await FakeWhatsApp.start({
  wsPort: Number(values['ws-port']),
  httpPort: Number(values['http-port']),
  mediaPort: Number(values['media-port']),
  recordLimit: values['record-limit'] ? Number(values['record-limit']) : undefined,
  stateDir: values.state,
  stateRecord: values['state-record'],
  onStop: stop,
});

async function stop() {
  await fake.stop();
  process.exit(0);
}

if (values.log) fake.record.listeners.add(entry => log(JSON.stringify(entry)));

process.on('SIGTERM', stop);
process.on('SIGINT', stop);
if (!values.detached && process.env.FASED_FAKE_STDIN !== 'ignore') {
  process.stdin.resume();
  process.stdin.on('end', stop);
  process.stdin.on('close', stop);
}

const { ws, http, root, media, ca } = fake;
process.stdout.write(`${JSON.stringify({ event: 'listening', ws, http, root, media, ca })}\n`);
