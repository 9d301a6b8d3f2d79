// A file system of a few MiB, which only somebody with privileges can mount.

import { execFileSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { makeAuthDir, removeDir } from './driver.js';

/** Why tests on a small disk cannot run here; shown beside each of them. */
export const noSmallDisk = await tried();

async function tried() {
  const dir = await makeAuthDir();
  try {
    mountOn(dir, 1);
    execFileSync('umount', [dir]);
    return false;
  } catch {
    return 'NOT RUN: a small file system cannot be mounted here; root can';
  } finally {
    await removeDir(dir);
  }
}

/** @param {string} dir @param {number} mib */
function mountOn(dir, mib) {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mib}m`, 'tmpfs', dir], { stdio: 'pipe' });
}

/**
 * To be made before what works on it, so that it goes before as well.
 *
 * @param {import('node:test').TestContext} t
 */
export async function smallDisk(t, mib = 4) {
  const dir = await makeAuthDir();
  mountOn(dir, mib);
  t.after(async () => {
    execFileSync('umount', ['-l', dir]);
    await removeDir(dir);
  });
  const ballast = join(dir, '.ballast');
  return {
    dir,
    /** Leaves no room. */
    fill() {
      const file = openSync(ballast, 'w');
      const page = Buffer.alloc(4_096);
      try {
        for (;;) writeSync(file, page);
      } catch {
        // Full.
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(ballast),
    /** @param {'ro' | 'rw'} how */
    remount: how => execFileSync('mount', ['-o', `remount,${how}`, dir]),
  };
}
