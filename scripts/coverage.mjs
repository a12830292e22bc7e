// `npm run coverage [-- --only js,rust]`: line and branch coverage of `lib/` (the suite under Node, by Node's own
// counters) and line coverage of `src/core` (needs `cargo install cargo-llvm-cov --locked` and
// `rustup component add llvm-tools`; stable Rust counts regions, not branches).

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensure } from './ensure.mjs';
import { root, run } from './run.mjs';

/** Files under `__test__`, without those that measure memory: counters of coverage are memory too. */
function testFiles() {
  return readdirSync(join(root, '__test__'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.mjs') && !name.startsWith('testing'))
    .map((name) => join('__test__', name))
    .toSorted();
}

/** @type {Record<string, () => Promise<{ code: number }>>} */
const steps = {
  js: () => run(process.execPath, ['--test', '--expose-gc', '--experimental-test-coverage', '--test-reporter=spec', '--test-concurrency=2', ...testFiles()]),
  rust: () => run('cargo', ['llvm-cov', '--locked', '--ignore-filename-regex', 'src/(binding|history|registry)|tests/']),
};

await ensure();
const at = process.argv.indexOf('--only');
const names = at === -1 ? Object.keys(steps) : (process.argv[at + 1] ?? '').split(',');
for (const name of names) {
  const { code } = await steps[name]?.() ?? { code: 1 };
  if (code !== 0) process.exitCode = 1;
}
