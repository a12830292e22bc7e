// The core as a package of its own, without Node-API and without a library for Node. Its tests are modules of it and
// not programs beside it: a change is compiled and linked once, and lines are counted in one place.

import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.mjs';

/** The core's own dependencies, in the versions of the package. */
function manifest() {
  const text = readFileSync(join(root, 'Cargo.toml'), 'utf8');
  const line = (/** @type {string} */ name) => new RegExp(`^${name} = .*$`, 'm').exec(text)?.[0] ?? '';
  return `[package]
name = "robust-session-map"
version = "0.0.0"
edition = "2024"
publish = false
autotests = false

[dependencies]
${['serde', 'serde_json', 'zstd'].map(line).join('\n')}

[dev-dependencies]
${['arbitrary', 'proptest'].map(line).join('\n')}

[profile.test]
debug = false

[profile.test.package."*"]
opt-level = 3

[workspace]
`;
}

/** The programs in `tests` that know the core only. */
const PROGRAMS = { policy: 'policy/main.rs', history: 'history/main.rs', corpus: 'corpus.rs', memory: 'memory.rs' };

/** Tests name the library as users of the crate do. */
function library() {
  const programs = Object.entries(PROGRAMS).map(([name, file]) => `#[cfg(test)]\n#[path = "../tests/${file}"]\nmod ${name};\n`);
  return `//! The core alone, with its tests.\n\nextern crate self as robust_session_map;\n\npub mod core;\n\n${programs.join('\n')}`;
}

/** @param {string} folder */
export function copyCore(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'src'), { recursive: true });
  writeFileSync(join(folder, 'Cargo.toml'), manifest());
  writeFileSync(join(folder, 'src', 'lib.rs'), library());
  for (const path of ['Cargo.lock', 'src/core', 'tests', 'fuzz/corpus']) cpSync(join(root, path), join(folder, path), { recursive: true });
}
