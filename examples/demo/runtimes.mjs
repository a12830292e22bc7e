// Where Node and Bun are. Whichever of the two runs the demo, each may be asked for.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} Runtime
 * @property {'node' | 'bun'} name
 * @property {string} label
 * @property {string} command
 * @property {readonly string[]} flags
 */

/**
 * The runtime, or `undefined` if it is not installed here.
 * @param {'node' | 'bun'} name
 * @returns {Runtime | undefined}
 */
export function findRuntime(name) {
  for (const command of candidates(name)) {
    const { status, stdout } = spawnSync(command, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    if (status !== 0) continue;
    const version = stdout.trim().replace(/^v/, '');
    return { name, label: `${name === 'node' ? 'Node' : 'Bun'} ${version}`, command, flags: flags[name] };
  }
  return undefined;
}

const flags = {
  // The plain variant needs more heap than Node takes by default on a small machine.
  node: ['--expose-gc', '--max-old-space-size=3072'],
  bun: [],
};

/** @param {'node' | 'bun'} name */
function candidates(name) {
  const self = process.versions.bun === undefined ? 'node' : 'bun';
  if (name === self) return [process.execPath];
  // The package's own binary: what stands in `.bin` is a script on Windows.
  return name === 'bun' ? [fileURLToPath(new URL('../../node_modules/bun/bin/bun.exe', import.meta.url)), 'bun'] : ['node'];
}
