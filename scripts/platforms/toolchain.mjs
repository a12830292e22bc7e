// Builds the addon for another platform. The machine's own Rust has the standard library of the machine only; Debian
// carries the source of another one, which is compiled along. It lies in the cache and is used for this one command.

import { join } from 'node:path';
import { root, run, seconds } from '../run.mjs';
import { fromDebian, fromPyPI } from './fetch.mjs';

const RUST = [
  ...['rustc-web', 'cargo-web', 'rust-web-src', 'libstd-rust-web-1.96', 'libstd-rust-web-dev', 'libllvm22'].map((name) => `${name}/bookworm-security`),
  ...['libgit2-1.5', 'libhttp-parser2.9', 'libmbedcrypto7', 'libmbedtls14', 'libmbedx509-1', 'libssh2-1'].map((name) => `${name}/bookworm`),
];

/** Settings for a quick build; the code is optimised all the same, and panics unwind. */
const QUICK = { CARGO_PROFILE_RELEASE_LTO: 'off', CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16' };

/**
 * @param {string} target
 * @param {string} product the name of the library that cargo makes
 * @param {{ zig?: boolean, libraries?: string[], env?: NodeJS.ProcessEnv }} [options]
 *   `zig`: link with Zig, which brings the libraries of C; `libraries`: where those of the linker are
 * @returns {Promise<string>} the addon
 */
export async function buildAddon(target, product, { zig = false, libraries = [], env = {} } = {}) {
  const rust = await fromDebian('rust', RUST);
  const cargo = join(rust, 'usr', 'bin', 'cargo');
  /** @type {NodeJS.ProcessEnv} */
  const settings = {
    ...process.env,
    ...QUICK,
    PATH: `${join(rust, 'usr', 'bin')}:${process.env.PATH}`,
    LD_LIBRARY_PATH: [join(rust, 'usr', 'lib', 'x86_64-linux-gnu'), ...libraries].join(':'),
    CARGO: cargo,
    RUSTC: join(rust, 'usr', 'bin', 'rustc'),
    // The standard library as a part of the build is an unstable flag of a stable compiler.
    RUSTC_BOOTSTRAP: '1',
    ...env,
  };
  let command = cargo;
  let verb = 'build';
  if (zig) {
    const { binary } = await fromPyPI('ziglang', '0.17.1', 'ziglang/zig');
    ({ binary: command } = await fromPyPI('cargo-zigbuild', '0.24.0', 'cargo_zigbuild-0.24.0.data/scripts/cargo-zigbuild'));
    settings['CARGO_ZIGBUILD_ZIG_PATH'] = binary;
    verb = 'zigbuild';
  }
  console.log(`build for ${target} …`);
  const start = performance.now();
  const folder = join(root, 'target', 'other');
  const { code, output } = await run(command, [
    verb, '--locked', '--release', '--lib', '--target-dir', folder, '-Z', 'build-std=std,panic_unwind', '--target', target,
  ], { env: settings, quiet: true, timeout: 20 * 60_000 });
  if (code !== 0) throw new Error(`the build for ${target} failed\n${output}`);
  console.log(`build for ${target}: ${seconds(start)}`);
  return join(folder, target, 'release', product);
}
