// `npm run test:asan`: the JavaScript suite on Node with an addon in which every access to memory is
// checked, of Rust and of zstd's C, arithmetic overflows and debug assertions as well. First it proves that it would
// see something: two faults planted behind a feature must be reported.
//
// `npm run test:asan -- __test__/mass.test.mjs` runs some files. Linux with gcc, whose libasan is preloaded.

import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readCounts } from './counts.mjs';
import { ensure } from './ensure.mjs';
import { testFiles } from './files.mjs';
import { root, run, seconds } from './run.mjs';

const TARGET = 'x86_64-unknown-linux-gnu';
const folder = join(root, 'target', 'asan');
const addon = join(folder, 'robust-session-map.node');

/** The path that gcc links when it is told to; it names the version that goes with it. */
function libasan() {
  return execFileSync('gcc', ['-print-file-name=libasan.so'], { encoding: 'utf8' }).trim();
}

async function build() {
  const env = {
    ...process.env,
    // The sanitizer is an unstable flag of a stable compiler.
    RUSTC_BOOTSTRAP: '1',
    RUSTFLAGS: '-Zsanitizer=address -Cforce-frame-pointers=yes --cfg asan',
    [`CFLAGS_${TARGET.replaceAll('-', '_')}`]: '-fsanitize=address -fno-omit-frame-pointer -g1',
    CARGO_PROFILE_RELEASE_LTO: 'off',
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16',
    CARGO_PROFILE_RELEASE_STRIP: 'none',
    CARGO_PROFILE_RELEASE_DEBUG: 'line-tables-only',
    CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS: 'true',
    CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS: 'true',
  };
  const { code } = await run('cargo', [
    'build', '--locked', '--release', '--lib', '--features', 'planted-fault', '--target', TARGET, '--target-dir', folder,
  ], { env });
  if (code !== 0) throw new Error('the build failed');
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(folder, TARGET, 'release', 'librobust_session_map.so'), addon);
}

// Leaks are not looked for: a runtime leaves much behind on purpose. `expectNoLeak` looks for ours.
const env = {
  ...process.env,
  LD_PRELOAD: libasan(),
  ASAN_OPTIONS: 'detect_leaks=0:detect_stack_use_after_return=1:strict_string_checks=1:abort_on_error=0:exitcode=99',
  NAPI_RS_NATIVE_LIBRARY_PATH: addon,
};

/** What cannot be run this way. */
const LEFT_OUT = {
  'boundary.test.mjs': 'starts the Rust compiler, which does not run under the preloaded library',
  'native.test.mjs': 'is about how the usual binary is found',
  'history/collectable.test.mjs': 'measures memory, of a million histories',
  'soak.test.mjs': 'measures memory',
  'testing/alone.test.mjs': 'measures memory',
  'watch/pressure.test.mjs': 'measures memory',
};

function suite() {
  return testFiles().filter((file) => !Object.keys(LEFT_OUT).some((name) => file === join('__test__', ...name.split('/'))));
}

/**
 * A fault must be told by its name, with the line where it is.
 *
 * @param {string} kind
 * @param {string} name
 */
async function sees(kind, name) {
  const { code, output } = await run(process.execPath, ['-e', `require(${JSON.stringify(addon)}).plantedFault('${kind}')`], { env, quiet: true });
  const seen = code === 99 && output.includes(`ERROR: AddressSanitizer: ${name}`) && /shared\.rs:\d+/.test(output);
  console.log(`${seen ? 'pass' : 'FAIL'}  a planted ${name} is reported`);
  if (!seen) console.error(`ended with ${code}\n${output}`);
  return seen;
}

const start = performance.now();
await ensure();
await build();
console.log(`build: ${seconds(start)}`);
for (const [file, why] of Object.entries(LEFT_OUT)) console.log(`left out: ${file}, which ${why}`);
const proofs = [await sees('freed', 'heap-use-after-free'), await sees('beyond', 'heap-buffer-overflow')];
const files = process.argv.slice(2);
const { code, output } = await run(process.execPath, [
  '--test', '--expose-gc', '--test-concurrency=2', '--test-reporter=spec', ...(files.length > 0 ? files : suite()),
], { env });
const counts = readCounts('node', output, code);
const passed = counts.passed + proofs.filter(Boolean).length;
const failed = counts.failed + proofs.filter((seen) => !seen).length;
console.log(`\n${seconds(start)}\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
