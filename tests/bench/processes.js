// What the kernel says about processes.

import { readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;
const MIB = 1024;

/** @returns {number} processor milliseconds so far, user and system */
export function cpuMs(pids) {
  return sum(pids, pid => {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
  });
}

/** @returns {number} resident MiB, shared pages counted once per process */
export function rss(pids) {
  return sum(pids, pid => kib(pid, 'Rss') / MIB);
}

/** @returns {number} MiB that are no copy of a file: what a process has made, and could leak */
export function made(pids) {
  return sum(pids, pid => kib(pid, 'Anonymous') / MIB);
}

/** @returns {number} MiB that nobody else uses */
export function uss(pids) {
  return sum(pids, pid => (kib(pid, 'Private_Clean') + kib(pid, 'Private_Dirty')) / MIB);
}

function kib(pid, name) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(text.match(new RegExp(`^${name}: +(\\d+) kB$`, 'm'))[1]);
}

function sum(items, value) {
  return items.reduce((total, item) => total + value(item), 0);
}
