/** Everything at a glance, for GET /state. @param {import('./server.js').Server} server */
export function stateOf(server, { inbox = true } = {}) {
  const violations = server.record.violations();
  const accounts = {};
  for (const account of server.people.accounts()) {
    accounts[account.phone] = accountState(account, server, violations, inbox);
  }
  const groups = {};
  for (const { jid, subject, addressing, members } of server.groups.byId.values()) {
    groups[jid] = { subject, addressing, members: [...members.keys()].map(({ phone }) => phone) };
  }
  const { lastSeq } = server.record;
  return { accounts, groups, violations, last_seq: lastSeq, connections: server.connections.size };
}

function accountState(account, server, violations, inbox) {
  const devices = [...account.devices.values()].map(device => ({
    device: device.number,
    jid: device.jid,
    lid: device.lid,
    online: device.online,
    queue_length: device.outbox.length,
    prekeys: device.preKeys.size,
  }));
  const state = {
    phone: account.phone,
    lid: account.person.lid,
    devices,
    online: devices.some(device => device.online),
    queue_length: devices.reduce((sum, device) => sum + device.queue_length, 0),
    ...account.counts,
    violations: violations.filter(violation => violation.account === account.phone),
  };
  if (inbox) state.contacts = inboxes(account, server);
  return state;
}

function inboxes(account, server) {
  const contacts = {};
  for (const person of server.people.byPhone.values()) {
    if (person.account && person !== account.person && person.inbox.length === 0) continue;
    const inbox = person.inbox.filter(message => message.account === account.phone);
    contacts[person.phone] = { lid: person.lid, inbox: inbox.map(({ account: _, ...message }) => message) };
  }
  return contacts;
}
