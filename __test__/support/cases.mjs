// What the conformance files share: running a case on the oracle and on ours, and iterables that write
// down how they are used.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { test } from '../harness.mjs';
import { plain } from './plain.mjs';

const require = createRequire(import.meta.url);
const ours = require('../../index.js');

/** What a case answers, or what it throws: the kind of an error, or the thrown value itself. */
export function outcome(fn, Type) {
  try {
    return { answer: fn(Type) };
  } catch (error) {
    return { threw: error instanceof Error ? error.constructor.name : error };
  }
}

/**
 * One test a case: the outcome on our class is the one on a trivial subclass.
 *
 * @param {'RobustSessionMap' | 'RobustSessionSet'} name
 * @param {Record<string, (Type: any) => unknown>} cases
 */
export function same(name, cases) {
  for (const [title, fn] of Object.entries(cases)) {
    test(title, () => {
      const expected = outcome(fn, plain[name]);
      assert.ok('threw' in expected || expected.answer !== undefined, 'the case must answer something');
      assert.deepStrictEqual(outcome(fn, ours[name]), expected);
    });
  }
}

/** An iterable that writes down how it is used. */
export function source(items, log, extra = {}) {
  let at = 0;
  return {
    [Symbol.iterator]: () => ({
      next() {
        log.push('next');
        at += 1;
        return at > items.length ? { value: undefined, done: true } : { value: items[at - 1], done: false };
      },
      return() {
        log.push('return');
        return {};
      },
      ...extra,
    }),
  };
}

export const failure = new RangeError('of the case');
export const thrower = () => {
  throw failure;
};

/** Builds from a source; answers what was thrown and how the source was used. */
export function building(Type, items, extra) {
  const log = [];
  const { threw } = outcome(() => new Type(source(items, log, extra)));
  return [threw, log];
}

/** A subclass whose adder is looked up through a getter that writes it down, and its calls. */
export function counted(Type, adder, log) {
  return class extends Type {
    get [adder]() {
      log.push(`get ${adder}`);
      return function add(...args) {
        log.push(args);
        return Type.prototype[adder].apply(this, args);
      };
    }
  };
}

export const SYMBOL = Symbol('s');
export const KEYS = [undefined, null, true, 0, 1.5, NaN, '', 'x', 1n, SYMBOL];

/** A function without `call` and `apply`. */
export const lost = (fn) => Object.setPrototypeOf(fn, null);
