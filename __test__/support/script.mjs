// Runs a script in a process of its own, under the runtime that runs the tests, with a hard time-out.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const isBun = process.versions.bun !== undefined;
// What a runtime writes of its own accord where it does not feel at home, whatever it runs (`scripts/platforms`).
const noise = process.env.RSM_NOISE === undefined ? undefined : new RegExp(process.env.RSM_NOISE, 'g');
const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

const BARE = `
const INDEX = ${JSON.stringify(path('../../index.js'))};
const print = (...words) => require('node:fs').writeSync(1, words.join(' ') + '\\n');
`;

/** What every script finds declared. `print` writes at once: what is printed while exiting arrives too. */
const PRELUDE = `
const INDEX = ${JSON.stringify(path('../../index.js'))};
const { RobustSessionMap, RobustSessionSet, SessionGroup } = require(INDEX);
const { ManualClock, nativeUsage } = require(${JSON.stringify(path('../../testing.js'))});
const print = (...words) => require('node:fs').writeSync(1, words.join(' ') + '\\n');
const gc = () => (globalThis.Bun ? Bun.gc(true) : globalThis.gc());
const macrotask = () => new Promise((resolve) => setImmediate(resolve));
`;

/**
 * @param {string} source CommonJS, after the prelude
 * @param {{ timeout?: number, prelude?: boolean, kill?: { after: string, signal: NodeJS.Signals } }} [options]
 *   without `prelude` the script loads nothing of ours by itself, and has `INDEX` and `print` only;
 *   `kill` sends the signal once the script has printed `after`
 * @returns {Promise<{ code: number | null, signal: string | null, lines: string[], stderr: string, late: boolean }>}
 *   `late`: the script had to be killed at the time-out
 */
export function script(source, { timeout = 20_000, kill, prelude = true } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'session-map-'));
  const file = join(folder, 'script.cjs');
  writeFileSync(file, (prelude ? PRELUDE : BARE) + source);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, isBun ? [file] : ['--expose-gc', file], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // A test runner's own variables would make the script part of its run.
      env: { ...process.env, NODE_TEST_CONTEXT: undefined, NODE_OPTIONS: undefined },
    });
    let stdout = '';
    let stderr = '';
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, timeout);
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
      if (kill !== undefined && stdout.includes(kill.after)) child.kill(kill.signal);
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      rmSync(folder, { recursive: true, force: true });
      const said = noise === undefined ? stderr : stderr.replace(noise, '');
      resolve({ code, signal, lines: stdout.split('\n').slice(0, -1), stderr: said, late });
    });
  });
}
