// The core as a package of its own, without Node-API and without a library for Node.

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
export function copyCore(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'src'), { recursive: true });
  writeFileSync(join(folder, 'Cargo.toml'), manifest());
  cpSync(join(root, 'Cargo.lock'), join(folder, 'Cargo.lock'));
  writeFileSync(join(folder, 'src', 'lib.rs'), '//! The core alone.\n\npub mod core;\n');
  cpSync(join(root, 'src', 'core'), join(folder, 'src', 'core'), { recursive: true });
  // But for those of what is not the core, and the fuzzer's, which needs more crates.
  const others = ['history_registry.rs', 'schedules', 'corpus.rs'];
  cpSync(join(root, 'tests'), join(folder, 'tests'), { recursive: true, filter: (from) => !others.some((name) => from.endsWith(name)) });
  // The journals that the boundary test recorded, for the tests that replay them.
  cpSync(join(root, '__test__'), join(folder, '__test__'), { recursive: true });
}
