// `npm run test:matrix`: the suite on every runtime that the package promises to work with, of this platform.
// What is missing comes from npm into a cache. Each file runs in a process of its own, what fails once more alone; the
// row of a runtime that is through goes into the document of tests at once.
//
// `npm run test:matrix -- --only node-22,bun` takes some; what else is named are the files to run, which goes into no document.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bun } from './bun.mjs';
import { runEach } from './each.mjs';
import { ensure } from './ensure.mjs';
import { cache, fetchBinary } from './fetch.mjs';
import { testFiles } from './files.mjs';
import { run } from './run.mjs';
import { keepRow, table } from './tables.mjs';

/** Seconds for a file: the longest takes one minute when it is alone. */
const LIMIT = 600;

const { values, positionals } = parseArgs({ options: { only: { type: 'string' } }, allowPositionals: true });
const files = positionals.length > 0 ? positionals : testFiles();
const here = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;

/**
 * @typedef {{ command: string, version: string }} Binary
 * @typedef {{ title: string, get: () => Promise<Binary>, args: (file: string) => string[], runner: 'node' | 'bun' | 'deno', note?: string }} Runtime
 * @param {string} major
 * @returns {Runtime}
 */
function node(major) {
  return {
    title: `Node ${major}`,
    get: () => fetchBinary(`node-${here}`, major, ['bin', 'node']),
    args: (file) => ['--expose-gc', '--test-reporter=spec', file],
    runner: 'node',
  };
}

async function bunOfTheProject() {
  const { output } = await run(bun, ['--version'], { quiet: true });
  return { command: bun, version: output.trim() };
}

const denoPackage = `@deno/${process.platform}-${process.arch}${process.platform === 'linux' ? '-glibc' : ''}`;

/** @type {Record<string, Runtime>} */
const runtimes = {
  'node-20': node('20'),
  'node-22': node('22'),
  'node-24': node('24'),
  'node-26': node('26'),
  bun: { title: 'Bun', get: bunOfTheProject, args: (file) => ['test', '--timeout', '120000', `./${file}`], runner: 'bun' },
  deno: {
    title: 'Deno',
    get: () => fetchBinary(denoPackage, '2', ['deno']),
    args: (file) => ['test', '-A', '--no-check', '--v8-flags=--expose-gc', file],
    runner: 'deno',
    note: 'not promised',
  },
};

const names = values.only?.split(',') ?? Object.keys(runtimes);
await ensure();
mkdirSync(cache, { recursive: true });
/** @type {import('./tables.mjs').Row[]} */
const rows = [];
let promised = 0;
for (const name of names) {
  const runtime = runtimes[name];
  if (runtime === undefined) throw new Error(`--only takes ${Object.keys(runtimes).join(', ')}, not ${name}`);
  const { command, version } = await runtime.get();
  const label = `${runtime.title.replace(/ .*/, '')} ${version}`;
  console.log(`${label} …`);
  const ran = await runEach(
    { name: label, runner: runtime.runner, line: (file) => [command, ...runtime.args(file)] },
    files,
    { limit: LIMIT, log: join(cache, `${name}.log`) },
  );
  const row = { ...ran, note: [runtime.note, ran.note].filter(Boolean).join('; ') };
  rows.push(row);
  if (runtime.note === undefined) promised += row.failed;
  // A part of the suite is not what the document tells.
  if (positionals.length === 0) keepRow('matrix', runtime.title, row);
}

console.log(`\n${table(rows)}\n`);
console.log(`${rows.reduce((sum, row) => sum + row.passed, 0)} passed, ${promised} failed`);
process.exitCode = promised === 0 ? 0 : 1;
