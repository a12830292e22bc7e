// `npm run mutants -- [--part policy|history] [options of cargo-mutants]`: changes the core in one place at a
// time and sees whether a test fails. Needs `cargo install cargo-mutants --locked`.
//
// The core alone is built anew, with its tests in it, in a second, and there are two thousand mutants.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { copyCore } from './core.mjs';
import { root, run } from './run.mjs';

/** Parts of the core, and tests to leave out: those of the other part, and those that take a second. */
const PARTS = /** @type {Record<string, { files: string[], skip: string[] }>} */ ({
  policy: { files: ['src/core/*.rs'], skip: ['history::', 'corpus::'] },
  history: { files: ['src/core/history/*.rs'], skip: ['policy::', 'corpus::', 'fifty_megabytes', 'a_thousand_tool_calls'] },
});

const args = process.argv.slice(2);
const at = args.indexOf('--part');
const names = at === -1 ? Object.keys(PARTS) : args.splice(at, 2).slice(1);
for (const name of names) {
  const part = PARTS[name];
  if (part === undefined) throw new Error(`--part takes ${Object.keys(PARTS).join(', ')}, not ${name}`);
  const folder = join(root, 'target', 'mutants', name);
  // Beside the copy, which is made anew, for `--iterate`.
  const output = join(root, 'target', 'mutants', 'out', name);
  copyCore(folder);
  mkdirSync(output, { recursive: true });
  // What is given by the caller takes the place of what is usual: files are a union, and a time limit may be given once.
  const limit = args.includes('--timeout') ? [] : ['--timeout', '6'];
  const files = args.includes('-f') ? [] : part.files.flatMap((file) => ['-f', file]);
  const { code } = await run('cargo', [
    'mutants', '-d', folder, '-o', output, '--in-place', '--no-shuffle', ...limit, ...files, ...args,
    '--', '--lib', '--', ...part.skip.flatMap((tests) => ['--skip', tests]),
  ], {
    // A failing case need not be made smaller: that it fails is all that counts.
    env: {
      ...process.env, PROPTEST_MAX_SHRINK_ITERS: '0', PROPTEST_FAILURE_PERSISTENCE: 'off', RUST_BACKTRACE: '0', RSM_FEW_CASES: '1',
      CARGO_TARGET_DIR: join(root, 'target', 'mutants-build'),
    },
  });
  // 2: some were missed. That is for the reader to judge; the other codes are failures.
  if (code !== 0 && code !== 2) process.exitCode = code;
}
