// `npm run test:limits`: the workloads of `__test__/hostile/workloads.cjs` in full, on this Node and on Bun, one at a
// time: up to 9 GB of memory and minutes. `--only entries,full` runs some of them.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { bun } from './bun.mjs';
import { root } from './run.mjs';

/** @type {Record<string, number>} */
const SIZES = { entries: 10_000_000, values: 10_000_000, full: 2 ** 24, message: 2 ** 30, 'two-byte message': 2 ** 30, parts: 2 ** 30 };
const TIMEOUT = 15 * 60_000;

const at = process.argv.indexOf('--only');
const chosen = at === -1 ? Object.keys(SIZES) : (process.argv[at + 1] ?? '').split(',');

let failed = 0;
for (const [runtime, command] of [['node', process.execPath], ['bun', bun]]) {
  for (const name of chosen) {
    const args = [join(root, '__test__', 'hostile', 'workloads.cjs'), name, String(SIZES[name])];
    const { stdout, stderr, status, signal } = spawnSync(command, args, { encoding: 'utf8', timeout: TIMEOUT, maxBuffer: 2 ** 24 });
    const passed = status === 0;
    if (!passed) failed += 1;
    console.log(`${passed ? 'pass' : 'FAIL'}  ${runtime.padEnd(5)}${passed ? stdout.trim() : `${name}: ${signal ?? status}\n${stderr}`}`);
  }
}
process.exitCode = failed === 0 ? 0 : 1;
