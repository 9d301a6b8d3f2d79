import { proto } from 'baileys/WAProto/index.js';
import { pollIn } from './polls.js';

const { Type } = proto.Message.ProtocolMessage;

/** What is in a message when its wrappers are off. @param {any} message */
export function innerOf(message) {
  const wrapper = Object.values(message).find(part => part?.message && typeof part.message === 'object');
  return wrapper ? innerOf(wrapper.message) : message;
}

/** @param {any} message @returns {string} */
export function textOf(message) {
  const inner = innerOf(message);
  const edited = inner.protocolMessage?.editedMessage;
  if (edited) return textOf(edited);
  return (
    inner.conversation ||
    inner.extendedTextMessage?.text ||
    inner.imageMessage?.caption ||
    inner.videoMessage?.caption ||
    inner.documentMessage?.caption ||
    inner.reactionMessage?.text ||
    pollIn(inner)?.name ||
    ''
  );
}

/** What it refers to, and what it holds beside a text. @param {any} message */
export function aboutOf(message) {
  const inner = innerOf(message);
  const { reactionMessage, protocolMessage } = inner;
  const about = {};
  const key = (reactionMessage ?? protocolMessage)?.key;
  if (key?.id) {
    about.target = key.id;
    about.target_chat = key.remoteJid || undefined;
    about.target_from_me = Boolean(key.fromMe);
    about.target_participant = key.participant || undefined;
  }
  if (protocolMessage) about.protocol_type = Type[protocolMessage.type] ?? String(protocolMessage.type);
  const said = protocolMessage?.editedMessage ? innerOf(protocolMessage.editedMessage) : inner;
  const context = Object.values(said).find(part => part?.contextInfo)?.contextInfo;
  if (context?.mentionedJid?.length) about.mentions = context.mentionedJid;
  if (context?.stanzaId) {
    about.quoted = context.stanzaId;
    about.quoted_participant = context.participant || undefined;
    about.quoted_text = context.quotedMessage ? textOf(context.quotedMessage) : undefined;
  }
  const poll = pollIn(inner);
  if (poll) about.poll = pollFacts(poll, message);
  const { locationMessage, contactMessage, contactsArrayMessage } = inner;
  if (locationMessage) about.location = locationFacts(locationMessage);
  if (contactMessage) about.contacts = [contactFacts(contactMessage)];
  if (contactsArrayMessage) about.contacts = contactsArrayMessage.contacts.map(contactFacts);
  return about;
}

function pollFacts({ name, options, selectableOptionsCount }, message) {
  return {
    question: name,
    options: options.map(({ optionName }) => optionName),
    selectable: selectableOptionsCount ?? 0,
    has_secret: message.messageContextInfo?.messageSecret?.length === 32,
  };
}

function locationFacts({ degreesLatitude, degreesLongitude, name, address }) {
  return {
    latitude: degreesLatitude,
    longitude: degreesLongitude,
    name: name || undefined,
    address: address || undefined,
  };
}

function contactFacts({ displayName, vcard }) {
  return { name: displayName, vcard };
}
