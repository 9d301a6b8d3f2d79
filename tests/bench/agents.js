// Many chats answered at once by an agent that takes its time: the gateway beside a script that asks the same endpoint.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { at, ended, firstLine } from './fake.js';
import { Gateway } from './gateway.js';
import { Plain } from './plain.js';

const STUB = fileURLToPath(new URL('../openai-stub/main.js', import.meta.url));
const THINKS_MS = 2_000;
const CHATS = 50;
const FRIENDS = Array.from({ length: CHATS }, (_, i) => `+155501005${String(i).padStart(2, '0')}`);

/** @param {import('./round.js').Stage} stage */
export async function agents({ dir, sizes, note, turns, newFake, running }) {
  const stubs = { ours: await stub(), plain: await stub() };
  const sides = {
    ours: new Gateway(join(dir, 'answering'), await newFake()),
    plain: new Plain('./plain-agent.js', join(dir, 'plain-answering'), await newFake(), [stubs.plain.url]),
  };
  const openai = { baseUrl: stubs.ours.url, model: 'stub' };
  const list = [{ id: 'main', backend: 'openai', openai }];
  sides.ours.configure({}, { agents: { list } });
  try {
    for (const [, side] of turns(sides)) {
      running.add(side);
      await side.link();
      await side.startLinked();
      // Everybody has written once, as between people who know each other.
      await ask(side.fake, 'hello');
    }
    for (let i = 0; i < sizes.questions; i++) {
      for (const [name, side] of turns(sides)) note('agents', name, await ask(side.fake, `question ${i}`));
    }
    for (const side of Object.values(sides)) await side.stop();
    running.clear();
  } finally {
    for (const { process } of Object.values(stubs)) {
      process.stdin.end();
      await ended(process);
    }
  }
}

/** One question in each chat at once. @returns {Promise<number>} milliseconds from the first question to the last answer */
async function ask(fake, text) {
  const after = await fake.lastSeq();
  await Promise.all(FRIENDS.map(friend => fake.send(friend, text)));
  const answers = await fake.counted('message', after, CHATS);
  const answered = new Set(answers.map(({ contact }) => contact));
  if (answered.size !== CHATS) throw new Error(`${answered.size} of ${CHATS} chats were answered`);
  const wrong = answers.find(answer => answer.text !== `You said: ${text}`);
  if (wrong) throw new Error(`an answer was “${wrong.text}”`);
  const [first] = await fake.records('delivered', after);
  return at(answers.at(-1)) - at(first);
}

async function stub() {
  const process_ = spawn(process.execPath, [STUB, '--delay-ms', String(THINKS_MS)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const { url } = JSON.parse(await firstLine(process_));
  return { process: process_, url };
}
