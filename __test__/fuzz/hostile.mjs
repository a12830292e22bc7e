// Things that run code when they are looked at the wrong way.

import { Fault } from './world.mjs';

/** An object on which every look is told of, and every conversion. @param {() => void} noticed */
function trap(noticed) {
  const told = () => {
    noticed();
    throw new Fault('a key that was looked at');
  };
  return new Proxy({}, { get: told, has: told, ownKeys: told, getPrototypeOf: told, getOwnPropertyDescriptor: told, set: told, defineProperty: told });
}

/** One that runs code when it is converted. @param {() => void} noticed */
function convertible(noticed) {
  const told = () => {
    noticed();
    throw new Fault('a key that was converted');
  };
  return { valueOf: told, toString: told, toJSON: told, [Symbol.toPrimitive]: told, get [Symbol.toStringTag]() { return told(); }, get then() { return told(); } };
}

/** Keys of all kinds; `noticed` is called if code of one runs. @param {() => void} noticed */
export function keys(noticed) {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return ['a', 'b', 'c', 'ses_1', '', 0, -0, NaN, 1.5, undefined, null, 7n, Symbol('s'), { plain: 1 }, () => {}, trap(noticed), convertible(noticed), proxy];
}

/** Options as plain data, with getters that come back, or behind a Proxy. @param {import('./world.mjs').World} world @param {Record<string, unknown>} plain */
export function disguised(world, plain) {
  const { r } = world;
  const way = r.below(4);
  if (way < 2) return plain;
  if (way === 2) {
    const given = {};
    for (const [name, value] of Object.entries(plain)) {
      Object.defineProperty(given, name, { enumerable: true, get: () => (world.reenter('a getter of options'), value) });
    }
    return given;
  }
  const call = (name) => (...args) => (world.reenter(`the trap ${name}`), Reflect[name](...args));
  return new Proxy(plain, { get: call('get'), ownKeys: call('ownKeys'), getPrototypeOf: call('getPrototypeOf'), getOwnPropertyDescriptor: call('getOwnPropertyDescriptor') });
}

const WRONG = [
  { ttl: -1 }, { ttl: NaN }, { ttl: '5' }, { size: -1 }, { size: Infinity }, { size: 2 ** 53 }, { maxAge: null }, { unknown: 1 }, { [Symbol('x')]: 1 },
  { ttl: { valueOf: () => 5 } }, 5, 'ttl', null, new Date(0), { __proto__: { ttl: 1 }, nothing: 1 },
];

/** Options that no method takes. @param {import('./world.mjs').World} world */
export const wrong = (world) => world.r.pick(WRONG);

/** A source of items that comes back at every step, and may throw. @template T @param {import('./world.mjs').World} world @param {T[]} items */
export function source(world, items) {
  let at = 0;
  return {
    [Symbol.iterator]() {
      world.reenter('an iterator');
      return {
        next() {
          world.reenter('next');
          at += 1;
          return at > items.length ? { done: true, value: undefined } : { done: false, value: items[at - 1] };
        },
        return() {
          world.reenter('return', { throws: false });
          return {};
        },
      };
    },
  };
}

/** An entry of which key and value are read through getters. */
export function entry(world, key, value) {
  return { get 0() { return world.reenter('the key of an entry'), key; }, get 1() { return world.reenter('the value of an entry'), value; } };
}
