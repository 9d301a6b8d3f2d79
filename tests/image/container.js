// Runs what a Dockerfile's last stage and compose.yaml say, as near to a container as this machine comes without an engine: own
// root, mounts, process ids and network, another user, no capabilities, nothing of our environment.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { quoted } from './root.js';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export class Container {
  /** @param {{ stage: any, service: any, work: string, seen: string[][], environment: Record<string, string> }} options */
  constructor({ stage, service, work, seen, environment }) {
    this.stage = stage;
    this.seen = seen;
    this.service = service;
    this.environment = { PATH, TZ: 'Etc/UTC', ...stage.variables, ...environment };
    this.volumes = stage.volumes.map((inside, index) => {
      const folder = join(work, `volume-${index}`);
      mkdirSync(folder);
      // A new volume begins as what the image has there, owner and mode included.
      const made = spawnSync('cp', ['-aT', stage.root.path(inside), folder]);
      if (made.status !== 0) throw new Error(`the volume for ${inside} cannot be made: ${made.stderr}`);
      return [folder, inside];
    });
    this.output = '';
  }

  /** The words that make what follows run as the image's user without any right. */
  get asUser() {
    const [uid, gid] = this.stage.user.split(':');
    return [
      'setpriv',
      `--reuid=${uid}`,
      `--regid=${gid ?? uid}`,
      '--clear-groups',
      '--no-new-privs',
      '--bounding-set=-all',
      '--inh-caps=-all',
      '--ambient-caps=-all',
    ];
  }

  start() {
    const { stage, service } = this;
    const words = [
      ...(stage.tini === false && stage.entrypoint[0] === 'tini'
        ? stage.entrypoint.slice(2)
        : stage.entrypoint),
      ...stage.command,
    ];
    const inside = `cd ${quoted(stage.folder)} && exec ${words.map(quoted).join(' ')}`;
    const line = [
      'prlimit',
      `--nproc=${service.pids_limit}`,
      'chroot',
      '"$TOP"',
      ...this.asUser,
      '/bin/sh',
      '-c',
      quoted(inside),
    ].join(' ');
    const tmpfs = service.tmpfs[0].split(':')[1];
    this.process = stage.root.start([`exec ${line}`], {
      mounts: { binds: [...this.volumes, ...this.seen], readOnly: service.read_only === true, tmpfs },
      environment: this.environment,
      namespaces: ['--pid', '--fork', '--kill-child'],
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const pipe of [this.process.stdout, this.process.stderr])
      pipe.on('data', part => {
        this.output += part;
      });
    this.ended = new Promise(resolve => this.process.on('exit', (code, signal) => resolve({ code, signal })));
    this.ended.then(() => {
      this.over = true;
    });
  }

  /** The id of its first process, as this machine counts. */
  get pid() {
    const { pid } = this.process;
    const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    return Number(child);
  }

  enter(words, extra = {}) {
    const into = [
      '--target',
      String(this.pid),
      '--mount',
      '--pid',
      '--ipc',
      '--uts',
      `--root=/proc/${this.pid}/root`,
      '--',
    ];
    const environment = { ...this.environment, ...extra };
    const inside = `cd ${quoted(this.stage.folder)} && exec ${words.map(quoted).join(' ')}`;
    return { line: ['nsenter', ...into, ...this.asUser, '/bin/sh', '-c', inside], environment };
  }

  /** `docker compose exec -T`: to its end; `{ code, stdout, stderr }`. */
  exec(...words) {
    const { line, environment } = this.enter(words);
    return new Promise((resolve, reject) => {
      const child = spawn(line[0], line.slice(1), {
        env: environment,
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: 60_000,
      });
      const said = { stdout: '', stderr: '' };
      for (const name of ['stdout', 'stderr'])
        child[name].on('data', part => {
          said[name] += part;
        });
      child.on('error', reject);
      child.on('close', code => resolve({ code, ...said }));
    });
  }

  /** `docker compose exec`: on a terminal of 120×60 cells; what it shows comes on stdout. */
  execOnTerminal(...words) {
    const { line, environment } = this.enter(words, { TERM: 'xterm', NO_COLOR: '1' });
    const command = `stty cols 120 rows 60; exec ${line.map(quoted).join(' ')}`;
    return spawn('script', ['-qfec', command, '/dev/null'], {
      env: { ...environment, SHELL: '/bin/sh' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  }

  /** Asks the first process to end, as `docker stop` does. */
  stop() {
    process.kill(this.pid, 'SIGTERM');
  }

  kill() {
    if (!this.over) this.process?.kill('SIGKILL');
  }
}
