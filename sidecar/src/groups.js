// Groups as the gateway knows them. These are asked for by people, so the answer is WhatsApp's and
// not the one that is kept for sending.

import { isLid, isPhone, plainJid } from './jid.js';
import { inTime } from './queries.js';

/** @typedef {import('./protocol.gen.ts').Group} Group */
/** @typedef {import('./protocol.gen.ts').Member} Member */
/** @typedef {Omit<Extract<import('./protocol.gen.ts').Reply, { type: 'groups' }>, 'type'>} Groups */

const MAX_GROUPS = 1_000;
/** Of all groups of an answer, which has to fit into a line. */
const MAX_MEMBERS = 5_000;
const MAX_SUBJECT = 200;

/** @param {import('baileys').WASocket} sock @returns {Promise<Groups>} what fits into an answer, and how many there are */
export async function listGroups(sock) {
  const found = Object.values(await inTime(sock.groupFetchAllParticipating()));
  let left = MAX_MEMBERS;
  const groups = found.slice(0, MAX_GROUPS).map(metadata => {
    const group = groupOf(metadata, left);
    left -= group.members.length;
    return group;
  });
  return { groups, total: found.length };
}

/** @param {import('baileys').WASocket} sock @param {string} jid @returns {Promise<Group>} */
export async function describeGroup(sock, jid) {
  return groupOf(await inTime(sock.groupMetadata(jid)), MAX_MEMBERS);
}

/**
 * @param {import('baileys').GroupMetadata} metadata
 * @param {number} most members
 * @returns {Group}
 */
export function groupOf({ id, subject, addressingMode, announce, participants }, most) {
  return {
    jid: id,
    subject: typeof subject === 'string' && subject !== '' ? subject.slice(0, MAX_SUBJECT) : null,
    by_lid: addressingMode === 'lid',
    announce: announce === true,
    members: participants.slice(0, Math.max(0, most)).map(memberOf),
  };
}

/** @param {import('baileys').GroupParticipant} participant @returns {Member} */
function memberOf({ id, lid, phoneNumber, admin }) {
  const addresses = [id, lid, phoneNumber].filter(jid => typeof jid === 'string');
  const phone = addresses.find(isPhone);
  const hidden = addresses.find(isLid);
  return {
    phone: phone === undefined ? null : plainJid(phone),
    lid: hidden === undefined ? null : plainJid(hidden),
    admin: admin === 'admin' || admin === 'superadmin',
  };
}
