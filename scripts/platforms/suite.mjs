// Runs the suite on runtimes of another platform: in a copy of the project that has the addon of that platform
// and no other. The row of a runtime that is through goes into the document of tests at once.

import { copyFileSync, cpSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { runEach } from '../each.mjs';
import { ensure } from '../ensure.mjs';
import { testFiles } from '../files.mjs';
import { root } from '../run.mjs';
import { keepRow, table } from '../tables.mjs';
import { cache, must } from './fetch.mjs';

/**
 * @typedef {object} Platform
 * @property {string} name also of the place in the document
 * @property {string} what it is, in words that promise no more
 * @property {string} project the copy
 * @property {(import('../each.mjs').Runner & { leftOut?: Record<string, string> })[]} runtimes each with files that only it cannot run
 * @property {Record<string, string>} leftOut files that cannot be run there, each with why
 * @property {number} limit seconds for a file
 * @property {string} [note] for the table
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
 * Runs the files named on the command line, or all but those left out, and tells in a table how it went.
 * `--only node` takes one of the runtimes.
 *
 * @param {Platform} platform
 */
export async function runSuite(platform) {
  const args = process.argv.slice(2);
  const at = args.indexOf('--only');
  const only = at === -1 ? undefined : args.splice(at, 2)[1];
  console.log(`${platform.name}: ${platform.what}`);
  const rows = [];
  for (const runtime of platform.runtimes) {
    if (only !== undefined && only !== runtime.runner) continue;
    const leftOut = { ...platform.leftOut, ...runtime.leftOut };
    const files = args.length > 0 ? args : testFiles().filter((file) => leftOut[file.split(sep).slice(1).join('/')] === undefined);
    for (const [file, why] of Object.entries(leftOut)) console.log(`left out on ${runtime.name}: ${file}: ${why}`);
    const place = { cwd: platform.project, limit: platform.limit, log: join(cache, `${platform.name}-${runtime.runner}.log`) };
    const ran = await runEach(runtime, files, place);
    const row = { ...ran, note: [platform.note, ran.note].filter(Boolean).join('; ') };
    rows.push(row);
    if (args.length === 0) keepRow(platform.name, runtime.name.replace(/ .*/, ''), row);
  }
  console.log(`\n${table(rows)}\n`);
  const failed = rows.reduce((sum, row) => sum + row.failed, 0);
  console.log(`${rows.reduce((sum, row) => sum + row.passed, 0)} passed, ${failed} failed`);
  process.exitCode = failed === 0 && rows.length > 0 ? 0 : 1;
}
