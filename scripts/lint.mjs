// `npm run lint`: formatting, lints and the types of the JavaScript, warnings being errors.

import { ensure } from './ensure.mjs';
import { run, seconds, tool } from './run.mjs';

/** @type {[name: string, command: string, args: string[]][]} */
const steps = [
  ['rustfmt', 'cargo', ['fmt', '--check']],
  ['clippy', 'cargo', ['clippy', '--locked', '--all-targets', '--', '-D', 'warnings']],
  ['oxlint', process.execPath, [tool('oxlint'), '--deny-warnings']],
  ['tsc --checkJs (package)', process.execPath, [tool('tsc'), '-p', 'tsconfig.json']],
  ['figures of the README', process.execPath, ['bench/readme.mjs', '--check']],
  ['tsc --checkJs (scripts)', process.execPath, [tool('tsc'), '-p', 'tsconfig.scripts.json']],
];

await ensure();
const failed = [];
for (const [name, command, args] of steps) {
  const start = performance.now();
  const { code, output } = await run(command, args, { quiet: true });
  console.log(`${code === 0 ? 'pass' : 'FAIL'}  ${name} (${seconds(start)})`);
  if (code !== 0) {
    console.error(output);
    failed.push(name);
  }
}
if (failed.length > 0) {
  console.error(`lint failed: ${failed.join(', ')}`);
  process.exitCode = 1;
}
