// Rule 8, continued: the timer that wakes the maps, and its budget.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { describe, test } from '../harness.mjs';
import { onFakeHost } from '../support/fake-host.mjs';
import { HandClock } from '../support/hand-clock.mjs';
import { audit } from '../support/state.mjs';

const require = createRequire(import.meta.url);
const { RobustSessionMap } = require('../../index.js');
const { ManualClock } = require('../../testing.js');

const LONGEST_DELAY = 2 ** 31 - 1;
const held = Object.getOwnPropertyDescriptor(Map.prototype, 'size').get;

describe('the timer is armed for what is due next', () => {
  test('a fired timer that finds nothing due re-arms for at least 1 ms', () => {
    const clock = new HandClock();
    const map = new RobustSessionMap({ ttl: 10, clock });
    map.set('k', 1);
    for (const early of [9.2, 9.9, 9.99, 9.9999]) {
      clock.time = early;
      clock.fire();
      assert.strictEqual(held.call(map), 1);
      assert.strictEqual(clock.timers.length, 1);
    }
    assert.ok(clock.delays.every((ms) => ms >= 1), String(clock.delays));
    clock.time = 10.9;
    clock.fire();
    assert.strictEqual(held.call(map), 0);
    assert.strictEqual(clock.timers.length <= 1, true);
    audit(map);
  });

  test('the default timer too: whole milliseconds, not before the deadline, unreferenced', () => {
    onFakeHost((library, host) => {
      const map = new library.RobustSessionMap({ ttl: 10.25 });
      map.set('k', 1);
      map.sweep();
      const wake = host.last();
      assert.strictEqual(wake.at, 11);
      assert.strictEqual(wake.referenced, false);
      host.time = 10;
      host.fire(wake);
      assert.strictEqual(held.call(map), 1);
      assert.ok(host.delays.every((ms) => ms >= 1 && Number.isInteger(ms)), String(host.delays));
      host.advance(2);
      assert.strictEqual(held.call(map), 0);
      audit(map);
    });
  });

  test('an earlier deadline brings it forward, and there is only one', () => {
    const clock = new HandClock();
    const maps = [1000, 500, 2000].map((ttl) => new RobustSessionMap({ ttl, clock }).set('k', 1));
    assert.deepStrictEqual(clock.timers.map(({ at }) => at), [500]);
    maps[2].set('l', 1, { ttl: 20 });
    assert.deepStrictEqual(clock.timers.map(({ at }) => at), [20]);
    for (const map of maps) audit(map);
  });

  test('delays over 2^31 - 1 ms are clamped and armed again on the way', () => {
    onFakeHost((library, host) => {
      const gone = [];
      const ttl = 5 * LONGEST_DELAY + 17;
      const map = new library.RobustSessionMap({ ttl, onRemove: (key, value, reason) => gone.push([host.time, reason]) });
      map.set('k', 1);
      map.sweep();
      host.advance(ttl - 1);
      assert.deepStrictEqual(gone, []);
      host.advance(1);
      assert.deepStrictEqual(gone, [[ttl, 'idle']]);
      assert.ok(host.delays.every((ms) => ms <= LONGEST_DELAY));
      assert.ok(host.delays.length < 20, `${host.delays.length} timers`);
      audit(map);
    });
  });

  test('without a deadline no wake-up is asked for', () => {
    const clock = new ManualClock();
    const map = new RobustSessionMap({ ttl: Infinity, clock });
    map.set('k', 1).get('k');
    map.sweep();
    assert.strictEqual(clock.pending, 0);
    audit(map);
  });

  test('it is armed again when a sweep meets a clock or a hook that throws', () => {
    const clock = new HandClock();
    const errors = [];
    const map = new RobustSessionMap({
      ttl: 10,
      clock,
      onRemove() {
        throw new Error('hook');
      },
      onError: (error) => errors.push(error.message),
    });
    const { emitWarning } = process;
    process.emitWarning = (error) => errors.push(error.message);
    try {
      map.set('a', 1).set('b', 2);
      clock.time = 10;
      const { now } = clock;
      clock.now = () => {
        clock.now = now; // throws once
        throw new Error('clock');
      };
      clock.fire();
      assert.deepStrictEqual(errors, ['clock']);
      assert.strictEqual(clock.timers.length, 1);
      clock.fire();
      assert.deepStrictEqual(errors, ['clock', 'hook', 'hook']);
      map.set('c', 3);
      assert.strictEqual(clock.timers.length, 1);
    } finally {
      process.emitWarning = emitWarning;
    }
    audit(map);
  });

  test('a real timer ends an entry on its own, and not early', async () => {
    const started = performance.now();
    const map = new RobustSessionMap({ ttl: 30, onRemove: (key, value, reason) => resolve([key, value, reason]) });
    let resolve;
    const removed = new Promise((fulfil) => {
      resolve = fulfil;
    });
    map.set('k', 'v');
    // The library's timers do not keep a process alive.
    const keeper = setTimeout(() => resolve('too late'), 10_000);
    assert.deepStrictEqual(await removed, ['k', 'v', 'idle']);
    clearTimeout(keeper);
    const took = performance.now() - started;
    assert.ok(took >= 30 && took < 5000, `${took} ms`);
    assert.strictEqual(held.call(map), 0);
    audit(map);
    map.close();
  });
});

describe("the timer's sweep has a budget of 4 ms", () => {
  /** Ten entries due at 10, each removal or question costing `cost`; returns how many were left after each firing. */
  function left(cost, options, maps = 1) {
    const clock = new HandClock();
    const all = [];
    const spend = () => {
      clock.time += cost;
    };
    for (let m = 0; m < maps; m += 1) {
      const map = new RobustSessionMap({ ttl: 10, clock, ...options(spend) });
      for (let n = 0; n < 10 / maps; n += 1) map.set(n, n);
      all.push(map);
    }
    clock.time = 10;
    const found = [];
    while (clock.timers.length > 0 && found.length < 50) {
      clock.fire();
      const there = all.reduce((sum, map) => sum + held.call(map), 0);
      if (there !== found.at(-1)) found.push(there);
      clock.time += 1; // the macrotask
    }
    for (const map of all) audit(map);
    assert.ok(clock.delays.every((ms) => ms >= 1));
    return found;
  }

  test('hooks included: it stops after the one that used it up, and goes on in the next macrotask', () => {
    assert.deepStrictEqual(left(1.5, (spend) => ({ onRemove: spend })), [7, 4, 1, 0]);
  });

  test('at least one entry leaves each time, however slow its hook', () => {
    assert.deepStrictEqual(left(1000, (spend) => ({ onRemove: spend })), [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
  });

  test('isBusy included', () => {
    assert.deepStrictEqual(left(2, (spend) => ({ isBusy: () => void spend() })), [8, 6, 4, 2, 0]);
  });

  test('isBusy included, also where nothing leaves: the rest is asked in the next macrotask', () => {
    const clock = new HandClock();
    let asked = 0;
    const isBusy = () => {
      asked += 1;
      clock.time += 1.5;
      return true;
    };
    const map = new RobustSessionMap({ ttl: 10, clock, isBusy });
    for (let n = 0; n < 10; n += 1) map.set(n, n);
    clock.time = 10;
    const found = [];
    while (asked < 10 && found.length < 50) {
      clock.fire();
      found.push(asked);
    }
    assert.deepStrictEqual(found, [3, 6, 9, 10]);
    assert.strictEqual(held.call(map), 10);
    audit(map);
  });

  test('it is shared by all maps of a clock', () => {
    assert.deepStrictEqual(left(2, (spend) => ({ onRemove: spend }), 5), [8, 6, 4, 2, 0]);
  });

  test('within it all goes at once', () => {
    assert.deepStrictEqual(left(0, (spend) => ({ onRemove: spend })), [0]);
    assert.deepStrictEqual(left(0.4, (spend) => ({ onRemove: spend })), [0]);
  });

  test('without callbacks the clock is looked at now and then', () => {
    const clock = new HandClock();
    const map = new RobustSessionMap({ ttl: 10, maxSize: Infinity, clock });
    map.set('other', 0, { ttl: 1e6 }); // or the whole map would leave in one move
    for (let n = 0; n < 5000; n += 1) map.set(n, n);
    const { now } = clock;
    clock.time = 10;
    clock.now = () => (clock.time += 0.5, now.call(clock)); // half a millisecond from look to look
    clock.fire();
    clock.now = now;
    const gone = 5001 - held.call(map);
    assert.ok(gone > 0 && gone < 2500, `${gone} left at a stretch`);
    assert.strictEqual(clock.timers.length, 1);
    assert.strictEqual(map.size, 1);
    audit(map);
  });

  test('other work gets its turn before it goes on', () => {
    onFakeHost((library, host) => {
      const order = [];
      const map = new library.RobustSessionMap({
        ttl: 10,
        onRemove(key) {
          order.push(key);
          host.time += 5;
        },
      });
      for (const key of ['a', 'b', 'c']) map.set(key, 1);
      map.sweep();
      host.time = 10;
      host.fire(host.last());
      order.push('other work');
      assert.deepStrictEqual(order, ['a', 'other work']);
      host.advance(12);
      assert.deepStrictEqual(order, ['a', 'other work', 'b', 'c']);
      audit(map);
    });
  });

  test('a hook that adds what is due at once cannot keep it going, even if time stands still', () => {
    const clock = new ManualClock();
    let hooks = 0;
    const map = new RobustSessionMap({
      ttl: 10,
      clock,
      onRemove(key) {
        hooks += 1;
        if (hooks < 100_000) map.set(key, hooks, { ttl: 0 });
      },
    });
    map.set('k', 1);
    clock.advance(20);
    assert.ok(hooks >= 1 && hooks < 100, `${hooks} hooks`);
    map.delete('k');
    audit(map);
  });
});

describe('a clock that cannot be trusted with timers', () => {
  /** Runs `fn` and returns the messages that went to `process.emitWarning`. */
  function warnings(fn) {
    const told = [];
    const { emitWarning } = process;
    process.emitWarning = (warning) => void told.push(warning.message ?? warning);
    try {
      fn();
    } finally {
      process.emitWarning = emitWarning;
    }
    return told;
  }

  test('setTimer throws: the operation is done whole, told once, and a later one is armed', () => {
    const clock = new HandClock();
    const { setTimer } = HandClock.prototype;
    clock.setTimer = () => {
      throw new Error('no timers today');
    };
    const map = new RobustSessionMap({ ttl: 100, clock });
    const told = warnings(() => {
      map.set('a', 1);
      audit(map);
      map.set('b', 1, { ttl: 50 });
      map.touch('a', { ttl: 20 });
      audit(map);
    });
    assert.deepStrictEqual(told, ['no timers today']);
    assert.deepStrictEqual([...map.entries()], [['a', 1], ['b', 1]]);
    clock.setTimer = setTimer;
    map.set('c', 1, { ttl: 5 });
    assert.deepStrictEqual(clock.timers.map(({ at }) => at), [5]);
    audit(map);
  });

  test('cancelling throws: nothing is lost', () => {
    const clock = new HandClock();
    clock.setTimer = () => () => {
      throw new Error('cannot cancel');
    };
    const map = new RobustSessionMap({ ttl: 100, clock });
    const told = warnings(() => {
      map.set('a', 1);
      map.set('b', 1, { ttl: 50 });
    });
    assert.deepStrictEqual(told, ['cannot cancel']);
    assert.strictEqual(map.size, 2);
    audit(map);
  });
});

describe('the timer goes with the last map', () => {
  test('closing the others leaves it, closing the last takes it back', () => {
    const clock = new HandClock();
    const maps = [10, 20].map((ttl) => new RobustSessionMap({ ttl, clock }).set('k', 1));
    maps[0].close();
    assert.strictEqual(clock.timers.length, 1);
    maps[1].close();
    assert.strictEqual(clock.timers.length, 0);
    const later = new RobustSessionMap({ ttl: 30, clock }).set('k', 1);
    assert.deepStrictEqual(clock.timers.map(({ at }) => at), [30]);
    audit(later);
    later.close();
  });
});

describe('every map gets its share of a sweep', () => {
  for (const [name, moves] of [['a clock that stands still', 0], ['a clock that moves on', 0.5]]) {
    test(`though the hooks of one keep it due: ${name}`, () => {
      const clock = new HandClock();
      const greedy = new RobustSessionMap({
        ttl: 0,
        clock,
        onRemove: (key) => {
          clock.time += moves;
          greedy.set(key + 1, 1);
        },
      });
      const modest = [10, 20, 30].map((ttl) => new RobustSessionMap({ ttl, clock, onRemove: () => {} }).set('k', 1));
      greedy.set(0, 1);
      for (let round = 0; round < 200 && clock.timers.length > 0; round += 1) {
        clock.time += 1;
        clock.fire();
      }
      assert.deepStrictEqual(modest.map((map) => held.call(map)), [0, 0, 0]);
      greedy.close();
      modest.forEach(audit);
    });
  }
});
