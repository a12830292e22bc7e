// Callbacks that would go on for ever, if what they cause were always done at once. Each case runs in a child with a
// hard time-out: a loop without a bound shows as `late`.

import assert from 'node:assert';
import { test } from '../harness.mjs';
import { script } from '../support/script.mjs';

/** `stopped` is what the callbacks look at: they go on until it is set. The process lives until the script has ended. */
const COMMON = `
  const { BoundedHistory } = require(INDEX);
  let stopped = false;
  const turns = async (count) => { for (let left = count; left > 0; left -= 1) await new Promise((resolve) => setTimeout(resolve, 2)); };
`;

/**
 * @param {string} name
 * @param {string} source prints
 * @param {string[]} lines what it has to print
 */
export function endless(name, source, lines) {
  test(name, async () => {
    const result = await script(`${COMMON} const alive = setInterval(() => {}, 1000);
      (async () => { ${source} })().finally(() => clearInterval(alive));`, { timeout: 30_000 });
    const { code, late, stderr } = result;
    assert.deepStrictEqual({ code, late, lines: result.lines }, { code: 0, late: false, lines }, stderr);
  });
}
