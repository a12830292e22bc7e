// Runs the suite on runtimes of another platform: in a copy of the project that has the addon of that platform
// and no other, each test file in a process of its own with a hard limit of time.

import { appendFileSync, copyFileSync, cpSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { readCounts } from '../counts.mjs';
import { ensure } from '../ensure.mjs';
import { testFiles } from '../files.mjs';
import { root, run, seconds } from '../run.mjs';
import { keep, table } from '../tables.mjs';
import { cache, must } from './fetch.mjs';

/**
 * @typedef {object} Runtime
 * @property {string} name with its version
 * @property {'node' | 'bun'} runner
 * @property {(file: string) => [string, ...string[]]} line the command that runs a test file
 * @property {NodeJS.ProcessEnv} [env]
 * @property {(output: string) => string} [read] where the output lies, when it is not what was printed
 *
 * @typedef {object} Platform
 * @property {string} name also of the place in the document
 * @property {string} what it is, in words that promise no more
 * @property {string} project the copy
 * @property {Runtime[]} runtimes
 * @property {Record<string, string>} leftOut files that cannot be run there, each with why
 * @property {number} limit seconds for a file
 */

/**
 * A copy of the project's files for one platform.
 *
 * @param {string} name
 * @param {string} addon
 * @param {string} triple as napi calls the platform
 */
export async function copyOfProject(name, addon, triple) {
  await ensure();
  const project = join(cache, name);
  rmSync(project, { recursive: true, force: true });
  const files = (await must('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root })).split('\0');
  for (const file of [...files, 'binding.js', 'binding.d.ts']) {
    if (file === '' || !existsSync(join(root, file))) continue;
    mkdirSync(dirname(join(project, file)), { recursive: true });
    cpSync(join(root, file), join(project, file));
  }
  copyFileSync(addon, join(project, `robust-session-map.${triple}.node`));
  symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'));
  return project;
}

/**
 * @param {Platform} platform
 * @param {Runtime} runtime
 * @param {string[]} files
 */
async function runOn({ project, name, limit }, { name: label, runner, line, env, read = (output) => output }, files) {
  const start = performance.now();
  const rest = [...files];
  let passed = 0;
  let failed = 0;
  const path = join(cache, `${name}-${runner}.log`);
  writeFileSync(path, '');
  const worker = async () => {
    for (let file = rest.shift(); file !== undefined; file = rest.shift()) {
      const [command, ...args] = line(file);
      const { code, output: printed } = await run(command, args, { cwd: project, env: { ...process.env, ...env }, quiet: true, timeout: limit * 1000 });
      const output = read(printed);
      const counts = readCounts(runner, output, code);
      passed += counts.passed;
      failed += counts.failed;
      appendFileSync(path, `──── ${file}\n${output}\n`);
      if (counts.failed > 0) console.log(`${label}: ${file}: ${counts.failed} failed`);
    }
  };
  await Promise.all([worker(), worker()]);
  console.log(`${label}: ${passed} passed, ${failed} failed in ${seconds(start)}; see ${path}`);
  return { name: label, passed, failed, time: seconds(start) };
}

/**
 * Runs the files named on the command line, or all but those left out, and tells in a table how it went.
 * `--only node` takes one of the runtimes.
 *
 * @param {Platform} platform
 */
export async function runSuite(platform) {
  const args = process.argv.slice(2);
  const at = args.indexOf('--only');
  const only = at === -1 ? undefined : args.splice(at, 2)[1];
  const names = Object.keys(platform.leftOut);
  const files = args.length > 0 ? args : testFiles().filter((file) => !names.includes(file.split(sep).slice(1).join('/')));
  console.log(`${platform.name}: ${platform.what}`);
  for (const [file, why] of Object.entries(platform.leftOut)) console.log(`left out: ${file}: ${why}`);
  const rows = [];
  for (const runtime of platform.runtimes) {
    if (only === undefined || only === runtime.runner) rows.push(await runOn(platform, runtime, files));
  }
  const text = table(rows);
  console.log(`\n${text}\n`);
  if (args.length === 0 && only === undefined) keep(platform.name, text);
  const failed = rows.reduce((sum, row) => sum + row.failed, 0);
  console.log(`${rows.reduce((sum, row) => sum + row.passed, 0)} passed, ${failed} failed`);
  process.exitCode = failed === 0 && rows.length > 0 ? 0 : 1;
}
