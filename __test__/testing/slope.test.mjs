// The slope test alone, on series made here: what counts as growth, and what does not.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { describe, test } from '../harness.mjs';
import { random, SEED } from '../support/random.mjs';

const require = createRequire(import.meta.url);
const { trendOf } = require('../../lib/testing/slope.js');
const { judge } = require('../../lib/testing/verdict.js');

const LIMIT = 512;
const series = (length, at) => Float64Array.from({ length }, (_, n) => at(n));
const trend = (length, at) => trendOf(series(length, at), 0, length);

/** Noise as collections leave it: mostly little, now and then a peak of a hundred kilobytes. */
function noise(r) {
  return r.chance(0.1) ? 100_000 + r.below(150_000) : r.below(600) - 300;
}

describe('the slope', () => {
  test('of a line is exact, and so are its bounds', () => {
    const { slope, low, high, start } = trend(21, (n) => 5_000_000 + 1024 * n);
    assert.deepStrictEqual([slope, low, high, start], [1024, 1024, 1024, 5_000_000]);
  });

  test('is taken of the given part only', () => {
    const both = series(40, (n) => (n < 20 ? 3000 * n : 60_000));
    assert.strictEqual(trendOf(both, 0, 20).slope, 3000);
    assert.strictEqual(trendOf(both, 20, 40).slope, 0);
  });

  test('is above its lower bound in 99 of 100 noisy series, and its upper bound is no less than what was found', () => {
    const r = random(SEED);
    let above = 0;
    for (let run = 0; run < 300; run += 1) {
      const { slope, low, high } = trend(21, (n) => 1000 * n + r.below(4000));
      if (low <= 1000) above += 1;
      assert.ok(high >= slope);
    }
    assert.ok(above >= 294, `${above} of 300 (seed ${SEED})`);
  });

  test('is not taken for flat where it is a kilobyte under noise of four times that', () => {
    const r = random(SEED);
    for (let run = 0; run < 300; run += 1) {
      const { high } = trend(21, (n) => 1024 * n + r.below(4096));
      assert.ok(high > LIMIT, `run ${run}: ${high} (seed ${SEED})`);
    }
  });

  test('finds a kilobyte a round under noise with peaks', () => {
    const r = random(SEED);
    for (let run = 0; run < 200; run += 1) {
      const { low } = trend(49, (n) => 1024 * n + noise(r));
      assert.ok(low > LIMIT, `run ${run}: ${low} (seed ${SEED})`);
    }
  });

  test('finds a kilobyte a round under noise of four times that', () => {
    const r = random(SEED);
    let found = 0;
    for (let run = 0; run < 200; run += 1) {
      if (trend(49, (n) => 1024 * n + r.below(4096)).low > LIMIT) found += 1;
    }
    // Three in a thousand are missed: more than five of two hundred would be another trend.
    assert.ok(found >= 195, `${found} of 200 (seed ${SEED})`);
  });

  test('finds it where a fifth of the samples are peaks', () => {
    const r = random(SEED);
    let found = 0;
    for (let run = 0; run < 200; run += 1) {
      if (trend(49, (n) => 1024 * n + (r.chance(0.2) ? 100_000 + r.below(150_000) : r.below(600))).low > LIMIT) found += 1;
    }
    assert.ok(found >= 195, `${found} of 200 (seed ${SEED})`);
  });

  test('finds none where there is only noise', () => {
    const r = random(SEED);
    for (let run = 0; run < 200; run += 1) {
      const { low, high } = trend(49, () => noise(r));
      assert.ok(low <= LIMIT && high <= LIMIT, `run ${run}: ${low} … ${high} (seed ${SEED})`);
    }
  });

  test('is none of a few steps, however high', () => {
    const r = random(SEED);
    for (let run = 0; run < 200; run += 1) {
      const steps = new Set(Array.from({ length: 8 }, () => r.below(49)));
      let level = 0;
      const { low } = trend(49, (n) => {
        if (steps.has(n)) level += 20_000;
        return level;
      });
      assert.ok(low <= LIMIT, `run ${run}: ${low} (seed ${SEED})`);
    }
  });

  test('is that of a leak in every other round', () => {
    const { low } = trend(49, (n) => 4096 * Math.floor(n / 2));
    assert.ok(low > LIMIT, String(low));
  });
});

describe('the verdict', () => {
  /** Judges series that functions of the round describe; all others are flat. */
  async function judged(described) {
    const samples = { count: 1 };
    for (const name of ['heap', 'javascript', 'native', 'rss']) samples[name] = series(300, described[name] ?? (() => 0));
    const { leaks } = await judge(samples, 20, LIMIT, async (rounds) => {
      samples.count += rounds;
    });
    return { leaks, rounds: samples.count - 1 };
  }

  test('ends after the first part if nothing grows', async () => {
    assert.deepStrictEqual(await judged({}), { leaks: [], rounds: 20 });
    assert.deepStrictEqual(await judged({ heap: (n) => LIMIT * n }), { leaks: [], rounds: 20 });
  });

  for (const name of ['heap', 'javascript', 'native']) {
    test(`names ${name} after all three`, async () => {
      assert.deepStrictEqual(await judged({ [name]: (n) => 1024 * n }), { leaks: [name], rounds: 120 });
    });
  }

  test('is not about resident memory', async () => {
    assert.deepStrictEqual(await judged({ rss: (n) => 1_000_000 * n }), { leaks: [], rounds: 20 });
  });

  test('waits for growth that ends', async () => {
    assert.deepStrictEqual(await judged({ heap: (n) => 5000 * Math.min(n, 20) }), { leaks: [], rounds: 60 });
    assert.deepStrictEqual(await judged({ heap: (n) => 5000 * Math.min(n, 65) }), { leaks: [], rounds: 120 });
  });

  test('needs growth of one and the same', async () => {
    const heap = (n) => 5000 * Math.min(n, 60);
    const native = (n) => 5000 * Math.max(n - 60, 0);
    assert.deepStrictEqual(await judged({ heap, native }), { leaks: ['native'], rounds: 180 });
    const alternate = (odd) => (n) => [0, 20, 60, 120, 180].reduce((sum, from, part, all) => sum
      + (part % 2 === odd ? 5000 * Math.max(0, Math.min(n, all[part + 1] ?? 240) - from) : 0), 0);
    assert.deepStrictEqual(await judged({ heap: alternate(0), native: alternate(1) }), { leaks: [], rounds: 240 });
  });

  test('is found although what was there before is let go in the middle of a part', async () => {
    for (const at of [7, 10, 30, 50, 90, 110]) {
      const { leaks } = await judged({ heap: (n) => 1500 * n - (n >= at ? 160_000 : 0) });
      assert.deepStrictEqual(leaks, ['heap'], `let go in round ${at}`);
    }
    // Bit by bit, faster than it grows.
    const { leaks } = await judged({ heap: (n) => 1500 * n - 4000 * Math.min(n, 45) });
    assert.deepStrictEqual(leaks, ['heap']);
  });
});
