import { randomBytes } from 'node:crypto';
import { ApiError } from './people.js';

const DAY_SECONDS = 24 * 60 * 60;

/** What people send beside texts and files, from the fields of POST /messages. */
const MAKERS = {
  location: ({ latitude = 52.5, longitude = 13.4, name, address }, contextInfo) => ({
    locationMessage: { degreesLatitude: latitude, degreesLongitude: longitude, name, address, contextInfo },
  }),
  live_location: ({ latitude = 52.5, longitude = 13.4, text, sequence = 1 }, contextInfo) => ({
    liveLocationMessage: {
      degreesLatitude: latitude,
      degreesLongitude: longitude,
      accuracyInMeters: 5,
      caption: text || undefined,
      sequenceNumber: sequence,
      contextInfo,
    },
  }),
  contact: ({ contacts = [{}] }, contextInfo) => ({
    contactMessage: { ...cardOf(contacts[0]), contextInfo },
  }),
  contacts: ({ contacts = [{}, {}], text }, contextInfo) => ({
    contactsArrayMessage: {
      displayName: text || `${contacts.length} contacts`,
      contacts: contacts.map(cardOf),
      contextInfo,
    },
  }),
  event: request => {
    const { text, description, start_s, end_s, location, join_link, canceled = false } = request;
    const start = start_s ?? Math.floor(Date.now() / 1000) + DAY_SECONDS;
    return {
      messageContextInfo: { messageSecret: randomBytes(32) },
      eventMessage: {
        isCanceled: canceled,
        name: text,
        description,
        location: location && { degreesLatitude: 0, degreesLongitude: 0, name: location },
        joinLink: join_link,
        startTime: start,
        endTime: end_s,
      },
    };
  },
  group_invite: ({ text, group_jid = '120363000000000001@g.us', group_name = 'A group' }, contextInfo) => ({
    groupInviteMessage: {
      groupJid: group_jid,
      inviteCode: 'AbCdEfGh1234',
      inviteExpiration: Math.floor(Date.now() / 1000) + DAY_SECONDS,
      groupName: group_name,
      caption: text || undefined,
      contextInfo,
    },
  }),
};

export const OTHER_KINDS = Object.keys(MAKERS);

/** @param {any} request @param {object | undefined} contextInfo */
export function otherKind(request, contextInfo) {
  return MAKERS[request.kind](request, contextInfo);
}

function cardOf({ name = 'Carla Card', phone = '+15550100777', vcard = undefined }) {
  const lines = [
    'BEGIN:VCARD',
    'VERSION:3.0',
    `N:;${name};;;`,
    `FN:${name}`,
    `TEL;type=CELL;waid=${phone.slice(1)}:${phone}`,
    'END:VCARD',
  ];
  return { displayName: name, vcard: vcard ?? lines.join('\n') };
}

const WRAPPERS = {
  view_once: 'viewOnceMessage',
  view_once_v2: 'viewOnceMessageV2',
  view_once_v2_extension: 'viewOnceMessageV2Extension',
  ephemeral: 'ephemeralMessage',
};

/**
 * Puts a message into wrappers, the first one outermost.
 * @param {any} message @param {string[] | string} wraps
 */
export function wrapped(message, wraps) {
  const { messageContextInfo, ...inner } = message;
  let content = inner;
  for (const name of [wraps].flat().reverse()) {
    const wrapper = WRAPPERS[name];
    if (!wrapper) {
      const next = `use ${Object.keys(WRAPPERS).join(', ')}`;
      throw new ApiError(400, 'bad_mode', `no wrapper ${name}`, next);
    }
    if (name !== 'ephemeral') for (const part of Object.values(content)) part.viewOnce = true;
    content = { [wrapper]: { message: content } };
  }
  return messageContextInfo ? { messageContextInfo, ...content } : content;
}
