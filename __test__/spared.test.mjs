// A large map that is due but for a few entries: the others leave in one move, the few keep their places.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { describe, test } from './harness.mjs';
import { record } from './support/journal.mjs';

const require = createRequire(import.meta.url);
const { RobustSessionMap, RobustSessionSet } = require('../index.js');
const { engineOf } = require('../lib/engine.js');
const { storeOf } = require('../lib/map.js');
const { OP, WORD } = require('../lib/protocol.js');

const N = 70_000;
const TTL = 10_000;
const sizeOf = Object.getOwnPropertyDescriptor(Map.prototype, 'size').get;

/** A clock on which each look takes some time, so that a sweep takes many slices; woken by hand. */
class SlowClock {
  time = 0;
  cost = 0;
  timers = new Set();

  now() {
    this.time += this.cost;
    return this.time;
  }

  setTimer(fn) {
    this.timers.add(fn);
    return () => this.timers.delete(fn);
  }

  /** One slice of the timer's. Answers whether there was one. */
  slice() {
    const [fn] = this.timers;
    this.timers.clear();
    fn?.();
    return fn !== undefined;
  }
}

/** A map of N entries; those whose keys are given are used later than the others, in this order. */
function filled(used, options = {}) {
  const clock = new SlowClock();
  const map = new RobustSessionMap({ ttl: TTL, maxSize: Infinity, ...options, clock });
  for (let i = 0; i < N; i += 1) map.set(i, `v${i}`);
  clock.time = TTL - 100;
  for (const key of used) map.get(key);
  const journal = record(engineOf(clock));
  clock.time = TTL;
  clock.cost = 0.2;
  return { clock, map, journal };
}

/** Slices until only so many are left, with something done after each. */
function sweep({ clock, map }, left, between = () => {}) {
  for (let slices = 0; slices < 20_000; slices += 1) {
    if (sizeOf.call(map) <= left) return slices;
    clock.slice();
    between(slices);
  }
  throw new Error(`${sizeOf.call(map)} entries are still there`);
}

/** Whether all left in one move. */
const inOneMove = (journal) => journal.filter((line) => JSON.parse(line).ctl[WORD.STATUS] === OP.SPARE).length === 1;

/** Entries as the inherited slot has them: nothing is settled by looking. */
const entriesOf = (map) => [...Map.prototype.entries.call(map)];
const pairs = (keys) => keys.map((key) => [key, `v${key}`]);

describe('the few that stay', () => {
  test('keep their order, whatever the order of their use; the others are told, least recently used first', () => {
    const told = [];
    const one = filled([60_000, 5, 333], { onRemove: (key, value, reason) => told.push([key, value, reason]) });
    sweep(one, 3);
    assert.ok(inOneMove(one.journal));
    assert.deepStrictEqual(entriesOf(one.map), pairs([5, 333, 60_000]));
    one.clock.cost = 0.0001; // the hooks take many slices, and less than what is left of the others' time
    assert.strictEqual(one.map.validate(), true);
    while (told.length < N - 3 && one.clock.slice());
    const left = [...Array(N).keys()].filter((key) => ![5, 333, 60_000].includes(key));
    assert.deepStrictEqual(told, left.map((key) => [key, `v${key}`, 'idle']));
    assert.strictEqual(one.map.stats().removed.idle, N - 3);
    one.clock.cost = 0;
    for (const key of [5, 333, 60_000]) assert.strictEqual(one.map.get(key), `v${key}`);
    one.map.set('new', 1);
    assert.deepStrictEqual([...one.map.keys()], [5, 333, 60_000, 'new']);
    assert.strictEqual(one.map.validate(), true);
    one.clock.time += TTL;
    assert.strictEqual(one.map.size, 0);
    assert.strictEqual(told.length, N + 1);
  });

  test('are those of a set, too', () => {
    const clock = new SlowClock();
    const set = new RobustSessionSet({ ttl: TTL, maxSize: Infinity, clock }, Array.from({ length: N }, (_, i) => i));
    clock.time = TTL - 1;
    for (const value of [9, 40_000, 3]) assert.ok(set.has(value));
    clock.time = TTL;
    clock.cost = 0.2;
    const size = Object.getOwnPropertyDescriptor(Set.prototype, 'size').get;
    for (let slices = 0; slices < 20_000 && size.call(set) > 3; slices += 1) clock.slice();
    clock.cost = 0;
    assert.deepStrictEqual([...set], [3, 9, 40_000]);
    assert.strictEqual(set.validate(), true);
  });

  test('may be pinned, or have limits of their own; leases go on', () => {
    const one = filled([]);
    one.clock.cost = 0;
    one.clock.time = 10;
    const lease = one.map.pin(44_444);
    one.map.touch(2, { ttl: 50_000 });
    one.clock.time = TTL;
    one.clock.cost = 0.2;
    sweep(one, 2);
    one.clock.cost = 0;
    assert.ok(inOneMove(one.journal));
    assert.deepStrictEqual(entriesOf(one.map), pairs([2, 44_444]));
    assert.strictEqual(one.map.validate(), true);
    assert.ok(lease.held);
    assert.strictEqual(one.map.stats().pinned, 1);
    one.map.delete(44_444);
    one.map.set(44_444, 'successor');
    assert.ok(!lease.held, 'a lease is not its entry’s successor’s');
    assert.strictEqual(lease.release(), false);
    const other = one.map.pin(44_444);
    assert.ok(other.release());
    one.clock.time += TTL;
    assert.deepStrictEqual([...one.map.keys()], [2]);
    assert.strictEqual(one.map.validate(), true);
  });

  test('leave one by one when they are many', () => {
    const many = Array.from({ length: 300 }, (_, i) => i * 7);
    const one = filled(many);
    sweep(one, 300);
    assert.ok(!inOneMove(one.journal));
    assert.deepStrictEqual(entriesOf(one.map), pairs(many));
    one.clock.cost = 0;
    assert.strictEqual(one.map.validate(), true);
  });
});

describe('while they are looked for', () => {
  /** What is done between the first slices, and what is there in the end. */
  const cases = {
    'a new entry comes last': [
      ({ map }) => map.set('new', 'vnew'),
      [5, 69_000, 'new'],
    ],
    'new entries come in their order, set again in their places': [
      ({ map }) => {
        map.set('a', 'va');
        map.set('b', '');
        map.set('b', 'vb');
        map.set('a', 'va');
      },
      [5, 69_000, 'a', 'b'],
    ],
    'a value is replaced': [
      ({ map }) => map.set(69_000, 'v69000'),
      [5, 69_000],
    ],
    'one leaves': [
      ({ map }) => map.delete(69_000),
      [5],
    ],
    'one leaves and comes again, behind the others': [
      ({ map }) => {
        map.delete(5);
        map.set(5, 'v5');
      },
      [69_000, 5],
    ],
    'one that was due comes again': [
      ({ map }) => map.set(100, 'v100'),
      [5, 69_000, 100],
    ],
    'all leave': [
      ({ map }) => {
        map.clear();
        map.set('z', 'vz');
      },
      ['z'],
    ],
  };

  for (const [title, [act, expected]] of Object.entries(cases)) {
    for (const after of [0, 3]) {
      test(`${title} (after slice ${after})`, () => {
        const one = filled([69_000, 5]);
        sweep(one, expected.length, (slice) => {
          if (slice !== after) return;
          one.clock.cost = 0;
          act(one);
          one.clock.cost = 0.2;
        });
        one.clock.cost = 0;
        assert.deepStrictEqual(entriesOf(one.map), pairs(expected));
        assert.strictEqual(one.map.validate(), true);
        assert.ok(title === 'all leave' || inOneMove(one.journal));
      });
    }
  }

  test('thousands of new entries end the search: those that stay are not few', () => {
    const one = filled([69_000, 5]);
    const fresh = Array.from({ length: 5_000 }, (_, i) => N + i);
    let remembered = 0;
    sweep(one, 2 + fresh.length, (slice) => {
      if (slice !== 3) return;
      one.clock.cost = 0;
      assert.notStrictEqual(storeOf(one.map).spared, null, 'they are being looked for');
      for (const key of fresh) {
        one.map.set(key, `v${key}`);
        remembered = Math.max(remembered, storeOf(one.map).spared?.come.size ?? 0);
      }
      assert.strictEqual(storeOf(one.map).spared, null);
      one.clock.cost = 0.2;
    });
    one.clock.cost = 0;
    assert.ok(remembered > 4_000 && remembered <= 4_096, `${remembered} keys were remembered`);
    assert.ok(!inOneMove(one.journal));
    assert.deepStrictEqual(entriesOf(one.map), pairs([5, 69_000, ...fresh]));
    assert.strictEqual(one.map.validate(), true);
  });

  test('the map may be closed', () => {
    const one = filled([69_000, 5]);
    one.clock.slice();
    one.map.close();
    one.clock.slice();
    assert.strictEqual(one.map.size, 0);
    assert.strictEqual(one.map.validate(), true);
  });

  test('a read that must be exact removes what is due itself', () => {
    const one = filled([69_000, 5]);
    one.clock.slice();
    assert.strictEqual(one.map.size, 2);
    assert.deepStrictEqual(entriesOf(one.map), pairs([5, 69_000]));
    one.clock.slice();
    one.clock.cost = 0;
    one.map.set('next', 'vnext');
    assert.deepStrictEqual(entriesOf(one.map), pairs([5, 69_000, 'next']));
    assert.strictEqual(one.map.validate(), true);
  });
});

describe('traffic during the search', () => {
  test('ends it at most once, and keeps nobody waiting: others of the clock have their turns', () => {
    const told = { idle: 0, other: 0 };
    const one = filled([N - 1], { onRemove: (key, value, reason) => { if (reason === 'idle') told.idle += 1; } });
    one.clock.cost = 0;
    const other = new RobustSessionMap({ ttl: 0, clock: one.clock, onRemove: () => { told.other += 1; } });
    other.set('due at once', 1);
    let id = 0;
    for (let slices = 0; slices < 40; slices += 1) {
      one.clock.cost = 0.02;
      one.clock.slice();
      one.clock.cost = 0;
      // Sessions that come and go, and more that stay than can be few.
      for (let i = 0; i < 4200; i += 1, id += 1) {
        one.map.set(`r${id}`, 1);
        if (i > 150) one.map.delete(`r${id}`);
      }
    }
    assert.strictEqual(told.other, 1);
    assert.ok(told.idle > 1000, `only ${told.idle} have left`);
    assert.strictEqual(one.map.validate(), true);
  });

  test('what has left is not remembered', () => {
    const one = filled([5, 69_000]);
    one.clock.slice();
    one.clock.cost = 0;
    for (let i = 0; i < 10_000; i += 1) {
      one.map.set(`r${i}`, 1);
      one.map.delete(`r${i}`);
    }
    one.clock.cost = 0.2;
    sweep(one, 2);
    assert.ok(inOneMove(one.journal));
    assert.deepStrictEqual(entriesOf(one.map), pairs([5, 69_000]));
  });

  test('leaves the map as quick as it was', () => {
    const { map, clock } = filled([69_000, 5]);
    clock.slice();
    const store = storeOf(map);
    assert.ok(store.spared !== null && !store.simple);
    clock.cost = 0;
    map.clear();
    assert.ok(store.spared === null && store.simple && store.plain);
  });
});

describe('iterators', () => {
  test('under way meet everyone once: the tables are not dropped under them', () => {
    const one = filled([5, 60_000]);
    one.clock.cost = 0;
    one.clock.time = TTL - 1;
    const keys = one.map.keys();
    const met = Array.from({ length: 10 }, () => keys.next().value);
    one.clock.time = TTL;
    one.clock.cost = 0.2;
    sweep(one, 2);
    assert.ok(!inOneMove(one.journal));
    one.clock.cost = 0;
    one.map.set('late', 1);
    met.push(...keys);
    assert.deepStrictEqual(met, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 60_000, 'late']);
    assert.strictEqual(one.map.validate(), true);
  });

  test('that begin while the few are looked for, too', () => {
    const one = filled([69_000, 5]);
    let keys;
    sweep(one, 2, (slice) => {
      if (slice !== 1) return;
      one.clock.cost = 0;
      // Settles what is due, and stands at the first.
      keys = one.map.keys();
      assert.strictEqual(keys.next().value, 5);
      for (let i = 0; i < 66_000; i += 1) one.map.set(`again ${i}`, 1);
      one.clock.time += TTL / 2;
      for (const key of [5, 69_000]) one.map.get(key);
      one.clock.time += TTL / 2 + 100;
      one.clock.cost = 0.2;
    });
    one.clock.cost = 0;
    assert.deepStrictEqual([...keys], [69_000]);
    assert.strictEqual(one.map.validate(), true);
  });

  test('that are done do not count', () => {
    const one = filled([5, 60_000]);
    one.clock.cost = 0;
    one.clock.time = TTL - 1;
    assert.strictEqual([...one.map].length, N);
    let count = 0;
    one.map.forEach(() => {
      count += 1;
    });
    assert.strictEqual(count, N);
    one.clock.time = TTL;
    one.clock.cost = 0.2;
    sweep(one, 2);
    assert.ok(inOneMove(one.journal));
  });
});
