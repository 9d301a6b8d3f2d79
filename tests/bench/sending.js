// What goes out: many answers to several chats at once, through the durable outbox, beside the plain library with the
// same auth store. Ours waits in each chat until the server has taken a message before the next one leaves.

import { join } from 'node:path';
import { at } from './fake.js';
import { Gateway } from './gateway.js';
import { Plain } from './plain.js';

const CHATS = Array.from({ length: 10 }, (_, i) => `+155501004${String(i).padStart(2, '0')}`);
const EACH = 30;
/** Longer than half of the limit, so that each paragraph of an answer is a message of its own. */
const SAID = `speech ${'of some length, as answers have it '.repeat(4)}`.trim();
const LIMIT = 200;

/** @param {import('./round.js').Stage} stage */
export async function sending({ dir, sizes, note, turns, newFake, running }) {
  const send = {
    ours: new Gateway(join(dir, 'ours-out'), await newFake()),
    plain: new Plain('./plain-receiver.js', join(dir, 'plain-out'), await newFake()),
  };
  send.ours.configure({ textChunkLimit: LIMIT });
  for (const [, side] of turns(send)) {
    running.add(side);
    await side.link();
    await side.startLinked();
    for (const chat of CHATS) await side.fake.roundTrip(chat, `hello from ${chat}`);
  }
  const speakers = { ours: answerAll, plain: sayAll };
  for (let i = 0; i < sizes.warmSends + sizes.sends; i++) {
    for (const [name, side] of turns(send)) {
      const rate = await spoken(name, side, speakers[name]);
      if (i >= sizes.warmSends) note('outbound', name, rate);
    }
  }
  for (const [, side] of turns(send)) await side.stop();
  running.clear();
}

/** One long message from each chat, which is echoed in as many as it has paragraphs. */
async function answerAll({ fake }) {
  const account = fake.phone;
  const text = Array.from({ length: EACH }, (_, i) => `${SAID} ${i}`).join('\n\n');
  await fake.call('POST /hold', { account });
  for (const chat of CHATS) await fake.send(chat, text);
  await fake.call('POST /release', { account });
}

function sayAll(plain) {
  return plain.say(
    CHATS.map(chat => `${chat.slice(1)}@s.whatsapp.net`),
    EACH,
    SAID,
  );
}

/** @returns {Promise<number>} messages a second, from the first to the last that a contact has */
async function spoken(name, side, speak) {
  const { fake } = side;
  const after = await fake.lastSeq();
  await speak(side);
  const count = CHATS.length * EACH;
  const read = await fake.counted('message', after, count);
  if (read.length !== count) throw new Error(`${name}: ${read.length} of ${count} messages arrived`);
  const times = read.map(at);
  return ((count - 1) / (Math.max(...times) - Math.min(...times))) * 1000;
}
