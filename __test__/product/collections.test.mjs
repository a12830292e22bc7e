// Every combination of a map's and a set's options, with 0, 1, 25 and 50 entries, in every scene: the same
// answers, order, hooks and figures as the naive reference, and both sides audited after each.

import assert from 'node:assert';
import { describe, test } from '../harness.mjs';
import { ACTS } from './checks.mjs';
import { AXES, Pair } from './pair.mjs';
import { count, forEach, product, withClocks } from './space.mjs';
import { blame } from '../support/blame.mjs';

const { hooks: HOOKS, ...REST } = AXES;

function run(combination, scenes) {
  const pair = new Pair(combination);
  for (const { name, run: scene, ordered } of scenes) {
    try {
      scene(pair);
      pair.audit(ordered);
    } catch (error) {
      throw blame(error, name);
    }
  }
  return pair.close();
}

describe(`${count({ ...AXES, kind: [1, 2] })} combinations of options, population and kind, ${ACTS.length} acts each`, () => {
  for (const kind of ['map', 'set']) {
    for (const hooks of HOOKS) {
      test(`${kind}, hooks ${hooks}: ${count(REST)} combinations`, async () => {
        for (const [at, { act, scenes }] of ACTS.entries()) {
          // In every second act each combination reads the clock the other way.
          const all = withClocks(product({ act: [act], kind: [kind], hooks: [hooks], ...REST }), at % 2);
          assert.strictEqual(await forEach(all, (combination) => run(combination, scenes)), count(REST));
        }
      });
    }
  }
});
