// The baseline for receiving, and for groups: the library with the sidecar's own auth store, so that its receipts
// wait for the same writes. Echoes only what begins with "hello". Each line on stdin has it speak in chats; of groups the
// members are kept as the library advises. Usage: plain-receiver.js URL AUTH_DIR

import { mkdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import makeWASocket, { initAuthCreds, proto } from 'baileys';
import { AuthStore } from '../../sidecar/src/auth-store.js';
import { quiet, say } from './quiet.js';

const [url, dir] = process.argv.slice(2);
mkdirSync(dir, { recursive: true });
const store = new AuthStore(dir, {
  onWriteFailed: problem => process.exit(problem.length),
  onNotice: () => {},
  revive: { 'app-state-sync-key': value => proto.Message.AppStateSyncKeyData.fromObject(value) },
});
const creds = await store.load(initAuthCreds);

let sock;
const groups = new Map();

function connect() {
  sock = makeWASocket({
    waWebSocketUrl: url,
    auth: { creds, keys: store.keys() },
    logger: quiet,
    markOnlineOnConnect: false,
    syncFullHistory: false,
    shouldSyncHistoryMessage: () => false,
    cachedGroupMetadata: async group => groups.get(group),
  });
  sock.ev.on('creds.update', () => store.saveCreds());
  sock.ev.on('connection.update', async ({ qr, connection, lastDisconnect }) => {
    await store.saveCreds();
    if (qr) say({ qr });
    if (connection === 'open') say({ open: true });
    if (connection === 'close' && lastDisconnect?.error?.output?.statusCode === 515) connect();
  });
  sock.ev.on('messages.upsert', async ({ messages }) => {
    for (const { key, message } of messages) {
      const text = message?.conversation ?? message?.extendedTextMessage?.text;
      if (!key.fromMe && text?.startsWith('hello')) await sock.sendMessage(key.remoteJid, { text });
    }
  });
}

async function speak(group, each, text) {
  if (group.endsWith('@g.us') && !groups.has(group)) groups.set(group, await sock.groupMetadata(group));
  for (let i = 0; i < each; i++) await sock.sendMessage(group, { text: `${text} ${i}` });
}

connect();
createInterface(process.stdin)
  .on('line', async line => {
    const { groups, each, text } = JSON.parse(line);
    await Promise.all(groups.map(group => speak(group, each, text)));
    say({ said: true });
  })
  .on('close', async () => {
    await store.settled();
    process.exit();
  });
