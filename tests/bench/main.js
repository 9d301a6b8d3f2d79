// Measures the release binary beside plain scripts on the same library, and holds the result against the gates.

import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { PARTS, round } from './round.js';
import { row, table } from './table.js';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    long: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    idle: { type: 'string' },
    only: { type: 'string' },
  },
});
const FULL = {
  ...{ empty: 5, starts: 3, idleS: 60, trips: 30, bursts: 2, burst: 200 },
  ...{ warmFloods: 4, floods: 8, warmGroups: 1, groups: 3 },
  ...{ warmSends: 1, sends: 3 },
  ...{ known: 100_000, judged: 200 },
  ...{ tasks: 10_000, questions: 3 },
  ...{ kills: 3, accounts: 20, reconnects: 1_000, played: 1_000, messages: 10_000 },
};
const LONG = { ...FULL, played: 10_000, messages: 100_000 };
const QUICK = {
  ...{ empty: 2, starts: 3, idleS: 5, trips: 5, bursts: 1, burst: 50 },
  ...{ warmFloods: 1, floods: 2, warmGroups: 1, groups: 2 },
  ...{ warmSends: 1, sends: 1 },
  ...{ known: 100_000, judged: 20 },
  ...{ tasks: 10_000, questions: 1 },
  ...{ kills: 1, accounts: 3, reconnects: 20, played: 50, messages: 2_000 },
};
const sizes = { ...(values.quick ? QUICK : values.long ? LONG : FULL) };
if (values.idle !== undefined) sizes.idleS = Number(values.idle);
const parts = values.only?.split(',') ?? Object.keys(PARTS);
for (const part of parts) {
  if (PARTS[part] === undefined) {
    process.stderr.write(`--only knows ${Object.keys(PARTS).join(', ')}, not ${part}\n`);
    process.exit(2);
  }
}
const rounds = Number(values.rounds ?? (values.quick ? 1 : 5));

/** @type {import('./table.js').Figure[]} */
const FIGURES = [
  { name: 'gateway RSS, idle', unit: 'MiB', key: 'idle gateway', gate: { most: 15 } },
  { name: 'RSS of all, idle', unit: 'MiB', key: 'idle rss', gate: { most: 140 } },
  { name: 'USS of all, idle', unit: 'MiB', key: 'idle uss' },
  { name: 'RSS of all, after the burst', unit: 'MiB', key: 'busy rss' },
  { name: 'spawn to control socket', unit: 'ms', key: 'socket', gate: { most: 50 } },
  { name: 'spawn to ready', unit: 'ms', key: 'ready', gate: { most: 1.15, ratio: true } },
  { name: 'inbound, durable', unit: 'msg/s', key: 'inbound', gate: { least: 0.7, ratio: true } },
  { name: 'from groups, durable', unit: 'msg/s', key: 'group inbound', gate: { least: 0.8, ratio: true } },
  {
    name: 'sidecar to groups, all members',
    unit: 'msg/s',
    key: 'group outbound',
    gate: { least: 0.8, ratio: true },
  },
  { name: 'outbound, durable', unit: 'msg/s', key: 'outbound', gate: { least: 0.8, ratio: true } },
  { name: 'stanza to echo, p50', unit: 'ms', key: 'trip', gate: { extra: 10 } },
  { name: 'stanza to echo, p90', unit: 'ms', key: 'trip', q: 0.9 },
  { name: 'burst, processor', unit: 'ms/msg', key: 'cpu', gate: { most: 1.25, ratio: true } },
  { name: 'burst, answered', unit: 'msg/s', key: 'burst' },
  { name: 'verdicts, 10,000 listed', unit: '1/s', key: 'decisions', gate: { least: 200_000 } },
  { name: 'verdicts in groups', unit: '1/s', key: 'group decisions' },
  { name: 'answers cut, plain text', unit: 'MB/s', key: 'chunking', gate: { least: 50 } },
  { name: 'answers cut, heavy Markdown', unit: 'MB/s', key: 'heavy chunking', gate: { least: 10 } },
  { name: 'texts cut, unformatted', unit: 'MB/s', key: 'raw chunking' },
  {
    name: 'memory for a file of 100 MB',
    unit: 'MiB',
    key: 'media rss',
    q: 1,
    gate: { most: 32, worst: true },
  },
  { name: 'a file of 100 MB, received', unit: 'MB/s', key: 'media speed' },
  {
    name: 'gateway RSS, 100,000 known (plain: none)',
    unit: 'MiB',
    key: 'known rss',
    gate: { extra: 30 },
  },
  {
    name: 'spawn to ready, 10,000 Tasks (plain: none)',
    unit: 'ms',
    key: 'tasks ready',
    gate: { extra: 200 },
  },
  {
    name: 'idle with 10,000 Tasks (plain: none)',
    unit: '% of a core',
    key: 'tasks idle',
    gate: { most: 0.5 },
  },
  { name: '10,000 Tasks due at once, dealt with', unit: 'ms', key: 'tasks due' },
  { name: 'slowest answer meanwhile', unit: 'ms', key: 'tasks due answer', q: 1 },
  {
    name: '50 chats at once, agent of 2 s',
    unit: 'ms',
    key: 'agents',
    q: 1,
    gate: { most: 3000, worst: true },
  },
  { name: 'sidecar killed, to ready', unit: 'ms', key: 'killed', gate: { most: 2000, worst: true } },
  { name: 'half-open, to ready', unit: 's', key: 'half open', gate: { most: 35, worst: true } },
  { name: 'gateway idle, 3 accounts', unit: '% of a core', key: 'accounts idle', gate: { most: 0.5 } },
  { name: `gateway RSS, ${sizes.accounts} accounts`, unit: 'MiB', key: 'many gateway rss' },
  { name: `gateway USS, ${sizes.accounts} accounts`, unit: 'MiB', key: 'many gateway uss' },
  { name: `RSS of ${sizes.accounts} sidecars`, unit: 'MiB', key: 'many sidecar rss' },
  { name: `USS of ${sizes.accounts} sidecars`, unit: 'MiB', key: 'many sidecar uss' },
  ...[
    ['reconnects', 'reconnects'],
    ['played', 'reconnects of a played sidecar'],
    ['messages', 'messages'],
  ].flatMap(([key, of]) => [
    { name: `gateway RSS, ${sizes[key]} ${of}`, unit: 'MiB', key: `${key} rss` },
    { name: `its growth by ${of}`, unit: '%', key: `${key} growth`, gate: { most: 5, worst: true } },
  ]),
  { name: 'burst, unanswered', unit: 'msg', key: 'unanswered', q: 1, gate: { most: 0, worst: true } },
];

/** @type {{[key: string]: {[side: string]: number[][]}}} */
const noted = {};
const loads = [loadavg()[0]];
for (let number = 0; number < rounds; number++) {
  await round(number, sizes, parts, (key, side, value) => {
    noted[key] ??= {};
    noted[key][side] ??= [];
    noted[key][side][number] ??= [];
    noted[key][side][number].push(value);
  });
  loads.push(loadavg()[0]);
  process.stderr.write(`round ${number + 1} of ${rounds} done\n`);
}

const rows = FIGURES.filter(({ key }) => noted[key]).map(figure => row(figure, noted[figure.key]));
const failed = rows.filter(({ ok }) => ok === false);
const machine = { node: process.version, processors: cpus().length, model: cpus()[0]?.model ?? '', loads };
if (values.json) {
  process.stdout.write(`${JSON.stringify({ machine, rounds, sizes, rows, noted }, null, 1)}\n`);
} else {
  const load = loads.map(value => value.toFixed(1)).join(' ');
  process.stdout.write(`${table(rows)}\n\nmedian [least-most] of ${rounds} rounds; ${sizes.idleS} s idle; `);
  process.stdout.write(
    `${machine.processors} x ${machine.model}, Node ${machine.node}, load average ${load}\n`,
  );
}
if (failed.length > 0) {
  process.stderr.write(`${failed.length} gates failed: ${failed.map(({ name }) => name).join('; ')}\n`);
  process.exitCode = 1;
}
