// Lessons of others: who leaves to make room, and how iteration bears it. Each test names the defect and a
// public thread that tells of it.

import assert from 'node:assert';
import { describe } from '../harness.mjs';
import { random, SEED } from '../support/random.mjs';
import { KINDS, contract, exactly, keys, put, read } from '../support/scope.mjs';

describe('eviction that never ends when all is pinned', () => {
  // Eviction went round for ever while entries were pinned (arthurprs/quick-cache#98), or spent its turns on pinned
  // ones and gave up above the limit though others could go (roboflow/inference#2091).
  for (const kind of KINDS) {
    contract(`${kind}: all leased: it grows, and each call ends`, (scope) => {
      const all = scope.of(kind, { maxSize: 10 });
      for (let key = 0; key < 50; key += 1) {
        put(all, key);
        all.pin(key);
      }
      assert.deepStrictEqual([all.size, all.shed(Infinity), all.sweep(), all.stats().overflow], [50, 0, 0, 40]);
      assert.deepStrictEqual(scope.left(), []);
    });

    contract(`${kind}: all busy: each is asked once a recheck`, (scope) => {
      let asked = 0;
      const all = scope.of(kind, { maxSize: 10, isBusy: () => ++asked > 0 });
      for (let key = 0; key < 50; key += 1) put(all, key);
      all.shed(Infinity);
      all.sweep();
      assert.ok(asked <= 50, `asked ${asked} times about 50 entries`);
      assert.deepStrictEqual([all.size, scope.left()], [50, []]);
    });

    contract(`${kind}: the coldest ones leased: the next ones leave`, (scope) => {
      const all = scope.of(kind, { maxSize: 10 });
      for (let key = 0; key < 10; key += 1) {
        put(all, key);
        if (key < 7) all.pin(key);
      }
      for (let key = 10; key < 13; key += 1) put(all, key);
      assert.deepStrictEqual([scope.left(), all.size], [['7:lru', '8:lru', '9:lru'], 10]);
    });
  }

  // A sweep whose callback stored what it removed went on for ever (isaacs/node-lru-cache#209, #278).
  contract('a hook that stores again what a sweep took, due at once', (scope) => {
    let told = 0;
    const map = scope.map({ ttl: 0, onRemove: (key, value) => {
      told += 1;
      if (told < 10_000) map.set(key, value);
    } });
    for (let key = 0; key < 10; key += 1) map.set(key, key);
    map.sweep();
    assert.ok(told < 1000, `${told} hooks for ten entries`);
    told = 10_000;
  });
});

describe('a live entry evicted while an expired one stays', () => {
  // isaacs/node-lru-cache#139: at its limit the cache took the least recently used entry, though another one had
  // expired and was still stored.
  for (const kind of KINDS) {
    exactly(`${kind}: the expired one makes room`, (scope) => {
      const clock = scope.deafClock();
      const all = scope.of(kind, { maxSize: 2, clock });
      put(all, 'cold', { ttl: 400 });
      put(all, 'expired', { ttl: 100 });
      clock.advance(200);
      put(all, 'new');
      assert.deepStrictEqual([keys(all), scope.left()], [['cold', 'new'], ['expired:idle']]);
    });

    exactly(`${kind}: by weight too`, (scope) => {
      const clock = scope.deafClock();
      const all = scope.of(kind, { maxBytes: 10, clock });
      put(all, 'cold', { size: 4, ttl: 400 });
      put(all, 'expired', { size: 6, ttl: 100 });
      clock.advance(200);
      put(all, 'new', { size: 6 });
      assert.deepStrictEqual([keys(all), scope.left()], [['cold', 'new'], ['expired:idle']]);
    });
  }
});

describe('stale log records applied to a reused slot', () => {
  // Reads that are written down and carried out later meet a table that has changed: an entry evicted while it was
  // being fetched left lists and tables that disagreed (isaacs/node-lru-cache#270); an eviction that raced with an
  // update told the listener of a value that was no longer there (ben-manes/caffeine#144).
  for (const kind of KINDS) {
    contract(`${kind}: reads of an entry that was removed do not refresh the one in its place`, (scope) => {
      const all = scope.of(kind, { maxSize: 3 });
      for (const key of ['a', 'b', 'c']) put(all, key);
      read(all, 'a');
      all.delete('a');
      put(all, 'd'); // where `a` was
      read(all, 'b');
      read(all, 'c');
      put(all, 'e');
      assert.deepStrictEqual(scope.left(), ['a:delete', 'd:lru']);
    });

    contract(`${kind}: bursts of reads between removals: exactly the least recently used leaves`, (scope) => {
      const r = random(SEED);
      const all = scope.of(kind, { maxSize: 8 });
      /** The least recently used first. */
      const order = [];
      const expected = [];
      const used = (key) => {
        if (order.includes(key)) order.splice(order.indexOf(key), 1);
        order.push(key);
      };
      for (let step = 0; step < 5000; step += 1) {
        const key = r.below(14);
        if (r.chance(0.7)) {
          if (read(all, key)) used(key);
        } else if (r.chance(0.2)) {
          if (all.delete(key)) expected.push(`${order.splice(order.indexOf(key), 1)[0]}:delete`);
        } else {
          put(all, key);
          used(key);
          if (order.length > 8) expected.push(`${order.shift()}:lru`);
        }
      }
      assert.deepStrictEqual(scope.left(), expected, `seed ${SEED} (RSM_SEED=${SEED} repeats it)`);
    });
  }
});

describe('iteration that touches', () => {
  // A `get` in the loop's body moved the entry to the end of what was iterated: the loop met it again, for ever
  // (isaacs/node-lru-cache#301, #411; ckb-devrel/ccc#293). Deleting in it did the same (#212).
  for (const kind of KINDS) {
    contract(`${kind}: reading, storing and deleting in the body: each entry once`, (scope) => {
      const all = scope.of(kind);
      for (let key = 0; key < 20; key += 1) put(all, key);
      for (const body of [read, put, (each, key) => key % 2 === 0 && each.delete(key)]) {
        const before = keys(all);
        const seen = [];
        for (const key of all.keys()) {
          seen.push(key);
          assert.ok(seen.length <= 20, 'the loop does not end');
          body(all, key);
        }
        assert.deepStrictEqual(seen, before);
      }
    });

    // What a status page reads is in use for ever, if reading all is using each.
    contract(`${kind}: who lists everything keeps nothing alive and nobody recent`, (scope) => {
      const all = scope.of(kind, { ttl: 100, maxSize: 3 });
      for (const key of ['a', 'b', 'c']) put(all, key);
      for (let time = 0; time < 90; time += 30) {
        scope.advance(30);
        void [[...all], [...all.values()], all.forEach(() => {}), all.size, all.stats()];
      }
      for (const key of [...all].flat()) assert.notStrictEqual(all.peek(key), undefined);
      put(all, 'd');
      assert.deepStrictEqual(scope.left(), ['a:lru']);
      scope.clock.advance(10);
      assert.deepStrictEqual(scope.left().sort(), ['b:idle', 'c:idle']);
    });
  }
});
