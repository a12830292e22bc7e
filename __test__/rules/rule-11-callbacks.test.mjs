// Rule 11, continued: what callbacks throw. Those on the caller's side propagate and nothing changes;
// those in the background go to `onError`, and what that throws to `process.emitWarning`.

/* oxlint-disable unicorn/no-thenable -- what hooks answer may be a thenable */

import assert from 'node:assert';
import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { describe, test } from '../harness.mjs';
import { audit, throwsUnchanged } from '../support/state.mjs';

const require = createRequire(import.meta.url);
const { RobustSessionMap, RobustSessionSet } = require('../../index.js');
const { ManualClock } = require('../../testing.js');

const NOT_WEIGHTS = [
  [undefined, 'undefined'], [null, 'null'], [NaN, 'NaN'], [Infinity, 'Infinity'], [-1, '-1'], [2 ** 53, '9007199254740992'], ['10', '"10"'], [true, 'true'],
  [{}, 'an object'], [[], 'an array'], [Symbol('s'), 'Symbol(s)'], [2n, '2n'], [Promise.resolve(1), 'an object'], [() => 1, 'a function'],
];

const boom = new Error('boom');
const explode = () => {
  throw boom;
};

/** A map with two entries, weighed by `sizeOf`, whose answer the test sets. */
function weighed(Type = RobustSessionMap, options = {}) {
  const state = { sizeOf: () => 1, calls: [] };
  const map = new Type({
    maxBytes: 10,
    clock: new ManualClock(),
    sizeOf: (...args) => state.sizeOf(...args),
    onRemove: (key, value, reason) => void state.calls.push([key, value, reason]),
    ...options,
  });
  for (const key of ['a', 'b']) store(map, key, key);
  return { map, state };
}

const store = (all, key, value, options) => (all instanceof Map ? all.set(key, value, options) : all.add(key, options));

/** Runs `fn` and returns what was passed to `process.emitWarning` until everything settled. */
async function warnings(fn) {
  const { emitWarning } = process;
  const seen = [];
  process.emitWarning = (warning) => void seen.push(warning);
  try {
    await fn();
    for (let n = 0; n < 5; n += 1) await Promise.resolve();
  } finally {
    process.emitWarning = emitWarning;
  }
  return seen;
}

describe("callbacks on the caller's side propagate their throw, and nothing changes", () => {
  for (const Type of [RobustSessionMap, RobustSessionSet]) {
    test(`${Type.name}: sizeOf throws`, () => {
      const { map, state } = weighed(Type);
      state.sizeOf = explode;
      for (const key of ['a', 'new']) assert.strictEqual(throwsUnchanged(map, () => store(map, key, 'other')), boom);
      assert.deepStrictEqual(state.calls, []);
      assert.strictEqual(map.stats().errors, 0);
    });

    for (const [value, shown] of NOT_WEIGHTS) {
      test(`${Type.name}: sizeOf answers ${shown}`, () => {
        const { map, state } = weighed(Type);
        state.sizeOf = () => value;
        for (const key of ['a', 'new']) {
          const error = throwsUnchanged(map, () => store(map, key, 'other'));
          assert.strictEqual(error.constructor, typeof value === 'number' ? RangeError : TypeError);
          assert.ok(error.message.includes('sizeOf') && error.message.endsWith(`not ${shown}`), error.message);
        }
        assert.deepStrictEqual(state.calls, []);
      });
    }

    test(`${Type.name}: an entry that can never fit`, () => {
      const { map, state } = weighed(Type);
      state.sizeOf = () => 11;
      for (const key of ['a', 'new']) {
        const error = throwsUnchanged(map, () => store(map, key, 'other'));
        assert.ok(error instanceof RangeError && /11.*maxBytes \(10\)/.test(error.message), error.message);
        const given = throwsUnchanged(map, () => store(map, key, 'other', { size: 10.5 }));
        assert.ok(given instanceof RangeError && /10\.5.*maxBytes \(10\)/.test(given.message), given.message);
      }
    });

    test(`${Type.name}: a map bounded in bytes wants every entry weighed`, () => {
      const map = new Type({ maxBytes: 10, clock: new ManualClock() });
      store(map, 'a', 1, { size: 4 });
      const error = throwsUnchanged(map, () => store(map, 'b', 1));
      assert.ok(error instanceof TypeError && /maxBytes.*weight/.test(error.message), error.message);
      assert.strictEqual(map.stats().bytes, 4);
    });
  }

  test('limits reached with all busy: nothing is stored, and nothing leaves', () => {
    const map = new RobustSessionMap({ maxSize: 2, hardMaxSize: 3, isBusy: () => true, clock: new ManualClock(), name: 'sessions' });
    map.set('a', 1).set('b', 2).set('c', 3);
    assert.throws(() => map.set('d', 4)); // all three have refused now, which `stats` may tell
    const error = throwsUnchanged(map, () => map.set('d', 4));
    assert.strictEqual(error.code, 'ERR_SESSION_LIMIT');
    assert.match(error.message, /^sessions: hardMaxSize \(3\)/);
    map.set('a', 'replaced');
    assert.deepStrictEqual([...map.values()], ['replaced', 2, 3]);
  });

  test('a computed value, a visitor and a clock', () => {
    const { map } = weighed();
    const misses = map.stats().misses;
    assert.throws(() => map.getOrInsertComputed('new', explode), (error) => error === boom);
    assert.throws(() => map.forEach(explode), (error) => error === boom);
    assert.deepStrictEqual([[...map.keys()], map.stats().misses], [['a', 'b'], misses + 1]);
    audit(map);
  });

  test('a clock that answers no time, or throws: named, and nothing changes', () => {
    let answer = 0;
    const clock = { now: () => (typeof answer === 'function' ? answer() : answer), setTimer: () => () => {} };
    const calls = [];
    const map = new RobustSessionMap({ ttl: 10, clock, onRemove: (...call) => void calls.push(call) });
    map.set('a', 1);
    for (const bad of [NaN, Infinity, -1, '5', undefined, null, 5n, {}, explode]) {
      for (const call of [() => map.set('a', 2), () => map.set('b', 2), () => map.set('b', 2, { ttl: 5 }), () => map.get('a'), () => map.delete('a'), () => map.size, () => map.clear()]) {
        answer = bad;
        let error;
        try {
          call();
        } catch (caught) {
          error = caught;
        }
        answer = 0;
        if (bad === explode) assert.strictEqual(error, boom);
        else {
          assert.strictEqual(error?.constructor, typeof bad === 'number' ? RangeError : TypeError, String(bad));
          assert.match(error.message, /clock\.now\(\).*, not /);
        }
        assert.deepStrictEqual([...map], [['a', 1]]);
        audit(map);
      }
    }
    assert.deepStrictEqual(calls, []);
  });

  test('entries that throw close their iterator', () => {
    let closed = 0;
    function* entries() {
      try {
        yield ['a', 1];
        yield ['b', 2];
      } finally {
        closed += 1;
      }
    }
    assert.throws(() => new RobustSessionMap({ sizeOf: explode }, entries()), (error) => error === boom);
    assert.strictEqual(closed, 1);
  });
});

describe('callbacks in the background go to onError', () => {
  /** Everything that calls back in the background, throwing: expected contexts. */
  const CASES = {
    'onRemove throws': [{ onRemove: explode }, (map) => map.delete('a'), ['a', 'delete']],
    'onRemove rejects': [{ onRemove: () => Promise.reject(boom) }, (map) => map.delete('a'), ['a', 'delete']],
    'onRemove answers a thenable that throws': [{ onRemove: () => Object.defineProperty({}, 'then', { value: explode }) }, (map) => map.delete('a'), ['a', 'delete']],
    'onRemove answers a hostile object': [{ onRemove: () => Object.defineProperty({}, 'then', { get: explode }) }, (map) => map.clear(), ['a', 'clear']],
    'isBusy throws': [{ isBusy: explode }, (map) => map.shed(1), ['a', undefined], 'a'],
    'pick throws': [{}, (map) => {
      const emitter = new EventEmitter();
      map.deleteOn(emitter, 'e', explode);
      emitter.emit('e');
    }, [undefined, 'event'], 'a'],
  };
  for (const [name, [options, act, [key, reason], kept]] of Object.entries(CASES)) {
    test(name, async () => {
      const seen = [];
      const map = new RobustSessionMap({ clock: new ManualClock(), ...options, onError: (...args) => void seen.push(args) });
      map.set('a', 1);
      const told = await warnings(async () => {
        act(map);
        await map.settled();
      });
      assert.deepStrictEqual(seen, [[boom, { key, reason }]]);
      assert.deepStrictEqual(told, []);
      assert.strictEqual(map.stats().errors, 1);
      assert.strictEqual(map.stats().pendingHooks, 0);
      assert.deepStrictEqual([...map.keys()], kept === undefined ? [] : [kept]);
      audit(map);
    });

    for (const [kind, onError] of Object.entries({ throws: (error) => { throw new Error('onError', { cause: error }); }, rejects: async () => { throw new Error('onError'); } })) {
      test(`${name}, and onError ${kind}: process.emitWarning hears of that`, async () => {
        const map = new RobustSessionMap({ clock: new ManualClock(), ...options, onError });
        map.set('a', 1);
        const told = await warnings(async () => {
          act(map);
          await map.settled();
        });
        assert.deepStrictEqual(told.map(({ message }) => message), ['onError']);
        assert.strictEqual(map.stats().errors, 1);
        audit(map);
      });
    }

    test(`${name}, without onError: process.emitWarning hears of it`, async () => {
      const map = new RobustSessionMap({ clock: new ManualClock(), ...options });
      map.set('a', 1);
      const told = await warnings(async () => {
        act(map);
        await map.settled();
      });
      assert.deepStrictEqual(told, [boom]);
      assert.strictEqual(map.stats().errors, 1);
      audit(map);
    });
  }

  test('isBusy answering by a promise counts as busy, and is reported', async () => {
    const seen = [];
    const map = new RobustSessionMap({ clock: new ManualClock(), isBusy: async () => explode(), onError: (error) => seen.push(error) });
    map.set('a', 1);
    assert.deepStrictEqual(await warnings(() => assert.strictEqual(map.shed(1), 0)), []);
    assert.ok(seen.length === 1 && seen[0] instanceof TypeError && /isBusy.*promise/.test(seen[0].message), String(seen));
    assert.deepStrictEqual([map.size, map.stats().busy], [1, 1]);
    audit(map);
  });

  test('one bad hook does not keep the others from running', async () => {
    const seen = [];
    const map = new RobustSessionMap({
      clock: new ManualClock(),
      onRemove: (key) => (key % 2 === 0 ? explode() : seen.push(key)),
      onError: (error, { key }) => seen.push(`error ${key}`),
    });
    for (let n = 0; n < 4; n += 1) map.set(n, n);
    map.clear();
    assert.deepStrictEqual(seen, ['error 0', 1, 'error 2', 3]);
    audit(map);
  });

  test('what is no Error is told as one, with what it was', async () => {
    for (const [thrown, shown] of [['text', '"text"'], [undefined, 'undefined'], [Symbol('s'), 'Symbol(s)'], [{}, 'an object']]) {
      const map = new RobustSessionMap({ clock: new ManualClock(), name: 'sessions', onRemove: () => { throw thrown; } });
      map.set('a', 1);
      const [told] = await warnings(() => map.clear());
      assert.ok(told instanceof Error && told.message.startsWith('sessions') && told.message.endsWith(`threw ${shown}`), String(told));
      audit(map);
    }
  });
});
