// `npm run test:matrix`: the suite on every runtime that the package promises to work with, of this platform.
// What is missing comes from npm into a cache. Prints a table and keeps it in the document of tests.
//
// `npm run test:matrix -- --only node-22,bun` takes some; what else is named are the files to run.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bun } from './bun.mjs';
import { readCounts } from './counts.mjs';
import { ensure } from './ensure.mjs';
import { cache, fetchBinary } from './fetch.mjs';
import { testFiles } from './files.mjs';
import { run, seconds } from './run.mjs';
import { keep, table } from './tables.mjs';

const { values, positionals } = parseArgs({ options: { only: { type: 'string' } }, allowPositionals: true });
const all = positionals.length > 0 ? positionals : testFiles();
const here = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;

/**
 * @typedef {{ command: string, version: string }} Binary
 * @typedef {{ get: () => Promise<Binary>, args: () => string[], runner: 'node' | 'bun' | 'deno', note?: string }} Runtime
 * @param {string} major
 * @returns {Runtime}
 */
function node(major) {
  return {
    get: () => fetchBinary(`node-${here}`, major, ['bin', 'node']),
    args: () => ['--test', '--expose-gc', '--test-concurrency=2', '--test-reporter=spec', ...all],
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
  bun: { get: bunOfTheProject, args: () => ['test', '--timeout', '120000', ...all.map((file) => `./${file}`)], runner: 'bun' },
  deno: {
    get: () => fetchBinary(denoPackage, '2', ['deno']),
    args: () => ['test', '-A', '--no-check', '--v8-flags=--expose-gc', ...all],
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
  const label = `${name.replace(/-.*/, '').replace(/^./, (first) => first.toUpperCase())} ${version}`;
  console.log(`${label} …`);
  const start = performance.now();
  const { code, output } = await run(command, runtime.args(), { quiet: true });
  const log = join(cache, `${name}.log`);
  writeFileSync(log, output);
  const { passed, failed } = readCounts(runtime.runner, output, code);
  rows.push({ name: label, passed, failed, time: seconds(start), note: runtime.note ?? '' });
  if (runtime.note === undefined) promised += failed;
  console.log(`${label}: ${passed} passed, ${failed} failed in ${seconds(start)}${failed > 0 ? `; see ${log}` : ''}`);
}

const text = table(rows);
console.log(`\n${text}\n`);
// A part of the suite, or of the runtimes, is not what the document tells.
if (positionals.length === 0 && values.only === undefined) keep('matrix', text);
console.log(`${rows.reduce((sum, row) => sum + row.passed, 0)} passed, ${promised} failed`);
process.exitCode = promised === 0 ? 0 : 1;
