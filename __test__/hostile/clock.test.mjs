// Clocks that go back or jump: going back counts as standing still, a jump forward ends what it passes.

import assert from 'node:assert';
import { describe, test } from '../harness.mjs';
import { onFakeHost } from '../support/fake-host.mjs';
import { HandClock } from '../support/hand-clock.mjs';
import { KINDS, RobustSessionMap, RobustSessionSet, put, read } from '../support/scope.mjs';

const YEAR = 365 * 86_400_000;

/** A collection on a clock of the test's, and what left. */
function on(kind, options, clock = new HandClock()) {
  const left = [];
  const Type = kind === 'map' ? RobustSessionMap : RobustSessionSet;
  const all = new Type({ ...options, clock, onRemove: (key, _, reason) => left.push(`${key}:${reason}`) });
  return { all, clock, left };
}

describe('a clock that goes backwards', () => {
  for (const kind of KINDS) {
    test(`${kind}: stands still, then goes on: nothing leaves early, and nothing stays for good`, () => {
      const { all, clock, left } = on(kind, { ttl: 100 });
      clock.time = 1000;
      put(all, 'a');
      clock.time = 1050;
      assert.strictEqual(all.remaining('a'), 50);
      clock.time = 10; // a second back
      assert.strictEqual(all.remaining('a'), 50);
      put(all, 'b');
      clock.time = 59;
      assert.deepStrictEqual([all.remaining('a'), all.size, left], [1, 2, []]);
      clock.time = 60;
      assert.deepStrictEqual([all.size, left], [1, ['a:idle']]);
      clock.time = 110;
      assert.deepStrictEqual([all.size, left], [0, ['a:idle', 'b:idle']]);
      all.validate();
      all.close();
    });

    test(`${kind}: at every second look: time goes on by what it goes forward`, () => {
      const { all, clock, left } = on(kind, { ttl: 100 });
      put(all, 'a');
      for (let n = 0; n < 99; n += 1) {
        clock.time += 1;
        assert.ok(all.size === 1, `gone after ${n} ms`);
        clock.time -= 1;
        void all.size;
      }
      clock.time += 1;
      assert.deepStrictEqual([all.size, left], [0, ['a:idle']]);
      all.validate();
      all.close();
    });
  }

  test('the default clock, and the timer that wakes', () => {
    onFakeHost((library, host) => {
      const left = [];
      const map = new library.RobustSessionMap({ ttl: 100, onRemove: (key) => left.push(key) });
      map.set('a', 1);
      host.advance(60);
      void map.size; // what a cached clock has not seen has not passed
      host.time = 0;
      void map.size;
      host.time = 39;
      assert.deepStrictEqual([map.size, left], [1, []]);
      // What was stored is stamped at the next look at the clock, a millisecond later at most.
      host.time = 41;
      assert.deepStrictEqual([map.size, left], [0, ['a']]);
      map.close();
    }, 5000);
  });
});

describe('a clock that jumps a year', () => {
  for (const kind of KINDS) {
    test(`${kind}: what the year passes leaves, what never ends stays, and new entries have their time`, () => {
      const { all, clock, left } = on(kind, { ttl: 100, maxAge: 1000, maxBusy: 5000 });
      put(all, 'idle');
      put(all, 'never', { ttl: Infinity, maxAge: Infinity });
      put(all, 'leased');
      const lease = all.pin('leased');
      clock.time += YEAR;
      // The lease has refused nothing yet: its busy clock begins now.
      assert.deepStrictEqual([all.size, left.splice(0)], [2, ['idle:idle']]);
      put(all, 'new');
      clock.time += 99;
      assert.ok(read(all, 'new'));
      clock.time += YEAR;
      assert.deepStrictEqual([all.size, left.splice(0).sort(), lease.held], [1, ['leased:busy-timeout', 'new:idle'], false]);
      assert.ok(read(all, 'never'));
      all.validate();
      all.close();
    });

    test(`${kind}: and back: as going back by any other time`, () => {
      const { all, clock, left } = on(kind, { ttl: 100 });
      put(all, 'a');
      clock.time += YEAR;
      assert.strictEqual(all.size, 0);
      put(all, 'b');
      clock.time -= YEAR;
      assert.ok(read(all, 'b'));
      clock.time += 99;
      assert.strictEqual(all.remaining('b'), 1);
      clock.time += 1;
      assert.deepStrictEqual([all.size, left], [0, ['a:idle', 'b:idle']]);
      all.validate();
      all.close();
    });
  }

  test('to the largest times there are', () => {
    const { all, clock, left } = on('map', { ttl: 100 });
    clock.time = 2 ** 52; // the last with whole milliseconds throughout is twice that
    put(all, 'a');
    clock.time += 99;
    assert.strictEqual(all.remaining('a'), 1);
    clock.time += 1;
    assert.deepStrictEqual([all.size, left.splice(0)], [0, ['a:idle']]);
    // No time is later: what ends in 100 ms has ended.
    clock.time = Number.MAX_VALUE;
    put(all, 'b');
    assert.deepStrictEqual([all.size, left], [0, ['b:idle']]);
    all.validate();
    all.close();
  });
});
