// Brings a clone into a state in which everything runs: dependencies installed, native part built.
// Needs Node's own modules only, since it runs before there is anything else.

import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { linkBun } from './bun.mjs';
import { npm, root, run, seconds, tool } from './run.mjs';

/** @param {string} file */
function modified(file) {
  return existsSync(file) ? statSync(file).mtimeMs : 0;
}

/** @param {string} folder @returns {number} */
function newest(folder) {
  return Math.max(...readdirSync(folder, { withFileTypes: true }).map((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? newest(path) : modified(path);
  }));
}

/**
 * Whether the lock file's packages lie in node_modules, in its versions. (npm's own list there is no
 * proof: `npm install --package-lock-only` writes it too.) Which optional ones fit this platform is npm's business.
 */
function isInstalled() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(packages).every(([path, { version, optional, link }]) => {
    if (optional || link || !path.startsWith('node_modules/')) return true;
    const manifest = join(root, path, 'package.json');
    return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version === version;
  });
}

/** Whether the binary and its loader are newer than all they are made from. */
function isBuilt() {
  const built = readdirSync(root).filter((name) => name.endsWith('.node')).map((name) => modified(join(root, name)));
  const made = Math.min(modified(join(root, 'binding.js')), Math.max(0, ...built));
  const from = ['package.json', 'Cargo.toml', 'Cargo.lock', 'build.rs'].map((name) => modified(join(root, name)));
  return made > 0 && made >= Math.max(newest(join(root, 'src')), ...from);
}

/**
 * @param {string} name
 * @param {{ command: string, args: string[], shell?: boolean }} line
 */
async function step(name, { command, args, shell }) {
  const start = performance.now();
  console.log(`${name} …`);
  const { code, output } = await run(command, args, { quiet: true, shell });
  if (code !== 0) {
    console.error(output);
    throw new Error(`${name} failed (${command} ${args.join(' ')} ended with ${code})`);
  }
  console.log(`${name}: done in ${seconds(start)}`);
}

async function install() {
  // Errors only: some tools of the build ask for a newer Node in warnings and work on Node 20 all the same.
  await step('install dependencies', npm(['ci', '--no-audit', '--no-fund', '--loglevel=error']));
}

/** Builds the native part, needed or not. */
export async function build() {
  const args = ['build', '--platform', '--release', '--js', 'binding.js', '--dts', 'binding.d.ts'];
  await step('build the native part', { command: process.execPath, args: [tool('napi'), ...args] });
}

/**
 * Installs and builds what is missing or out of date. `prebuilt` says that the binary came from
 * elsewhere and there may be no Rust here: then nothing is built.
 */
export async function ensure({ rebuild = false, prebuilt = false } = {}) {
  if (!isInstalled()) await install();
  if (linkBun()) console.log('link Bun: done');
  if (rebuild || (!prebuilt && !isBuilt())) await build();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await ensure();
