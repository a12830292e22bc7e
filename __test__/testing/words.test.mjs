// What a leak test says of growth: units, signs, and which structures grew.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { describe, test } from '../harness.mjs';

const require = createRequire(import.meta.url);
const { bytes, signed, structure } = require('../../lib/testing/words.js');
const { growthOf } = require('../../lib/testing/structures.js');

const of = (name, given) => ({ kind: 'map', name, structures: 0, entries: 0, bytes: 0, nativeBytes: 0, ...given });

describe('words', () => {
  test('sizes have the unit that fits, and a sign where asked or below zero', () => {
    assert.deepStrictEqual([0, 999, 9999, 10_000, 12_345_678].map((size) => bytes(size)), ['0 B', '999 B', '9,999 B', '10 KB', '12.3 MB']);
    assert.deepStrictEqual([5, -5, -20_000, -0.2].map(signed), ['+5 B', '−5 B', '−20 KB', '+0 B']);
  });

  test('of a structure only what changed is told', () => {
    assert.strictEqual(structure(of('a b', { entries: 1.5, bytes: -10 })), 'map "a b": +1.5 entries, −10 B a round');
    assert.strictEqual(structure(of('c', { structures: -1, nativeBytes: 30_000 })), 'map "c": −1 structures, +30 KB native a round');
  });

  test('growth is told by round, of what grew only, the heaviest first', () => {
    const before = new Map([['map old', of('old', { structures: 1, entries: 10, bytes: 100 })], ['map same', of('same', { structures: 1, entries: 5 })]]);
    const after = new Map([
      ['map old', of('old', { structures: 1, entries: 30, bytes: 500 })],
      ['map same', of('same', { structures: 1, entries: 5 })],
      ['map few', of('few', { structures: 4, entries: 2 })],
      ['map many', of('many', { structures: 2, entries: 8 })],
      ['map more', of('more', { structures: 8, entries: 2 })],
      ['map native', of('native', { nativeBytes: 4000 })],
    ]);
    assert.deepStrictEqual(growthOf(before, after, 2), [
      of('native', { nativeBytes: 2000 }),
      of('old', { entries: 10, bytes: 200 }),
      of('many', { structures: 1, entries: 4 }),
      of('more', { structures: 4, entries: 1 }),
      of('few', { structures: 2, entries: 1 }),
    ]);
  });
});
