// Runs one variant in a process of its own, so that no variant inherits another's memory.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const worker = fileURLToPath(new URL('./worker.mjs', import.meta.url));
/** A run takes about 10 seconds. One that takes this long hangs. */
const PATIENCE = 180_000;

/**
 * @param {import('./runtimes.mjs').Runtime} runtime
 * @param {string} variant
 * @param {number} rounds
 * @param {(sample: any) => void} onSample
 * @param {boolean} report Whether it prints what it holds after its last round of work.
 * @returns {Promise<{ variant: string, samples: any[], ending: any }>}
 */
export async function run(runtime, variant, rounds, onSample, report) {
  const child = spawn(runtime.command, [...runtime.flags, worker, variant, String(rounds), report ? 'report' : ''], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: PATIENCE,
  });
  const exit = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(signal ?? code));
  });
  const forward = () => child.kill('SIGUSR2');
  if (process.platform !== 'win32') process.on('SIGUSR2', forward);
  const samples = [];
  let ending;
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    const message = JSON.parse(line);
    if (message.type === 'end') {
      ending = message;
      return;
    }
    samples.push(message);
    onSample(message);
  });
  const how = await exit;
  process.off('SIGUSR2', forward);
  if (how !== 0 || ending === undefined) throw new Error(`${variant} on ${runtime.label} ended with ${how}`);
  return { variant, samples, ending };
}
