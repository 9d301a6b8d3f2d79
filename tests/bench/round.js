// One round: ours and the baseline side by side, each with folders and a fake server of its own. Whoever goes first
// in one round goes second in the next.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accounts } from './accounts.js';
import { agents } from './agents.js';
import { chunking, decisions, identities } from './decisions.js';
import { at, Fake, sleep } from './fake.js';
import { Gateway } from './gateway.js';
import { messages, played, reconnects } from './growth.js';
import { healing } from './healing.js';
import { media } from './media.js';
import { Plain } from './plain.js';
import { cpuMs, rss, uss } from './processes.js';
import { receiving } from './receiving.js';
import { sending } from './sending.js';
import { tasks } from './tasks.js';

const OWNER = '+15550100001';
const FRIEND = '+15550100100';
const SENDERS = Array.from({ length: 10 }, (_, i) => `+155501002${String(i).padStart(2, '0')}`);
const WARM_UP = 20;
/** After the phones' own delivery receipts, which come 150 ms after each message. */
const SETTLE_MS = 400;

/**
 * @typedef {object} Sizes
 * @property {number} empty starts of an empty gateway
 * @property {number} starts starts of a linked one
 * @property {number} idleS seconds before the memory is read
 * @property {number} trips messages echoed one by one
 * @property {number} bursts of `burst` messages, after one that does not count
 * @property {number} burst
 * @property {number} warmFloods floods that do not count: the interpreter compiles what it sees often
 * @property {number} floods of messages that are not answered
 * @property {number} warmGroups floods from groups, and to them, that do not count
 * @property {number} groups floods from groups, and to them
 * @property {number} warmSends times that many answers go out and do not count
 * @property {number} sends times that they count
 * @property {number} known people in the store of a gateway
 * @property {number} judged messages that it judges before its memory is read
 * @property {number} tasks in the store of a gateway
 * @property {number} questions asked in many chats at once
 * @property {number} kills of a sidecar
 * @property {number} accounts of one gateway
 * @property {number} reconnects of a real sidecar
 * @property {number} played reconnects of one that plays a script
 * @property {number} messages taken in by one gateway
 */

/**
 * @typedef {object} Stage
 * @property {number} number of this round, from 0
 * @property {string} dir for everything in this round
 * @property {Sizes} sizes
 * @property {(name: string, side: string, value: number) => void} note
 * @property {<T>(sides: {[side: string]: T}) => [string, T][]} turns who goes first in this round comes first
 * @property {() => Promise<Fake>} newFake ends with the round
 * @property {Set<{ process?: import('node:child_process').ChildProcess }>} running killed when something goes wrong
 */

/** What can be measured alone. @type {{[part: string]: ((stage: Stage) => Promise<void>)[]}} */
export const PARTS = {
  gateway: [echoing, receiving],
  outbound: [sending],
  decisions: [decisions],
  identities: [identities],
  chunking: [chunking],
  media: [media],
  tasks: [tasks],
  agents: [agents],
  healing: [healing],
  accounts: [accounts],
  reconnects: [reconnects],
  played: [played],
  messages: [messages],
};

/**
 * @param {number} number
 * @param {Sizes} sizes
 * @param {string[]} parts of {@link PARTS}
 * @param {(name: string, side: string, value: number) => void} note
 */
export async function round(number, sizes, parts, note) {
  const dir = mkdtempSync(join(tmpdir(), 'fb-'));
  const turns = sides => (number % 2 === 0 ? Object.entries(sides) : Object.entries(sides).reverse());
  const fakes = [];
  const running = new Set();
  const newFake = async () => {
    fakes.push(await Fake.start(OWNER));
    return fakes.at(-1);
  };
  try {
    for (const measure of parts.flatMap(part => PARTS[part])) {
      await measure({ number, dir, sizes, note, turns, newFake, running });
    }
  } catch (error) {
    error.message += `; the files of this round are in ${dir}`;
    for (const side of running) side.process?.kill('SIGTERM');
    throw error;
  } finally {
    for (const each of fakes) await each.stop();
  }
  rmSync(dir, { recursive: true });
}

/** Starts, memory, and messages that are answered. @param {Stage} stage */
async function echoing({ number, dir, sizes, note, turns, newFake, running }) {
  const echo = {
    ours: new Gateway(join(dir, 'ours'), await newFake()),
    plain: new Plain('./plain-bot.js', join(dir, 'plain'), await newFake()),
  };
  for (let i = 0; i < sizes.empty; i++) {
    const empty = new Gateway(join(dir, `empty-${i}`), echo.ours.fake);
    const time = await empty.start();
    // The first start reads the binary from disk.
    if (number > 0 || i > 0) note('socket', 'ours', time);
    await empty.stop();
  }
  for (const [, side] of turns(echo)) await side.link();
  for (let i = 0; i < sizes.starts; i++) {
    for (const [name, side] of turns(echo)) {
      running.add(side);
      note('ready', name, await side.startLinked());
      if (i < sizes.starts - 1) await side.stop();
    }
  }
  await sleep(sizes.idleS * 1000);
  for (const [name, side] of turns(echo)) memory(note, name, side, 'idle');
  await latency(note, turns(echo), sizes.trips);
  for (const [, { fake }] of turns(echo)) {
    for (const sender of SENDERS) await fake.roundTrip(sender, `hello from ${sender}`);
  }
  for (let i = 0; i <= sizes.bursts; i++) {
    for (const [name, side] of turns(echo)) await burst(i === 0 ? () => {} : note, name, side, sizes.burst);
  }
  for (const [name, side] of turns(echo)) memory(note, name, side, 'busy');
  for (const side of Object.values(echo)) await side.stop();
  running.clear();
}

function memory(note, name, side, when) {
  const pids = side.pids();
  if (name === 'ours') note(`${when} gateway`, name, rss(pids.slice(0, 1)));
  note(`${when} rss`, name, rss(pids));
  note(`${when} uss`, name, uss(pids));
}

/** One message at a time, in turns; the next one waits until the last one's receipts are through. */
async function latency(note, sides, trips) {
  for (const [, { fake }] of sides) {
    for (let i = 0; i < WARM_UP; i++) await fake.roundTrip(FRIEND, `warm ${i}`);
  }
  for (let i = 0; i < trips; i++) {
    for (const [name, { fake }] of sides) {
      await sleep(SETTLE_MS / 2);
      note('trip', name, await fake.roundTrip(FRIEND, `trip ${i}`));
    }
  }
}

/** Many messages of several people at once; the processor time counts until all receipts are through. */
async function burst(note, name, side, count) {
  const { fake } = side;
  await sleep(SETTLE_MS);
  const after = await fake.lastSeq();
  const before = cpuMs(side.pids());
  const each = count / SENDERS.length;
  await Promise.all(SENDERS.map(sender => fake.send(sender, `burst ${sender}`, { count: each })));
  const answered = await fake.counted('message', after, count);
  await fake.emptied();
  await sleep(SETTLE_MS);
  note('cpu', name, (cpuMs(side.pids()) - before) / count);
  note('unanswered', name, count - answered.length);
  const [first] = await fake.records('delivered', after);
  note('burst', name, (answered.length / (at(answered.at(-1)) - at(first))) * 1000);
}
