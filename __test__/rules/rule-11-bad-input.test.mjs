// Rule 11. Bad input throws a TypeError or a RangeError that names the option and shows the value;
// nothing is coerced, and nothing changes. The callbacks' side of the rule has a file of its own.

import assert from 'node:assert';
import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { describe, test } from '../harness.mjs';
import { script } from '../support/script.mjs';
import { audit, stateOf, throwsUnchanged } from '../support/state.mjs';

const require = createRequire(import.meta.url);
const { RobustSessionMap, RobustSessionSet } = require('../../index.js');
const { ManualClock } = require('../../testing.js');

/** What is tried everywhere, and how an error shows it. */
const VALUES = [
  [undefined, 'undefined'], [null, 'null'], [NaN, 'NaN'], [Infinity, 'Infinity'], [-Infinity, '-Infinity'], [-1, '-1'], [0, '0'], [-0, '-0'],
  [1, '1'], [2.5, '2.5'], [2 ** 53, '9007199254740992'], ['10', '"10"'], ['', '""'], ['x'.repeat(500), `"${'x'.repeat(40)}…"`], [true, 'true'], [false, 'false'],
  [{}, 'an object'], [[], 'an array'], [[1], 'an array'], [Symbol('s'), 'Symbol(s)'], [2n, '2n'], [() => {}, 'a function'],
  [new Date(0), 'an object'], [Object(1), 'an object'], [/x/, 'an object'], [new ManualClock(), 'an object'],
];

/** A number kept as it is, or the kind of error. */
const number = (ok) => (value) => (typeof value !== 'number' ? TypeError : ok(value) ? undefined : RangeError);
const duration = number((n) => n >= 0);
const count = number((n) => n >= 1 && (Number.isInteger(n) || n === Infinity));
const finite = number((n) => n >= 0 && n < Infinity);
const weight = number((n) => n >= 0 && n <= Number.MAX_SAFE_INTEGER);
const only = (type) => (value) => (typeof value === type ? undefined : TypeError);
const callable = only('function');
const isObject = (value) => typeof value === 'object' && value !== null;

/** Per option: the error a value must cause, if any; `undefined` always counts as absent. */
const OPTIONS = {
  ttl: duration,
  maxAge: duration,
  maxSize: count,
  maxBytes: number((n) => n > 0 && (n <= Number.MAX_SAFE_INTEGER || n === Infinity)),
  maxBusy: duration,
  hardMaxSize: number((n) => n >= 1000 && (Number.isInteger(n) || n === Infinity)), // not below `maxSize`
  exitTimeout: finite,
  touchOnHas: only('boolean'),
  name: only('string'),
  sizeOf: callable,
  isBusy: callable,
  onRemove: callable,
  onError: callable,
  clock: (value) => (isObject(value) && typeof value.now === 'function' ? undefined : TypeError),
};
const ENTRY_OPTIONS = { ttl: duration, maxAge: duration, size: weight };

/** `fn` must throw an error of this kind that names `name` and shows the value. */
function checkError(error, Type, name, shown) {
  assert.strictEqual(error?.constructor, Type, `${name} ${shown}: ${error}`);
  assert.ok(error.message.includes(name), `"${error.message}" names ${name}`);
  assert.ok([`not ${shown}`, `not be ${shown}`].some((end) => error.message.endsWith(end)), `"${error.message}" shows ${shown}`);
}

function outcome(fn) {
  try {
    fn();
    return undefined;
  } catch (error) {
    return error;
  }
}

function filled(options = {}) {
  const clock = new ManualClock();
  const calls = [];
  const map = new RobustSessionMap({ ttl: 100, clock, onRemove: (...call) => void calls.push(call), ...options });
  map.set('a', 1).set('b', 2, { ttl: 50 });
  clock.advance(10);
  return { map, clock, calls };
}

describe('bad options of the constructors', () => {
  for (const Type of [RobustSessionMap, RobustSessionSet]) {
    for (const [name, expected] of Object.entries(OPTIONS)) {
      test(`${Type.name}: ${name}`, () => {
        for (const [value, shown] of VALUES) {
          const error = value === undefined ? undefined : expected(value);
          const found = outcome(() => new Type({ [name]: value }).close());
          if (error === undefined) assert.strictEqual(found, undefined, `${name}: ${shown}: ${found}`);
          else checkError(found, error, `option ${name}`, shown);
        }
      });
    }

    test(`${Type.name}: unknown options, symbol keys included, are named`, () => {
      for (const [given, named] of [
        [{ maxsize: 1 }, 'maxsize'], [{ ttl: 1, [Symbol('ttl')]: 1 }, 'Symbol(ttl)'], [{ max: undefined }, 'max'], [{ toString: 1 }, 'toString'],
        [{ constructor: Object }, 'constructor'], [JSON.parse('{"__proto__":1}'), '__proto__'], [Object.defineProperty({}, 'hidden', { value: 1 }), 'hidden'],
      ]) {
        const error = outcome(() => new Type(given));
        assert.strictEqual(error?.constructor, TypeError);
        assert.ok(error.message.includes(`unknown option ${named};`) && error.message.includes(Type.name), error.message);
      }
    });

    test(`${Type.name}: a limit below another is refused with both`, () => {
      const error = outcome(() => new Type({ maxSize: 10, hardMaxSize: 9 }));
      checkError(error, RangeError, 'option hardMaxSize', '9');
      assert.match(error.message, /maxSize \(10\)/);
      new Type({ maxSize: 10, hardMaxSize: 10 }).close();
    });

    test(`${Type.name}: a clock's setTimer must be a function`, () => {
      for (const [value, shown] of VALUES) {
        if (value === undefined || typeof value === 'function') continue;
        const error = outcome(() => new Type({ clock: { now: () => 0, setTimer: value } }));
        checkError(error, callable(value), 'option clock.setTimer', shown);
      }
    });

    test(`${Type.name}: forms of the constructor`, () => {
      const wrong = [NaN, -1, -Infinity, '10', '', true, false, Symbol('s'), 2n, () => {}, new Date(0), new (class Own {})(), Object(1), Promise.resolve()];
      for (const value of wrong) {
        const error = outcome(() => new Type(value));
        assert.strictEqual(error?.constructor, typeof value === 'number' ? RangeError : TypeError, String(value));
      }
      assert.match(outcome(() => new Type('10')).message, /options.*ttl.*iterable.*"10"$/);
      for (const value of [undefined, null, {}, Object.create(null), 0, 5, Infinity, [], new Map(), new Set()]) {
        assert.strictEqual(new Type(value).validate(), true);
      }
      for (const [value, shown] of VALUES) {
        const error = value === undefined ? undefined : count(value);
        const found = outcome(() => new Type(70_000, value).close());
        if (error === undefined) assert.strictEqual(found, undefined);
        else checkError(found, error, 'maxSize', shown);
      }
      assert.throws(() => new Type([], { ttl: 5 }), /TypeError: new \w+\(entries\) takes no options after the entries/);
      assert.throws(() => new Type({}, 5), TypeError);
      const { maxSize, size } = new Type(90_000, 2, Type === RobustSessionMap ? [['a', 1], ['b', 2], ['c', 3]] : ['a', 'b', 'c']).stats();
      assert.deepStrictEqual([maxSize, size], [2, 2]);
    });
  }

  test('entries of the wrong kind', () => {
    for (const [value, shown] of [[1, '1'], ['ab', '"ab"'], [null, 'null'], [Symbol('s'), 'Symbol(s)']]) {
      const error = outcome(() => new RobustSessionMap([['fine', 1], value]));
      checkError(error, TypeError, 'entry', shown);
    }
  });

  test('each property is read once, `undefined` counts as absent, and nothing is coerced', () => {
    for (const name of Object.keys(OPTIONS)) {
      let reads = 0;
      const given = { get [name]() {
        reads += 1;
        return undefined;
      } };
      const { maxSize, maxBytes } = new RobustSessionMap(given).stats();
      assert.deepStrictEqual([name, reads, maxSize, maxBytes], [name, 1, 1000, Infinity]);
    }
    const trap = () => assert.fail('coerced');
    const hostile = { valueOf: trap, toString: trap, [Symbol.toPrimitive]: trap };
    for (const name of Object.keys(OPTIONS)) assert.throws(() => new RobustSessionMap({ [name]: hostile }), TypeError);
    const { map } = filled();
    for (const name of Object.keys(ENTRY_OPTIONS)) throwsUnchanged(map, () => map.set('a', 1, { [name]: hostile }));
    throwsUnchanged(map, () => map.shed(hostile));
  });

  test('a getter that throws goes to the caller', () => {
    const boom = new Error('boom');
    const given = { get ttl() {
      throw boom;
    } };
    const { map } = filled();
    assert.strictEqual(outcome(() => new RobustSessionMap(given)), boom);
    assert.strictEqual(throwsUnchanged(map, () => map.set('c', 1, given)), boom);
    assert.strictEqual(throwsUnchanged(map, () => map.touch('a', given)), boom);
  });

  test('options are read when the map is made: later changes have no effect', () => {
    const given = { maxSize: 2 };
    const map = new RobustSessionMap(given);
    given.maxSize = 100;
    for (let n = 0; n < 5; n += 1) map.set(n, n);
    assert.strictEqual(map.size, 2);
    audit(map);
  });

  test('a swapped short form warns, once', async () => {
    const { code, lines } = await script(`
      process.on('warning', (warning) => print(warning.code, warning.message));
      new RobustSessionMap(1000, 1_000_000);
      new RobustSessionSet(500, 60_000);
      new RobustSessionMap(1000, 1_000_000);
    `);
    assert.strictEqual(code, 0);
    assert.strictEqual(lines.length, 1);
    assert.match(lines[0], /^RSM_SWAPPED .*1000.*1000000/);
    const quiet = await script(`
      process.on('warning', (warning) => print(warning.message));
      for (const [ttl, maxSize] of [[60_000, 1_000_000], [1000, 59_999], [1000], [1000, Infinity], [1_800_000, 1000]]) new RobustSessionMap(ttl, maxSize);
      new RobustSessionMap({ ttl: 1000, maxSize: 1_000_000 });
    `);
    assert.deepStrictEqual([quiet.code, quiet.lines], [0, []]);
  });
});

describe('bad arguments of methods: the map is unchanged', () => {
  for (const [name, expected] of Object.entries(ENTRY_OPTIONS)) {
    test(`set and add: option ${name}`, () => {
      const { map, calls } = filled();
      const set = new RobustSessionSet({ clock: new ManualClock() }, ['a']);
      for (const [value, shown] of VALUES) {
        const error = value === undefined ? undefined : expected(value);
        if (error === undefined) {
          assert.strictEqual(map.set('valid', 1, { [name]: value }), map, shown);
          assert.strictEqual(set.add('valid', { [name]: value }), set, shown);
          continue;
        }
        for (const key of ['a', 'b', 'new']) {
          checkError(throwsUnchanged(map, () => map.set(key, 'other', { [name]: value })), error, `option ${name}`, shown);
          checkError(throwsUnchanged(set, () => set.add(key, { [name]: value })), error, `option ${name}`, shown);
        }
      }
      assert.ok(calls.every(([key]) => key === 'valid'), String(calls));
    });
  }

  test('touch: option ttl', () => {
    const { map, clock } = filled();
    for (const [value, shown] of VALUES) {
      const error = value === undefined ? undefined : duration(value);
      if (error !== undefined) checkError(throwsUnchanged(map, () => map.touch('a', { ttl: value })), error, 'option ttl', shown);
    }
    assert.strictEqual(map.remaining('a'), 90);
    for (const value of [0, -0, 2.5, 2 ** 53, Infinity]) {
      map.set('t', 1);
      assert.strictEqual(map.touch('t', { ttl: value }), true);
      assert.strictEqual(map.remaining('t'), value === 0 ? undefined : value);
    }
    clock.advance(0);
    audit(map);
  });

  test('options of set, add and touch must be a plain object with known names', () => {
    const { map } = filled();
    const set = new RobustSessionSet({ clock: new ManualClock() }, ['a']);
    for (const [value, shown] of VALUES) {
      if (value === undefined || (isObject(value) && [Object.prototype, null].includes(Object.getPrototypeOf(value)))) continue;
      const calls = [[map, () => map.set('a', 2, value)], [map, () => map.touch('a', value)], [set, () => set.add('b', value)], [set, () => set.touch('a', value)]];
      for (const [all, call] of calls) checkError(throwsUnchanged(all, call), TypeError, 'options', shown);
    }
    for (const name of ['TTL', 'maxSize', 'isBusy', Symbol('ttl'), '']) {
      const error = throwsUnchanged(map, () => map.set('a', 2, { ttl: 5, [name]: 5 }));
      assert.ok(error instanceof TypeError && error.message.includes(`unknown option ${String(name)};`), error.message);
    }
    for (const name of ['maxAge', 'size']) assert.throws(() => map.touch('a', { [name]: 5 }), /TypeError: .*unknown option/);
    assert.strictEqual(map.peek('a'), 1);
  });

  test('each entry option is read once', () => {
    const { map } = filled();
    for (const name of Object.keys(ENTRY_OPTIONS)) {
      let reads = 0;
      map.set('once', 1, { get [name]() {
        reads += 1;
        return 5;
      } });
      assert.strictEqual(reads, 1, name);
    }
    audit(map);
  });

  test('shed', () => {
    for (const [value, shown] of VALUES) {
      const { map, calls } = filled({ isBusy: () => true });
      const error = number((n) => n >= 0 && (Number.isInteger(n) || n === Infinity))(value);
      if (error === undefined) assert.strictEqual(map.shed(value), 0);
      else checkError(throwsUnchanged(map, () => map.shed(value)), error, 'shed', shown);
      assert.deepStrictEqual(calls, []);
    }
  });

  test('callbacks of methods must be functions', () => {
    const { map } = filled();
    const set = new RobustSessionSet({ clock: new ManualClock() }, ['a']);
    for (const [value, shown] of VALUES) {
      if (typeof value === 'function') continue;
      for (const [name, all, call] of [
        ['getOrInsertComputed', map, () => map.getOrInsertComputed('new', value)], ['getOrLoad', map, () => map.getOrLoad('new', value)],
        ['getOrLoad', map, () => map.getOrLoad('a', value)], ['forEach', map, () => map.forEach(value)], ['forEach', set, () => set.forEach(value)],
        ['pick', map, () => map.deleteOn(new EventEmitter(), 'e', value)], ['pick', set, () => set.deleteOn(new EventEmitter(), 'e', value)],
      ]) checkError(throwsUnchanged(all, call), callable(value), name, shown);
    }
  });

  test('deleteOn: emitter and event', () => {
    const { map } = filled();
    const emitter = new EventEmitter();
    for (const [value, shown] of VALUES) {
      checkError(throwsUnchanged(map, () => map.deleteOn(value, 'e', (key) => key)), TypeError, 'emitter', shown);
      if (typeof value === 'string' || typeof value === 'symbol') continue;
      checkError(throwsUnchanged(map, () => map.deleteOn(emitter, value, (key) => key)), TypeError, 'event', shown);
    }
    for (const half of [{ on() {} }, { off() {} }, { addEventListener() {} }, { on: 1, off: 2 }]) {
      throwsUnchanged(map, () => map.deleteOn(half, 'e', (key) => key));
    }
    assert.deepStrictEqual(emitter.eventNames(), []);
  });

  test('keys and values may be anything: none of these is bad input', () => {
    const { map } = filled();
    const set = new RobustSessionSet({ clock: new ManualClock() });
    for (const [value] of VALUES) {
      map.set(value, value);
      set.add(value);
      assert.strictEqual(map.has(value), true);
      assert.ok(Object.is(map.peek(value), value));
      for (const all of [map, set]) {
        assert.strictEqual(all.touch(value), true);
        assert.strictEqual(all.pin(value).release(), true);
        assert.ok(all.remaining(value) > 0);
        audit(all);
      }
    }
    for (const [value] of VALUES) assert.strictEqual(map.deleteIf(value, value), value !== 0 || Object.is(value, 0));
    assert.strictEqual(stateOf(map).entries.length, 2);
    audit(map);
  });

  test('ManualClock', () => {
    for (const [value, shown] of VALUES) {
      const error = finite(value);
      const clock = new ManualClock(7);
      if (error === undefined) clock.advance(value);
      else checkError(outcome(() => clock.advance(value)), error, 'advance', shown);
      assert.strictEqual(clock.now(), error === undefined ? 7 + value : 7);
      if (error !== undefined && value !== undefined) checkError(outcome(() => new ManualClock(value)), error, 'start', shown);
    }
  });

  test('methods of one class refuse the other and plain objects', () => {
    const map = new RobustSessionMap();
    for (const name of Object.getOwnPropertyNames(RobustSessionMap.prototype)) {
      const { value: method, get } = Object.getOwnPropertyDescriptor(RobustSessionMap.prototype, name);
      if (name === 'constructor') continue;
      for (const that of [new Map(), new RobustSessionSet(), {}, undefined]) {
        assert.throws(() => (method ?? get).call(that, 'k', () => {}, () => {}), TypeError, name);
      }
    }
    audit(map);
  });
});
