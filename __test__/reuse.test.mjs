// A slot that `delete` has just freed takes the next new entry without a call of the core.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { describe, test } from './harness.mjs';

const require = createRequire(import.meta.url);
const { RobustSessionMap } = require('../index.js');
const { engineOf } = require('../lib/engine.js');
const { storeOf } = require('../lib/map.js');

/** A clock moved by hand and read as the default one is: not at every operation. Nobody is woken. */
function slack(span) {
  const clock = { time: 0, now: () => clock.time, setTimer: () => () => {} };
  const engine = engineOf(clock);
  engine.exact = false;
  engine.span = span;
  let calls = 0;
  const { native } = engine;
  engine.native = {
    grow: (horizons) => native.grow(horizons),
    call() {
      calls += 1;
      return native.call();
    },
  };
  return { clock, calls: () => calls };
}

describe('delete and set in turn', () => {
  test('call the core no more often than reads do', () => {
    const { clock, calls } = slack(1_000_000);
    const map = new RobustSessionMap({ clock, maxSize: 100 });
    for (let i = 0; i < 100; i += 1) map.set(i, i);
    map.set(100, 100); // full: 0 leaves
    map.delete(50);
    map.set(50, 50);
    const before = calls();
    for (let i = 1; i < 1000; i += 1) {
      assert.ok(map.delete(1 + (i % 100)));
      map.set(1 + (i % 100), i);
    }
    assert.strictEqual(calls(), before);
    assert.deepStrictEqual([map.size, map.stats().removed.delete, map.stats().removed.lru], [100, 1000, 1]);
    assert.strictEqual(map.validate(), true);
  });

  test('several deletes, then as many new entries and more', () => {
    const { clock } = slack(192);
    const map = new RobustSessionMap({ clock, maxSize: 10 });
    for (let round = 0; round < 200; round += 1) {
      const from = round * 7;
      for (let i = 0; i < 10; i += 1) map.set(from + i, i);
      const gone = (round % 5) + 1;
      for (let i = 0; i < gone; i += 1) assert.ok(map.delete(from + ((i * 3) % 10)));
      assert.strictEqual(map.get(from + 4), gone > 8 ? undefined : 4);
      for (let i = 0; i < gone + 1; i += 1) map.set(`new ${round} ${i}`, i);
      assert.strictEqual(map.size, 10);
      assert.strictEqual(map.validate(), true);
      map.clear();
    }
  });

  test('with victims named ahead: those are read as ever', () => {
    const { clock } = slack(192);
    const map = new RobustSessionMap({ clock, maxSize: 200 });
    for (let i = 0; i < 500; i += 1) map.set(i, `v${i}`);
    const store = storeOf(map);
    for (let i = 0; i < 3 || !(store.victims && store.next < store.grants); i += 1) map.set(`ahead ${i}`, 1);
    assert.ok(map.delete(499));
    const left = [...Map.prototype.keys.call(map)].filter((key) => typeof key === 'number');
    for (const key of left) assert.strictEqual(map.get(key), `v${key}`);
    map.set('in its place', 1);
    map.set('and one more', 1);
    for (const key of left) assert.strictEqual(map.get(key), `v${key}`, 'used lately');
    assert.strictEqual(map.size, 200);
    assert.strictEqual(map.validate(), true);
  });

  // Wherever the looks at the clock come: what is at stake happens between two of them.
  const shifts = Array.from({ length: 10 }, (_, at) => at);
  for (const late of [false, true]) {
    test(`not while an entry may be kept: what is new falls due in time (pinned ${late ? 'after' : 'before'} the last grant)`, () => {
      for (const shift of shifts) {
        const { clock } = slack(8);
        const map = new RobustSessionMap({ clock, ttl: 100, maxBusy: 10_000 });
        const reads = (times) => {
          for (let i = 0; i < times; i += 1) map.get('held');
        };
        map.set('held', 1);
        if (!late) map.pin('held');
        clock.time = 50;
        map.set('x', 1); // slots are granted
        if (late) map.pin('held');
        clock.time = 100;
        assert.strictEqual(map.size, 2, 'the pinned one is kept, and looked at again much later');
        if (!late) map.set('z', 1); // and granted again
        reads(1 + shift); // what follows is the map's own affair
        for (const key of ['x', 'z']) map.delete(key);
        reads(500); // the core hears of it
        map.set('y', 1);
        reads(20); // looks at the clock: y was stored at 100
        clock.time = 100 + 150;
        let found;
        for (let i = 0; i < 20; i += 1) found = map.get('y');
        assert.strictEqual(found, undefined, `shift ${shift}`);
        assert.strictEqual(map.validate(), true);
      }
    });
  }
});

describe('a map that has become empty', () => {
  test('asks the core for its next slot: what is new falls due in time', () => {
    const { clock } = slack(192);
    const map = new RobustSessionMap({ clock, ttl: 100 });
    map.set('x', 1);
    map.set('z', 1);
    map.delete('z');
    map.get('x');
    map.delete('x'); // the last one: nothing tells when a new one would be due
    assert.strictEqual(map.size, 0);
    map.set('y', 1);
    for (let i = 0; i < 1000; i += 1) map.has('other'); // looks at the clock: y was stored at 0
    clock.time = 3_600_000;
    for (let i = 0; i < 300; i += 1) map.has('other');
    assert.strictEqual(map.get('y'), undefined);
    assert.strictEqual(map.validate(), true);
  });
});
