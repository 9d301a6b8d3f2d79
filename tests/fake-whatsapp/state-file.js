import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { restoreSnapshot, takeSnapshot } from './snapshot.js';

const DEBOUNCE_MS = 250;
/** Saving may take this part of the time, and no more. */
const SHARE = 0.1;

/** Keeps a server's state in a file: loaded at the start, saved a moment after each change and at the end. */
export class StateFile {
  /** @param {import('./server.js').Server} server @param {string} dir @param {{withRecord?: boolean}} [options] */
  constructor(server, dir, options = {}) {
    this.server = server;
    this.dir = dir;
    this.path = join(dir, 'state');
    this.options = options;
    this.pauseMs = DEBOUNCE_MS;
    this.timer = null;
    this.ended = false;
  }

  /** Takes over what an earlier process left, and begins to save. */
  begin() {
    mkdirSync(this.dir, { recursive: true });
    const bytes = readIfThere(this.path);
    if (bytes) restoreSnapshot(this.server, deserialize(bytes));
    this.server.record.listeners.add(() => this.changed());
    this.server.onChange = () => this.changed();
  }

  changed() {
    if (!this.ended) this.timer ??= setTimeout(() => this.save(), this.pauseMs);
  }

  end() {
    this.ended = true;
    this.save();
  }

  save() {
    clearTimeout(this.timer);
    this.timer = null;
    const started = performance.now();
    const next = `${this.path}.next`;
    const file = openSync(next, 'w', 0o600);
    writeSync(file, serialize(takeSnapshot(this.server, this.options)));
    fsyncSync(file);
    closeSync(file);
    renameSync(next, this.path);
    this.pauseMs = Math.max(DEBOUNCE_MS, (performance.now() - started) / SHARE);
  }
}

function readIfThere(path) {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}
