// Taking messages in without an answer, and what groups hear from us: ours and the baseline with the same auth store.

import { join } from 'node:path';
import { at } from './fake.js';
import { Gateway } from './gateway.js';
import { chatter, makeGroups, speak } from './groups.js';
import { Plain } from './plain.js';
import { Sidecar } from './sidecar.js';

const FRIEND = '+15550100100';
const WARM_UP = 20;
const FLOOD = 100;
/** A multiple of what everybody says in one turn. */
const GROUP_FLOOD = 60;

/** @param {import('./round.js').Stage} stage */
export async function receiving({ dir, sizes, note, turns, newFake, running }) {
  const receive = {
    ours: new Gateway(join(dir, 'ours-in'), await newFake()),
    plain: new Plain('./plain-receiver.js', join(dir, 'plain-in'), await newFake()),
  };
  const { ours, plain } = receive;
  for (const [, side] of turns(receive)) {
    running.add(side);
    await side.link();
    await side.startLinked();
    for (let i = 0; i < WARM_UP; i++) await side.fake.roundTrip(FRIEND, `hello ${i}`);
  }
  const before = await ours.journaled();
  ours.configure({ observeOnly: true });
  for (const side of [ours, plain]) {
    await side.stop();
    await side.startLinked();
  }
  for (const side of [ours, plain]) side.groups = await makeGroups(side.fake);
  let sent = 0;
  for (const [key, what, count, warm, counted] of [
    ['inbound', flood, FLOOD, sizes.warmFloods, sizes.floods],
    ['group inbound', chatter, GROUP_FLOOD, sizes.warmGroups, sizes.groups],
  ]) {
    for (let i = 0; i < warm + counted; i++) {
      for (const [name, side] of turns(receive)) {
        const rate = await take(name, side, what, count);
        if (i >= warm) note(key, name, rate);
      }
      sent += count;
    }
  }
  const journaled = (await ours.journaled()) - before;
  if (journaled !== sent) throw new Error(`the journal holds ${journaled} messages of ${sent}`);
  for (const side of [ours, plain]) await side.stop();

  const send = { ours: new Sidecar(ours.authDir, ours.fake), plain };
  running.add(send.ours);
  await send.ours.start();
  await plain.startLinked();
  for (let i = 0; i < sizes.warmGroups + sizes.groups; i++) {
    for (const [name, side] of turns(send)) {
      const rate = await speak(name, side.fake, side, receive[name].groups, GROUP_FLOOD);
      if (i >= sizes.warmGroups) note('group outbound', name, rate);
    }
  }
  for (const [, side] of turns(send)) await side.stop();
  running.clear();
}

/** One contact who has been answered before. */
function flood(fake, _, count) {
  return fake.send(FRIEND, 'flood', { count, pre_encrypt: true });
}

/**
 * Messages as fast as they are taken.
 *
 * @returns {Promise<number>} messages a second, from the first stanza to the last receipt
 */
async function take(name, { fake, groups }, send, count) {
  const after = await fake.lastSeq();
  await send(fake, groups, count);
  if (!(await fake.emptied())) throw new Error(`${name} did not take all messages`);
  const receipts = (await fake.records('receipt', after)).filter(
    ({ receipt_type }) => receipt_type !== 'retry',
  );
  if (receipts.length !== count)
    throw new Error(`${name} sent ${receipts.length} receipts for ${count} messages`);
  const [first] = await fake.records('delivered', after);
  return (count / (at(receipts.at(-1)) - at(first))) * 1000;
}
