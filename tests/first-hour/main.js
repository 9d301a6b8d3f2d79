// Measures the first hour and prints it; scripts/first-hour says how.

import { parseArgs } from 'node:util';
import { fromClone } from './clone.js';
import { fromLogin } from './login.js';

const MEASURED = { clone: fromClone, login: fromLogin };
const HEADINGS = {
  clone: 'git clone to the first simulated answer',
  login:
    '`channels login` to the first answer (nobody is waited for: the phone scans and the owner approves at once)',
};

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    cold: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
});
const chosen = values.only === undefined ? Object.keys(MEASURED) : values.only.split(',');
for (const name of chosen)
  if (!(name in MEASURED)) {
    console.error(`There is nothing named ${name}; there are: ${Object.keys(MEASURED).join(', ')}`);
    process.exit(2);
  }

/** @type {Record<string, import('./clone.js').Measured>} */
const results = {};
for (const name of chosen) {
  const measured = await MEASURED[name]({ cold: values.cold });
  results[name] = measured;
  if (!values.json) print(HEADINGS[name], measured);
}
if (values.json) console.log(JSON.stringify(results));

/** @param {string} heading @param {import('./clone.js').Measured} measured */
function print(heading, { remarks, steps }) {
  console.log(`\n${heading}`);
  for (const remark of remarks) console.log(`  ${remark}`);
  for (const { what, ms } of steps) console.log(`  ${(ms / 1000).toFixed(1).padStart(8)} s  ${what}`);
}
