// What a person does with the container in the first hour, against the fake WhatsApp: start it, link it by the QR on the
// terminal while the gateway runs, write to it, stop it. Runs in a network of its own, so that nothing else is reached.
import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Container } from './container.js';
import { readQr } from './qr.js';

const OWNER = '+15550100001';
const ANNA = '+15550100002';
const PATIENCE_MS = 60_000;

async function until(what, holds, patience = PATIENCE_MS) {
  const end = performance.now() + patience;
  for (;;) {
    const value = await holds();
    if (value) return value;
    if (performance.now() > end) throw new Error(`not within ${patience / 1000} s: ${what}`);
    await pause(100);
  }
}

async function startFake() {
  const main = fileURLToPath(new URL('../fake-whatsapp/main.js', import.meta.url));
  const child = spawn(process.execPath, [main], { stdio: ['pipe', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', part => {
    said += part;
  });
  await until('the fake WhatsApp listens', () => said.includes('\n'));
  const { ws, http, root } = JSON.parse(said);
  const call = async (path, body) => {
    const answer = await fetch(`${http}${path}`, body && { method: 'POST', body: JSON.stringify(body) });
    const told = await answer.json();
    if (!answer.ok) throw new Error(`${path}: ${JSON.stringify(told)}`);
    return told;
  };
  return { child, ws, root, call };
}

/** @param {{ stage: any, service: any, work: string, seen: string[][], graceSeconds: number, say: (line: string) => void }} options */
export async function trial({ stage, service, work, seen, graceSeconds, say }) {
  const fake = await startFake();
  const environment = { FASED_WHATSAPP_URL: fake.ws, FASED_WHATSAPP_ROOT: fake.root, FASED_LOG: 'info' };
  const container = new Container({ stage, service, work, seen, environment });
  const must = (holds, what, shown = '') => {
    if (!holds) throw new Error(`${what}${shown === '' ? '' : `: ${shown}`}`);
    say(`  ok  ${what}`);
  };
  const fased = async (...words) => container.exec('fased', ...words);
  const health = () => container.exec(...stage.health);
  try {
    const begun = performance.now();
    container.start();
    await until('the gateway answers', async () => {
      if (container.over) throw new Error(`the container ended: ${JSON.stringify(await container.ended)}`);
      return (await fased('gateway', 'status')).code === 0;
    });
    say(`  the gateway answered ${Math.round(performance.now() - begun)} ms after the start`);
    const who = await container.exec('id', '-u');
    must(
      who.stdout.trim() === stage.user.split(':')[0] && who.stdout.trim() !== '0',
      'it runs as the user of the image',
      who.stdout + who.stderr,
    );
    for (const path of ['/opt/fased/sidecar/new.js', '/usr/bin/new', '/etc/new', '/new'])
      must((await container.exec('touch', path)).code !== 0, `${path} cannot be written`);
    must(
      (await container.exec('sh', '-c', 'touch /tmp/new && touch /data/new && rm /data/new')).code === 0,
      '/data and /tmp can',
    );
    const before = await health();
    must(before.code === 5, 'without a login the health check says so', `${before.code} ${before.stderr}`);

    await fake.call('/phones', { phone: OWNER });
    const login = container.execOnTerminal('fased', 'channels', 'login', '--channel', 'whatsapp');
    let screen = '';
    login.stdout.on('data', part => {
      screen += part;
    });
    const left = new Promise(resolve => login.on('exit', resolve));
    try {
      const qr = await until('the QR is on the terminal', () => readQr(screen));
      must(true, 'the login beside the running gateway shows its QR on the terminal');
      await fake.call('/scan', { phone: OWNER, qr });
      must(
        (await Promise.race([left, pause(PATIENCE_MS)])) === 0,
        'it was scanned, and the account is linked',
        screen.slice(-300),
      );
    } finally {
      login.kill('SIGKILL');
    }
    await until('the health check is content', async () => (await health()).code === 0);
    must(true, 'the health check is content');

    const set = await fased('config', 'set', 'channels.whatsapp.allowFrom', ANNA, '--append');
    must(set.code === 0, 'the config can be edited', set.stderr);
    await fake.call('/contacts', { phone: ANNA });
    await fake.call('/messages', { to: OWNER, from: ANNA, text: 'is anybody there?' });
    const { record } = await fake.call(
      `/wait?type=message&contact=${encodeURIComponent(ANNA)}&timeout_ms=${PATIENCE_MS}`,
    );
    must(
      record.text?.includes('is anybody there?'),
      'a message comes back as an echo',
      JSON.stringify(record.text),
    );

    const doctor = await fased('doctor', '--json');
    const findings = JSON.parse(doctor.stdout).findings;
    const compared = findings.find(finding => /files in .* are as they were installed/.test(finding.what));
    must(
      compared?.level === 'ok',
      'all files of the sidecar are those of the manifest',
      JSON.stringify(findings.filter(f => f.check === 'node')),
    );
    const cage = findings.find(finding => finding.check === 'cage');
    say(`  doctor on the cage: ${cage?.what}${cage?.cause ? ` (${cage.cause})` : ''}`);
    if (stage.command.includes('--page')) {
      const port = stage.command[stage.command.indexOf('--page') + 1].split(':').at(-1);
      const page = await fetch(`http://127.0.0.1:${port}/`);
      must(page.status === 200, 'the page is there', String(page.status));
    }
    const open = await container.exec('find', '/data', '-perm', '/077', '!', '-type', 's');
    must(
      open.code === 0 && open.stdout === '',
      'nothing in /data is open to others',
      open.stdout + open.stderr,
    );

    const stopped = performance.now();
    container.stop();
    const end = await Promise.race([container.ended, pause(graceSeconds * 1000, null)]);
    must(
      end !== null && end.code === 0,
      `it ends at SIGTERM within the ${graceSeconds} s of stop_grace_period`,
      JSON.stringify(end),
    );
    say(`  it took ${Math.round(performance.now() - stopped)} ms`);
    const { accounts } = await fake.call('/state?inbox=0');
    const violations = Object.values(accounts ?? {}).flatMap(account => account.violations ?? []);
    must(violations.length === 0, 'WhatsApp has nothing to complain of', JSON.stringify(violations));
  } catch (error) {
    say(`--- what the container wrote last ---\n${container.output.split('\n').slice(-40).join('\n')}`);
    throw error;
  } finally {
    container.kill();
    fake.child.kill('SIGKILL');
  }
}
