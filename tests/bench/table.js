// Numbers to rows, and rows to text.

/** @param {number[]} values @param {number} [q] */
export function quantile(values, q = 0.5) {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * q;
  const low = Math.floor(place);
  const high = Math.ceil(place);
  return sorted[low] + (sorted[high] - sorted[low]) * (place - low);
}

/**
 * @typedef {object} Figure
 * @property {string} name
 * @property {string} unit
 * @property {string} key what was noted under
 * @property {number} [q] the quantile within one round; 0.5 unless told
 * @property {{most?: number, least?: number, ratio?: boolean, extra?: number, worst?: boolean}} [gate] on the median,
 *   or on the worst round
 */

/**
 * One value a round, then the median and the extremes over the rounds. Ratio and difference are taken within each
 * round, because the machine's load changes from one to the next, and then their median.
 *
 * @param {Figure} figure
 * @param {{ours?: number[][], plain?: number[][]}} rounds
 */
export function row({ name, unit, q, gate }, rounds) {
  const [ours, plain] = [rounds.ours, rounds.plain].map(values => values && spread(values, q));
  const [ratio, difference] = [(a, b) => a / b, (a, b) => a - b].map(
    compare => plain && quantile(ours.values.map((value, round) => compare(value, plain.values[round]))),
  );
  return {
    name,
    unit,
    ours,
    plain,
    ratio,
    difference,
    gate,
    ok: passes(gate, ours, ratio, difference),
  };
}

function spread(rounds, q) {
  const values = rounds.map(round => quantile(round, q));
  return { values, median: quantile(values), min: Math.min(...values), max: Math.max(...values) };
}

function passes(gate, ours, ratio, difference) {
  if (!gate) return undefined;
  if (gate.extra !== undefined) return difference <= gate.extra;
  const judged = gate.ratio ? ratio : gate.worst ? ours.max : ours.median;
  return judged <= (gate.most ?? Infinity) && judged >= (gate.least ?? -Infinity);
}

const HEADER = ['figure', 'fased', 'plain', 'ratio', 'difference', 'gate', ''];

export function table(rows) {
  const lines = [HEADER, ...rows.map(cells)];
  const widths = HEADER.map((_, column) => Math.max(...lines.map(line => line[column].length)));
  const pad = (cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]));
  return lines.map(line => line.map(pad).join('  ').trimEnd()).join('\n');
}

function cells({ name, unit, ours, plain, ratio, difference, gate, ok }) {
  return [
    `${name}, ${unit}`,
    shown(ours),
    plain ? shown(plain) : '',
    plain?.median > 0 && Number.isFinite(ratio) ? `${ratio.toFixed(2)} x` : '',
    difference === undefined ? '' : `${difference > 0 ? '+' : ''}${short(difference)}`,
    gate ? gateText(gate) : '',
    ok === undefined ? '' : ok ? 'ok' : 'FAIL',
  ];
}

function gateText({ most, least, ratio, extra }) {
  if (extra !== undefined) return `<= plain + ${extra}`;
  return `${most === undefined ? '>=' : '<='} ${most ?? least}${ratio ? ' x' : ''}`;
}

function shown({ median, min, max }) {
  return `${short(median)} [${short(min)}-${short(max)}]`;
}

function short(value) {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(1);
}
