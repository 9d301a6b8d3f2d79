// Carries out the steps of a Dockerfile, each stage in a root of its own. Those of apt become a question whether this machine
// has the tool; all others are run as they are written.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { copied, execForm, ignorer, variables } from './dockerfile.js';
import { quoted, Root } from './root.js';

/** What shows that a package is there. */
const SHOWN_BY = {
  'ca-certificates': '/etc/ssl/certs/ca-certificates.crt',
  ffmpeg: '/usr/bin/ffmpeg',
  tini: '/usr/bin/tini',
  tzdata: '/usr/share/zoneinfo/Etc/UTC',
};
/** What cargo and npm need of us to reach their registries. */
const PASSED_ON =
  /^(https?_proxy|no_proxy|npm_config_|cargo_(net|http|registr)|ssl_cert_|node_extra_ca_certs$)/i;

export class Replay {
  /** @param {{ root: string, work: string, target: string, tools: string, dev: boolean, say: (line: string) => void }} options */
  constructor({ root, work, target, tools, dev, ignore, say }) {
    Object.assign(this, { root, work, target, tools, dev, say });
    this.isIgnored = ignorer(ignore);
    this.stages = new Map();
    this.notes = [];
  }

  /** A folder with what Docker would send: everything that is committed or new, but for what .dockerignore leaves out. */
  context() {
    const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: this.root,
      encoding: 'utf8',
    });
    if (listed.status !== 0) throw new Error(`git does not list the files of ${this.root}: ${listed.stderr}`);
    const context = join(this.work, 'context');
    for (const path of listed.stdout.split('\0').filter(path => path !== '' && !this.isIgnored(path))) {
      if (!existsSync(join(this.root, path))) continue;
      mkdirSync(dirname(join(context, path)), { recursive: true });
      cpSync(join(this.root, path), join(context, path));
    }
    return context;
  }

  /** All stages; the last one, as `{ root, variables, user, folder, entrypoint, command, health, volumes }`. */
  carryOut(stages) {
    this.sent = this.context();
    let last;
    for (const stage of stages) {
      const base = this.stages.get(stage.from);
      last = this.begin(stage, base);
      this.stages.set(stage.name, last);
      this.say(`stage ${stage.name}, from ${stage.from}${base ? '' : ' (this machine stands for it)'}`);
      for (const step of stage.steps) this.step(last, step);
    }
    return last;
  }

  begin(stage, base) {
    const folder = join(this.work, 'stages', stage.name);
    // What an earlier stage wrote is copied: a stage never changes another.
    if (base) {
      mkdirSync(folder, { recursive: true });
      spawnSync('cp', ['-a', `${base.root.folder}/.`, folder]);
    }
    const root = new Root(folder);
    return {
      volumes: [],
      ...base,
      root,
      variables: { ...base?.variables },
      folder: base?.folder ?? '/',
      user: 'root',
    };
  }

  step(stage, step) {
    const { word, text } = step;
    const shown = `${word} ${text}`;
    this.say(`  ${shown.length > 150 ? `${shown.slice(0, 147)}…` : shown}`);
    switch (word) {
      case 'RUN':
        this.runStep(stage, step);
        break;
      case 'COPY':
        this.copy(stage, step);
        break;
      case 'WORKDIR':
        stage.folder = text.startsWith('/') ? text : join(stage.folder, text);
        mkdirSync(stage.root.path(stage.folder), { recursive: true });
        break;
      case 'ENV':
        Object.assign(stage.variables, Object.fromEntries(variables(step)));
        break;
      case 'USER':
        stage.user = text;
        break;
      case 'VOLUME':
        stage.volumes.push(text);
        break;
      case 'ENTRYPOINT':
        stage.entrypoint = execForm(text);
        break;
      case 'CMD':
        stage.command = execForm(text);
        break;
      case 'HEALTHCHECK':
        stage.health = execForm(text.replace(/^.*?CMD\s+/, ''));
        break;
      case 'EXPOSE':
      case 'STOPSIGNAL':
        break;
      default:
        throw new Error(`Dockerfile line ${step.line}: ${word} is not carried out here`);
    }
  }

  copy(stage, step) {
    const { stage: from, sources, target } = copied(step);
    const place = target.startsWith('/') ? target : join(stage.folder, target);
    for (const source of sources) {
      const path = from === null ? join(this.sent, source) : this.stages.get(from).root.path(source);
      if (!existsSync(path)) throw new Error(`Dockerfile line ${step.line}: there is no ${source}`);
      // A folder's content goes into the target; a file goes into it if it ends with a slash, and else takes its place.
      if (lstatSync(path).isDirectory())
        for (const name of readdirSync(path)) stage.root.copyIn(join(path, name), join(place, name));
      else stage.root.copyIn(path, /\/$|^\.$/.test(target) ? join(place, basename(source)) : place);
    }
  }

  environment(stage) {
    const tools = '/opt/image-check-tools/bin';
    const own = Object.entries(process.env).filter(([name]) => PASSED_ON.test(name));
    return {
      ...Object.fromEntries(own),
      PATH: `${tools}:${this.cargo.bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
      HOME: '/root',
      CARGO_HOME: this.cargo.home,
      RUSTUP_HOME: this.cargo.rustup,
      // Built once and kept, as a layer would be.
      CARGO_INSTALL_ROOT: dirname(tools),
      ...stage.variables,
    };
  }

  get cargo() {
    const home = process.env.CARGO_HOME || join(process.env.HOME ?? '/root', '.cargo');
    const rustup = process.env.RUSTUP_HOME || join(process.env.HOME ?? '/root', '.rustup');
    return { home, rustup, bin: join(home, 'bin') };
  }

  runStep(stage, step) {
    let { text } = step;
    if (/^apt-get /.test(text)) return this.apt(stage, text);
    if (this.dev) {
      text = text.replaceAll(' --release', '').replaceAll('target/release/', 'target/debug/');
      text = text.replace(/cargo install /, 'cargo install --debug ');
    }
    const binds = [];
    if (/\bcargo\b/.test(text)) {
      const tools = this.tools;
      mkdirSync(this.target, { recursive: true });
      mkdirSync(tools, { recursive: true });
      binds.push(
        [this.cargo.home, this.cargo.home],
        [this.cargo.rustup, this.cargo.rustup],
        [tools, '/opt/image-check-tools'],
      );
      binds.push([this.target, join(stage.folder, 'target')]);
    }
    const inside = `cd ${quoted(stage.folder)} && ${text}`;
    const ended = stage.root.run([`exec chroot "$TOP" /bin/sh -c ${quoted(inside)}`], {
      mounts: { binds },
      environment: this.environment(stage),
    });
    if (ended.status !== 0)
      throw new Error(`Dockerfile line ${step.line}: RUN ended with ${ended.status ?? ended.signal}`);
  }

  apt(stage, text) {
    const packages = /--no-install-recommends((?: [a-z0-9.+-]+)+)/.exec(text)?.[1].trim().split(' ') ?? [];
    for (const name of packages) {
      if (SHOWN_BY[name] === undefined)
        throw new Error(
          `it is not known here what the package ${name} brings; add it to tests/image/replay.js`,
        );
      if (existsSync(SHOWN_BY[name])) this.say(`    ${name}: this machine has it`);
      else if (this.unpack(stage, name)) this.say(`    ${name}: unpacked from Debian's package`);
      else
        this.notes.push(`${name} is not on this machine and could not be fetched; the rest ran without it`);
    }
    stage.tini = existsSync('/usr/bin/tini') || existsSync(stage.root.path('/usr/bin/tini'));
  }

  /** A small package that needs no other. */
  unpack(stage, name) {
    if (name !== 'tini') return false;
    const folder = mkdtempSync(join(this.work, 'deb-'));
    const fetched = spawnSync('apt-get', ['download', '-qq', name], { cwd: folder, timeout: 60_000 });
    const deb = readdirSync(folder).find(file => file.endsWith('.deb'));
    if (fetched.status !== 0 || deb === undefined) return false;
    const out = join(folder, 'out');
    if (spawnSync('dpkg-deb', ['-x', join(folder, deb), out]).status !== 0) return false;
    for (const top of readdirSync(out)) stage.root.copyIn(join(out, top), `/${relative('/', `/${top}`)}`);
    return true;
  }
}
