// Makes `node_modules/.bin/bun` work. Bun's npm package is a placeholder that its install script
// replaces; package.json denies that script, so that all versions of npm leave the same tree, and
// this does its only useful step: the real binary lies in the optional package of the platform.

import { copyFileSync, existsSync, linkSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.mjs';

const modules = join(root, 'node_modules');

// The placeholder is a few hundred bytes of text.
const SMALLEST_BINARY = 1_000_000;

/** @param {string} file */
function isBinary(file) {
  return existsSync(file) && statSync(file).size > SMALLEST_BINARY;
}

/** The Bun that the tests run on. */
export const bun = join(modules, 'bun', 'bin', 'bun.exe');

/** Puts the binary in its place. Returns whether there was anything to do. */
export function linkBun() {
  if (isBinary(bun)) return false;
  const scope = join(modules, '@oven');
  // npm installs the packages that fit the platform only.
  const installed = existsSync(scope) ? readdirSync(scope) : [];
  const binary = installed
    .flatMap((name) => [join(scope, name, 'bin', 'bun'), join(scope, name, 'bin', 'bun.exe')])
    .find(isBinary);
  if (binary === undefined) {
    throw new Error(`no Bun binary for ${process.platform}-${process.arch} in node_modules/@oven: were optional dependencies omitted?`);
  }
  for (const name of ['bun.exe', 'bunx.exe']) {
    const target = join(modules, 'bun', 'bin', name);
    rmSync(target, { force: true });
    try {
      linkSync(binary, target);
    } catch {
      copyFileSync(binary, target);
    }
  }
  return true;
}
