// Lessons of others: time. Each test names the defect and a public thread that tells of it.

import assert from 'node:assert';
import { describe, test } from '../harness.mjs';
import { onFakeHost } from '../support/fake-host.mjs';
import { HandClock } from '../support/hand-clock.mjs';
import { KINDS, RobustSessionMap, contract, exactly, put, read } from '../support/scope.mjs';

const DAY = 86_400_000;
/** What a timer can express. */
const MOST = 2 ** 31 - 1;

describe('an entry made immortal by one get during a sweep', () => {
  // lru-cache (isaacs/node-lru-cache#392): the purge timer found an entry that had been read since, took it for
  // alive, and was the only one it had. One read kept an entry for good.
  for (const kind of KINDS) {
    contract(`${kind}: who was read before its timer fired leaves by the next one, untouched`, (scope) => {
      const all = scope.of(kind, { ttl: 100 });
      put(all, 'a');
      scope.advance(60);
      assert.ok(read(all, 'a'));
      scope.advance(60);
      assert.deepStrictEqual(scope.left(), []);
      scope.clock.advance(41);
      assert.deepStrictEqual(scope.left(), ['a:idle']);
    });

    contract(`${kind}: read by a hook in the middle of a sweep`, (scope) => {
      const all = scope.of(kind, { ttl: 100, onRemove: (key) => {
        scope.log.push([key, key, 'idle']);
        read(all, 'b');
      } });
      put(all, 'a');
      scope.advance(1);
      put(all, 'b');
      scope.clock.advance(99.5);
      assert.deepStrictEqual(scope.left(), ['a:idle']);
      scope.clock.advance(102);
      assert.deepStrictEqual(scope.left(), ['b:idle']);
    });
  }
});

describe('a timer that fires a hair early and never again', () => {
  // Timers may fire up to a millisecond early (nodejs/node#26578). In ttlcache (isaacs/ttlcache#3, #24) entries were
  // seen minutes after their end: the timer had found nothing due yet and was not set again.
  test('finds nothing due, is set again, and then ends the entry', () => {
    const clock = new HandClock();
    scopeOf(clock, ({ map, log }) => {
      map.set('a', 1);
      clock.time = 99.4;
      clock.fire();
      assert.deepStrictEqual([log, clock.timers.length], [[], 1]);
      assert.ok(clock.delays.at(-1) >= 1, `set again for ${clock.delays.at(-1)} ms, which would spin`);
      clock.time = 100.4;
      clock.fire();
      assert.deepStrictEqual(log, ['a:idle']);
    });
  });

  test('any number of times', () => {
    const clock = new HandClock();
    scopeOf(clock, ({ map, log }) => {
      map.set('a', 1);
      for (const time of [10, 50, 99, 99.9, 99.99]) {
        clock.time = time;
        clock.fire();
        assert.deepStrictEqual([log, clock.timers.length], [[], 1], `at ${time}`);
      }
      clock.time = 101;
      clock.fire();
      assert.deepStrictEqual(log, ['a:idle']);
    });
  });
});

describe('delays over 2³¹ − 1 ms', () => {
  // A longer one becomes 1 ms: with a ttl of 30 days entries left at once (ptarjan/node-cache#84), or a warning was
  // printed for each (isaacs/ttlcache#41) in a loop (szmarczak/cacheable-lookup#88).
  for (const ttl of [30 * DAY, 400 * DAY, Number.MAX_SAFE_INTEGER, Number.MAX_VALUE]) {
    test(`ttl ${ttl}: no such delay is asked for, and nothing leaves early`, () => {
      onFakeHost(({ RobustSessionMap }, host) => {
        const left = [];
        const map = new RobustSessionMap({ ttl, onRemove: (key, _, reason) => left.push(`${key}:${reason}`) });
        map.set('a', 1);
        host.advance(DAY);
        assert.deepStrictEqual([left, map.has('a')], [[], true]);
        if (ttl < 500 * DAY) {
          host.advance(ttl - DAY - 10);
          assert.deepStrictEqual(left, []);
          host.advance(20);
          assert.deepStrictEqual(left, ['a:idle']);
        }
        assert.ok(host.delays.every((delay) => delay >= 1 && delay <= MOST), `asked for ${host.delays}`);
        assert.ok(host.delays.length < 100, `${host.delays.length} timers`);
        map.close();
      });
    });
  }
});

describe('0 as a time', () => {
  // A clock that read 0 when an entry was stored: lru-cache took the entry for one without a ttl
  // (isaacs/node-lru-cache#379).
  for (const kind of KINDS) {
    contract(`${kind}: stored at time 0`, (scope) => {
      assert.strictEqual(scope.clock.now(), 0);
      const all = scope.of(kind, { ttl: 100, maxAge: 150 });
      put(all, 'a');
      put(all, 'b');
      assert.strictEqual(all.remaining('a'), 100);
      scope.advance(99);
      assert.ok(read(all, 'b'));
      scope.clock.advance(1);
      assert.deepStrictEqual(scope.left(), ['a:idle']);
      scope.clock.advance(50);
      assert.deepStrictEqual(scope.left(), ['b:age']);
    });

    // `ttl: 0` was taken for "never" (jaredwray/cacheable#43) or for "as usual" (jaredwray/keyv#1600).
    contract(`${kind}: as a limit it means at once, wherever one can be given`, (scope) => {
      for (const [options, own, reason] of [[{ ttl: 0 }, undefined, 'idle'], [{ maxAge: 0 }, undefined, 'age'], [{}, { ttl: 0 }, 'idle'], [{}, { maxAge: 0 }, 'age']]) {
        const all = scope.of(kind, options);
        put(all, 'a', own);
        assert.deepStrictEqual([read(all, 'a'), all.size], [false, 0]);
        assert.deepStrictEqual(scope.left(), [`a:${reason}`]);
      }
      const touched = scope.of(kind);
      put(touched, 'a');
      assert.ok(touched.touch('a', { ttl: 0 }));
      assert.strictEqual(read(touched, 'a'), false);
      assert.deepStrictEqual(scope.left(), ['a:idle']);
      const busy = scope.of(kind, { ttl: 0, maxBusy: 0, isBusy: () => true });
      put(busy, 'a');
      assert.strictEqual(busy.size, 0);
      assert.deepStrictEqual(scope.left(), ['a:busy-timeout']);
    });
  }
});

describe('has and get disagreeing on the expired', () => {
  // `has` looked into the table, `get` at the time as well (isaacs/ttlcache#36, rob893/typescript-lru-cache#2): code
  // that asked first then worked with `undefined`.
  const CALLS = {
    map: { has: false, get: undefined, peek: undefined, remaining: undefined, touch: false, delete: false },
    set: { has: false, peek: false, remaining: undefined, touch: false, delete: false },
  };
  for (const kind of KINDS) {
    for (const [method, answer] of Object.entries(CALLS[kind])) {
      exactly(`${kind}: ${method} as the first call after the end`, (scope) => {
        const clock = scope.deafClock();
        const all = scope.of(kind, { ttl: 100, clock });
        put(all, 'a');
        clock.advance(99);
        assert.notStrictEqual(all.peek('a'), CALLS[kind].peek);
        clock.advance(1);
        assert.strictEqual(all[method]('a'), answer);
        for (const [other, same] of Object.entries(CALLS[kind])) assert.strictEqual(all[other]('a'), same, other);
        assert.deepStrictEqual([all.size, [...all], scope.left()], [0, [], ['a:idle']]);
      });
    }
  }
});

describe('a dead slot after a set on an expired key', () => {
  // A value stored over an expired one kept the old end and went with the next clean-up (jellydator/ttlcache#136). One
  // stored from within the callback of its predecessor was counted, but was not there (isaacs/ttlcache#16).
  for (const kind of KINDS) {
    exactly(`${kind}: it is a new entry with a life of its own`, (scope) => {
      const clock = scope.deafClock();
      const all = scope.of(kind, { ttl: 100, clock });
      put(all, 'a');
      put(all, 'b');
      clock.advance(150);
      put(all, 'a');
      const { added, updated } = all.stats();
      assert.deepStrictEqual([added, updated, scope.left().sort()], [3, 0, ['a:idle', 'b:idle']]);
      scope.audit();
      clock.advance(99);
      assert.deepStrictEqual([all.size, all.remaining('a')], [1, 1]);
      assert.ok(read(all, 'a'));
      clock.advance(99);
      assert.deepStrictEqual([...all.keys()], ['a']);
      assert.ok(all.delete('a'));
      assert.deepStrictEqual(scope.left(), ['a:delete']);
    });

    contract(`${kind}: stored again by the hook of its predecessor`, (scope) => {
      const all = scope.of(kind, { ttl: 100, onRemove: (key, _, reason) => {
        scope.log.push([key, key, reason]);
        if (scope.log.length === 1) put(all, key);
      } });
      put(all, 'a');
      scope.advance(100);
      assert.deepStrictEqual([all.size, [...all.keys()], scope.left()], [1, ['a'], ['a:idle']]);
      scope.audit();
      all.delete('a');
      assert.strictEqual(all.size, 1, 'the hook stores it once more');
    });
  }
});

/** A map on a clock whose timers the test fires, and its log. */
function scopeOf(clock, fn) {
  const log = [];
  const map = new RobustSessionMap({ ttl: 100, clock, onRemove: (key, _, reason) => log.push(`${key}:${reason}`) });
  fn({ map, log });
  assert.strictEqual(map.validate(), true);
  map.close();
}
