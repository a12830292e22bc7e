// Sizes and callbacks that nobody sane would pass: answered as documented, both sides intact.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { describe, test } from '../harness.mjs';
import { HandClock } from '../support/hand-clock.mjs';
import { KINDS, RobustSessionMap, contract, put, read } from '../support/scope.mjs';
import { throwsUnchanged } from '../support/state.mjs';

const require = createRequire(import.meta.url);
const { SessionGroup } = require('../../index.js');
const { ManualClock } = require('../../testing.js');

const MEGABYTE = 2 ** 20;

describe('keys of 1 MB', () => {
  for (const kind of KINDS) {
    contract(`${kind}: stored, found, evicted and told, each by its last character`, (scope) => {
      const all = scope.of(kind, { maxSize: 4 });
      const key = (n) => `${'k'.repeat(MEGABYTE)}${n}`;
      for (let n = 0; n < 6; n += 1) put(all, key(n));
      assert.deepStrictEqual(scope.log.splice(0).map(([each, , reason]) => [each === key(0) || each === key(1), reason]), [[true, 'lru'], [true, 'lru']]);
      assert.deepStrictEqual([read(all, key(0)), read(all, key(5)), read(all, `${'k'.repeat(MEGABYTE)}`)], [false, true, false]);
      assert.deepStrictEqual([all.delete(key(5)), all.delete(key(5)), all.size], [true, false, 3]);
    });
  }

  test('a group: ids and composite keys', () => {
    const group = new SessionGroup({ maxSize: 2, clock: new ManualClock() });
    const tools = group.map('tools', { sessionOf: (key) => key.slice(0, MEGABYTE) });
    const id = (n) => String.fromCharCode(97 + n).repeat(MEGABYTE);
    for (let n = 0; n < 3; n += 1) for (const call of ['x', 'y']) tools.set(`${id(n)}${call}`, n);
    assert.deepStrictEqual([group.size, tools.size, group.has(id(0)), tools.get(`${id(2)}y`)], [2, 4, false, 2]);
    group.validate();
    group.close();
  });

  test('an error shows the beginning of a long value, not all of it', () => {
    const long = 'x'.repeat(MEGABYTE);
    for (const call of [() => new RobustSessionMap({ ttl: long }), () => new RobustSessionMap({ name: 'm' }).set(1, 1, { ttl: long }), () => new RobustSessionMap().shed(long)]) {
      assert.throws(call, ({ message }) => message.includes('"xxx') && message.length < 300);
    }
  });
});

describe('sizeOf: whatever is no weight changes nothing', () => {
  const thrown = new Error('of sizeOf');
  const NO_WEIGHTS = {
    NaN: () => NaN, Infinity: () => Infinity, '-Infinity': () => -Infinity, negative: () => -1, 'a hair below 0': () => -Number.MIN_VALUE, huge: () => 2 ** 53,
    'the largest number': () => Number.MAX_VALUE, 'a BigInt': () => 1n, 'a string': () => '1', 'an object with valueOf': () => ({ valueOf: () => 1 }),
    throwing: () => {
      throw thrown;
    },
  };
  for (const kind of KINDS) {
    for (const [name, sizeOf] of Object.entries(NO_WEIGHTS)) {
      contract(`${kind}: ${name}`, (scope) => {
        let weigh = () => 1;
        const all = scope.of(kind, { maxBytes: 100, sizeOf: (...args) => weigh(...args) });
        put(all, 'a');
        put(all, 'b');
        weigh = sizeOf;
        for (const key of ['a', 'new']) {
          const error = throwsUnchanged(all, () => put(all, key));
          assert.ok(error === thrown || ((error instanceof RangeError || error instanceof TypeError) && error.message.includes('sizeOf')), String(error));
        }
        weigh = () => -0;
        put(all, 'zero');
        assert.deepStrictEqual([all.size, all.stats().bytes, scope.left()], [3, 2, []]);
      });
    }

    contract(`${kind}: weights at the edges add up exactly`, (scope) => {
      const all = scope.of(kind, { maxBytes: Number.MAX_SAFE_INTEGER });
      put(all, 'all', { size: Number.MAX_SAFE_INTEGER });
      assert.strictEqual(all.stats().bytes, Number.MAX_SAFE_INTEGER);
      put(all, 'one', { size: 1 });
      assert.deepStrictEqual([scope.left(), all.stats().bytes], [['all:bytes'], 1]);
      for (let n = 0; n < 500; n += 1) put(all, `small ${n}`, { size: 0.1 });
      for (let n = 0; n < 500; n += 1) all.delete(`small ${n}`);
      assert.strictEqual(all.stats().bytes, 1);
    });
  }
});

describe('isBusy', () => {
  const thrown = new Error('of isBusy');
  for (const kind of KINDS) {
    contract(`${kind}: throwing keeps the entry on every path, and is told with the key`, (scope) => {
      const all = scope.of(kind, { ttl: 100, maxSize: 2, maxBusy: 1000, isBusy: () => {
        throw thrown;
      } });
      for (const key of ['a', 'b', 'c']) put(all, key);
      assert.strictEqual(all.shed(3), 0);
      scope.advance(150);
      assert.deepStrictEqual([all.size, scope.left()], [3, []]);
      assert.deepStrictEqual(new Set(scope.errors.map(({ key }) => key)), new Set(['a', 'b', 'c']));
      assert.ok(scope.errors.every(({ error, reason }) => error === thrown && reason === undefined));
      assert.strictEqual(all.stats().errors, scope.errors.length);
      assert.ok(scope.errors.length <= 9, `asked ${scope.errors.length} times in 150 ms`);
      scope.advance(2000);
      assert.deepStrictEqual(scope.left().sort(), ['a:busy-timeout', 'b:busy-timeout', 'c:busy-timeout']);
    });
  }

  test('slow: a sweep gives the event loop back after its budget, and goes on later', () => {
    const clock = new HandClock();
    const left = [];
    const map = new RobustSessionMap({ ttl: 100, maxSize: Infinity, clock, onRemove: (key) => left.push(key), isBusy: () => {
      clock.time += 10;
      return false;
    } });
    for (let key = 0; key < 5; key += 1) map.set(key, key);
    clock.time = 100;
    for (let stretch = 1; stretch <= 5; stretch += 1) {
      assert.strictEqual(clock.timers.length, 1);
      clock.fire();
      assert.strictEqual(left.length, stretch, 'one question takes more than the budget');
      assert.strictEqual(map.validate(), true);
    }
    assert.deepStrictEqual(left, [0, 1, 2, 3, 4]);
    map.close();
  });

  test('slow and busy: asked once a recheck, however often the map is used meanwhile', () => {
    const clock = new HandClock();
    let asked = 0;
    const map = new RobustSessionMap({ ttl: 100, maxBusy: 80_000, clock, isBusy: () => {
      asked += 1;
      clock.time += 10;
      return true;
    } });
    map.set('a', 1);
    clock.time = 100;
    for (let use = 0; use < 100; use += 1) void [map.size, map.has('a'), map.peek('a'), map.sweep()];
    assert.strictEqual(asked, 1);
    clock.time += 5000;
    for (let use = 0; use < 100; use += 1) void [map.size, map.has('a'), map.peek('a'), map.sweep()];
    assert.strictEqual(asked, 2);
    map.validate();
    map.close();
  });
});
