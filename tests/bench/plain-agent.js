// The baseline for agents: a bot that asks an endpoint for each message, as one writes it from the library's example.
// Says qr, open and nothing else on stdout. Usage: plain-agent.js URL AUTH_DIR ENDPOINT

import makeWASocket, { useMultiFileAuthState } from 'baileys';
import { quiet, say } from './quiet.js';

const [url, dir, endpoint] = process.argv.slice(2);
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
  sock.ev.on('messages.upsert', ({ messages }) => {
    for (const { key, message } of messages) {
      const text = message?.conversation ?? message?.extendedTextMessage?.text;
      if (!key.fromMe && text) {
        answer(text).then(said => sock.sendMessage(key.remoteJid, { text: said }));
      }
    }
  });
}

async function answer(content) {
  const body = JSON.stringify({ model: 'stub', messages: [{ role: 'user', content }] });
  const response = await fetch(`${endpoint}/chat/completions`, { method: 'POST', body });
  const { choices } = await response.json();
  return choices[0].message.content;
}

connect();
process.stdin.resume().on('end', () => process.exit());
