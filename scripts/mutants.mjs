// `npm run mutants -- [--part policy|history] [options of cargo-mutants]`: changes the core in one place at a
// time and sees whether a test fails. Needs `cargo install cargo-mutants --locked`.
//
// The core alone is built anew in two seconds instead of eight, and there are thousands of mutants.

import { join } from 'node:path';
import { copyCore } from './core.mjs';
import { root, run } from './run.mjs';

/** The tests that know a part of the core. */
const PARTS = /** @type {Record<string, { files: string[], tests: string[] }>} */ ({
  policy: { files: ['src/core/*.rs'], tests: ['--lib', '--test', 'engine', '--test', 'policy', '--test', 'replay'] },
  history: { files: ['src/core/history/*.rs'], tests: ['--lib', '--test', 'history_json', '--test', 'history_store', '--test', 'history_trim'] },
});

const args = process.argv.slice(2);
const at = args.indexOf('--part');
const names = at === -1 ? Object.keys(PARTS) : args.splice(at, 2).slice(1);
for (const name of names) {
  const part = PARTS[name];
  if (part === undefined) throw new Error(`--part takes ${Object.keys(PARTS).join(', ')}, not ${name}`);
  const folder = join(root, 'target', 'mutants', name);
  copyCore(folder);
  const { code } = await run('cargo', [
    'mutants', '-d', folder, '--in-place', '--no-shuffle', '--baseline', 'run', ...part.files.flatMap((file) => ['-f', file]), ...args, '--', ...part.tests,
  ], {
    // A failing case need not be made smaller: that it fails is all that counts.
    env: { ...process.env, PROPTEST_MAX_SHRINK_ITERS: '0', PROPTEST_FAILURE_PERSISTENCE: 'off', CARGO_TARGET_DIR: join(root, 'target', 'mutants-build') },
  });
  // 2: some were missed. That is for the reader to judge; the other codes are failures.
  if (code !== 0 && code !== 2) process.exitCode = code;
}
