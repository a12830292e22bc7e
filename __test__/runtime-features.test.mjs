// What runtimes do with a Map or a Set that is handed to them: with ours they do as with any subclass.
// Each case runs on a trivial subclass of the same name and on ours.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { format, inspect, isDeepStrictEqual, types } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { describe, test } from './harness.mjs';
import { plain } from './support/plain.mjs';

const require = createRequire(import.meta.url);
const ours = require('../index.js');
const { RobustSessionMap, RobustSessionSet } = ours;

const { bun, node } = process.versions;
const runtime = bun === undefined ? `Node ${node.split('.')[0]}` : 'Bun';
const bunTest = bun === undefined ? undefined : await import('bun:test');

/** Since which Node a feature is there; every Bun that we run on has all of them. */
const SINCE = {
  'Map.groupBy': { node: 21, there: () => Map.groupBy !== undefined },
  'iterator helpers': { node: 22, there: () => globalThis.Iterator?.prototype?.map !== undefined },
  'Set methods': { node: 22, there: () => Set.prototype.union !== undefined },
  'Array.fromAsync': { node: 22, there: () => Array.fromAsync !== undefined },
  'Bun.inspect': { node: Infinity, there: () => globalThis.Bun?.inspect !== undefined },
  'toEqual of bun:test': { node: Infinity, there: () => bunTest?.expect !== undefined },
};

/** Cases of a feature; where the runtime does not have it, that alone is checked. */
function feature(name, cases) {
  describe(name, () => {
    const { node: since, there } = SINCE[name] ?? { node: 0, there: () => true };
    const expected = bun !== undefined || Number(node.split('.')[0]) >= since;
    test(`is ${expected ? 'there' : 'not applicable'} on ${runtime}`, () => assert.strictEqual(there(), expected));
    if (expected) for (const [title, fn] of Object.entries(cases)) test(title, fn);
  });
}

const map = ({ RobustSessionMap: Type }) => new Type([['a', 1], ['b', { deep: [new Type([['c', 2]])] }], [NaN, undefined]]);
const set = ({ RobustSessionSet: Type }) => new Type(['a', 'b', { deep: new Type([1]) }]);

/** The same answer for both; `fn` gets the two classes. */
const alike = (fn) => async () => {
  const expected = await fn(plain);
  assert.notStrictEqual(expected, undefined, 'the case must answer something');
  assert.deepStrictEqual(await fn(ours), expected);
};

feature('instanceof and friends', {
  'instanceof': alike((T) => [map(T) instanceof Map, map(T) instanceof T.RobustSessionMap, map(T) instanceof Set, set(T) instanceof Set, set(T) instanceof Map]),
  'util.types': alike((T) => [types.isMap(map(T)), types.isSet(set(T)), types.isMap(set(T)), types.isProxy(map(T))]),
  'Object.prototype.toString, String, typeof': alike((T) => [Object.prototype.toString.call(map(T)), String(set(T)), typeof map(T)]),
  'JSON, own keys, for…in': alike((T) => [JSON.stringify([map(T), set(T)]), Object.keys(map(T)), Reflect.ownKeys(set(T)), Object.entries(map(T))]),
  'a native subclass would pass for ours by name only': () => assert.strictEqual(new plain.RobustSessionMap() instanceof RobustSessionMap, false),
});

feature('structuredClone', {
  'gives a plain Map': alike((T) => {
    const clone = structuredClone(new T.RobustSessionMap([['a', 1], ['b', { c: [2] }]]));
    return [clone, Object.getPrototypeOf(clone) === Map.prototype];
  }),
  'gives a plain Set': alike((T) => {
    const clone = structuredClone(new T.RobustSessionSet(['a', 1, NaN]));
    return [clone, Object.getPrototypeOf(clone) === Set.prototype];
  }),
  'deep inside, and in a circle': alike((T) => {
    const one = new T.RobustSessionMap();
    one.set('self', one).set('set', new T.RobustSessionSet([one]));
    const clone = structuredClone({ one }).one;
    return [clone.get('self') === clone, clone.get('set').has(clone), clone.size];
  }),
  'what cannot be cloned throws': alike((T) => {
    try {
      return structuredClone(new T.RobustSessionMap([['f', () => {}]]));
    } catch (error) {
      return error.name;
    }
  }),
  'v8.serialize': alike((T) => [deserialize(serialize(new T.RobustSessionMap([['a', 1]]))), deserialize(serialize(new T.RobustSessionSet(['a'])))]),
});

feature('util.inspect', Object.fromEntries([
  ['a map', map], ['a set', set], ['empty ones', (T) => [new T.RobustSessionMap(), new T.RobustSessionSet()]],
  ['in a circle', (T) => {
    const one = new T.RobustSessionMap();
    return one.set('self', one);
  }],
  ['with properties of its own', (T) => Object.assign(new T.RobustSessionMap([['a', 1]]), { extra: true })],
  ['of a subclass', (T) => new (class Sessions extends T.RobustSessionMap {})([['a', 1]])],
  ['iterators', (T) => [map(T).keys(), map(T).values(), map(T).entries(), set(T).values(), set(T).entries()]],
  ['an iterator on its way', (T) => {
    const steps = new T.RobustSessionMap([['a', 1], ['b', 2]]).keys();
    steps.next();
    return steps;
  }],
].flatMap(([name, make]) => [{}, { depth: 0 }, { colors: true, compact: false, maxArrayLength: 1 }, { sorted: true, breakLength: 20 }].map((options) => [
  `${name}, ${inspect(options)}`, alike((T) => inspect(make(T), options)),
])).concat([
  ['format', alike((T) => format('%O %j %s', map(T), set(T), map(T)))],
  ['showHidden: the accessor size as well, as of every subclass with its own', () => {
    class SizedMap extends Map {
      get size() {
        return super.size;
      }
    }
    const shown = (Type) => inspect(new Type([['a', 1]]), { showHidden: true }).replace(Type.name, 'Type');
    assert.strictEqual(shown(RobustSessionMap), shown(SizedMap));
  }],
])));

feature('Bun.inspect', {
  'a map, a set, empty ones': alike((T) => [map(T), set(T), new T.RobustSessionMap(), new T.RobustSessionSet()].map((one) => Bun.inspect(one))),
  'iterators': alike((T) => [map(T).keys(), map(T).entries(), set(T).values()].map((steps) => Bun.inspect(steps).replace(/\s+/g, ' '))),
});

feature('assert.deepStrictEqual', {
  'two of a kind': alike((T) => [isDeepStrictEqual(map(T), map(T)), isDeepStrictEqual(set(T), set(T)), isDeepStrictEqual({ a: [map(T)] }, { a: [map(T)] })]),
  'the order of insertion does not count': alike((T) => isDeepStrictEqual(new T.RobustSessionMap([['a', 1], ['b', 2]]), new T.RobustSessionMap([['b', 2], ['a', 1]]))),
  'a difference does': alike((T) => [
    isDeepStrictEqual(map(T), map(T).set('a', 2)), isDeepStrictEqual(map(T), map(T).set('z', 1)), isDeepStrictEqual(set(T), set(T).add('z')),
    isDeepStrictEqual(new T.RobustSessionMap([['a', undefined]]), new T.RobustSessionMap([['b', undefined]])),
  ]),
  'against a plain Map or Set: not equal, either way round': () => {
    for (const [one, native] of [[new RobustSessionMap([['a', 1]]), new Map([['a', 1]])], [new RobustSessionSet(['a']), new Set(['a'])]]) {
      assert.notDeepStrictEqual(one, native);
      assert.notDeepStrictEqual(native, one);
      assert.deepEqual(one, native); // the loose one looks at the entries alone
      assert.deepEqual(native, one);
    }
  },
  'on Node it reads one of the two through get, and so touches it; on Bun neither': () => {
    const [first, second] = [new RobustSessionMap([['a', 1]]), new RobustSessionMap([['a', 1]])];
    assert.deepStrictEqual(first, second);
    assert.strictEqual(first.stats().hits + second.stats().hits, bun === undefined ? 1 : 0);
  },
  'limits do not count, only entries': () => {
    assert.deepStrictEqual(new RobustSessionMap({ ttl: 5000 }, [['a', 1]]), new RobustSessionMap({ maxSize: 3 }, [['a', 1]]));
  },
});

feature('toEqual of bun:test', {
  // vitest's toEqual compares constructors and tells a plain Map apart, as it does for every subclass.
  'toEqual and toStrictEqual': alike((T) => {
    const { expect } = bunTest;
    const equal = (check) => {
      try {
        check();
        return true;
      } catch {
        return false;
      }
    };
    const [native, nativeSet] = [new Map([['a', 1]]), new Set(['a'])];
    const [one, oneSet] = [new T.RobustSessionMap(native), new T.RobustSessionSet(nativeSet)];
    return [[one, native], [native, one], [oneSet, nativeSet], [nativeSet, oneSet], [one, new Map([['a', 2]])], [oneSet, new Set(['b'])], [map(T), map(T)], [set(T), set(T)]]
      .map(([a, b]) => [equal(() => expect(a).toEqual(b)), equal(() => expect(a).toStrictEqual(b))]);
  }),
  'against a plain Map: equal': () => {
    bunTest.expect(new RobustSessionMap([['a', 1]])).toEqual(new Map([['a', 1]]));
    bunTest.expect(new RobustSessionSet(['a'])).toEqual(new Set(['a']));
    bunTest.expect(new RobustSessionMap([['a', 1]])).not.toEqual(new Map([['a', 2]]));
  },
});

feature('spread and what else iterates', {
  'spread, Array.from, destructuring': alike((T) => {
    const [first, ...rest] = map(T);
    return [[...map(T)].length, Array.from(set(T)).length, Array.from(map(T), ([key]) => key), first, rest.length, Math.max(...new T.RobustSessionSet([1, 5, 3]))];
  }),
  'Object.fromEntries, Promise.all': alike(async (T) => [Object.fromEntries(new T.RobustSessionMap([['a', 1]])), await Promise.all(new T.RobustSessionSet([1, Promise.resolve(2)]))]),
  'copies by native constructors': alike((T) => [new Map(new T.RobustSessionMap([['a', 1]])), new Set(new T.RobustSessionSet(['a'])), new WeakSet(new T.RobustSessionSet([T])).has(T)]),
  'copies by its own': alike((T) => [[...new T.RobustSessionMap(map(T))].length, [...new T.RobustSessionSet(set(T))].length]),
  'for await': alike(async (T) => {
    const seen = [];
    for await (const value of new T.RobustSessionSet([1, Promise.resolve(2)])) seen.push(value);
    return seen;
  }),
  'a native copy made when entries have just expired does not hold them': () => {
    const clock = { time: 0, now: () => clock.time, setTimer: () => () => {} };
    const one = new RobustSessionMap({ ttl: 10, clock }, [['a', 1]]);
    const other = new RobustSessionSet({ ttl: 10, clock }, ['a']);
    clock.time = 10;
    assert.deepStrictEqual([[...one], new Map(one).size, new Set(other).size, [...other], Array.from(other)], [[], 0, 0, [], []]);
  },
});

feature('Array.fromAsync', { 'of both': alike(async (T) => [await Array.fromAsync(new T.RobustSessionMap([['a', 1]])), await Array.fromAsync(new T.RobustSessionSet(['a']))]) });

feature('Map.groupBy', {
  'is inherited and gives a plain Map': alike((T) => {
    const groups = T.RobustSessionMap.groupBy([1, 2, 3], (n) => n % 2);
    return [groups, Object.getPrototypeOf(groups) === Map.prototype];
  }),
  'of our entries': alike((T) => [...Map.groupBy(new T.RobustSessionMap([['a', 1], ['b', 2], ['c', 1]]), ([, value]) => value)]),
});

feature('iterator helpers', {
  'map, filter, take, drop, flatMap, toArray': alike((T) => [
    map(T).keys().map(String).toArray(), set(T).values().filter((value) => value === 'b').toArray(), map(T).entries().take(1).toArray(),
    map(T).keys().drop(1).toArray(), new T.RobustSessionSet([1, 2]).values().flatMap((n) => [n, n]).toArray(),
  ]),
  'reduce, some, every, find, forEach': alike((T) => {
    const one = () => new T.RobustSessionSet([1, 2, 3]).values();
    const seen = [];
    one().forEach((n) => seen.push(n));
    return [one().reduce((sum, n) => sum + n), one().some((n) => n > 2), one().every((n) => n > 2), one().find((n) => n > 1), seen];
  }),
  'are instances of Iterator; Iterator.from gives them back': alike((T) => {
    const steps = map(T).keys();
    return [steps instanceof Iterator, Iterator.from(steps) === steps, Object.prototype.toString.call(steps)];
  }),
  'are lazy and live': alike((T) => {
    const one = new T.RobustSessionMap([['a', 1], ['b', 2]]);
    const steps = one.keys().map((key) => `${key}!`);
    const first = steps.next().value;
    one.delete('b');
    one.set('c', 3);
    return [first, ...steps];
  }),
});

const OTHERS = (T) => [new Set(['b', 'c']), new T.RobustSessionSet(['b', 'c']), new T.RobustSessionMap([['b', 1]]), new Set(), new Set(['a', 'b', 'c', 'd'])];
const COMBINE = ['union', 'intersection', 'difference', 'symmetricDifference'];
const COMPARE = ['isSubsetOf', 'isSupersetOf', 'isDisjointFrom'];
feature('Set methods', {
  ...Object.fromEntries(COMBINE.map((method) => [method, alike((T) => OTHERS(T).map((other) => {
    const receiver = new T.RobustSessionSet(['a', 'b']);
    const mine = receiver[method](other);
    const native = other instanceof Set ? Set.prototype[method].call(new Set(['a', 'b']), other) : undefined;
    return [mine, Object.getPrototypeOf(mine) === Set.prototype, native, [...receiver]];
  }))])),
  ...Object.fromEntries(COMPARE.map((method) => [method, alike((T) => OTHERS(T).map((other) => [
    new T.RobustSessionSet(['a', 'b'])[method](other), new Set(['b'])[method](new T.RobustSessionSet(['a', 'b'])), new T.RobustSessionSet()[method](other),
  ]))])),
  'as the receiver, nothing is touched; as the argument, has is the read': () => {
    const one = new RobustSessionSet(['a', 'b', 'c']);
    one.union(new Set(['a']));
    one.intersection(new Set(['a']));
    assert.strictEqual(one.stats().hits, 0);
    new Set(['a', 'b']).isSubsetOf(one);
    assert.strictEqual(one.stats().hits, 2);
  },
});

describe('getOrInsert and getOrInsertComputed are on every runtime, ours and not inherited', () => {
  for (const name of ['getOrInsert', 'getOrInsertComputed']) {
    test(`${name} on ${runtime}`, () => {
      assert.ok(Object.hasOwn(RobustSessionMap.prototype, name));
      assert.notStrictEqual(RobustSessionMap.prototype[name], Map.prototype[name]);
      const one = new RobustSessionMap({ maxSize: 2 });
      const give = (value) => (name === 'getOrInsert' ? value : () => value);
      assert.deepStrictEqual(['a', 'b', 'a', 'c'].map((key, n) => one[name](key, give(n))), [0, 1, 0, 3]);
      assert.deepStrictEqual([...one], [['a', 0], ['c', 3]]); // bounded: an inherited one would keep 'b'
      assert.strictEqual(one.validate(), true);
    });
  }
});

describe('disposal, where the runtime has the symbols', () => {
  test('Symbol.dispose and Symbol.asyncDispose', () => {
    for (const Type of [RobustSessionMap, RobustSessionSet]) {
      assert.strictEqual(typeof Type.prototype[Symbol.dispose], 'function');
      assert.strictEqual(typeof Type.prototype[Symbol.asyncDispose], 'function');
    }
  });
});
