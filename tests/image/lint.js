// What must hold of Dockerfile, .dockerignore and compose.yaml; each rule says what is wrong and where.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { baseRules, leastVersions } from './bases.js';
import { copied, execForm, ignorer, parse, variables } from './dockerfile.js';
import { parseYaml } from './yaml.js';

const SECRET = /TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|PRIVATE/i;
/** Keys of compose.yaml that open a door between the container and its host. */
const SHARED =
  'privileged network_mode pid ipc uts userns_mode cgroup cgroup_parent devices device_cgroup_rules group_add'.split(
    ' ',
  );

/** An image of somebody else: a version in its tag, or a digest. */
function pinned(image) {
  const tag = /:([^/:@]+)(?:@sha256:[0-9a-f]{64})?$/.exec(image)?.[1];
  return (
    /@sha256:[0-9a-f]{64}$/.test(image) ||
    (tag !== undefined && /\d/.test(tag) && !/latest|stable|lts/.test(tag))
  );
}

function runRules(step) {
  const wrong = [];
  const { text } = step;
  const has = word => new RegExp(`(^|[\\s;&|])${word}(\\s|$)`).test(text);
  if (has('sudo')) wrong.push('sudo has no place in an image');
  if (/(curl|wget)\b[^|]*\|\s*(ba|da|z)?sh\b/.test(text)) wrong.push('what was fetched is run unseen');
  if (/apt-get\s+install/.test(text)) {
    if (!/apt-get\s+update\s*&&/.test(text))
      wrong.push('apt-get install needs apt-get update in the same RUN');
    if (!text.includes('--no-install-recommends'))
      wrong.push('apt-get install needs --no-install-recommends');
    if (!/rm -rf \/var\/lib\/apt\/lists/.test(text)) wrong.push('the lists of apt stay in the layer');
  }
  if (/apt(-get)?\s+(dist-)?upgrade/.test(text)) wrong.push('an upgrade makes two builds differ');
  if (/cargo\s+install/.test(text) && !(/--version \d/.test(text) && text.includes('--locked')))
    wrong.push('cargo install needs --version and --locked');
  if (/cargo\s+(build|chef\s+cook)/.test(text) && !text.includes('--locked'))
    wrong.push('cargo needs --locked');
  if (/npm\s+(install|i|update)\b/.test(text))
    wrong.push('npm ci keeps to the lock file, npm install does not');
  if (/npm\s+ci/.test(text) && !(text.includes('--ignore-scripts') && text.includes('--omit=dev')))
    wrong.push('npm ci needs --ignore-scripts and --omit=dev');
  return wrong;
}

/** Every COPY source is there, and not ignored. */
function copyRules(step, stages, root, isIgnored) {
  const { stage, sources } = copied(step);
  if (stage !== null)
    return stages.some(({ name }) => name === stage) ? [] : [`there is no stage ${stage} above`];
  return sources.flatMap(source => {
    const path = source.replace(/\/$/, '');
    if (!existsSync(join(root, path))) return [`${source} does not exist`];
    // A folder is seen as far as anything below it is.
    if (isIgnored(path)) return [`${source} is left out by .dockerignore`];
    return [];
  });
}

/** Where the last stage listens, by its CMD (null: nowhere that others reach), and what its EXPOSE says. */
function listening({ steps }) {
  const words = execForm(steps.findLast(({ word }) => word === 'CMD')?.text ?? '') ?? [];
  const address = words[words.indexOf('--page') + 1];
  return {
    page: (words.includes('--page') && /^0\.0\.0\.0:(\d+)$/.exec(address ?? '')?.[1]) || null,
    exposed: steps
      .filter(({ word }) => word === 'EXPOSE')
      .flatMap(({ text }) => text.split(/\s+/).map(port => port.replace(/\/tcp$/, ''))),
  };
}

export function lintDockerfile(text, ignoreText, root) {
  const stages = parse(text);
  const isIgnored = ignorer(ignoreText);
  const wrong = [];
  const say = (line, what) => wrong.push(`Dockerfile line ${line}: ${what}`);
  for (const [index, stage] of stages.entries()) {
    const earlier = stages.slice(0, index);
    if (!earlier.some(({ name }) => name === stage.from) && !pinned(stage.from))
      say(stage.line, `${stage.from} names no version`);
    for (const step of stage.steps) {
      if (step.word === 'RUN') for (const what of runRules(step)) say(step.line, what);
      if (step.word === 'COPY')
        for (const what of copyRules(step, earlier, root, isIgnored)) say(step.line, what);
      if (step.word === 'ENV')
        for (const [name] of variables(step))
          if (SECRET.test(name)) say(step.line, `${name} would be kept in the image`);
    }
  }
  for (const [line, what] of baseRules(stages, leastVersions(root))) say(line, what);
  const last = stages.at(-1);
  const final = word => last.steps.findLast(step => step.word === word);
  const user = final('USER');
  if (!user) say(last.line, 'the last stage runs as root: it has no USER');
  else if (!/^[1-9]\d*(:[1-9]\d*)?$/.test(user.text))
    say(user.line, 'USER has to be a number other than 0, as in USER 10001:10001');
  if (user && last.steps.indexOf(user) < last.steps.findLastIndex(step => step.word === 'RUN'))
    say(user.line, 'RUN stands behind USER');
  for (const word of ['ENTRYPOINT', 'CMD']) {
    const step = final(word);
    if (!step) say(last.line, `there is no ${word}`);
    else if (execForm(step.text) === null)
      say(step.line, `${word} has to be in exec form, or it gets no signals`);
  }
  const entry = final('ENTRYPOINT');
  if (entry && execForm(entry.text)?.[0] !== 'tini')
    say(entry.line, 'ENTRYPOINT does not begin with tini, so nobody takes in what agents leave behind');
  const { page, exposed } = listening(last);
  if (page === null) say(last.line, 'CMD has no --page that listens on 0.0.0.0, so no port leads to it');
  else if (exposed.join() !== page)
    say(last.line, `EXPOSE is ${exposed.join(' ') || 'missing'}, but CMD listens on ${page}`);
  if (!final('VOLUME')) say(last.line, 'there is no VOLUME for the state');
  const health = final('HEALTHCHECK');
  if (!health) say(last.line, 'there is no HEALTHCHECK');
  else if (execForm(health.text.replace(/^.*?CMD\s+/, '')) === null)
    say(health.line, 'HEALTHCHECK has to be in exec form');
  const first = ignoreText.split('\n').find(line => line.trim() !== '' && !line.startsWith('#'));
  if (first?.trim() !== '*')
    wrong.push('.dockerignore has to begin with *, so that nothing is sent that was not named');
  for (const secret of [
    '.git/config',
    '.env',
    'node_modules/baileys/package.json',
    'target/debug/fased',
    'crates/gateway/.env',
  ])
    if (!isIgnored(secret)) wrong.push(`.dockerignore lets ${secret} through`);
  return wrong;
}

const seconds = text => {
  const [, number, unit] = /^(\d+)(ms|s|m)$/.exec(String(text)) ?? [];
  return Number(number) * ({ ms: 0.001, s: 1, m: 60 }[unit] ?? Number.NaN);
};

export function lintCompose(text, dockerfile, { version, drainSeconds }) {
  const wrong = [];
  const say = what => wrong.push(`compose.yaml: ${what}`);
  const compose = parseYaml(text);
  const services = Object.entries(compose.services ?? {});
  if (services.length === 0) say('there are no services');
  const last = parse(dockerfile).at(-1);
  const { page } = listening(last);
  const volumes = last.steps.filter(step => step.word === 'VOLUME').map(step => step.text);
  for (const [name, service] of services) {
    const need = (holds, what) => holds || say(`${name}: ${what}`);
    const list = key => (Array.isArray(service[key]) ? service[key] : []);
    for (const port of list('ports'))
      need(
        String(port).split(':').at(-1) === page,
        `port ${port} leads to one where nothing listens; it is ${page}`,
      );
    for (const port of list('ports'))
      need(
        /^127\.0\.0\.1:\d+:\d+$/.test(port),
        `port ${port} is published beyond this machine; write "127.0.0.1:…"`,
      );
    need(service.image === undefined || pinned(service.image), `${service.image} names no version`);
    need(service.image === `fased:${version}`, `image is ${service.image}, this version is fased:${version}`);
    for (const key of ['mem_limit', 'cpus', 'pids_limit'])
      need(service[key] !== undefined, `there is no ${key}`);
    need(service.read_only === true, 'read_only is not true');
    need(
      list('tmpfs').some(entry => /^\/tmp(:|$)/.test(entry)),
      'a read-only container needs a tmpfs for /tmp',
    );
    need(list('cap_drop').includes('ALL'), 'cap_drop does not have ALL');
    need(service.cap_add === undefined, 'cap_add gives back what cap_drop took');
    need(
      list('security_opt').includes('no-new-privileges:true'),
      'security_opt lacks no-new-privileges:true',
    );
    need(!list('security_opt').some(entry => /unconfined/.test(entry)), 'security_opt switches a filter off');
    for (const key of SHARED)
      need(service[key] === undefined, `${key} gives the container what is the host's`);
    need(service.user === undefined, 'user takes the place of the USER that the image has');
    for (const key of ['command', 'entrypoint'])
      need(service[key] === undefined, `${key} takes the place of what the image begins with`);
    need(service.restart === 'unless-stopped', 'restart is not unless-stopped');
    need(
      seconds(service.stop_grace_period) > drainSeconds,
      `stop_grace_period is not above the ${drainSeconds} s of the drain`,
    );
    for (const volume of volumes)
      need(
        list('volumes').some(entry => entry.split(':')[1] === volume),
        `nothing is mounted at ${volume}`,
      );
    need(
      !list('volumes').some(entry => /docker\.sock/.test(entry)),
      "the engine's socket is root on the host",
    );
    for (const key of Object.keys(service.environment ?? {}))
      need(!SECRET.test(key), `${key} is a secret in a file that is passed on`);
  }
  return wrong;
}

/** How long the gateway takes to end at most, seconds, as its own source says. */
export function drainSeconds(root) {
  const source = readFileSync(join(root, 'crates/gateway/src/cli/gateway_run.rs'), 'utf8');
  const all = [...source.matchAll(/_DEADLINE: Duration = Duration::from_secs\((\d+)\)/g)].map(([, number]) =>
    Number(number),
  );
  if (all.length === 0) throw new Error('crates/gateway/src/cli/gateway_run.rs names no deadline any more');
  return all.reduce((sum, number) => sum + number);
}

/** All of it for a checkout. */
export function lint(root) {
  const read = path => readFileSync(join(root, path), 'utf8');
  const { version } = JSON.parse(read('sidecar/package.json'));
  const wrong = [
    ...lintDockerfile(read('Dockerfile'), read('.dockerignore'), root),
    ...lintCompose(read('compose.yaml'), read('Dockerfile'), { version, drainSeconds: drainSeconds(root) }),
  ];
  for (const script of ['scripts/manifest', 'scripts/install', 'scripts/image-check'])
    if ((statSync(join(root, script)).mode & 0o111) === 0) wrong.push(`${script} is not executable`);
  return wrong;
}
