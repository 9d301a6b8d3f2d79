// Messages from and to groups whose members know each other's keys already.

import { at } from './fake.js';

const MEMBERS = Array.from({ length: 5 }, (_, i) => `+155501003${String(i).padStart(2, '0')}`);
const GROUPS = 2;
/** Messages of one member in a row, before the next one speaks. */
const IN_A_ROW = 2;

/** @param {import('./fake.js').Fake} fake @returns {Promise<string[]>} groups that our account is in */
export async function makeGroups(fake) {
  const members = [fake.phone, ...MEMBERS];
  const made = Array.from({ length: GROUPS }, () => fake.call('POST /groups', { members }));
  return (await Promise.all(made)).map(({ group }) => group);
}

/**
 * Everybody talks in all groups. Encrypted beforehand and held back, so that all of it is there at once.
 *
 * @param {number} count of messages, a multiple of what all say in one turn
 */
export async function chatter(fake, groups, count) {
  const account = fake.phone;
  await fake.call('POST /hold', { account });
  for (let sent = 0; sent < count; ) {
    for (const group of groups) {
      for (const from of MEMBERS) {
        await fake.call('POST /messages', {
          group,
          from,
          text: 'chatter',
          count: IN_A_ROW,
          pre_encrypt: true,
        });
        sent += IN_A_ROW;
      }
    }
  }
  await fake.call('POST /release', { account });
}

/**
 * To each group one message after another, to all groups at once.
 *
 * @param {{ say: (groups: string[], each: number, text: string) => Promise<unknown> }} speaker resolves when all are
 *   written
 * @returns {Promise<number>} messages a second, from the first to the last that all members have
 */
export async function speak(name, fake, speaker, groups, count) {
  const after = await fake.lastSeq();
  await speaker.say(groups, count / groups.length, 'speech');
  const copies = count * MEMBERS.length;
  const read = await fake.counted('message', after, copies);
  if (read.length !== copies)
    throw new Error(`${name}: ${read.length} of ${copies} copies reached the groups`);
  const { violations } = await fake.call('GET /state', { inbox: '0' });
  if (violations.length > 0) throw new Error(`${name} did wrong: ${JSON.stringify(violations[0])}`);
  // Of each message the last copy.
  const complete = [...new Map(read.map(record => [record.id, at(record)])).values()];
  return ((count - 1) / (Math.max(...complete) - Math.min(...complete))) * 1000;
}
