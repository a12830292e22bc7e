// Random operations whose callbacks come back: 100,000 steps here, as many as you like by `npm run fuzz:js`.
// A failing run prints its seed and how to repeat it; RSM_SEED=<seed> repeats all of them.

import assert from 'node:assert';
import { describe, test } from '../harness.mjs';
import { SEED } from '../support/random.mjs';
import { KINDS, fuzz } from './run.mjs';

const STEPS = { collections: 50_000, groups: 25_000, histories: 25_000, parsing: 25_000 };

describe('callbacks that come back find nothing half done', () => {
  for (const kind of KINDS) {
    test(`${kind}: ${STEPS[kind]} steps`, async () => {
      const { steps } = await fuzz({ kind, steps: STEPS[kind], seed: SEED });
      assert.ok(steps >= STEPS[kind]);
    });
  }
});
