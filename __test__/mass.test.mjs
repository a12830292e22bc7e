// A whole large map that is due at once leaves in one move: the tables go whole, the hooks run in slices.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { describe, test } from './harness.mjs';

const require = createRequire(import.meta.url);
const { RobustSessionMap, RobustSessionSet } = require('../index.js');
const { ManualClock, nativeUsage } = require('../testing.js');

const N = 5000;
const TTL = 1000;

function filled(options, n = N) {
  const clock = options.clock ?? new ManualClock();
  const map = new RobustSessionMap({ ttl: TTL, maxSize: Infinity, ...options, clock });
  for (let i = 0; i < n; i += 1) map.set(i, `v${i}`);
  return { clock, map };
}

const sizeOf = Object.getOwnPropertyDescriptor(Map.prototype, 'size').get;

describe('a whole map that is due', () => {
  test('leaves on the timer, told least recently used first, once each', () => {
    const told = [];
    const { clock, map } = filled({ onRemove: (key, value, reason) => told.push([key, value, reason]) });
    map.get(7);
    clock.advance(TTL);
    assert.strictEqual(sizeOf.call(map), 0);
    const order = [...Array(N).keys()].filter((i) => i !== 7).concat([7]);
    assert.deepStrictEqual(told, order.map((i) => [i, `v${i}`, 'idle']));
    assert.strictEqual(map.stats().removed.idle, N);
    assert.strictEqual(map.validate(), true);
  });

  test('leaves by age alike', () => {
    const { clock, map } = filled({ ttl: Infinity, maxAge: 500 });
    clock.advance(500);
    assert.strictEqual(sizeOf.call(map), 0);
    assert.strictEqual(map.stats().removed.age, N);
    assert.strictEqual(map.validate(), true);
  });

  test('is empty to a read before any timer, and can be filled again at once', () => {
    let t = 0;
    const told = [];
    const clock = { now: () => t, setTimer: () => () => {} };
    const { map } = filled({ clock, onRemove: (key, _, reason) => told.push(`${key} ${reason}`) });
    t = TTL;
    assert.strictEqual(map.get(3), undefined);
    assert.strictEqual(map.size, 0);
    assert.strictEqual(told.length, N);
    map.set(3, 'again');
    assert.deepStrictEqual([...map], [[3, 'again']]);
    assert.strictEqual(map.validate(), true);
  });

  test('keeps an iteration that is under way right', () => {
    const { clock, map } = filled({});
    const keys = map.keys();
    assert.strictEqual(keys.next().value, 0);
    clock.advance(TTL);
    map.set('new', 1);
    assert.deepStrictEqual([...keys], ['new']);
  });

  test('gives its native memory back', () => {
    const { clock, map } = filled({}, 100_000);
    const before = nativeUsage().bytes;
    clock.advance(TTL);
    map.set('one', 1);
    map.close();
    assert.ok(before - nativeUsage().bytes > 100_000 * 24, `${before} → ${nativeUsage().bytes} bytes`);
  });

  test('does not leave whole when one entry may refuse, or lives longer', () => {
    const { clock, map } = filled({});
    map.set('long', 1, { ttl: 2 * TTL });
    const lease = map.pin(5);
    clock.advance(TTL);
    assert.deepStrictEqual([...map.keys()], [5, 'long']);
    assert.strictEqual(map.validate(), true);
    lease.release();
    assert.deepStrictEqual([...map.keys()], ['long']);
  });

  test('a set alike', () => {
    const clock = new ManualClock();
    const told = [];
    const set = new RobustSessionSet({ clock, ttl: TTL, maxSize: Infinity, onRemove: (value) => told.push(value) });
    for (let i = 0; i < N; i += 1) set.add(i);
    clock.advance(TTL);
    assert.deepStrictEqual(told, [...Array(N).keys()]);
    assert.strictEqual(set.validate(), true);
  });
});

/** A clock on which each hook takes 1 ms, and whose timers fire when asked to. */
function slowClock() {
  const clock = {
    t: 0,
    timers: [],
    now: () => clock.t,
    setTimer(fn, ms) {
      const timer = { fn, at: clock.t + ms };
      clock.timers.push(timer);
      return () => {
        clock.timers = clock.timers.filter((other) => other !== timer);
      };
    },
    fire() {
      const [first] = clock.timers.sort((a, b) => a.at - b.at);
      clock.timers = clock.timers.filter((other) => other !== first);
      clock.t = Math.max(clock.t, first.at);
      first.fn();
    },
  };
  return clock;
}

describe('hooks of what left together', () => {
  test('run in slices of the sweep budget, each entry once', () => {
    const clock = slowClock();
    const told = [];
    const { map } = filled({ clock, onRemove: (key) => {
      clock.t += 1;
      told.push(key);
    } });
    clock.fire();
    assert.strictEqual(sizeOf.call(map), 0, 'the entries have left');
    assert.ok(told.length >= 1 && told.length <= 5, `${told.length} hooks in the first slice`);
    const first = told.length;
    clock.fire();
    assert.ok(told.length > first && told.length <= 2 * first + 1, `${told.length} after the second`);
    let slices = 2;
    for (; told.length < N; slices += 1) clock.fire();
    assert.ok(slices > N / 6, `${slices} slices`);
    assert.deepStrictEqual(told, [...Array(N).keys()]);
    assert.strictEqual(map.validate(), true);
  });

  test('an exact read runs them all; so do clear and close, before their own', () => {
    for (const [name, finish] of Object.entries({ size: (m) => m.size, clear: (m) => m.clear(), close: (m) => m.close() })) {
      const clock = slowClock();
      const told = [];
      const { map } = filled({ clock, onRemove: (key, _, reason) => {
        clock.t += 0.5;
        told.push(reason);
      } });
      clock.fire();
      assert.ok(told.length < 20);
      map.set('late', 1);
      finish(map);
      assert.strictEqual(told.filter((reason) => reason === 'idle').length, N, name);
      assert.deepStrictEqual(told.slice(N), name === 'size' ? [] : [name]);
      assert.strictEqual(map.validate(), true);
    }
  });

  test('may come back into the map', () => {
    const clock = slowClock();
    const ran = [];
    const { map } = filled({ clock, onRemove: (key) => {
      clock.t += 0.1;
      ran.push(key);
      if (key < 10) map.set(`again ${key}`, key);
      if (key === 3) assert.ok(map.size >= 4);
    } }, 1200);
    while (ran.length < 1200) clock.fire();
    assert.deepStrictEqual([...map.values()], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.strictEqual(map.validate(), true);
  });
});

describe('a hook that closes its map while hooks of what left together are still to run', () => {
  for (const when of ['first', 'later']) {
    test(`${when}: each hook runs once, and other maps go on`, () => {
      let t = 0;
      const clock = { now: () => t, setTimer: () => () => {} };
      const other = new RobustSessionMap({ clock });
      other.set('kept', 1);
      const told = [];
      const map = new RobustSessionMap({ ttl: 10, maxSize: Infinity, clock, onRemove: (key) => {
        told.push(key);
        if (told.length === (when === 'first' ? 1 : 700)) map.close();
      } });
      for (let i = 0; i < 3000; i += 1) map.set(i, i);
      t = 10;
      assert.strictEqual(map.size, 0);
      assert.deepStrictEqual(told, [...Array(3000).keys()]);
      assert.strictEqual(other.get('kept'), 1);
      assert.strictEqual(new RobustSessionMap({ clock }).set(1, 1).size, 1);
      assert.strictEqual(map.validate() && other.validate(), true);
    });
  }

  test('the start of an iteration runs the hooks too', () => {
    let t = 0;
    const told = [];
    const clock = { now: () => t, setTimer: () => () => {} };
    const { map } = filled({ clock, onRemove: (key) => told.push(key) });
    t = TTL;
    map.keys();
    assert.strictEqual(told.length, N);
  });
});

describe('a burst', () => {
  test('falls due in a burst: the sweep waits for its rest, and reads do not', () => {
    const clock = new ManualClock();
    const map = new RobustSessionMap({ ttl: TTL, maxSize: Infinity, clock });
    const half = 65_536;
    for (let i = 0; i < half; i += 1) map.set(i, i);
    clock.advance(100);
    for (let i = half; i < 2 * half; i += 1) map.set(i, i);
    clock.advance(TTL - 100);
    assert.strictEqual(sizeOf.call(map), 2 * half, 'the timer waits: the rest is due within a second');
    assert.strictEqual(map.get(1), undefined);
    assert.strictEqual(map.has(half - 1), false);
    assert.strictEqual(map.peek(half), half);
    assert.strictEqual(map.size, half, 'an exact read removes what is due');
    clock.advance(100);
    assert.strictEqual(sizeOf.call(map), 0);
    assert.strictEqual(map.validate(), true);
  });
});
