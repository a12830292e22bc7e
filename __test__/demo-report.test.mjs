// The demo's worker prints what its structures hold, on demand and on SIGUSR2, and goes on.

import assert from 'node:assert';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, test } from './harness.mjs';

const worker = fileURLToPath(new URL('../examples/demo/worker.mjs', import.meta.url));
const flags = process.versions.bun === undefined ? ['--expose-gc'] : [];

/**
 * @param {string[]} args
 * @param {(child: import('node:child_process').ChildProcess) => void} onFirstRound
 */
async function run(args, onFirstRound = () => {}) {
  const child = spawn(process.execPath, [...flags, worker, ...args], {
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, NODE_OPTIONS: undefined }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  let told = '';
  child.stderr.setEncoding('utf8').on('data', (text) => { told += text; });
  let rounds = 0;
  createInterface({ input: child.stdout }).on('line', () => {
    rounds += 1;
    if (rounds === 1) onFirstRound(child);
  });
  const [code] = await once(child, 'close');
  return { code, told, rounds };
}

describe('the demo', () => {
  test('reports after the last round of work when asked to', async () => {
    const { code, told } = await run(['bounded', '2', 'report']);
    assert.strictEqual(code, 0, told);
    assert.match(told, /^bounded, after 2 rounds$/m);
    for (const line of [/│ map +│ sessions +│ +1 │/, /│ set +│ notified +│ +1 │/, /│ history +│ BoundedHistory +│ +\d+ │/, /^\d+ structures, \d+ entries\. Process: resident [\d,.]+ KB/m]) {
      assert.match(told, line);
    }
  });

  test('does not when not asked to', async () => {
    assert.deepStrictEqual(await run(['robust', '1']).then(({ code, told }) => [code, told]), [0, '']);
  });

  if (process.platform !== 'win32') {
    test('reports on SIGUSR2, and goes on', async () => {
      const { code, told, rounds } = await run(['robust', '3'], (child) => child.kill('SIGUSR2'));
      assert.strictEqual(code, 0, told);
      assert.match(told, /^robust, after [1-9] rounds$/m);
      assert.match(told, /│ map +│ toolResultCache +│ +1 │/);
      assert.ok(rounds > 4, `${rounds} lines`);
    });
  }
});
