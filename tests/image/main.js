// What scripts/image-check does; see there.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from './dockerfile.js';
import { lint } from './lint.js';
import { Replay } from './replay.js';
import { trial } from './trial.js';
import { parseYaml } from './yaml.js';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const options = new Set(process.argv.slice(2));
for (const option of options)
  if (!['--lint', '--dev', '--keep'].includes(option)) {
    console.error(`There is no option ${option}.\n  Next: scripts/image-check --lint, --dev or --keep`);
    process.exit(2);
  }
const say = line => console.log(line);

function fail(what, next) {
  console.error(`${what}\n  Next: ${next}`);
  process.exit(1);
}

const wrong = lint(root);
if (wrong.length > 0) fail(wrong.join('\n'), 'mend these, then: scripts/image-check --lint');
say('Dockerfile, .dockerignore and compose.yaml keep to the rules.');
if (options.has('--lint')) process.exit(0);

if (process.platform !== 'linux' || process.getuid() !== 0)
  fail(
    'The steps are replayed with mounts and as other users, which takes root on Linux.',
    'sudo -E scripts/image-check; or the rules alone: scripts/image-check --lint',
  );
if (process.env.FASED_IMAGE_CHECK_NETWORK !== 'own') {
  // The trial is in a network of its own; the steps before it are not. So there are two runs of this file.
  const dev = options.has('--dev');
  const base = process.env.CARGO_TARGET_DIR || join(root, 'target');
  mkdirSync(join(base, 'image-check'), { recursive: true });
  const work = mkdtempSync(join(base, 'image-check', 'run-'));
  const clean = () => {
    if (!options.has('--keep')) rmSync(work, { recursive: true, force: true });
  };
  try {
    const replay = new Replay({
      root,
      work,
      dev,
      say,
      target: process.env.CARGO_TARGET_DIR || join(base, 'image-check', 'target'),
      tools: join(base, 'image-check', 'tools'),
      ignore: readFileSync(join(root, '.dockerignore'), 'utf8'),
    });
    const stages = parse(readFileSync(join(root, 'Dockerfile'), 'utf8'));
    const last = replay.carryOut(stages);
    const size = spawnSync('du', ['-sh', last.root.path('/opt/fased')], { encoding: 'utf8' }).stdout.split(
      '\t',
    )[0];
    say(`All steps were carried out, with the ${dev ? 'dev' : 'release'} profile; /opt/fased has ${size}.`);
    const { root: top, ...stage } = last;
    // A dev build reads the page's files where they were when it was compiled; a release has them within.
    const page = 'crates/gateway/page';
    const seen = dev && existsSync(join(root, page)) ? [[join(replay.sent, page), `/src/${page}`]] : [];
    const handed = JSON.stringify({ folder: top.folder, stage, work, seen });
    const command = 'ip link set lo up && exec "$0" "$@"';
    const ran = spawnSync(
      'unshare',
      ['--net', '/bin/sh', '-c', command, process.execPath, fileURLToPath(import.meta.url)],
      {
        env: { ...process.env, FASED_IMAGE_CHECK_NETWORK: 'own', FASED_IMAGE_CHECK_STAGE: handed },
        stdio: 'inherit',
      },
    );
    for (const note of replay.notes) say(`Not as in Docker: ${note}`);
    say('Not imitated: limits of memory and CPU, the filter of system calls, the published port, restarts.');
    if (ran.status !== 0) throw new Error('The container does not do what it should; see above.');
    say(`The image would work (${dev ? 'dev' : 'release'} profile).`);
  } catch (error) {
    clean();
    fail(String(error.message), 'mend it, then: scripts/image-check (--keep leaves what was made)');
  }
  clean();
} else {
  const { folder, stage, work, seen } = JSON.parse(process.env.FASED_IMAGE_CHECK_STAGE);
  const { Root } = await import('./root.js');
  const compose = parseYaml(readFileSync(join(root, 'compose.yaml'), 'utf8'));
  const [service] = Object.values(compose.services);
  say('The container, in a network of its own:');
  try {
    await trial({
      stage: { ...stage, root: new Root(folder) },
      service,
      work,
      seen,
      graceSeconds: Number.parseInt(service.stop_grace_period, 10),
      say,
    });
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
  process.exit(0);
}
