// A root file system as a stage of the Dockerfile sees it, without an engine: what the steps write is in a folder of its own,
// and below it is this machine in the place of the base image. Needs root, for mounts and other users' ids.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, lstatSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Of the base image: written to in layers of our own. */
const LAYERED = ['usr', 'etc'];
const LINKS = { bin: 'usr/bin', sbin: 'usr/sbin', lib: 'usr/lib', lib32: 'usr/lib32', lib64: 'usr/lib64' };

const quoted = word => `'${word.replaceAll("'", `'\\''`)}'`;

export class Root {
  /** Below `folder`, which is empty or not there. */
  constructor(folder) {
    this.folder = folder;
    this.top = join(folder, 'root');
    for (const name of [...LAYERED, 'proc', 'dev', 'tmp', 'run', 'var/lib', 'root'])
      mkdirSync(join(this.top, name), { recursive: true });
    for (const name of LAYERED)
      for (const kind of ['upper', 'work']) mkdirSync(this.layer(name, kind), { recursive: true });
    for (const [name, target] of Object.entries(LINKS)) {
      const link = join(this.top, name);
      if (existsSync(`/${target}`) && !lstatSync(link, { throwIfNoEntry: false })) symlinkSync(target, link);
    }
  }

  layer(name, kind) {
    return join(this.folder, 'layers', name, kind);
  }

  /** Where a path of the container lies on this machine, among what the steps have written. */
  path(inside) {
    const [first, ...rest] = inside.split('/').filter(part => part !== '');
    return LAYERED.includes(first)
      ? join(this.layer(first, 'upper'), ...rest)
      : join(this.top, first ?? '', ...rest);
  }

  copyIn(from, inside) {
    const target = this.path(inside);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(from, target, { recursive: true, verbatimSymlinks: true });
  }

  /**
   * Shell lines that mount it in a namespace of its own. `binds`: `[from, inside]`, writable. `readOnly`: nothing but the
   * binds and /tmp can be written to.
   */
  mounts({ binds = [], readOnly = false, tmpfs = 'mode=1777' } = {}) {
    const top = quoted(this.top);
    const lines = ['set -e', 'mount --make-rprivate /', `mount --bind ${top} ${top}`];
    for (const name of LAYERED) {
      const options = `lowerdir=/${name},upperdir=${this.layer(name, 'upper')},workdir=${this.layer(name, 'work')}`;
      lines.push(`mount -t overlay overlay -o ${quoted(options)} ${top}/${name}`);
    }
    lines.push(`mount -t proc proc ${top}/proc`, `mount -t tmpfs -o ${quoted(tmpfs)} tmpfs ${top}/tmp`);
    lines.push(`mount -t tmpfs -o mode=755 tmpfs ${top}/dev`);
    for (const device of ['null', 'zero', 'full', 'random', 'urandom', 'tty'])
      lines.push(`touch ${top}/dev/${device}`, `mount --bind /dev/${device} ${top}/dev/${device}`);
    lines.push(
      `mkdir ${top}/dev/pts ${top}/dev/shm`,
      `mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts ${top}/dev/pts`,
    );
    lines.push(`ln -s pts/ptmx ${top}/dev/ptmx`, `ln -s /proc/self/fd ${top}/dev/fd`);
    lines.push(`if [ -d /sys ]; then mkdir -p ${top}/sys; mount --rbind /sys ${top}/sys; fi`);
    for (const [from, inside] of binds)
      lines.push(
        `mkdir -p ${quoted(this.top + inside)}`,
        `mount --bind ${quoted(from)} ${quoted(this.top + inside)}`,
      );
    if (readOnly) {
      for (const name of LAYERED) lines.push(`mount -o remount,ro ${top}/${name}`);
      lines.push(`mount -o remount,ro,bind ${top}`);
    }
    return lines;
  }

  /** A process with this root; `command` are shell lines that follow the mounts and have `$TOP`. */
  start(command, { mounts, environment, namespaces = [], ...options }) {
    const script = [...this.mounts(mounts), `TOP=${quoted(this.top)}`, ...command].join('\n');
    return spawn('unshare', ['--mount', '--ipc', '--uts', ...namespaces, '/bin/sh', '-c', script], {
      env: environment,
      ...options,
    });
  }

  /** The same, waited for; its output goes to ours. */
  run(command, { mounts, environment, timeout = 3_600_000 }) {
    const script = [...this.mounts(mounts), `TOP=${quoted(this.top)}`, ...command].join('\n');
    return spawnSync('unshare', ['--mount', '--pid', '--fork', '--kill-child', '/bin/sh', '-c', script], {
      env: environment,
      stdio: ['ignore', 'inherit', 'inherit'],
      timeout,
    });
  }
}

export { quoted };
