// Much of everything, in processes of their own with a hard time-out. Small here; `npm run test:limits` runs the
// same in full: ten million entries, messages of a gigabyte.

import assert from 'node:assert';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from '../harness.mjs';
import { root } from '../temp.mjs';

const SIZES = { entries: 1_000_000, values: 1_000_000, full: 300_000, message: 2 ** 26, 'two-byte message': 2 ** 24, parts: 2 ** 26 };

describe('at the limits', () => {
  for (const [name, size] of Object.entries(SIZES)) {
    test(`${name}: ${size.toLocaleString('en')}`, () => {
      const { stdout, stderr, status, signal } = spawnSync(process.execPath, [join(root, '__test__', 'hostile', 'workloads.cjs'), name, String(size)], {
        encoding: 'utf8', timeout: 100_000, env: { ...process.env, NODE_TEST_CONTEXT: undefined, NODE_OPTIONS: undefined },
      });
      assert.deepStrictEqual([status, signal], [0, null], stderr);
      assert.strictEqual(JSON.parse(stdout).size, size);
    });
  }
});
