// What measures memory runs in a process of its own: `bun test` runs all files in one, where the garbage of all the
// others would be collected, slowly, with every round.

import assert from 'node:assert';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, test } from '../harness.mjs';

const folder = new URL('./', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.alone.mjs'));
const isBun = process.versions.bun !== undefined;

/** Runs a file under this runtime's own runner. @param {string} name */
async function run(name) {
  const file = fileURLToPath(new URL(name, folder));
  const child = spawn(process.execPath, isBun ? ['test', '--timeout', '120000', file] : ['--test', '--test-reporter=tap', file], {
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, NODE_OPTIONS: undefined }, stdio: ['ignore', 'pipe', 'pipe'], timeout: 115_000,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => { output += text; });
  const [code] = await once(child, 'close');
  return { code, output, passed: Number(output.match(/^(?:# pass (\d+)| *(\d+) pass)$/m)?.slice(1).find(Boolean) ?? 0) };
}

/** Fewer tests than this say that a file was not found or not run. */
const LEAST = { 'leak-error.alone.mjs': 15, 'no-leak.alone.mjs': 41, 'own.alone.mjs': 12 };

describe('in a process of its own', () => {
  test('each file has its count', () => assert.deepStrictEqual(files.toSorted(), Object.keys(LEAST)));

  for (const name of files) {
    test(name, async () => {
      const { code, output, passed } = await run(name);
      assert.strictEqual(code, 0, output);
      assert.ok(passed >= LEAST[name], `${passed} passed\n${output}`);
    });
  }
});
