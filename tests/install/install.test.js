// scripts/install from the first installation to the last file taken away, with a program that is built already. systemd is
// played by a script, because no test may start services of the machine; the gateway is the real one.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const built =
  process.env.FASED_BIN ?? join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'debug/fased');
const temp = mkdtempSync(join(tmpdir(), 'fased-install-'));
const home = join(temp, 'home');
const prefix = join(home, '.local');
const state = join(home, '.fased');
const tools = join(temp, 'tools');
const fased = join(prefix, 'bin/fased');
const current = join(prefix, 'share/fased');
const environment = {
  PATH: `${tools}:${process.env.PATH}`,
  HOME: home,
  npm_config_cache: process.env.npm_config_cache ?? join(process.env.HOME ?? '/root', '.npm'),
  XDG_RUNTIME_DIR: join(temp, 'runtime'),
  // Nobody listens there, so nothing leaves this machine.
  FASED_WHATSAPP_URL: 'ws://127.0.0.1:9/ws/chat',
  FASED_INSTALL_READY_SECONDS: '15',
  ...(process.env.FASED_NODE && { FASED_NODE: process.env.FASED_NODE }),
};

// Type=notify: `start` waits until the gateway answers, or has ended.
const SYSTEMCTL = `#!/usr/bin/env bash
pid="$HOME/service.pid"
active() { [[ -s "$pid" ]] && kill -0 "$(cat "$pid")" 2>/dev/null; }
start() {
  active && return 0
  # As a drop-in's Environment= would.
  [[ ! -f "$HOME/service.env" ]] || export "$(cat "$HOME/service.env")"
  setsid "$HOME/.local/bin/fased" gateway run >>"$HOME/service.log" 2>&1 </dev/null &
  echo "$!" >"$pid"
  while active; do "$HOME/.local/bin/fased" gateway status >/dev/null 2>&1 && return 0; sleep 0.1; done
  return 1
}
stop() {
  active || return 0
  kill "$(cat "$pid")"
  while active; do sleep 0.05; done
}
echo "$*" >>"$HOME/systemctl.log"
shift
case "$*" in
  is-active*) active ;;
  "show --property MainPID --value"*) if [[ ! -f "$HOME/no-pid" ]] && active; then cat "$pid"; else echo 0; fi ;;
  start* | "enable --now"*) start ;;
  stop* | "disable --now"*) stop ;;
esac
`;

function run(program, ...words) {
  const ended = spawnSync(program, words, {
    cwd: root,
    env: environment,
    encoding: 'utf8',
    timeout: 300_000,
  });
  return { code: ended.status, said: ended.stdout + ended.stderr, stdout: ended.stdout };
}
const install = (...words) => run(join(root, 'scripts/install'), '--binary', built, ...words);
const releases = () => readdirSync(join(prefix, 'lib/fased')).filter(name => name !== 'installed');
const findings = () => JSON.parse(run(fased, 'doctor', '--json').stdout).findings;
/** Everything below a folder, with links as they are. */
const tree = folder => readdirSync(folder, { recursive: true }).sort();

before(() => {
  mkdirSync(tools, { recursive: true });
  mkdirSync(home);
  mkdirSync(state);
  writeFileSync(join(state, 'mine.txt'), 'keep me');
  writeFileSync(join(tools, 'systemctl'), SYSTEMCTL);
  chmodSync(join(tools, 'systemctl'), 0o755);
});
after(() => {
  run(join(tools, 'systemctl'), '--user', 'stop', 'fased.service');
  rmSync(temp, { recursive: true, force: true });
});

/** A program that is fased but for this shell line, which comes first. */
function broken(line) {
  const path = join(temp, 'broken');
  writeFileSync(path, `#!/usr/bin/env bash\n${line}\nexec ${built} "$@"\n`);
  chmodSync(path, 0o755);
  return path;
}

test('nonsense is refused with what to do instead, and changes nothing', () => {
  assert.ok(existsSync(built), `${built} is not there; build it: cargo build -p fased`);
  for (const [words, code, next] of [
    [['--prefix', 'here'], 2, `--prefix ${root.replace(/\/$/, '')}/here`],
    [['--prefix', '/'], 2, '--prefix /usr/local'],
    [['--prefix', root], 2, 'scripts/install'],
    [['--prefix', join(temp, 'a"b')], 2, '--prefix DIR'],
    [['--prefix', join(temp, 'a$b')], 2, '--prefix DIR'],
    [['--prefix', join(temp, 'a\nb')], 2, '--prefix DIR'],
    [['--prefix'], 2, '--prefix PATH'],
    [['--upgrade', '--uninstall'], 2, '--upgrade'],
    [['--frobnicate'], 2, '--help'],
    [['--service', '--uninstall'], 2, '--uninstall'],
    [['--upgrade'], 1, 'scripts/install'],
    [['--uninstall'], 1, 'ls '],
    [['--binary', '/etc/hostname'], 1, 'cargo build'],
    [['--binary', broken('exit 1')], 1, 'cargo build'],
  ]) {
    const { code: got, said } = install(...words);
    assert.equal(got, code, `${words}: ${said}`);
    assert.match(said, /\n {2}Next: /, `${words}`);
    assert.ok(said.includes(next), `${words}: ${said}`);
  }
  assert.deepEqual(tree(home), ['.fased', '.fased/mine.txt']);
});

test('what is there already and is not ours stays', () => {
  mkdirSync(dirname(fased), { recursive: true });
  writeFileSync(fased, 'somebody else');
  const { code, said } = install();
  assert.equal(code, 1, said);
  assert.ok(said.includes(`${fased} is there already`), said);
  assert.equal(readFileSync(fased, 'utf8'), 'somebody else');
  rmSync(prefix, { recursive: true });
});

test('it is installed with packages, completions, manual, unit and a manifest that fits', () => {
  // Whatever shared it before stays afterwards.
  mkdirSync(join(prefix, 'share/man/man1'), { recursive: true });
  writeFileSync(join(prefix, 'share/man/man1/other.1'), 'other');
  const { code, said } = install();
  assert.equal(code, 0, said);
  assert.match(run(fased, '--version').stdout, /^fased \d/);
  for (const path of [
    'sidecar/src/main.js',
    'sidecar/media/main.js',
    'node_modules/baileys/package.json',
    'package-lock.json',
    'manifest.json',
    'node_modules/libsignal/package.json',
    'THIRD-PARTY-NOTICES.md',
    'LICENSE',
  ])
    assert.ok(existsSync(join(current, path)), path);
  for (const path of [
    'node_modules/typescript',
    'node_modules/@biomejs',
    'node_modules/fased-sidecar',
    'sidecar/test',
  ])
    assert.ok(!existsSync(join(current, path)), path);
  for (const path of [
    'share/bash-completion/completions/fased',
    'share/zsh/site-functions/_fased',
    'share/fish/vendor_completions.d/fased.fish',
    'share/man/man1/fased.1',
    'share/man/man1/fased-doctor.1',
  ])
    assert.ok(statSync(join(prefix, path)).size > 0, path);
  assert.match(
    readFileSync(join(prefix, 'share/systemd/user/fased.service'), 'utf8'),
    new RegExp(`^ExecStart=${fased} gateway run$`, 'm'),
  );
  const compared = findings().find(finding => finding.what.includes('as they were installed'));
  assert.equal(compared?.level, 'ok', JSON.stringify(compared));
  assert.ok(compared.what.includes(prefix), 'its own files, not those of the folder it is called in');
  const again = install();
  assert.equal(again.code, 1);
  assert.ok(again.said.includes('scripts/install --upgrade'), again.said);
});

test('a file that was changed keeps sidecars from starting, and is named', () => {
  const file = join(current, 'sidecar/src/jid.js');
  const whole = readFileSync(file);
  appendFileSync(file, '\n// an edit\n');
  const login = run(fased, 'channels', 'login', '--channel', 'whatsapp');
  assert.notEqual(login.code, 0);
  assert.ok(login.said.includes('sidecar/src/jid.js was changed'), login.said);
  assert.ok(login.said.includes('scripts/install --upgrade'), login.said);
  const found = findings().find(finding => finding.what.includes('not as they were installed'));
  assert.equal(found?.level, 'problem', JSON.stringify(found));
  writeFileSync(file, whole);
});

test('an upgrade takes the place of the old version, mends its files, and starts the service', () => {
  assert.equal(
    run(join(tools, 'systemctl'), '--user', 'start', 'fased.service').code,
    0,
    readFileSync(join(home, 'service.log'), 'utf8'),
  );
  const pid = readFileSync(join(home, 'service.pid'), 'utf8');
  const [old] = releases();
  appendFileSync(join(current, 'sidecar/src/jid.js'), '\n// an edit\n');
  const { code, said } = install('--upgrade');
  assert.equal(code, 0, said);
  const [now, ...more] = releases();
  assert.notEqual(now, old);
  assert.deepEqual(more, [], 'the old version is gone');
  assert.equal(readlinkSync(current), `../lib/fased/${now}`);
  assert.notEqual(readFileSync(join(home, 'service.pid'), 'utf8'), pid, 'another process');
  assert.equal(run(fased, 'gateway', 'status').code, 0);
  assert.equal(findings().find(finding => finding.what.includes('as they were installed')).level, 'ok');
  assert.equal(readFileSync(join(state, 'mine.txt'), 'utf8'), 'keep me');
  assert.ok(!existsSync(join(state, 'backup')), 'the copy of the store is gone');
});

for (const [what, line] of [
  ['that does not start', '[[ "$1 $2" != "gateway run" ]] || exit 1'],
  ['whose gateway never answers', '[[ "$1" != health ]] || exit 3'],
])
  test(`a version ${what} is taken back, and the old one runs again`, () => {
    const [old] = releases();
    environment.FASED_INSTALL_READY_SECONDS = '3';
    const { code, said } = run(join(root, 'scripts/install'), '--upgrade', '--binary', broken(line));
    environment.FASED_INSTALL_READY_SECONDS = '15';
    assert.equal(code, 1, said);
    assert.match(said, /The old version, .*, is back\.\n {2}Next: /);
    assert.deepEqual(releases(), [old]);
    assert.equal(readlinkSync(current), `../lib/fased/${old}`);
    assert.equal(run(fased, 'gateway', 'status').code, 0);
    assert.equal(run(fased, 'health').code, 5, 'not linked, as before');
    assert.equal(readFileSync(join(state, 'mine.txt'), 'utf8'), 'keep me');
  });

test('a gateway that no service runs is not left without its files', () => {
  // The service is somebody else's for systemd now.
  const pid = join(home, 'service.pid');
  cpSync(pid, join(temp, 'pid'));
  rmSync(pid);
  for (const act of ['--upgrade', '--uninstall']) {
    const { code, said } = install(act);
    assert.equal(code, 1, said);
    assert.ok(said.includes('gateway stop'), said);
  }
  cpSync(join(temp, 'pid'), pid);
});

test("a service's own state dir is the one that is asked, and whose store is copied", () => {
  const systemctl = word => run(join(tools, 'systemctl'), '--user', word, 'fased.service');
  const other = join(home, 'other state');
  mkdirSync(other);
  systemctl('stop');
  writeFileSync(join(home, 'service.env'), `FASED_STATE_DIR=${other}`);
  assert.equal(systemctl('start').code, 0);
  const upgraded = install('--upgrade');
  assert.equal(upgraded.code, 0, upgraded.said);
  const seen = join(home, 'copied');
  const looks = broken(
    `[[ "$1 $2" != "gateway run" ]] || { ls "$FASED_STATE_DIR"/backup/*/fased.db >"${seen}"; exit 1; }`,
  );
  const failed = run(join(root, 'scripts/install'), '--upgrade', '--binary', looks);
  assert.equal(failed.code, 1, failed.said);
  assert.ok(readFileSync(seen, 'utf8').startsWith(join(other, 'backup/before-')), 'the copy was there');
  assert.equal(run(fased, '--state-dir', other, 'health').code, 5, 'the old version runs again');
  // Where systemd does not say which process it is nothing is guessed.
  writeFileSync(join(home, 'no-pid'), '');
  const [before] = releases();
  const unknown = install('--upgrade');
  assert.equal(unknown.code, 1, unknown.said);
  assert.match(unknown.said, /state dir of the service cannot be found.*\n {2}Next: systemctl --user stop/);
  assert.deepEqual(releases(), [before]);
  rmSync(join(home, 'no-pid'));
  systemctl('stop');
  rmSync(join(home, 'service.env'));
});

test('a gateway with another state dir keeps its files, and so does every program of the old version', async () => {
  const other = join(home, 'other state');
  const started = words =>
    spawn(fased, words, { cwd: temp, env: environment, stdio: ['pipe', 'pipe', 'ignore'] });
  const gateway = started(['--state-dir', other, 'gateway', 'run']);
  const ended = once(gateway, 'exit');
  while (run(fased, '--state-dir', other, 'gateway', 'status').code !== 0) {
    await setTimeout(50);
    assert.equal(gateway.exitCode, null, 'it runs until it answers');
  }
  for (const act of ['--upgrade', '--uninstall']) {
    const { code, said } = install(act);
    assert.equal(code, 1, said);
    assert.ok(said.includes(`process ${gateway.pid}`), said);
    assert.ok(said.includes('gateway stop, then: scripts/install'), said);
  }
  assert.equal(run(fased, '--state-dir', other, 'gateway', 'stop').code, 0);
  await ended;

  const [old] = releases();
  const follower = started(['logs', '--follow']);
  const over = once(follower, 'exit');
  await Promise.race([once(follower.stdout, 'data'), over]);
  assert.equal(follower.exitCode, null, 'it goes on');
  const kept = install('--upgrade');
  assert.equal(kept.code, 0, kept.said);
  assert.ok(kept.said.includes(`${old} is still in use (process ${follower.pid})`), kept.said);
  assert.ok(releases().includes(old) && releases().length === 2, `${releases()}`);
  follower.kill();
  await over;
  assert.equal(install('--upgrade').code, 0);
  assert.equal(releases().length, 1);
});

test('a unit is written for paths with spaces and other signs', () => {
  const odd = join(temp, 'a & b|c\u00e9 100%');
  const node = join(odd, 'node');
  mkdirSync(odd);
  symlinkSync(process.execPath, node);
  const written = spawnSync(
    'bash',
    ['-euc', 'ROOT="$PWD"; source scripts/lib/install.sh; choose_prefix "$1"; unit', 'bash', odd],
    { cwd: root, env: { ...environment, FASED_NODE: node }, encoding: 'utf8' },
  );
  assert.equal(written.status, 0, written.stderr);
  const lines = written.stdout.split('\n');
  const quoted = odd.replace('%', '%%');
  assert.ok(lines.includes(`ExecStart="${quoted}/bin/fased" gateway run`), written.stdout);
  assert.ok(lines.includes(`Environment="FASED_NODE=${quoted}/node"`), written.stdout);
  assert.match(written.stdout, /^Documentation=file:\/\S+a%%20\S+100%%25\/share\/fased\/README\.md$/m);
  assert.ok(!written.stdout.includes('%h/.local/bin/fased gateway'), written.stdout);
  const refused = join(temp, 'a$b');
  symlinkSync(process.execPath, refused);
  const said = spawnSync(join(root, 'scripts/install'), ['--prefix', join(temp, 'new'), '--binary', built], {
    cwd: root,
    env: { ...environment, FASED_NODE: refused },
    encoding: 'utf8',
  });
  assert.equal(said.status, 1, said.stderr);
  assert.match(said.stderr, /systemd cannot take the path of Node\.js.*\n {2}Next: /);
  assert.ok(!existsSync(join(temp, 'new')));
});

test('uninstalling takes away what was installed and nothing else', () => {
  appendFileSync(join(prefix, 'share/systemd/user/fased.service'), '# my own line\n');
  const { code, said } = install('--uninstall');
  assert.equal(code, 0, said);
  assert.ok(said.includes('fased.service was edited, and stays'), said);
  const left = tree(prefix).filter(path => !statSync(join(prefix, path)).isDirectory());
  assert.deepEqual(left, ['share/man/man1/other.1', 'share/systemd/user/fased.service']);
  assert.ok(
    !existsSync(join(prefix, 'lib')) && !existsSync(join(prefix, 'bin')),
    'folders that were made are gone',
  );
  assert.equal(readFileSync(join(state, 'mine.txt'), 'utf8'), 'keep me');
  assert.ok(existsSync(join(state, 'fased.db')));
});
