// The harness itself: that a collection really collects, and that a living object stays.

import assert from 'node:assert/strict';
import { collected, describe, gc, test } from './harness.mjs';

describe('the test harness', () => {
  test('collects what nobody holds', async () => {
    const refs = Array.from({ length: 50 }, () => new WeakRef({ payload: Array.from({ length: 100 }) }));
    gc();
    // Bun scans its stack conservatively: one or two may be seen there by chance.
    assert.ok((await collected(refs)) >= 48);
  });

  test('keeps what somebody holds', async () => {
    const held = [{}, {}, {}];
    assert.equal(await collected(held.map((object) => new WeakRef(object))), 0);
    assert.equal(held.length, 3);
  });

  test('refuses tests that take parameters', () => {
    assert.throws(() => test('with a parameter', (context) => context), TypeError);
  });
});
