// Runs test files one by one, each in a process of its own with a hard limit of time, two at a time. What fails is run
// once more, alone, when all the others are done: on a machine that does other work too, that tells a test that was starved
// from one that fails.

import { appendFileSync, writeFileSync } from 'node:fs';
import { readCounts } from './counts.mjs';
import { run, seconds } from './run.mjs';

/**
 * @typedef {object} Runner
 * @property {string} name with its version
 * @property {'node' | 'bun' | 'deno'} runner
 * @property {(file: string) => [string, ...string[]]} line the command that runs a test file
 * @property {NodeJS.ProcessEnv} [env]
 * @property {(output: string) => string} [read] where the output lies, when it is not what was printed
 *
 * @typedef {object} Place
 * @property {string} [cwd]
 * @property {number} limit seconds for a file
 * @property {string} log all that was printed
 */

/** Files at a time. */
const AT_ONCE = 2;

/**
 * @param {Runner} runner
 * @param {readonly string[]} files
 * @param {Place} place
 * @returns {Promise<import('./tables.mjs').Row>}
 */
export async function runEach({ name, runner, line, env, read = (output) => output }, files, { cwd, limit, log }) {
  const begin = performance.now();
  writeFileSync(log, '');
  /** @param {string} file */
  const runFile = async (file) => {
    const [command, ...args] = line(file);
    const start = performance.now();
    const { code, output: printed } = await run(command, args, { cwd, env: { ...process.env, ...env }, quiet: true, timeout: limit * 1000 });
    const output = read(printed);
    appendFileSync(log, `──── ${file} (${seconds(start)}, ended with ${code})\n${output}\n`);
    return { file, ...readCounts(runner, output, code) };
  };

  /** In the order of the files. @type {{ file: string, passed: number, failed: number }[]} */
  const done = [];
  let next = 0;
  const worker = async () => {
    while (next < files.length) {
      const at = next;
      next += 1;
      done[at] = await runFile(files[at]);
      if (done[at].failed > 0) console.log(`${name}: ${files[at]}: ${done[at].failed} failed`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));

  const again = [];
  for (const [at, { file, failed }] of done.entries()) {
    if (failed === 0) continue;
    done[at] = await runFile(file);
    const better = done[at].failed === 0;
    again.push(`${better ? 'passed alone' : 'failed twice'}: \`${short(file)}\``);
    console.log(`${name}: ${file}, alone: ${better ? 'passed' : `${done[at].failed} failed`}`);
  }
  const sum = (/** @type {'passed' | 'failed'} */ what) => done.reduce((total, result) => total + result[what], 0);
  const row = { name, passed: sum('passed'), failed: sum('failed'), time: seconds(begin), note: again.join(', ') };
  console.log(`${name}: ${row.passed} passed, ${row.failed} failed in ${row.time}; see ${log}`);
  return row;
}

/** @param {string} file */
function short(file) {
  return file.replaceAll('\\', '/').replace(/^__test__\//, '').replace(/\.test\.mjs$/, '');
}
