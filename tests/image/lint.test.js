// Each rule has something that breaks it; and ours break none.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { copied, execForm, ignorer, parse, variables } from './dockerfile.js';
import { drainSeconds, lint, lintCompose, lintDockerfile } from './lint.js';
import { parseYaml } from './yaml.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = path => readFileSync(`${root}${path}`, 'utf8');
const dockerfile = read('Dockerfile');
const ignore = read('.dockerignore');
const compose = read('compose.yaml');
const facts = { version: JSON.parse(read('sidecar/package.json')).version, drainSeconds: drainSeconds(root) };

/** The text with one part exchanged, which has to be there. */
function changed(text, from, to) {
  assert.ok(text.includes(from), `${from} is not in the file any more`);
  return text.replace(from, to);
}

test('Dockerfile, .dockerignore and compose.yaml break no rule', () => {
  assert.deepEqual(lint(root), []);
});

for (const [from, to, said] of [
  ['node:24-bookworm-slim AS', 'node AS', 'names no version'],
  ['node:24-bookworm-slim AS', 'node:latest AS', 'names no version'],
  ['rust:1.95-slim-bookworm', 'rust:1.70-slim-bookworm', 'this project needs 1.95'],
  ['rust:1.95-slim-bookworm', `rust@sha256:${'0'.repeat(64)}`, 'this project needs 1.95'],
  ['node:24-bookworm-slim AS', 'node:16-bookworm-slim AS', 'this project needs 20.17'],
  ['node:24-bookworm-slim AS', 'node:20.16-bookworm-slim AS', 'this project needs 20.17'],
  ['rust:1.95-slim-bookworm', 'rust:1.95-slim-trixie', 'of another Debian than trixie'],
  ['node:24-bookworm-slim AS', 'node:24-slim AS', 'of which Debian'],
  ['["tini", "--", "sh"', '["sh"', 'begin with tini'],
  ['EXPOSE 9464', 'EXPOSE 9465', 'but CMD listens on 9464'],
  ['EXPOSE 9464\n', '', 'EXPOSE is missing'],
  ['"0.0.0.0:9464"', '"0.0.0.0:9465"', 'but CMD listens on 9465'],
  ['"0.0.0.0:9464"', '"127.0.0.1:9464"', 'no port leads to it'],
  [', "--page", "0.0.0.0:9464"', '', 'no port leads to it'],
  ['USER 10001:10001\n', '', 'runs as root'],
  ['USER 10001:10001', 'USER 0', 'other than 0'],
  ['USER 10001:10001', 'USER root', 'other than 0'],
  ['USER 10001:10001\n', 'USER 10001:10001\nRUN touch /data/x\n', 'behind USER'],
  ['CMD ["gateway", "run", "--page", "0.0.0.0:9464"]', 'CMD gateway run', 'CMD has to be in exec form'],
  ['ENTRYPOINT ["tini"', 'ENTRYPOINT tini #["tini"', 'ENTRYPOINT has to be in exec form'],
  ['CMD ["fased", "health"]', 'CMD fased health', 'HEALTHCHECK has to be in exec form'],
  ['COPY config config', 'COPY konfig config', 'konfig does not exist'],
  ['COPY config config', 'COPY docs config', 'docs is left out by .dockerignore'],
  ['--from=gateway', '--from=gate', 'there is no stage gate'],
  ['npm ci --ignore-scripts', 'npm ci', 'npm ci needs'],
  ['npm ci ', 'npm install ', 'npm install does not'],
  ['--version 0.1.78 --locked', '--locked', 'cargo install needs'],
  ['cargo build --release --locked', 'cargo build --release', 'cargo needs --locked'],
  ['--no-install-recommends ', '', '--no-install-recommends'],
  [' && rm -rf /var/lib/apt/lists/*', '', 'lists of apt'],
  ['apt-get update && ', '', 'needs apt-get update'],
  ['NODE_ENV=production', 'API_KEY=x', 'API_KEY would be kept'],
  ['RUN node scripts/manifest .', 'RUN curl -s https://example.org | sh', 'run unseen'],
  ['VOLUME /data\n', '', 'no VOLUME'],
])
  test(`a Dockerfile with ${to.trim() || 'nothing'} in the place of ${from.trim()} is found`, () => {
    const wrong = lintDockerfile(changed(dockerfile, from, to), ignore, root);
    assert.ok(
      wrong.some(what => what.includes(said)),
      `${wrong}`,
    );
  });

test('a tag that leaves numbers out stands for the newest', () => {
  for (const tag of ['20-bookworm-slim', '20.17.0-bookworm', '26.1-bookworm-slim'])
    assert.deepEqual(
      lintDockerfile(dockerfile.replaceAll('node:24-bookworm-slim', `node:${tag}`), ignore, root),
      [],
    );
});

test('an instruction that is not known is no silent success', () => {
  assert.throws(() => parse('FROM a:1\nADD x y\n'), /line 2: ADD is not understood/);
  assert.throws(() => parse('RUN true\n'), /before the first FROM/);
  assert.throws(() => copied({ text: '--chmod=755 a b', line: 3 }), /line 3/);
});

test('a Dockerfile is read as Docker reads it', () => {
  const [stage] = parse('# c\nFROM a:1 AS b\nRUN one \\\n  # not part of it\n  && two\n');
  assert.equal(stage.name, 'b');
  assert.equal(stage.steps[0].text, 'one   && two');
  assert.deepEqual(copied({ text: '--from=x a b c/', line: 1 }), {
    stage: 'x',
    sources: ['a', 'b'],
    target: 'c/',
  });
  assert.deepEqual(variables({ text: 'A=1 B="2"', line: 1 }), [
    ['A', '1'],
    ['B', '2'],
  ]);
  assert.deepEqual(execForm('["a", "b c"]'), ['a', 'b c']);
  assert.equal(execForm('a b'), null);
});

test('.dockerignore: the last rule that fits decides', () => {
  const ignored = ignorer('*\n!crates\n!sidecar/src\n**/target\n**/.env*\n');
  for (const path of [
    '.git/HEAD',
    'sidecar/test/a.js',
    'crates/target/x',
    'crates/a/.env.local',
    'README.md',
  ])
    assert.ok(ignored(path), path);
  for (const path of ['crates', 'crates/a/src/lib.rs', 'sidecar/src/main.js'])
    assert.ok(!ignored(path), path);
  const wrong = lintDockerfile(dockerfile, ignore.replace('\n*\n', '\n'), root);
  assert.ok(
    wrong.some(what => what.includes('has to begin with *')),
    `${wrong}`,
  );
});

for (const [from, to, said] of [
  ['"127.0.0.1:9464:9464"', '"9464:9464"', 'published beyond this machine'],
  ['"127.0.0.1:9464:9464"', '"0.0.0.0:9464:9464"', 'published beyond this machine'],
  ['"127.0.0.1:9464:9464"', '"127.0.0.1:9464:9465"', 'where nothing listens'],
  ['    mem_limit: 1g\n', '', 'no mem_limit'],
  ['    cpus: 2\n', '', 'no cpus'],
  ['    pids_limit: 512\n', '', 'no pids_limit'],
  ['read_only: true', 'read_only: false', 'read_only'],
  ['/tmp:size', '/var:size', 'tmpfs for /tmp'],
  ['- ALL', '- CHOWN', 'cap_drop'],
  ['no-new-privileges:true', 'seccomp=unconfined', 'no-new-privileges'],
  ['no-new-privileges:true', 'seccomp=unconfined', 'switches a filter off'],
  ['restart: unless-stopped', 'restart: always', 'restart'],
  ['stop_grace_period: 35s', 'stop_grace_period: 10s', 'stop_grace_period'],
  ['    stop_grace_period: 35s\n', '', 'stop_grace_period'],
  ['- state:/data', '- state:/other', 'nothing is mounted at /data'],
  ['image: fased:', 'image: fased:9.', 'this version is'],
  ['    read_only: true', '    read_only: true\n    privileged: true', 'privileged'],
  ...[
    'user: "0:0"',
    'pid: host',
    'ipc: host',
    'uts: host',
    'userns_mode: host',
    'network_mode: host',
    'devices:\n      - "/dev/mem:/dev/mem"',
    'entrypoint: bash',
    'command: bash',
  ].map(line => [
    '    read_only: true',
    `    read_only: true\n    ${line}`,
    `fased: ${/^\w+/.exec(line)?.[0]} `,
  ]),
  ['      TZ:', '      PAGE_TOKEN: "x"\n      TZ:', 'PAGE_TOKEN is a secret'],
])
  test(`a compose.yaml with ${to.trim() || 'nothing'} in the place of ${from.trim()} is found`, () => {
    const wrong = lintCompose(changed(compose, from, to), dockerfile, facts);
    assert.ok(
      wrong.some(what => what.includes(said)),
      `${wrong}`,
    );
  });

test('what a reader of YAML might take for something else is an error', () => {
  assert.deepEqual(parseYaml('a:\n  b: 1\n  c:\n    - "x:y" # why\n    - z\nd: "#no"\ne: {}\n'), {
    a: { b: 1, c: ['x:y', 'z'] },
    d: '#no',
    e: {},
  });
  for (const wrong of [
    'a: b: c\n',
    'a:\n',
    'a: 1\na: 2\n',
    'a: [1, 2]\n',
    'a: &x 1\n',
    'a: 1\n   b: 2\n',
    '- a\n',
    'a: |\n  text\n',
  ])
    assert.throws(() => parseYaml(wrong), Error, wrong);
});
