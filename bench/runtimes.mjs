// The runtimes to measure on, and how a job is run on one: in a process of its own.

import { execFileSync, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { bun } from '../scripts/bun.mjs';

const child = fileURLToPath(new URL('./child.mjs', import.meta.url));
/** No job takes a quarter of it. One that takes this long hangs. */
const PATIENCE = 180_000;

/** @typedef {{ kind: 'node' | 'bun', name: string, command: string, flags: string[] }} Runtime */

/**
 * @param {readonly string[]} nodes further Node binaries
 * @returns {Runtime[]}
 */
export function findRuntimes(nodes) {
  const self = process.versions.bun === undefined ? process.execPath : (process.env.npm_node_execpath ?? 'node');
  return [...[self, ...nodes].map((command) => runtime('node', command)), runtime('bun', bun)];
}

/**
 * @param {'node' | 'bun'} kind
 * @param {string} command
 * @returns {Runtime}
 */
function runtime(kind, command) {
  const version = execFileSync(command, ['--version'], { encoding: 'utf8' }).trim().replace(/^v/, '');
  const title = kind === 'node' ? 'Node' : 'Bun';
  return { kind, name: `${title} ${version}`, command, flags: kind === 'node' ? ['--expose-gc'] : [] };
}

/**
 * @param {Runtime} on
 * @param {object} job
 * @param {{ file?: string, patience?: number }} [where] the script that does it, and how long it may take, ms
 * @returns {Promise<any>} the job's result
 */
export function runJob({ command, flags, name }, job, { file = child, patience = PATIENCE } = {}) {
  return new Promise((resolve, reject) => {
    const started = spawn(command, [...flags, file, JSON.stringify(job)], { stdio: ['ignore', 'pipe', 'pipe'], timeout: patience });
    let output = '';
    let errors = '';
    started.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    started.stderr.setEncoding('utf8').on('data', (text) => {
      errors += text;
    });
    started.once('error', reject);
    started.once('close', (code, signal) => {
      if (code === 0) resolve(JSON.parse(output.trim().split('\n').at(-1) ?? ''));
      else reject(new Error(`${name} ended with ${signal ?? code} at ${JSON.stringify(job)}\n${errors}`));
    });
  });
}
