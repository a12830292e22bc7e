// Callbacks that come back into the map, in every nasty way.
//
// The oracle of the matrix is conservation: every value that was stored is in the map or went through
// the hook, exactly once; never both, never neither. Then the audit, and the map must still work.

import assert from 'node:assert';
import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, test } from './harness.mjs';
import { audit } from './support/state.mjs';
import { blame } from './support/blame.mjs';

const require = createRequire(import.meta.url);
const { RobustSessionMap, SessionClosedError } = require('../index.js');
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
                throw blame(error, `${action}, ${time} clock, answering ${answer}, ${always ? 'each time' : 'once'}`);
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
