// Conformance, what maps do: each case runs on a trivial subclass of Map and on ours; the outcomes, throws
// included, must be the same.

import { describe } from './harness.mjs';
import { building, counted, failure, KEYS, lost, outcome, same, source, SYMBOL, thrower } from './support/cases.mjs';

describe('Map: the constructor', () => {
  same('RobustSessionMap', {
    'without arguments': (Type) => [...new Type()],
    undefined: (Type) => [...new Type(undefined)],
    null: (Type) => [...new Type(null)],
    'an empty array': (Type) => [...new Type([])],
    'entries, the last of a key wins at the place of the first': (Type) => [...new Type([['a', 1], ['b', 2], ['a', 3]])],
    'another map': (Type) => [...new Type(new Map([['a', 1]]))],
    'its own kind': (Type) => [...new Type(new Type([['a', 1]]))],
    'a generator': (Type) => [...new Type((function* pairs() {
      yield ['a', 1];
      yield ['b', 2];
    })())],
    'entries may be any objects': (Type) => [...new Type([{ 0: 'a', 1: 1 }, Object.assign(() => {}, { 0: 'b' }), []])],
    'an iterable function': (Type) => [...new Type(Object.assign(() => {}, { [Symbol.iterator]: () => [['a', 1]].values() }))],
    'entry parts are read in order, once': (Type) => {
      const log = [];
      const entry = new Proxy(['a', 1], { get: (target, key) => (log.push(String(key)), target[key]) });
      return [[...new Type([entry])], log];
    },
    'the entries are read between the steps': (Type) => {
      const log = [];
      const item = { get 0() { return log.push('0'); }, get 1() { return log.push('1'); } };
      return [new Type(source([item, item], log)).size, log];
    },
    'a string as an entry: TypeError, iterator closed': (Type) => building(Type, ['ab']),
    'a number as an entry': (Type) => building(Type, [['a', 1], 5, ['b', 2]]),
    'undefined as an entry': (Type) => building(Type, [undefined]),
    'null as an entry': (Type) => building(Type, [null]),
    'a symbol as an entry': (Type) => building(Type, [SYMBOL]),
    'a boolean as an entry': (Type) => building(Type, [true]),
    'a key that throws: thrown on, iterator closed': (Type) => building(Type, [{ get 0() { return thrower(); } }]),
    'a value that throws: thrown on, iterator closed': (Type) => building(Type, [{ get 1() { return thrower(); } }]),
    'a throwing set: thrown on, iterator closed': (Type) => {
      class Sub extends Type {}
      Sub.prototype.set = thrower;
      return building(Sub, [['a', 1]]);
    },
    'a next that throws: thrown on, not closed': (Type) => building(Type, [], { next: thrower }),
    'a step that is no object: TypeError, not closed': (Type) => building(Type, [], { next: () => 5 }),
    'a step whose done throws: not closed': (Type) => building(Type, [], { next: () => ({ get done() { return thrower(); } }) }),
    'a step whose value throws: not closed': (Type) => building(Type, [], { next: () => ({ done: false, get value() { return thrower(); } }) }),
    'a return that throws does not hide the first error': (Type) => building(Type, [1], { return: () => { throw new SyntaxError('other'); } }),
    'a missing return is no error of its own': (Type) => building(Type, [1], { return: undefined }),
    'Symbol.iterator that is no function: TypeError': (Type) => outcome(() => new Type({ [Symbol.iterator]: 5 })),
    'Symbol.iterator undefined: TypeError': (Type) => outcome(() => new Type({ [Symbol.iterator]: undefined })),
    'an iterator that is no object: TypeError': (Type) => outcome(() => new Type({ [Symbol.iterator]: () => 5 })),
    'a symbol': (Type) => outcome(() => new Type(SYMBOL)),
    true: (Type) => outcome(() => new Type(true)),
    'set is looked up once and called for each entry, with two arguments': (Type) => {
      const log = [];
      const Sub = counted(Type, 'set', log);
      const all = [...new Sub([['a', 1], ['b', 2], ['c', 3]])];
      return [log, all];
    },
    'without entries set is not looked up': (Type) => {
      const log = [];
      const Sub = counted(Type, 'set', log);
      return [new Sub(), new Sub(null), new Sub(undefined), log].at(-1);
    },
    'a set that is no function: TypeError, not one step': (Type) => {
      class Sub extends Type {}
      Sub.prototype.set = 5;
      return building(Sub, [['a', 1]]);
    },
    'a set whose look-up throws': (Type) => {
      class Sub extends Type {}
      Object.defineProperty(Sub.prototype, 'set', { get: thrower });
      return building(Sub, []);
    },
    'a set that has lost its prototype': (Type) => {
      class Sub extends Type {}
      const { set } = Type.prototype;
      Sub.prototype.set = lost(function bare(key, value) {
        return Reflect.apply(set, this, [key, value]);
      });
      return [...new Sub([['a', 1]])];
    },
    'a set replaced meanwhile goes on being called': (Type) => {
      class Sub extends Type {}
      let calls = 0;
      Sub.prototype.set = function set(key, value) {
        calls += 1;
        Sub.prototype.set = thrower;
        return Type.prototype.set.call(this, key, value);
      };
      return [new Sub([['a', 1], ['b', 2]]).size, calls];
    },
  });
});

describe('Map: subclasses', () => {
  same('RobustSessionMap', {
    'an overridden set is called by the constructor': (Type) => {
      class Sub extends Type {
        set(key, value) {
          return super.set(`${key}!`, value * 2);
        }
      }
      return [...new Sub([['a', 1]])];
    },
    'an overridden get changes nothing for iteration': (Type) => {
      class Sub extends Type {
        get() {
          return 'mine';
        }
      }
      const one = new Sub([['a', 1]]);
      return [one.get('a'), [...one], one instanceof Type, one instanceof Map];
    },
    'the constructor of the subclass, and its fields': (Type) => {
      class Sub extends Type {
        field = this.size;
        constructor(...args) {
          super(...args);
          this.target = new.target.name;
        }
      }
      const one = new Sub([['a', 1]]);
      return [one.field, one.target, one.constructor === Sub, Object.getPrototypeOf(one) === Sub.prototype];
    },
    'Reflect.construct with another new.target': (Type) => {
      function Other() {}
      Other.prototype = Object.create(Type.prototype);
      const one = Reflect.construct(Type, [[['a', 1]]], Other);
      return [Object.getPrototypeOf(one) === Other.prototype, one.get('a'), one instanceof Other];
    },
    'Reflect.construct with a new.target without a prototype': (Type) => {
      const bare = function bare() {}.bind();
      return Object.getPrototypeOf(Reflect.construct(Type, [], bare)) === Map.prototype;
    },
    'a subclass of a subclass': (Type) => {
      class A extends Type {}
      class B extends A {}
      return [...new B([['a', 1]])];
    },
    'methods taken off an instance': (Type) => {
      const { get, set } = new Type();
      const one = new Type();
      set.call(one, 'a', 1);
      return get.call(one, 'a');
    },
  });
});

describe('Map: methods', () => {
  const filled = (Type) => new Type([['a', 1], ['b', 2], ['c', 3]]);
  same('RobustSessionMap', {
    'get: held, absent, held undefined': (Type) => [filled(Type).get('a'), filled(Type).get('x'), new Type([['u', undefined]]).get('u')],
    'get without arguments is get of undefined': (Type) => [new Type([[undefined, 1]]).get(), new Type().get()],
    'set answers the map; without a value it stores undefined': (Type) => {
      const one = new Type();
      return [one.set('a', 1) === one, one.set('b') === one, one.set() === one, [...one]];
    },
    'has: by SameValueZero': (Type) => KEYS.map((key) => [new Type([[key, 1]]).has(key), new Type().has(key)]),
    'has of a key that holds undefined': (Type) => new Type([['u', undefined]]).has('u'),
    'delete: whether it was there': (Type) => {
      const one = filled(Type);
      return [one.delete('a'), one.delete('a'), one.delete(), one.size, [...one]];
    },
    'clear answers undefined': (Type) => {
      const one = filled(Type);
      return [one.clear(), one.size, one.clear(), [...one], one.get('a')];
    },
    'NaN is found whatever its bits': (Type) => {
      const other = new Float64Array(new Uint32Array([1, 0x7ff80000]).buffer)[0];
      return [...new Type([[NaN, 1], [other, 2]])];
    },
    '-0 becomes 0, as a key only': (Type) => {
      const one = new Type([[-0, -0]]);
      return [Object.is([...one.keys()][0], 0), Object.is(one.get(0), -0), one.has(-0), one.delete(-0)];
    },
    'size counts along': (Type) => {
      const one = filled(Type);
      const sizes = [one.size];
      for (const act of [() => one.set('a', 9), () => one.set('d', 4), () => one.delete('b'), () => one.clear()]) {
        act();
        sizes.push(one.size);
      }
      return sizes;
    },
    'keys, values, entries': (Type) => [[...filled(Type).keys()], [...filled(Type).values()], [...filled(Type).entries()], [...filled(Type)]],
  });
});

describe('Map: getOrInsert and getOrInsertComputed', () => {
  same('RobustSessionMap', {
    'a miss stores and answers': (Type) => {
      const one = new Type();
      return [one.getOrInsert('a', 1), one.getOrInsert('a', 2), one.getOrInsertComputed('b', () => 3), one.getOrInsertComputed('b', () => 4), [...one]];
    },
    'any key': (Type) => KEYS.map((key) => [new Type([[key, 1]]).getOrInsert(key, 2), [...new Type([[key, 1]])].length, new Type().getOrInsertComputed(key, () => 3)]),
    'without a value it stores undefined': (Type) => {
      const one = new Type();
      return [one.getOrInsert('a'), [...one]];
    },
    '-0 becomes 0, for the callback too': (Type) => {
      const one = new Type();
      const seen = [];
      one.getOrInsertComputed(-0, (key) => seen.push(Object.is(key, 0)));
      const two = new Type();
      two.getOrInsert(-0, 1);
      return [seen, Object.is([...one.keys()][0], 0), Object.is([...two.keys()][0], 0), one.has(0), two.getOrInsert(0, 5)];
    },
    'the callback gets the key alone, and no this': (Type) => {
      const seen = [];
      new Type().getOrInsertComputed('a', function compute(...args) {
        seen.push(this, args);
      });
      return seen;
    },
    'it is not called for a present key': (Type) => new Type([['a', undefined]]).getOrInsertComputed('a', thrower) === undefined,
    'its throw is thrown on, and nothing is stored': (Type) => {
      const one = new Type([['a', 1]]);
      return [outcome(() => one.getOrInsertComputed('b', thrower)), [...one]];
    },
    'what it stores itself is overwritten': (Type) => {
      const one = new Type([['a', 1]]);
      const answer = one.getOrInsertComputed('b', (key) => {
        one.set(key, 'inner').set('c', 2);
        return 'outer';
      });
      return [answer, [...one]];
    },
    'what it removes stays removed': (Type) => {
      const one = new Type([['a', 1]]);
      one.getOrInsertComputed('b', () => {
        one.clear();
        return 2;
      });
      return [...one];
    },
    'a callback that is no function: TypeError, also for a present key': (Type) => {
      const one = new Type([['a', 1]]);
      return [undefined, null, 5, {}, 'f'].map((bad) => [outcome(() => one.getOrInsertComputed('a', bad)), outcome(() => one.getOrInsertComputed('b', bad)), one.size]);
    },
    'neither calls an overridden set or has': (Type) => {
      class Sub extends Type {
        set() {
          throw failure;
        }
        has() {
          throw failure;
        }
      }
      const one = new Sub();
      return [one.getOrInsert('a', 1), one.getOrInsertComputed('b', () => 2), [...one]];
    },
  });
});
