// scripts/install from the first installation to the last file taken away, with a program that is built already. systemd is
// played by a script, because no test may start services of the machine; the gateway is the real one.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
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
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
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
