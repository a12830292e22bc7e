// `npm run mutants -- [--part policy|history] [options of cargo-mutants]`: changes the core in one place at a
// time and sees whether a test fails. Needs `cargo install cargo-mutants --locked`.
//
// The core is copied into a package of its own, without Node-API and without a library for Node: building it
// anew takes two seconds instead of eight, and there are thousands of mutants.

import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './run.mjs';

/** The tests that know a part of the core. */
const PARTS = /** @type {Record<string, { files: string[], tests: string[] }>} */ ({
  policy: { files: ['src/core/*.rs'], tests: ['--lib', '--test', 'policy', '--test', 'replay'] },
  history: { files: ['src/core/history/*.rs'], tests: ['--lib', '--test', 'history_json', '--test', 'history_store', '--test', 'history_trim'] },
});

/** The core's own dependencies, in the versions of the package. */
function manifest() {
  const text = readFileSync(join(root, 'Cargo.toml'), 'utf8');
  const line = (/** @type {string} */ name) => new RegExp(`^${name} = .*$`, 'm').exec(text)?.[0] ?? '';
  return `[package]
name = "robust-session-map"
version = "0.0.0"
edition = "2024"
publish = false

[dependencies]
${['serde', 'serde_json', 'zstd'].map(line).join('\n')}

[dev-dependencies]
${line('proptest')}

[profile.test]
opt-level = 1
debug = false

[workspace]
`;
}

/** @param {string} folder */
function copyCore(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'src'), { recursive: true });
  writeFileSync(join(folder, 'Cargo.toml'), manifest());
  cpSync(join(root, 'Cargo.lock'), join(folder, 'Cargo.lock'));
  writeFileSync(join(folder, 'src', 'lib.rs'), '//! The core alone.\n\npub mod core;\n');
  cpSync(join(root, 'src', 'core'), join(folder, 'src', 'core'), { recursive: true });
  cpSync(join(root, 'tests'), join(folder, 'tests'), { recursive: true, filter: (from) => !from.endsWith('history_registry.rs') });
  // The journals that the boundary test recorded, for the tests that replay them.
  cpSync(join(root, '__test__'), join(folder, '__test__'), { recursive: true });
}

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
