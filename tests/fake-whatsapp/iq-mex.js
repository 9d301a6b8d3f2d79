const REACHOUT_TIMELOCK = '23983697327930364';

/**
 * Queries in the manner of GraphQL; of these only the one for the lock on writing to strangers.
 * @param {import('./iq.js').Request} request
 */
export function answerMex({ conn, child }) {
  if (!child) return { error: 400 };
  const { account } = conn.device;
  if (child.attrs.query_id !== REACHOUT_TIMELOCK) return { error: 501 };
  conn.record.add('timelock_asked', { account: conn.account, device: conn.device.number });
  const { error } = account.timelock;
  if (error) return { error };
  const answer = { data: { xwa2_fetch_account_reachout_timelock: timelockOf(account) } };
  return [{ tag: 'result', attrs: {}, content: Buffer.from(JSON.stringify(answer)) }];
}

/**
 * Sets the lock of an account, and tells its clients if that is wanted.
 * @param {import('./server.js').Server} server
 * @param {{account: string, active?: boolean, until_s?: number, enforcement?: string, tell?: boolean, error?: number}} request
 */
export function setTimelock(
  server,
  { account: phone, active = true, until_s, enforcement, tell = false, error },
) {
  const account = server.people.account(phone);
  account.timelock = { active, until_s, enforcement, error };
  server.record.add('timelock', { account: phone, active, until_s, told: tell });
  if (!tell) return {};
  const data = { xwa2_notify_account_reachout_timelock: timelockOf(account) };
  const update = {
    tag: 'update',
    attrs: { op_name: 'NotificationUserReachoutTimelockUpdate' },
    content: Buffer.from(JSON.stringify({ data })),
  };
  for (const device of account.devices.values()) {
    const id = server.nextId();
    const attrs = { from: 's.whatsapp.net', id, type: 'mex', t: String(Math.floor(Date.now() / 1000)) };
    const stanza = { tag: 'notification', attrs, content: [update] };
    device.outbox.add({ class: 'notification', id, stanza });
  }
  return {};
}

/** @param {import('./account.js').Account} account */
function timelockOf({ timelock }) {
  const { active, until_s, enforcement = 'DEFAULT' } = timelock;
  if (!active) return { is_active: false };
  const ends = until_s === undefined ? {} : { time_enforcement_ends: String(until_s) };
  return { is_active: true, enforcement_type: enforcement, ...ends };
}
