// The baseline: an echo bot as one writes it from the library's own example.
// Says qr, open and nothing else on stdout. Usage: plain-bot.js URL AUTH_DIR

import makeWASocket, { useMultiFileAuthState } from 'baileys';
import { quiet, say } from './quiet.js';

const [url, dir] = process.argv.slice(2);
const { state, saveCreds } = await useMultiFileAuthState(dir);

function connect() {
  const sock = makeWASocket({
    waWebSocketUrl: url,
    auth: state,
    logger: quiet,
    markOnlineOnConnect: false,
    syncFullHistory: false,
    shouldSyncHistoryMessage: () => false,
  });
  sock.ev.on('creds.update', saveCreds);
  sock.ev.on('connection.update', ({ qr, connection, lastDisconnect }) => {
    if (qr) say({ qr });
    if (connection === 'open') say({ open: true });
    if (connection === 'close' && lastDisconnect?.error?.output?.statusCode === 515) connect();
  });
  sock.ev.on('messages.upsert', async ({ messages }) => {
    for (const { key, message } of messages) {
      const text = message?.conversation ?? message?.extendedTextMessage?.text;
      if (!key.fromMe && text) await sock.sendMessage(key.remoteJid, { text });
    }
  });
}

connect();
process.stdin.resume().on('end', () => process.exit());
