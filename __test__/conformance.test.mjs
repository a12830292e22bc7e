// Conformance: the shape of the classes, their brand checks and their iterators, after the
// standard's text. What the methods do is in `conformance-map.test.mjs` and `conformance-set.test.mjs`.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { describe, test } from './harness.mjs';

const require = createRequire(import.meta.url);
const { RobustSessionMap, RobustSessionSet } = require('../index.js');

/** Methods of the standard with their `length`. */
const STANDARD = {
  RobustSessionMap: { get: 1, set: 2, has: 1, delete: 1, clear: 0, keys: 0, values: 0, entries: 0, forEach: 1, getOrInsert: 2, getOrInsertComputed: 2 },
  RobustSessionSet: { add: 1, has: 1, delete: 1, clear: 0, values: 0, entries: 0, forEach: 1 },
};
const SHARED = { touch: 1, pin: 1, remaining: 1, sweep: 0, shed: 1, deleteOn: 3, settled: 0, stats: 0, validate: 0, close: 0 };
/** Our own ones. */
const OWN = {
  RobustSessionMap: { peek: 1, deleteIf: 2, getOrLoad: 2, ...SHARED },
  RobustSessionSet: { peek: 1, ...SHARED },
};

const CLASSES = [[RobustSessionMap, Map], [RobustSessionSet, Set]];

const isConstructor = (fn) => {
  try {
    Reflect.construct(Object, [], fn);
    return true;
  } catch {
    return false;
  }
};

const HIDDEN = { writable: true, enumerable: false, configurable: true };

/** A function as the standard defines methods. */
function checkMethod(owner, property, name, length) {
  const { value: fn, ...flags } = Object.getOwnPropertyDescriptor(owner, property);
  assert.deepStrictEqual(flags, HIDDEN);
  assert.strictEqual(typeof fn, 'function');
  assert.deepStrictEqual(Object.getOwnPropertyDescriptor(fn, 'name'), { value: name, writable: false, enumerable: false, configurable: true });
  assert.deepStrictEqual(Object.getOwnPropertyDescriptor(fn, 'length'), { value: length, writable: false, enumerable: false, configurable: true });
  assert.strictEqual(Object.hasOwn(fn, 'prototype'), false);
  assert.strictEqual(isConstructor(fn), false);
  assert.throws(() => new fn(), TypeError);
  assert.strictEqual(Object.isExtensible(fn), true);
  assert.strictEqual(Object.getPrototypeOf(fn), Function.prototype);
}

for (const [Type, Base] of CLASSES) {
  const { name } = Type;
  const { prototype } = Type;

  describe(`${name}: the class`, () => {
    test('is a class under its name that extends its base', () => {
      assert.deepStrictEqual([Type.length, typeof Type, isConstructor(Type)], [0, 'function', true]);
      assert.ok(name === 'RobustSessionMap' || name === 'RobustSessionSet');
      assert.strictEqual(Object.getPrototypeOf(Type), Base);
      assert.strictEqual(Object.getPrototypeOf(prototype), Base.prototype);
    });

    test('its prototype: fixed; the constructor stands in it', () => {
      assert.deepStrictEqual(Object.getOwnPropertyDescriptor(Type, 'prototype'), { value: prototype, writable: false, enumerable: false, configurable: false });
      assert.deepStrictEqual(Object.getOwnPropertyDescriptor(prototype, 'constructor'), { value: Type, ...HIDDEN });
    });

    test('cannot be called without new', () => {
      assert.throws(() => Type(), TypeError);
      assert.throws(() => Type.call(new Type(), []), TypeError);
      assert.throws(() => Reflect.apply(Type, Object.create(prototype), []), TypeError);
    });

    test('Symbol.species is inherited and answers the class', () => {
      assert.strictEqual(Type[Symbol.species], Type);
      assert.strictEqual(Object.hasOwn(Type, Symbol.species), false);
      class Sub extends Type {}
      assert.strictEqual(Sub[Symbol.species], Sub);
    });

    test('Symbol.toStringTag is inherited', () => {
      assert.strictEqual(Object.hasOwn(prototype, Symbol.toStringTag), false);
      assert.strictEqual(Object.prototype.toString.call(new Type()), `[object ${Base.name}]`);
    });

    test('instances are extensible, of the class, with no properties of their own', () => {
      const one = new Type();
      assert.deepStrictEqual([one instanceof Type, one instanceof Base, Object.isExtensible(one), Reflect.ownKeys(one)], [true, true, true, []]);
      assert.strictEqual(Object.getPrototypeOf(one), prototype);
      assert.strictEqual(one.constructor, Type);
      one.extra = 1;
      assert.strictEqual(one.extra, 1);
    });

    test('a frozen instance still stores, as a Map does', () => {
      const one = Object.freeze(new Type());
      if (Base === Map) one.set('a', 1);
      else one.add('a');
      assert.strictEqual(one.has('a'), true);
    });
  });

  describe(`${name}: methods are writable, not enumerable, configurable, no constructors`, () => {
    for (const [method, length] of Object.entries({ ...STANDARD[name], ...OWN[name] })) {
      test(`${method}, length ${length}`, () => checkMethod(prototype, method, method, length));
    }

    test('Symbol.iterator is the same function as the standard says', () => {
      const expected = Base === Map ? 'entries' : 'values';
      assert.strictEqual(prototype[Symbol.iterator], prototype[expected]);
      checkMethod(prototype, Symbol.iterator, expected, 0);
    });

    if (Base === Set) {
      test('keys is the same function as values', () => {
        assert.strictEqual(prototype.keys, prototype.values);
        checkMethod(prototype, 'keys', 'values', 0);
      });
    }

    test('size: an accessor without a setter', () => {
      const { get, set, ...flags } = Object.getOwnPropertyDescriptor(prototype, 'size');
      assert.deepStrictEqual([flags, set, get.name, get.length, isConstructor(get)], [{ enumerable: false, configurable: true }, undefined, 'get size', 0, false]);
      const one = new Type();
      assert.throws(() => {
        one.size = 5;
      }, TypeError);
    });

    test('every method of the base that changes or reads entries is our own', () => {
      const inherited = new Set(Reflect.ownKeys(Base.prototype));
      for (const key of Reflect.ownKeys(prototype)) inherited.delete(key);
      // These make sets of their own out of what they read.
      const allowed = ['union', 'intersection', 'difference', 'symmetricDifference', 'isSubsetOf', 'isSupersetOf', 'isDisjointFrom'];
      for (const key of [Symbol.toStringTag, ...allowed]) inherited.delete(key);
      assert.deepStrictEqual([...inherited], []);
    });

    test('nothing else is enumerable', () => {
      const found = [];
      for (const key in new Type()) found.push(key);
      assert.deepStrictEqual([found, Object.keys(prototype)], [[], []]);
    });
  });

  describe(`${name}: brand checks`, () => {
    const other = Base === Map ? new RobustSessionSet() : new RobustSessionMap();
    const STRANGERS = {
      'a native one': new Base(), 'the other kind': other, 'a WeakMap': new WeakMap(), 'an object': {}, 'an array': [], 'a function': () => {},
      'its own prototype': prototype, 'an object inheriting from an instance': Object.create(new Type()), 'a proxy of an instance': new Proxy(new Type(), {}),
      undefined, null: null, 'a number': 1, 'a string': 'text', 'a boolean': true, 'a symbol': Symbol('s'), 'a bigint': 1n,
    };
    const getter = Object.getOwnPropertyDescriptor(prototype, 'size').get;
    const methods = { ...STANDARD[name], ...OWN[name], [Symbol.iterator]: 0, ...(Base === Set ? { keys: 0 } : {}) };
    for (const method of [...Reflect.ownKeys(methods), 'size']) {
      test(`${String(method)} throws a TypeError for every stranger`, () => {
        const fn = method === 'size' ? getter : prototype[method];
        for (const [what, stranger] of Object.entries(STRANGERS)) {
          assert.throws(() => Reflect.apply(fn, stranger, ['a', () => 1]), TypeError, what);
        }
      });
    }

    test('a stranger is left as it was', () => {
      const native = new Base(Base === Map ? [['a', 1]] : ['a']);
      for (const method of ['clear', 'delete', 'close']) {
        assert.throws(() => Reflect.apply(prototype[method], native, ['a']), TypeError);
      }
      assert.strictEqual(native.size, 1);
    });
  });

  describe(`${name}: iterators`, () => {
    const make = () => (Base === Map ? new Type([['a', 1], ['b', 2]]) : new Type(['a', 'b']));
    const native = Object.getPrototypeOf(new Base().entries());
    const METHODS = ['keys', 'values', 'entries', Symbol.iterator];

    test('share one prototype that stands where the native one does', () => {
      const protos = new Set(METHODS.map((method) => Object.getPrototypeOf(make()[method]())));
      assert.strictEqual(protos.size, 1);
      const [proto] = protos;
      assert.strictEqual(Object.getPrototypeOf(proto), Object.getPrototypeOf(native));
      assert.deepStrictEqual(
        Object.getOwnPropertyDescriptor(proto, Symbol.toStringTag),
        { value: `${Base.name} Iterator`, writable: false, enumerable: false, configurable: true },
      );
      checkMethod(proto, 'next', 'next', 0);
      assert.deepStrictEqual(Reflect.ownKeys(proto).filter((key) => typeof key === 'string'), ['next']);
    });

    test('are iterable: themselves', () => {
      for (const method of METHODS) {
        const steps = make()[method]();
        assert.strictEqual(steps[Symbol.iterator](), steps);
        assert.strictEqual(Object.prototype.toString.call(steps), `[object ${Base.name} Iterator]`);
        assert.deepStrictEqual([Reflect.ownKeys(steps), 'return' in steps, 'throw' in steps], [[], false, false]);
      }
    });

    test('next throws on a wrong receiver', () => {
      const { next } = make().keys();
      for (const stranger of [undefined, null, 1, 'x', {}, [], make(), new Base().keys(), [].values(), Object.create(make().keys())]) {
        assert.throws(() => Reflect.apply(next, stranger, []), TypeError);
      }
      const otherNext = (Base === Map ? new RobustSessionSet() : new RobustSessionMap()).keys().next;
      assert.throws(() => Reflect.apply(otherNext, make().keys(), []), TypeError);
    });

    test('give fresh result objects of the usual shape', () => {
      const steps = make().entries();
      const [first, second] = [steps.next(), steps.next()];
      assert.deepStrictEqual([first, second].map((step) => step.done), [false, false]);
      assert.notStrictEqual(first, second);
      assert.deepStrictEqual(Object.getOwnPropertyDescriptors(first), {
        value: { value: Base === Map ? ['a', 1] : ['a', 'a'], writable: true, enumerable: true, configurable: true },
        done: { value: false, writable: true, enumerable: true, configurable: true },
      });
      assert.strictEqual(Object.getPrototypeOf(first), Object.prototype);
      assert.notStrictEqual(make().entries().next().value, make().entries().next().value);
      assert.ok(Array.isArray(first.value));
      first.value[0] = 'changed';
      assert.deepStrictEqual([...make().keys()], ['a', 'b']);
    });

    test('once done stay done, whatever is added', () => {
      for (const method of METHODS) {
        const one = make();
        const steps = one[method]();
        assert.strictEqual([...steps].length, 2);
        if (Base === Map) one.set('c', 3);
        else one.add('c');
        for (let n = 0; n < 3; n += 1) assert.deepStrictEqual(steps.next(), { value: undefined, done: true });
      }
    });

    test('of an empty one are done at once', () => {
      for (const method of METHODS) assert.deepStrictEqual(new Type()[method]().next(), { value: undefined, done: true });
    });

    test('are independent of each other', () => {
      const one = make();
      const [first, second] = [one.keys(), one.keys()];
      assert.notStrictEqual(first, second);
      assert.deepStrictEqual([first.next().value, first.next().value, second.next().value, first.next().done, second.next().value], ['a', 'b', 'a', true, 'b']);
    });

    test('are not stopped by a break', () => {
      const steps = make().keys();
      for (const key of steps) {
        assert.strictEqual(key, 'a');
        break;
      }
      assert.deepStrictEqual([...steps], ['b']);
    });
  });
}
