// `node scripts/leaks.mjs [--repetitions 10] [--runtimes node,/path/to/another/node,bun]`: what `expectNoLeak` says of
// the table of workloads (`__test__/testing/workloads.mjs`), as a table. Ends with 1 if one verdict was wrong.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { bun } from './bun.mjs';
import { ensure } from './ensure.mjs';
import { root, seconds } from './run.mjs';

const { values } = parseArgs({
  options: { repetitions: { type: 'string', default: '10' }, runtimes: { type: 'string', default: 'node,bun' } },
});

await ensure();
const folder = mkdtempSync(join(tmpdir(), 'leaks-'));
let wrong = 0;

/**
 * @typedef {{ name: string, expected: string, told: string, growth: { rounds: number, heap: number, external: number, native: number }, ms: number }} Told
 * @param {string} command
 */
async function repeat(command) {
  /** @type {Map<string, Told[]>} */
  const rows = new Map();
  const child = spawn(command, [join(root, '__test__', 'testing', 'verdicts.mjs'), values.repetitions, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => {
    child.once('close', resolve);
  });
  for await (const line of createInterface({ input: child.stdout })) {
    /** @type {Told} */
    const told = JSON.parse(line);
    rows.set(told.name, [...(rows.get(told.name) ?? []), told]);
  }
  if (await ended !== 0) throw new Error(`${command} failed`);
  return rows;
}

/** @param {number[]} figures */
function range(figures) {
  const [least, most] = [Math.min(...figures), Math.max(...figures)].map((figure) => figure.toFixed(0).replace('-0', '0'));
  return least === most ? least : `${least} … ${most}`;
}

for (const name of values.runtimes.split(',')) {
  const start = performance.now();
  const command = name === 'node' ? process.execPath : name === 'bun' ? bun : name;
  const rows = await repeat(command);
  console.log(`\n${basename(command)} (${name}), ${values.repetitions} repetitions`);
  console.log(`${'workload'.padEnd(60)}${'is'.padEnd(6)}${'told'.padEnd(12)}${'rounds'.padStart(12)}  bytes a round`);
  for (const [workload, told] of rows) {
    const right = told.filter((one) => one.told === one.expected).length;
    wrong += told.length - right;
    const total = told.map(({ growth }) => growth.heap + growth.external + growth.native);
    const verdict = `${right}/${told.length} right`;
    console.log(`${workload.padEnd(60)}${told[0]?.expected.padEnd(6)}${verdict.padEnd(12)}${range(told.map(({ growth }) => growth.rounds)).padStart(12)}  ${range(total)}`);
  }
  console.log(`${rows.size} workloads, ${seconds(start)}`);
}
rmSync(folder, { recursive: true, force: true });
console.log(`\n${wrong} wrong verdicts`);
process.exitCode = wrong === 0 ? 0 : 1;
