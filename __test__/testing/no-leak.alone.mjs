// `expectNoLeak` tells twenty workloads that behave from twenty that leak a kilobyte a round. Once each here;
// `node scripts/leaks.mjs` repeats it and prints the table.

import assert from 'node:assert';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, test } from '../harness.mjs';
import { verdict } from './verdicts.mjs';
import { behaved, leaking } from './workloads.mjs';

const folder = mkdtempSync(join(tmpdir(), 'no-leak-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('there are twenty of each', () => {
  assert.deepStrictEqual([Object.keys(behaved).length, Object.keys(leaking).length], [20, 20]);
});

describe('flat', () => {
  for (const [name, make] of Object.entries(behaved)) {
    test(name, async () => {
      const { error } = await verdict(name, make, { directory: folder });
      assert.strictEqual(error, undefined, error?.message);
    });
  }
});

describe('leaking', () => {
  for (const [name, make] of Object.entries(leaking)) {
    test(name, async () => {
      // Half of the usual rounds: what is found in them is found in more, and twenty leaks take their time.
      const { error, growth } = await verdict(name, make, { directory: folder, rounds: 10 });
      assert.ok(error !== undefined, `not found: ${JSON.stringify(growth)}`);
      assert.ok([60, 90, 120].includes(growth.rounds), `${growth.rounds} rounds`);
      // On Bun the external bytes of an earlier test may fall while this one runs: a fall is not part of the leak.
      const bytes = Math.max(0, growth.heap) + Math.max(0, growth.external) + Math.max(0, growth.native);
      assert.ok(bytes > 700 && bytes < 8000, `${bytes} bytes a round`);
      assert.ok(error.message.startsWith(`${name}: `) && existsSync(error.chart), error.message);
    });
  }
});
