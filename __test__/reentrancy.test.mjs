// Callbacks that come back into the map, in every nasty way.
//
// The oracle of the matrix is conservation: every value that was stored is in the map or went through
// the hook, exactly once; never both, never neither. Then the audit, and the map must still work.

import assert from 'node:assert';
import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, test } from './harness.mjs';
import { audit } from './support/state.mjs';

const require = createRequire(import.meta.url);
const { RobustSessionMap, RobustSessionSet, SessionClosedError } = require('../index.js');
const { ManualClock } = require('../testing.js');
const { engineOf } = require('../lib/engine.js');

const MOST_CALLS = 400;
const boom = new Error('boom');
const held = Object.getOwnPropertyDescriptor(Map.prototype, 'size').get;

/** A map whose stored and removed values are counted; `on` has the callbacks that a case makes nasty. */
class World {
  constructor(options, time) {
    this.clock = new ManualClock();
    this.on = {};
    this.calls = 0;
    this.stored = [];
    this.removed = [];
    this.tokens = 0;
    const call = (name, otherwise) => (...args) => {
      if (this.on[name] === undefined || this.calls >= MOST_CALLS) return otherwise;
      this.calls += 1;
      return this.on[name](...args);
    };
    const hook = call('onRemove');
    this.map = new RobustSessionMap({
      ttl: 100,
      maxSize: 4,
      clock: this.clock,
      onRemove: (key, value, reason) => {
        this.removed.push(value);
        return hook(key, value, reason);
      },
      onError: call('onError'),
      ...(options.isBusy ? { isBusy: call('isBusy', false) } : {}),
      ...(options.sizeOf ? { sizeOf: call('sizeOf', 1), maxBytes: 100 } : {}),
    });
    engineOf(this.clock).exact = time === 'exact';
    for (const key of ['a', 'b', 'c', 'd']) this.put(key);
    this.map.get('a');
  }

  /** Stores a value that nothing else is. */
  put(key) {
    const token = `${key}#${(this.tokens += 1)}`;
    try {
      this.map.set(key, token);
    } catch (error) {
      if (error instanceof SessionClosedError || error === boom) return;
      throw error;
    }
    this.stored.push(token);
  }

  check() {
    const { map } = this;
    this.on = {};
    audit(map);
    this.balance([...map.values()]);
    if (!map.stats().closed) {
      for (const key of ['v', 'w', 'x', 'y', 'z']) this.put(key);
      assert.strictEqual([...map.keys()].at(-1), 'z');
      this.clock.advance(4_000_000); // longer than busy and pinned may refuse
      assert.strictEqual(map.size, 0);
      audit(map);
    }
    map.close();
    this.balance([]);
    assert.strictEqual(map.stats().pendingHooks, 0);
    audit(map);
  }

  balance(held) {
    assert.deepStrictEqual([...held, ...this.removed].sort(), [...this.stored].sort());
  }
}

/** What a callback does; `key` is the entry in question, where there is one. */
const ACTIONS = {
  'set of the same key': (world, key) => world.put(key),
  'set of a new key': (world) => world.put(`n${world.tokens}`),
  'delete of the same key': ({ map }, key) => map.delete(key),
  'delete of another key': ({ map }, key) => map.delete(key === 'b' ? 'c' : 'b'),
  'delete and set': (world, key) => (world.map.delete(key), world.put(key)),
  clear: ({ map }) => map.clear(),
  'clear and set': (world, key) => (world.map.clear(), world.put(key)),
  close: ({ map }) => map.close(),
  iterate: ({ map }) => [...map.entries()].length + map.size,
  'get and touch': ({ map }, key) => [map.get(key), map.touch(key), map.get('d')],
  'touch with options': ({ map }, key) => map.touch(key, { ttl: 0 }),
  'sweep and shed': ({ map }) => map.sweep() + map.shed(2),
  'pin and release': ({ map }, key) => map.pin(key).release() || map.pin('b').release(),
  'pin, and keep it': ({ map }, key) => map.pin(key).held,
  'stats, remaining and validate': ({ map }, key) => map.stats().size + (map.remaining(key) ?? 0) + Number(map.validate()),
  'let time pass': ({ clock, map }) => clock.advance(101) ?? map.size,
  throw: () => {
    throw boom;
  },
};

/** Calls that bring the callback about. */
const caught = (fn) => {
  try {
    return fn();
  } catch (error) {
    if (error !== boom && !(error instanceof SessionClosedError)) throw error;
    return undefined;
  }
};
const PLACES = {
  'onRemove, of delete': [{}, (world) => world.map.delete('b'), 'onRemove'],
  'onRemove, of an eviction': [{}, (world) => world.put('e'), 'onRemove'],
  'onRemove, of a replacement': [{}, (world) => world.put('b'), 'onRemove'],
  'onRemove, of clear': [{}, ({ map }) => map.clear(), 'onRemove'],
  'onRemove, of close': [{}, ({ map }) => map.close(), 'onRemove'],
  'onRemove, of the timer': [{}, ({ clock }) => clock.advance(100), 'onRemove'],
  'onError': [{}, (world) => {
    const { onError } = world.on;
    world.on = { onError, onRemove: () => { throw boom; } };
    world.map.delete('b');
  }, 'onError'],
  'isBusy, of an eviction': [{ isBusy: true }, (world) => world.put('e'), 'isBusy'],
  'isBusy, of the timer': [{ isBusy: true }, ({ clock }) => clock.advance(100), 'isBusy'],
  'isBusy, of an exact read': [{ isBusy: true }, ({ map }) => (map.touch('b', { ttl: 0 }), map.size), 'isBusy'],
  'isBusy, of a read that meets it': [{ isBusy: true }, ({ map }) => (map.touch('c', { ttl: 0 }), map.get('c')), 'isBusy'],
  'isBusy, of shed': [{ isBusy: true }, ({ map }) => map.shed(3), 'isBusy'],
  'isBusy, of clear': [{ isBusy: true }, ({ map }) => (map.touch('c', { ttl: 0 }), map.clear()), 'isBusy'],
  'isBusy, of a delete': [{ isBusy: true }, ({ map }) => (map.touch('c', { ttl: 0 }), map.delete('c')), 'isBusy'],
  'sizeOf, of a new entry': [{ sizeOf: true }, (world) => world.put('e'), 'sizeOf'],
  'sizeOf, of a replacement': [{ sizeOf: true, isBusy: true }, (world) => world.put('b'), 'sizeOf'],
};

// What a case's own `onError` throws goes there; it is what is to happen, and nobody needs to read it.
const { emitWarning } = process;
beforeEach(() => {
  process.emitWarning = () => {};
});
afterEach(() => {
  process.emitWarning = emitWarning;
});

describe('callbacks that come back: no value is lost, none leaves twice, and the map works on', () => {
  for (const [place, [options, act, name]] of Object.entries(PLACES)) {
    test(place, () => {
      for (const [action, perform] of Object.entries(ACTIONS)) {
        for (const time of ['exact', 'cached']) {
          for (const answer of name === 'isBusy' ? [false, true] : [name === 'sizeOf' ? 1 : undefined]) {
            for (const always of [true, false]) {
              const world = new World(options, time);
              let done = false;
              world.on[name] = (first, second) => {
                const key = name === 'isBusy' || name === 'sizeOf' ? second : name === 'onError' ? second.key : first;
                if (always || !done) {
                  done = true;
                  perform(world, key);
                }
                return answer;
              };
              try {
                caught(() => act(world));
                assert.ok(done, 'the callback was called');
                world.check();
              } catch (error) {
                error.message = `${action}, ${time} clock, answering ${answer}, ${always ? 'each time' : 'once'}: ${error.message}`;
                throw error;
              }
            }
          }
        }
      }
    });
  }

  test('pick', () => {
    for (const [action, perform] of Object.entries(ACTIONS)) {
      const world = new World({}, 'exact');
      const emitter = new EventEmitter();
      world.map.deleteOn(emitter, 'gone', (key) => {
        perform(world, key);
        return key;
      });
      emitter.emit('gone', 'b');
      emitter.emit('gone', 'absent');
      assert.strictEqual(world.map.has('b'), action === 'throw', action);
      assert.strictEqual(world.map.stats().errors, action === 'throw' ? 2 : 0, action);
      world.check();
    }
  });

  test('bodies of iterations', () => {
    for (const [action, perform] of Object.entries(ACTIONS)) {
      for (const time of ['exact', 'cached']) {
        for (const visit of [(map, body) => map.forEach((value, key) => body(key)), (map, body) => { for (const [key] of map) body(key); }]) {
          const world = new World({}, time);
          let steps = 0;
          caught(() => visit(world.map, (key) => {
            steps += 1;
            if (steps <= 20) perform(world, key);
          }));
          assert.ok(steps >= 1 && steps <= 30, `${action}: ${steps} steps`);
          world.check();
        }
      }
    }
  });

  test('a loader, and the callback of getOrInsertComputed', async () => {
    for (const [action, perform] of Object.entries(ACTIONS)) {
      const world = new World({}, 'exact');
      const loaded = await world.map.getOrLoad('k', (key) => perform(world, key) || 'loaded').catch((error) => error);
      if (action === 'throw') assert.strictEqual(loaded, boom);
      if (world.map.peek('k') === loaded) world.stored.push(loaded);
      assert.strictEqual(world.map.has('k'), !['throw', 'delete of the same key', 'clear', 'close'].includes(action), action);
      world.on = {};
      audit(world.map);
      const computed = caught(() => world.map.getOrInsertComputed('l', (key) => (perform(world, key), 'computed')));
      if (computed !== undefined) world.stored.push(computed);
      assert.strictEqual(world.map.peek('l'), computed, action);
      world.map.close();
      audit(world.map);
    }
  });
});

describe('isBusy that touches or re-adds the entry it is asked about', () => {
  /** Some steps of an iteration: entries that are deleted and set again all the time are met for ever, as in any Map. */
  const steps = (map) => {
    const all = map.keys();
    for (let n = 0; n < 8 && !all.next().done; n += 1);
  };
  const AGAIN = {
    touches: (map, key) => map.touch(key),
    'touches with ttl 0': (map, key) => map.touch(key, { ttl: 0 }),
    reads: (map, key) => map.get(key),
    sets: (map, key) => map.set(key, 'again'),
    'sets with ttl 0': (map, key) => map.set(key, 'again', { ttl: 0 }),
    'deletes and sets': (map, key) => map.delete(key) && map.set(key, 'again', { ttl: 0 }),
    'adds another that is due': (map, key) => key.length === 1 && map.set(`${key}+`, 'again', { ttl: 0 }),
  };
  for (const [name, act] of Object.entries(AGAIN)) {
    test(`${name}: every call ends, after a bounded number of questions`, () => {
      for (const answer of [false, true]) {
        const errors = [];
        let now = 0;
        let wake;
        let asked = 0;
        const map = new RobustSessionMap({
          ttl: 10,
          maxSize: 3,
          clock: { now: () => now, setTimer: (fn) => ((wake = fn), () => {}) },
          isBusy(value, key) {
            asked += 1;
            if (asked > 10_000) throw new Error('asked for ever');
            act(map, key);
            return answer;
          },
          onError: (error) => errors.push(error),
        });
        map.set('a', 1).set('b', 2).set('c', 3);
        for (const call of [() => map.size, () => map.set('d', 4), () => map.sweep(), () => map.shed(5), () => steps(map), () => (now += 10, wake()), () => (now += 1, wake())]) {
          const before = held.call(map);
          asked = 0;
          call();
          // An iteration looks once a step, and a nested `set` asks on its own account.
          assert.ok(asked <= 8 * (before + 2) ** 2, `${asked} questions about ${before} entries by ${call}`);
          audit(map);
        }
        assert.deepStrictEqual(errors, []);
        map.close();
        assert.strictEqual(map.size, 0);
        audit(map);
      }
    });
  }
});

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
