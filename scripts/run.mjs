// What the other scripts share: where things are, and how a child process is run.

import { spawn } from 'node:child_process';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The JavaScript entry of an installed tool: run by Node itself it needs no shell, on Windows neither. */
const entries = {
  napi: ['@napi-rs', 'cli', 'dist', 'cli.js'],
  oxlint: ['oxlint', 'bin', 'oxlint'],
  tsc: ['typescript', 'bin', 'tsc'],
};

/** @param {keyof typeof entries} name */
export function tool(name) {
  return join(root, 'node_modules', ...entries[name]);
}

/**
 * The command line of npm. npm names itself in the environment of its scripts; outside of them it is
 * looked up in the path, which on Windows takes a shell.
 *
 * @param {string[]} args
 */
export function npm(args) {
  const entry = process.env.npm_execpath ?? '';
  const node = process.versions.bun ? (process.env.npm_node_execpath ?? 'node') : process.execPath;
  if (/^npm-cli\.[cm]?js$/.test(basename(entry))) return { command: node, args: [entry, ...args], shell: false };
  return { command: 'npm', args, shell: process.platform === 'win32' };
}

/**
 * Runs a command to its end. The output is shown as it comes unless `quiet`, and always returned.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ quiet?: boolean, shell?: boolean, cwd?: string, env?: NodeJS.ProcessEnv, timeout?: number }} [options]
 *   `timeout`: milliseconds after which it is killed with all it started, which is a failure
 * @returns {Promise<{ code: number, output: string }>}
 */
export function run(command, args, { quiet = false, shell = false, cwd = root, env = process.env, timeout } = {}) {
  return new Promise((resolve) => {
    const detached = timeout !== undefined && process.platform !== 'win32';
    const child = spawn(command, args, { cwd, env, shell, detached, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const timer = timeout && setTimeout(() => {
      output += `\n${command}: killed after ${timeout} ms\n`;
      // Of a group of its own, so that its children go too; they would hold the pipes open.
      try {
        if (detached && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
        else child.kill('SIGKILL');
      } catch {
        // Ended meanwhile.
      }
    }, timeout);
    const listen = (/** @type {import('node:stream').Readable} */ from, /** @type {NodeJS.WriteStream} */ to) => {
      from.setEncoding('utf8');
      from.on('data', (/** @type {string} */ text) => {
        output += text;
        if (!quiet) to.write(text);
      });
    };
    listen(child.stdout, process.stdout);
    listen(child.stderr, process.stderr);
    child.on('error', (error) => {
      output += `${command}: ${error.message}\n`;
      if (!quiet) process.stderr.write(`${command}: ${error.message}\n`);
      clearTimeout(timer);
      resolve({ code: 127, output });
    });
    // A signal leaves no code; it is a failure like any other.
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? 1, output });
    });
  });
}

/** @param {number} since of `performance.now()` */
export function seconds(since) {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
