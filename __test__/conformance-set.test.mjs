// Conformance, what sets do, and the loops of both: each case runs on a trivial subclass and on ours; the
// outcomes, throws included, must be the same.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { describe, test } from './harness.mjs';
import { building, counted, KEYS, lost, outcome, same, source, SYMBOL, thrower } from './support/cases.mjs';

const require = createRequire(import.meta.url);
const { RobustSessionMap, RobustSessionSet } = require('../index.js');

describe('Set: the constructor', () => {
  same('RobustSessionSet', {
    'without arguments': (Type) => [...new Type()],
    undefined: (Type) => [...new Type(undefined)],
    null: (Type) => [...new Type(null)],
    'values, doubles once': (Type) => [...new Type(['a', 'b', 'a', NaN, NaN, 0, -0])],
    'another set': (Type) => [...new Type(new Set(['a']))],
    'its own kind': (Type) => [...new Type(new Type(['a']))],
    'a map: its entries': (Type) => [...new Type(new Map([['a', 1]]))],
    'a generator': (Type) => [...new Type((function* values() {
      yield 'a';
      yield 'b';
    })())],
    'anything is a value': (Type) => [...new Type(KEYS)].length,
    'a throwing add: thrown on, iterator closed': (Type) => {
      class Sub extends Type {}
      Sub.prototype.add = thrower;
      return building(Sub, ['a', 'b']);
    },
    'a next that throws: thrown on, not closed': (Type) => building(Type, [], { next: thrower }),
    'a step that is no object: TypeError, not closed': (Type) => building(Type, [], { next: () => 5 }),
    'a step whose value throws: not closed': (Type) => building(Type, [], { next: () => ({ done: false, get value() { return thrower(); } }) }),
    'a symbol': (Type) => outcome(() => new Type(SYMBOL)),
    'Symbol.iterator that is no function: TypeError': (Type) => outcome(() => new Type({ [Symbol.iterator]: 5 })),
    'an add that has lost its prototype': (Type) => {
      class Sub extends Type {}
      const { add } = Type.prototype;
      Sub.prototype.add = lost(function bare(value) {
        return Reflect.apply(add, this, [value]);
      });
      return [...new Sub(['a', 'b'])];
    },
    'add is looked up once and called for each value, with one argument': (Type) => {
      const log = [];
      const Sub = counted(Type, 'add', log);
      const all = [...new Sub(['a', 'b', 'a'])];
      return [log, all];
    },
    'without values add is not looked up': (Type) => {
      const log = [];
      const Sub = counted(Type, 'add', log);
      return [new Sub().size, new Sub(null).size, log];
    },
    'an add that is no function: TypeError, not one step': (Type) => {
      class Sub extends Type {}
      Sub.prototype.add = 5;
      return building(Sub, ['a']);
    },
    'an add whose look-up throws: not one step': (Type) => {
      class Sub extends Type {}
      Object.defineProperty(Sub.prototype, 'add', { get: thrower });
      return building(Sub, ['a']);
    },
    'the values are read between the steps': (Type) => {
      const log = [];
      class Sub extends Type {
        add(value) {
          log.push(value);
          return super.add(value);
        }
      }
      const one = new Sub(source(['a', 'b'], log));
      return [one.size, log];
    },
  });
});

describe('Set: subclasses and methods', () => {
  same('RobustSessionSet', {
    'an overridden add is called by the constructor': (Type) => {
      class Sub extends Type {
        add(value) {
          return super.add(`${value}!`);
        }
      }
      return [...new Sub(['a'])];
    },
    'Reflect.construct with another new.target': (Type) => {
      function Other() {}
      Other.prototype = Object.create(Type.prototype);
      const one = Reflect.construct(Type, [['a']], Other);
      return [Object.getPrototypeOf(one) === Other.prototype, one.has('a')];
    },
    'add answers the set; without a value it adds undefined': (Type) => {
      const one = new Type();
      return [one.add('a') === one, one.add('a') === one, one.add() === one, [...one]];
    },
    'has: by SameValueZero': (Type) => KEYS.map((value) => [new Type([value]).has(value), new Type().has(value)]),
    'delete: whether it was there': (Type) => {
      const one = new Type(['a', undefined]);
      return [one.delete('a'), one.delete('a'), one.delete(), one.delete(), one.size];
    },
    'clear answers undefined': (Type) => {
      const one = new Type(['a']);
      return [one.clear(), one.size, [...one], one.has('a')];
    },
    '-0 becomes 0': (Type) => {
      const one = new Type([-0]);
      return [Object.is([...one][0], 0), one.has(-0), one.has(0), Object.is([...one.entries()][0][1], 0)];
    },
    'keys, values, entries': (Type) => {
      const one = new Type(['a', 'b']);
      return [[...one.keys()], [...one.values()], [...one.entries()], [...one]];
    },
    'live iteration: delete, re-add, clear': (Type) => {
      const one = new Type(['a', 'b', 'c']);
      const seen = [];
      for (const value of one) {
        seen.push(value);
        if (value === 'a') one.delete('b');
        if (value !== 'c' || seen.length > 4) continue;
        one.add('b').delete('c');
        one.add('c');
      }
      one.clear();
      return [seen, [...one]];
    },
  });
});

/** Cases of `forEach` and live loops, for both kinds. */
const LOOPS = (make, put) => ({
  'forEach answers undefined and passes value, key and the collection': (Type) => {
    const one = make(Type);
    const seen = [];
    const answer = one.forEach((...args) => seen.push([args[0], args[1], args[2] === one, args.length]));
    return [answer, seen];
  },
  'forEach: thisArg as given': (Type) => {
    const seen = [];
    for (const given of [undefined, null, 5, 'x', SYMBOL]) {
      make(Type).forEach(function callback() {
        seen.push(this);
      }, given);
    }
    return seen;
  },
  'forEach: an object as thisArg is itself': (Type) => {
    const given = {};
    const seen = [];
    make(Type).forEach(function callback() {
      seen.push(this === given);
    }, given);
    return seen;
  },
  'forEach: a sloppy callback gets the global object': (Type) => {
    const found = [];
    make(Type).forEach(Function('found', 'return function () { found.push(this === globalThis); }')(found));
    return found;
  },
  'forEach: what is added is visited, what is deleted is not': (Type) => {
    const one = make(Type);
    const seen = [];
    one.forEach((value, key) => {
      seen.push(key);
      if (key === 'a') {
        one.delete('b');
        put(one, 'd');
      }
      if (key === 'c') one.delete('a');
    });
    return seen;
  },
  'forEach: deleted and re-added is visited again': (Type) => {
    const one = make(Type);
    const seen = [];
    one.forEach((value, key) => {
      seen.push(key);
      if (seen.length > 3) return;
      one.delete(key);
      put(one, key);
    });
    return seen;
  },
  'forEach: cleared meanwhile': (Type) => {
    const one = make(Type);
    const seen = [];
    one.forEach((value, key) => {
      seen.push(key);
      if (key === 'a') {
        one.clear();
        put(one, 'z');
      }
    });
    return seen;
  },
  'forEach: a throw is thrown on, at once': (Type) => {
    const seen = [];
    return [outcome(() => make(Type).forEach((value, key) => (seen.push(key), thrower()))), seen];
  },
  'forEach: no function is a TypeError, also without entries': (Type) => [undefined, null, 5, 'x', {}, SYMBOL, true]
    .map((bad) => [outcome(() => make(Type).forEach(bad)), outcome(() => new Type().forEach(bad))]),
  'forEach: a function that has lost its prototype, and a proxy of one': (Type) => {
    const seen = [];
    const bare = lost((value, key) => seen.push(key));
    make(Type).forEach(bare);
    make(Type).forEach(new Proxy(bare, {}));
    return seen;
  },
  'forEach does not use an overridden entries, values or Symbol.iterator': (Type) => {
    class Sub extends Type {}
    for (const key of ['entries', 'values', 'keys', Symbol.iterator]) Sub.prototype[key] = thrower;
    const seen = [];
    const one = new Sub();
    put(one, 'a');
    one.forEach((value, key) => seen.push(key));
    return seen;
  },
  'forEach of nothing calls nobody': (Type) => [outcome(() => new Type().forEach(thrower))],
  'a loop over itself that keeps deleting and adding ends when it stops': (Type) => {
    const one = make(Type);
    const seen = [];
    for (const key of one.keys()) {
      seen.push(key);
      one.delete(key);
      if (seen.length < 10) put(one, seen.length);
    }
    return [seen, one.size];
  },
  'iterators begun before a clear go on with what comes after': (Type) => {
    const one = make(Type);
    const steps = one.keys();
    steps.next();
    steps.next();
    one.clear();
    put(one, 'x');
    put(one, 'y');
    return [...steps];
  },
  'entries deleted behind an iterator do not make it skip': (Type) => {
    const one = make(Type);
    const steps = one.keys();
    const seen = [steps.next().value, steps.next().value];
    one.delete('a');
    one.delete('b');
    put(one, 'a');
    return [...seen, ...steps];
  },
});

describe('Map: forEach and live loops', () => {
  same('RobustSessionMap', LOOPS((Type) => new Type([['a', 1], ['b', 2], ['c', 3]]), (one, key) => one.set(key, 0)));
});

describe('Set: forEach and live loops', () => {
  same('RobustSessionSet', LOOPS((Type) => new Type(['a', 'b', 'c']), (one, key) => one.add(key)));
});

describe('known differences, each wanted', () => {
  test('the first argument may be options or a number; a string is no iterable here', () => {
    assert.strictEqual(new RobustSessionMap({}).size, 0); // natively a TypeError
    assert.strictEqual(new RobustSessionMap(5).stats().maxSize, 1000); // natively a TypeError
    assert.throws(() => new RobustSessionSet('text'), TypeError); // natively four values
    assert.strictEqual(new RobustSessionSet(null, 'text').size, 3); // as the second argument they are
  });

  test('a further argument of set and add is the entry\'s options', () => {
    assert.throws(() => new RobustSessionMap().set('a', 1, 2), TypeError); // natively ignored
    assert.throws(() => new RobustSessionSet().add('a', 0), TypeError); // natively ignored
    assert.throws(() => new RobustSessionSet().add('a', 0, ['b']), TypeError); // not what forEach passes
  });

  test('but as callbacks of an array\'s forEach both work as natively', () => {
    const set = new RobustSessionSet();
    const map = new RobustSessionMap();
    const list = ['a', 'b', NaN, 'a'];
    list.forEach(set.add, set);
    list.forEach(map.set, map);
    assert.deepStrictEqual([...set], ['a', 'b', NaN]);
    assert.deepStrictEqual([...map], [['a', 3], ['b', 1], [NaN, 2]]);
    assert.throws(() => map.set('a', 0, ['b']), TypeError);
    assert.strictEqual(set.validate() && map.validate(), true);
  });

  for (const [name, from] of Object.entries({
    'a typed array': Float64Array.of(5, NaN, 7),
    'a Set': new Set(['a', NaN, 'b']),
    'a Map': new Map([['a', 1], ['b', NaN]]),
    'our own map': new RobustSessionMap([['a', 1]]),
    'our own set': new RobustSessionSet(['a', 'b']),
  })) {
    test(`and of the forEach of ${name}`, () => {
      const both = (maps, sets) => {
        from.forEach(maps.set, maps);
        from.forEach(sets.add, sets);
        return [[...maps], [...sets]];
      };
      assert.deepStrictEqual(both(new RobustSessionMap(), new RobustSessionSet()), both(new Map(), new Set()));
    });
  }

  test('the constructors look Symbol.iterator up once', () => {
    for (const Type of [Map, Set, RobustSessionMap, RobustSessionSet]) {
      let lookups = 0;
      const given = {
        get [Symbol.iterator]() {
          lookups += 1;
          return () => [['a', 1]].values();
        },
      };
      assert.deepStrictEqual([new Type(given).size, lookups], [1, 1], Type.name);
    }
  });

  test('native methods see the entries, but the iterators are not the native ones', () => {
    const map = new RobustSessionMap([['a', 1]]);
    assert.throws(() => new Map().entries().next.call(map.entries()), TypeError);
    assert.deepStrictEqual(new Map().entries().next.call(Map.prototype.entries.call(map)).value, ['a', 1]);
  });
});
