// `npm run fuzz:broken [-- --steps N --seed S --only NAME]`: does the fuzzer of callbacks notice when something is wrong? A copy of
// the package is broken in one place at a time, and `fuzz:js` runs in it. Prints a table; ends with 1 when a break that
// is to be noticed was not, or when a place is not there any more.

import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { breaks } from './broken.mjs';
import { ensure } from './ensure.mjs';
import { root, run, seconds } from './run.mjs';

/** Seconds for a run; what takes longer hangs, or is so slow that nobody would call it unnoticed. */
const LIMIT = 300;
const PARTS = ['lib', 'scripts', '__test__/fuzz', '__test__/support', '__test__/harness.mjs', 'index.js', 'testing.js', 'binding.js', 'package.json', 'package-lock.json'];

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '200000' },
    seed: { type: 'string', default: '5' },
    only: { type: 'string' },
  },
});

await ensure();
const copy = join(root, 'target', 'broken');
rmSync(copy, { recursive: true, force: true });
mkdirSync(copy, { recursive: true });
const addons = readdirSync(root).filter((name) => name.endsWith('.node'));
for (const part of [...PARTS, ...addons]) cpSync(join(root, part), join(copy, part), { recursive: true });
symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));

/** @param {string} world @param {number} [steps] */
async function fuzz(world, steps = Number(values.steps)) {
  const begin = performance.now();
  const args = ['--expose-gc', 'scripts/fuzz-js.mjs', '--world', world, '--steps', String(steps), '--seed', values.seed];
  const { code, output } = await run(process.execPath, args, { cwd: copy, quiet: true, timeout: LIMIT * 1000 });
  return { code, output, time: seconds(begin) };
}

/** What the fuzzer said, in short. @param {string} output */
function finding(output) {
  if (output.includes('killed after')) return 'no end';
  const said = /repeats it\): (.*)/.exec(output)?.[1] ?? /^\w*Error.*$/m.exec(output)?.[0] ?? 'the process ended';
  return said.replaceAll('|', '\\|').slice(0, 100);
}

const chosen = breaks.filter(({ name }) => values.only === undefined || name.includes(values.only));
for (const world of new Set(chosen.map((each) => each.world))) {
  const { code, output, time } = await fuzz(world);
  if (code !== 0) throw new Error(`${world}: the fuzzer finds something in what is not broken\n${output}`);
  console.log(`not broken: ${world}: no finding in ${time}`);
}

let wrong = 0;
console.log('\n| broken | world | noticed | time | by |\n|---|---|---|--:|---|');
for (const { name, world, file, from, to, steps, expected = true } of chosen) {
  const path = join(copy, 'lib', file);
  const text = readFileSync(path, 'utf8');
  if (text.split(from).length !== 2) {
    console.log(`| ${name} | ${world} | **not there once: ${file}** | | |`);
    wrong += 1;
    continue;
  }
  writeFileSync(path, text.replace(from, () => to));
  const { code, output, time } = await fuzz(world, steps);
  writeFileSync(path, text);
  const noticed = code !== 0;
  if (noticed !== expected) wrong += 1;
  console.log(`| ${name} | ${world} | ${noticed ? 'yes' : 'no'}${noticed === expected ? '' : ' (**not as expected**)'} | ${time} | ${noticed ? finding(output) : ''} |`);
}
console.log(`\n${wrong} not as expected`);
process.exitCode = wrong === 0 ? 0 : 1;
