// Runtimes from npm, unpacked into a cache folder of their own: nothing is installed, no script of theirs runs.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npm, root, run } from './run.mjs';

// Not in node_modules, which `npm ci` empties.
export const cache = join(root, '.cache', 'runtimes');

/**
 * Unpacks a package, of whatever platform, unless it lies there.
 *
 * @param {string} name
 * @param {string} range of versions
 * @returns {Promise<{ folder: string, version: string }>}
 */
async function fetchPackage(name, range) {
  const into = join(cache, `${name.replaceAll(/[@/]/g, '_')}-${range.replaceAll(/[^\w.]/g, '_')}`);
  const folder = join(into, 'node_modules', ...name.split('/'));
  const manifest = join(folder, 'package.json');
  if (!existsSync(manifest)) {
    mkdirSync(into, { recursive: true });
    // So that npm takes this folder and not one above it.
    writeFileSync(join(into, 'package.json'), '{ "private": true }\n');
    const { command, args, shell } = npm([
      'install', '--force', '--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error', `${name}@${range}`,
    ]);
    const { code, output } = await run(command, args, { shell, cwd: into, quiet: true });
    if (code !== 0) throw new Error(`cannot fetch ${name}@${range}\n${output}`);
  }
  return { folder, version: JSON.parse(readFileSync(manifest, 'utf8')).version };
}

/**
 * A binary of this platform.
 *
 * @param {string} name
 * @param {string} range
 * @param {string[]} path of the binary in the package, without `.exe`
 */
export async function fetchBinary(name, range, path) {
  const { folder, version } = await fetchPackage(name, range);
  const file = join(folder, ...path);
  return { command: existsSync(`${file}.exe`) ? `${file}.exe` : file, version };
}
