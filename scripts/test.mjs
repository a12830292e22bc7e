// `npm test`: installs, builds and runs every test. A failing step does not stop the others. The last
// line says how many passed and failed.
//
// `--only cargo,node,bun,types` runs some of the steps; `--prebuilt` takes the binary that lies here.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { bun } from './bun.mjs';
import { readCounts } from './counts.mjs';
import { ensure } from './ensure.mjs';
import { root, run, seconds } from './run.mjs';
import { checkTypes } from './types.mjs';

/** @returns {string[]} */
function testFiles() {
  return readdirSync(join(root, '__test__'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.mjs'))
    .map((name) => join('__test__', name))
    .toSorted();
}

/**
 * @param {'cargo' | 'node' | 'bun'} runner
 * @param {string} command
 * @param {string[]} args
 */
async function runTests(runner, command, args) {
  const { code, output } = await run(command, args);
  return readCounts(runner, output, code);
}

/** @type {Record<string, () => Promise<{ passed: number, failed: number }>>} */
const steps = {
  cargo: () => runTests('cargo', 'cargo', ['test', '--locked']),
  node: () => runTests('node', process.execPath, [
    '--test', '--expose-gc', '--test-concurrency=2', '--test-reporter=spec', ...testFiles(),
  ]),
  // Bun's own limit of 5 s a test is for unit tests; these also wait for processes.
  bun: () => runTests('bun', bun, ['test', '--timeout', '120000', './__test__']),
  types: checkTypes,
};

function chosen() {
  const at = process.argv.indexOf('--only');
  const names = at === -1 ? Object.keys(steps) : (process.argv[at + 1] ?? '').split(',');
  const unknown = names.filter((name) => !(name in steps));
  if (unknown.length > 0) throw new Error(`--only takes ${Object.keys(steps).join(', ')}, not ${unknown.join(', ')}`);
  return names;
}

const names = chosen();
const begin = performance.now();
await ensure({ prebuilt: process.argv.includes('--prebuilt') });

const rows = [];
for (const name of names) {
  console.log(`\n──── ${name} ────`);
  const start = performance.now();
  const counts = await steps[name]?.() ?? { passed: 0, failed: 1 };
  rows.push({ name, time: seconds(start), ...counts });
  console.log(`──── ${name}: ${seconds(start)} ────`);
}

console.log(`\n${'step'.padEnd(8)}${'time'.padStart(10)}${'passed'.padStart(10)}${'failed'.padStart(10)}`);
for (const { name, time, passed, failed } of rows) {
  console.log(`${name.padEnd(8)}${time.padStart(10)}${String(passed).padStart(10)}${String(failed).padStart(10)}`);
}
console.log(`${'all'.padEnd(8)}${seconds(begin).padStart(10)}\n`);

const passed = rows.reduce((sum, row) => sum + row.passed, 0);
const failed = rows.reduce((sum, row) => sum + row.failed, 0);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
