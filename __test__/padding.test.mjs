// A large map that empties: its index holds keys of no entry, so that the two tables are copied at different removals.
// Nobody is to notice them.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { describe, test } from './harness.mjs';
import { random, SEED } from './support/random.mjs';

const require = createRequire(import.meta.url);
const { RobustSessionMap, RobustSessionSet } = require('../index.js');
const { storeOf } = require('../lib/map.js');
const { storeOf: setStoreOf } = require('../lib/set.js');

const MANY = 70_000;
const LEAST = 2 ** 15;

/** How many keys the index holds beside those of entries. @param {any} store */
const padding = (store) => store.index.size + store.fresh.count - store.size;

/** What is really there. @param {any} map @param {number} size */
function check(map, size) {
  assert.strictEqual(map.size, size);
  assert.strictEqual(Object.getOwnPropertyDescriptor(Map.prototype, 'size').get.call(map), size);
  assert.strictEqual(map.stats().size, size);
  map.validate();
}

/** @param {any} [options] */
function full(options) {
  const map = new RobustSessionMap({ ttl: Infinity, maxSize: Infinity, ...options });
  for (let n = 0; n < MANY; n += 1) map.set(n, { n });
  return map;
}

describe('a large map that empties', () => {
  test('the index is not copied by the removal that copies the inherited table', () => {
    const map = full();
    const store = storeOf(map);
    map.shed(MANY - LEAST - 1);
    assert.strictEqual(padding(store), 0);
    check(map, LEAST + 1);
    map.shed(1); // the next one copies the inherited table
    assert.strictEqual(padding(store), 0);
    map.shed(1);
    assert.strictEqual(padding(store), 1024);
    assert.ok(store.index.size > LEAST, 'the index is copied later');
    check(map, LEAST - 1);
    map.shed(LEAST - 2000);
    assert.strictEqual(padding(store), 1024);
    check(map, 1999);
    map.close();
  });

  test('with few entries left the index has only theirs', () => {
    const map = full();
    map.shed(MANY - 1025);
    assert.strictEqual(padding(storeOf(map)), 1024);
    map.shed(2);
    assert.strictEqual(padding(storeOf(map)), 0);
    check(map, 1023);
    map.shed(1023);
    check(map, 0);
    for (let n = 0; n < 100; n += 1) map.set(n, n);
    check(map, 100);
    map.close();
  });

  test('a hundred thousand operations of all kinds beside a plain Map', () => {
    const rng = random(SEED);
    for (const options of [{}, { onRemove: () => {} }]) {
      const map = full(options);
      map.shed(MANY - LEAST + 500);
      assert.strictEqual(padding(storeOf(map)), 1024, `seed ${SEED}`);
      const plain = new Map(Map.prototype.entries.call(map));
      for (let step = 0; step < 50_000; step += 1) {
        const key = MANY - LEAST - 1000 + rng.below(LEAST + 5000);
        switch (rng.below(5)) {
          case 0:
          case 1:
            map.set(key, step);
            plain.set(key, step);
            break;
          case 2:
            assert.strictEqual(map.delete(key), plain.delete(key), `seed ${SEED}, step ${step}`);
            break;
          case 3:
            assert.strictEqual(map.get(key), plain.get(key), `seed ${SEED}, step ${step}`);
            break;
          default:
            assert.strictEqual(map.has(key), plain.has(key), `seed ${SEED}, step ${step}`);
        }
      }
      assert.deepStrictEqual([...map.keys()], [...plain.keys()], `seed ${SEED}`);
      check(map, plain.size);
      map.clear();
      assert.strictEqual(padding(storeOf(map)), 0);
      check(map, 0);
      map.close();
    }
  });

  test('a set too', () => {
    const set = new RobustSessionSet({ ttl: Infinity, maxSize: Infinity });
    for (let n = 0; n < MANY; n += 1) set.add(n);
    set.shed(MANY - LEAST + 100);
    assert.strictEqual(padding(setStoreOf(set)), 1024);
    set.add(-1);
    assert.strictEqual(set.size, LEAST - 99);
    assert.strictEqual([...set].length, LEAST - 99);
    set.validate();
    set.close();
  });

  test('one that is full and evicts has none, whatever its size', () => {
    const map = new RobustSessionMap({ ttl: Infinity, maxSize: LEAST });
    for (let n = 0; n < 2 * LEAST; n += 1) map.set(n, n);
    assert.strictEqual(padding(storeOf(map)), 0);
    check(map, LEAST);
    map.close();
  });
});
