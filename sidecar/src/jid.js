// WhatsApp addresses as strings: `user[_agent][:device]@server`.

/** @param {string} jid */
export function serverOf(jid) {
  return jid.slice(jid.indexOf('@') + 1);
}

/** @param {string} jid the part that names the person, group or channel */
export function userOf(jid) {
  const user = jid.slice(0, Math.max(0, jid.indexOf('@')));
  return user.split(':', 1)[0].split('_', 1)[0];
}

/**
 * Without device and agent; hosted addresses become their ordinary form.
 *
 * @param {string} jid
 */
export function plainJid(jid) {
  if (!jid.includes('@')) return jid;
  const server = serverOf(jid);
  const ordinary =
    server === 'hosted' || server === 'c.us' ? 's.whatsapp.net' : server === 'hosted.lid' ? 'lid' : server;
  return `${userOf(jid)}@${ordinary}`;
}

/** @param {string} jid */
export function isLid(jid) {
  return jid.endsWith('@lid') || jid.endsWith('@hosted.lid');
}

/** @param {string} jid */
export function isPhone(jid) {
  return jid.endsWith('@s.whatsapp.net') || jid.endsWith('@hosted') || jid.endsWith('@c.us');
}

/** @param {string} jid a person, by number or by hidden id */
export function isPerson(jid) {
  return isLid(jid) || isPhone(jid);
}

/** @param {string} jid */
export function isGroup(jid) {
  return jid.endsWith('@g.us');
}

/** @param {string} jid */
export function isBroadcast(jid) {
  return jid.endsWith('@broadcast');
}

/** @param {string} jid */
export function isNewsletter(jid) {
  return jid.endsWith('@newsletter');
}
