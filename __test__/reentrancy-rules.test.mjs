// What callbacks may do in the middle of an operation, rule by rule: close the map, store in it, read it.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { describe, test } from './harness.mjs';
import { audit } from './support/state.mjs';

const require = createRequire(import.meta.url);
const { RobustSessionMap, RobustSessionSet, SessionClosedError } = require('../index.js');
const { ManualClock } = require('../testing.js');
const { engineOf } = require('../lib/engine.js');

const held = Object.getOwnPropertyDescriptor(Map.prototype, 'size').get;

describe('a map closed by a callback of set stores nothing', () => {
  for (const Type of [RobustSessionMap, RobustSessionSet]) {
    const add = (all, key) => (all instanceof Map ? all.set(key, key) : all.add(key));
    const options = {
      sizeOf: { maxBytes: 10, sizeOf: () => 1 },
      isBusy: { maxSize: 2, isBusy: () => false },
      'isBusy of a due entry': { maxSize: 5, ttl: 10, isBusy: () => false },
    };
    for (const [name, given] of Object.entries(options)) {
      for (const again of ['new', 'a']) {
        if (name === 'isBusy' && again === 'a') continue; // nobody is asked: no room is needed
        test(`${Type.name}: ${name}, ${again === 'a' ? 'an existing' : 'a new'} key`, () => {
          let now = 0;
          let armed = false;
          const removed = [];
          const callback = given.sizeOf === undefined ? 'isBusy' : 'sizeOf';
          const all = new Type({
            ...given,
            clock: { now: () => now, setTimer: () => () => {} },
            onRemove: (key, value, reason) => void removed.push(`${key} ${reason}`),
            [callback]: () => (armed && all.close(), callback === 'sizeOf' ? 1 : false),
          });
          add(all, 'a');
          add(all, 'b');
          armed = true;
          if (given.ttl !== undefined) {
            now = 10;
            if (again === 'new') all.touch('b', { ttl: 0 });
          }
          const store = () => (given.ttl !== undefined && again === 'new' ? all.size : 0, add(all, again));
          assert.throws(store, SessionClosedError);
          assert.deepStrictEqual([all.size, [...all], all.stats().closed], [0, [], true]);
          assert.strictEqual((all instanceof Map ? Map : Set).prototype.has.call(all, again), false);
          assert.deepStrictEqual(removed.map((one) => one.split(' ')[0]).sort(), ['a', 'b']);
          audit(all);
        });
      }
    }
  }
});

describe('hooks queue, they do not nest', () => {
  test('what a hook removes comes behind what is waiting, at depth one', () => {
    const order = [];
    let depth = 0;
    const map = new RobustSessionMap({
      clock: new ManualClock(),
      onRemove(key, value, reason) {
        depth += 1;
        order.push(`${key} ${reason} ${depth}`);
        if (key === 'a') map.set('x', 1).delete('x');
        if (key === 'b') map.clear();
        depth -= 1;
      },
    });
    for (const key of 'abc') map.set(key, key);
    map.clear();
    assert.deepStrictEqual(order, ['a clear 1', 'b clear 1', 'c clear 1', 'x delete 1']);
    audit(map);
  });

  test('a chain of 50,000 removals, each caused by the last, needs no deep stack', () => {
    let hooks = 0;
    const map = new RobustSessionMap({ maxSize: Infinity, clock: new ManualClock(), onRemove: (key) => (hooks += 1, map.delete(key + 1)) });
    for (let n = 0; n < 50_000; n += 1) map.set(n, n);
    map.delete(0);
    assert.deepStrictEqual([hooks, map.size], [50_000, 0]);
    audit(map);
  });

  test('what hooks of clear add stays; what hooks of close add is refused', () => {
    const errors = [];
    const map = new RobustSessionMap({
      clock: new ManualClock(),
      onRemove: (key, value, reason) => void (map.set(`${key} ${reason}`, 1)),
      onError: (error, { key }) => errors.push([error.constructor, key]),
    });
    map.set('a', 1).set('b', 2).clear();
    assert.deepStrictEqual([...map.keys()], ['a clear', 'b clear']);
    audit(map);
    map.close();
    assert.deepStrictEqual(errors, [[SessionClosedError, 'a clear'], [SessionClosedError, 'b clear']]);
    assert.strictEqual(map.size, 0);
    audit(map);
  });

  test('two maps that empty each other come to rest', () => {
    const clock = new ManualClock();
    const calls = [];
    const left = new RobustSessionMap({ clock, onRemove: (key) => (calls.push(`left ${key}`), right.delete(key)) });
    const right = new RobustSessionMap({ clock, onRemove: (key) => (calls.push(`right ${key}`), left.clear()) });
    for (const key of 'abc') {
      left.set(key, 1);
      right.set(key, 1);
    }
    left.delete('b');
    assert.deepStrictEqual(calls, ['left b', 'right b', 'left a', 'right a', 'left c', 'right c']);
    assert.deepStrictEqual([left.size, right.size], [0, 0]);
    audit(left);
    audit(right);
  });
});

describe('isBusy that reads its own map does not ask about all others, one within the other', () => {
  for (const [name, reads] of Object.entries({
    size: (map) => map.size,
    iteration: (map) => [...map.keys()].length,
    stats: (map) => map.stats().size,
    sweep: (map) => map.sweep(),
    shed: (map) => map.shed(1),
    'get of all': (map, n) => {
      for (let key = 0; key < n; key += 97) map.get(key);
    },
    'set of a new key': (map) => map.set({}, 1),
  })) {
    for (const time of ['exact', 'cached']) {
      test(`${name} [${time} clock]`, () => {
        const clock = new ManualClock();
        engineOf(clock).exact = time === 'exact';
        const many = 5000;
        let depth = 0;
        let deepest = 0;
        const asked = new Map();
        const map = new RobustSessionMap({
          clock,
          ttl: 100,
          maxSize: Infinity,
          isBusy: (value, key) => {
            asked.set(key, (asked.get(key) ?? 0) + 1);
            depth += 1;
            deepest = Math.max(deepest, depth);
            reads(map, many);
            depth -= 1;
            return false;
          },
        });
        for (let key = 0; key < many; key += 1) map.set(key, 1);
        clock.advance(100);
        map.sweep();
        assert.ok(deepest <= 16, `${deepest} deep`);
        assert.ok([...asked.values()].every((times) => times === 1), 'each once');
        audit(map);
        clock.advance(10_000);
        // What the questions read or added has been used since.
        const rest = [...map.keys()].filter((key) => typeof key === 'number' && key % 97 !== 0);
        assert.deepStrictEqual(rest, [], 'and all went in the end');
        map.close();
      });
    }
  }

  test('what it stores beyond maxSize is made room for when the question is answered', () => {
    const map = new RobustSessionMap({
      clock: new ManualClock(),
      maxSize: 3,
      isBusy: (value, key) => {
        if (typeof key === 'string') map.set({}, 1);
        return false;
      },
    });
    for (const key of ['a', 'b', 'c', 'd', 'e']) {
      map.set(key, 1);
      assert.ok(held.call(map) <= 4, `${held.call(map)} entries`);
      audit(map);
    }
    assert.strictEqual(map.size, 3);
  });
});
