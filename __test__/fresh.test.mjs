// Entries that took an evicted one's place and are not in the index yet: found, moved there, pushed there
// and evicted, whatever their keys are. The reference is a plain Map that keeps its order by use.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { describe, test } from './harness.mjs';
import { random, SEED } from './support/random.mjs';

const require = createRequire(import.meta.url);
const { RobustSessionMap, RobustSessionSet } = require('../index.js');
const { storeOf } = require('../lib/map.js');

/** Makers of keys; `same` are equal wherever the hash looks. @type {Record<string, (n: number) => any>} */
const kinds = {
  ids: (n) => `ses_${(n * 7919).toString(36).padStart(12, '0')}`,
  'one hash for all': (n) => `key-${String(n).padStart(4, '0')}-of-many-that-end-alike`,
  counters: (n) => `session-${n}`,
  short: (n) => String.fromCharCode(33 + (n % 60)).repeat(n % 4) + (n >> 2),
  'beyond ASCII': (n) => `\ud800${n}\u{1f600}${'ü'.repeat(n % 9)}`,
  integers: (n) => n - 100,
  'large integers': (n) => 1.7e12 + n * 2 ** 32,
  fractions: (n) => n / 8,
  odd: (n) => [NaN, 0, -0, Infinity, -Infinity, undefined, null, true, '', 1n, 2 ** 31, -(2 ** 31)][n % 12],
};
const objects = new Map();
kinds.objects = (n) => {
  if (!objects.has(n)) objects.set(n, [Symbol(n), { n }, () => n][n % 3]);
  return objects.get(n);
};
kinds.mixed = (n) => Object.values(kinds)[n % 10](n >> 2);

/** A map of at most `most` entries, by use: what it should do. */
class Reference extends Map {
  constructor(most) {
    super();
    this.most = most;
  }

  use(key) {
    const value = super.get(key);
    if (!this.has(key)) return undefined;
    this.delete(key);
    super.set(key, value);
    return value;
  }

  store(key, value) {
    this.delete(key);
    super.set(key, value);
    if (this.size > this.most) this.delete(this.keys().next().value);
  }
}

const byText = (a, b) => (String(a[1]) < String(b[1]) ? -1 : 1);

/** As a hash table sees keys. @param {Map<any, any>} map */
const content = (map) => [...map.entries()].sort(byText);

describe('fresh entries', () => {
  for (const [kind, key] of Object.entries(kinds)) {
    for (const [most, hooked] of [[8, false], [40, false], [300, false], [40, true]]) {
      test(`${kind}, ${most} at most${hooked ? ', with a hook' : ''}`, () => {
        const seed = SEED + most;
        const r = random(seed);
        const gone = [];
        const map = new RobustSessionMap({ ttl: 3_600_000, maxSize: most, ...hooked && { onRemove: (_, value) => gone.push(value) } });
        const reference = new Reference(most);
        let stored = 0;
        for (let step = 0; step < 3000; step += 1) {
          // Mostly streams of new keys, else nothing stays fresh; now and then a look at an old one.
          const at = r.chance(0.7) ? step % (most * 3) : r.below(most * 3);
          const k = key(at);
          const what = r.below(100);
          if (what < 80) {
            map.set(k, (stored += 1));
            reference.store(k, stored);
          } else if (what < 86) {
            assert.strictEqual(map.get(k), reference.use(k), `seed ${seed}`);
          } else if (what < 90) {
            assert.strictEqual(map.has(k), reference.has(k), `seed ${seed}`);
          } else if (what < 94) {
            assert.strictEqual(map.delete(k), reference.delete(k), `seed ${seed}`);
          } else if (what < 97) {
            assert.strictEqual(map.peek(k), reference.get(k), `seed ${seed}`);
          } else if (what === 97) {
            assert.strictEqual(map.touch(k), reference.has(k), `seed ${seed}`);
            reference.use(k);
          } else if (what === 98) {
            const count = r.below(4);
            map.shed(count);
            for (const old of [...reference.keys()].slice(0, count)) reference.delete(old);
          } else if (r.chance(0.1)) {
            map.clear();
            reference.clear();
          }
          if (step % 100 === 0) {
            assert.strictEqual(map.validate(), true);
            assert.deepStrictEqual(content(map), content(reference), `seed ${seed}`);
          }
        }
        assert.strictEqual(map.validate(), true);
        assert.deepStrictEqual(content(map), content(reference), `seed ${seed}`);
        assert.strictEqual(map.size, reference.size);
        if (hooked) assert.strictEqual(new Set(gone).size, gone.length, 'each value once');
      });
    }
  }

  test('they are what most of a map is through which keys stream', () => {
    const map = new RobustSessionMap({ maxSize: 1000 });
    for (let n = 0; n < 5000; n += 1) map.set(kinds.ids(n), n);
    const store = storeOf(map);
    assert.ok(store.fresh.count > 800, `${store.fresh.count} of 1000`);
    assert.strictEqual(store.fresh.count + store.index.size, 1000);
    for (let n = 4000; n < 5000; n += 1) assert.strictEqual(map.get(kinds.ids(n)), n);
    assert.strictEqual(store.fresh.count, 0, 'all were asked for');
    assert.strictEqual(map.validate(), true);
  });

  test('a large map looks at more of the key: ids that end alike do not all want the same cells', () => {
    const id = (n) => `k${n.toString(36).padStart(7, '0')}xyz`;
    const map = new RobustSessionMap({ maxSize: 6000 });
    for (let n = 0; n < 20_000; n += 1) map.set(id(n), n);
    const { fresh, index } = storeOf(map);
    assert.ok(fresh.count > 1000, `${fresh.count} of 6000`);
    assert.strictEqual(fresh.count + index.size, 6000);
    assert.strictEqual(map.validate(), true);
    for (let n = 14_000; n < 20_000; n += 1) assert.strictEqual(map.get(id(n)), n);
    assert.strictEqual(map.get(id(13_999)), undefined);
    assert.strictEqual(map.validate(), true);
  });

  test('a set has them too', () => {
    const set = new RobustSessionSet({ maxSize: 50 });
    for (let n = 0; n < 500; n += 1) set.add(kinds.ids(n));
    assert.deepStrictEqual([...set], Array.from({ length: 50 }, (_, n) => kinds.ids(450 + n)));
    assert.ok(set.has(kinds.ids(470)) && !set.has(kinds.ids(449)));
    assert.ok(set.delete(kinds.ids(480)) && !set.delete(kinds.ids(480)));
    assert.strictEqual(set.size, 49);
    assert.strictEqual(set.validate(), true);
  });

  test('an entry whose slot came with an overflow goes to the index', () => {
    const map = new RobustSessionMap({ maxSize: 10 });
    for (let n = 0; n < 20; n += 1) map.set(n, n);
    const leases = Array.from({ length: 10 }, (_, n) => map.pin(n + 10));
    for (let n = 20; n < 30; n += 1) leases.push(map.pin(map.set(n, n) && n));
    for (const lease of leases) lease.release();
    assert.strictEqual(map.size, 10);
    for (let n = 30; n < 90; n += 1) {
      map.set(n, n);
      assert.strictEqual(map.validate(), true);
    }
    assert.deepStrictEqual([...map.values()], Array.from({ length: 10 }, (_, n) => n + 80));
  });

  test('-0 is stored as 0, and found by both', () => {
    const gone = [];
    const map = new RobustSessionMap({ maxSize: 8, onRemove: (key) => gone.push(key) });
    for (let n = 1; n <= 20; n += 1) map.set(n, n);
    map.set(-0, 'zero');
    map.set(21, 21);
    assert.ok([...map.keys()].some((key) => Object.is(key, 0)));
    assert.strictEqual(map.get(0), 'zero');
    assert.strictEqual(map.get(-0), 'zero');
    map.delete(-0);
    assert.ok(Object.is(gone.at(-1), 0));
    assert.strictEqual(map.validate(), true);
  });
});
