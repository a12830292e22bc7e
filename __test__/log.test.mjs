// The log of reads and writes that the core has not heard of yet: one for all maps of the thread, whatever their clocks.

import assert from 'node:assert';
import { afterEach, describe, test } from 'node:test';
import robust from '../index.js';
import testing from '../testing.js';

const { RobustSessionMap, RobustSessionSet, SessionGroup } = robust;
const { ManualClock } = testing;

describe('more uses in one go than the log holds', () => {
  const USES = 100_000;

  test('of a map', () => {
    const map = new RobustSessionMap({ ttl: 60_000, maxSize: 3 }, [['a', 1], ['b', 2], ['c', 3]]);
    for (let i = 0; i < USES; i += 1) assert.strictEqual(map.get('abc'[i % 3]), (i % 3) + 1);
    for (let i = 0; i < USES; i += 1) map.set('cb'[i % 2], i);
    map.set('d', 4);
    assert.deepStrictEqual([...map.keys()], ['b', 'c', 'd'], 'a was used least recently');
    const { hits, updated } = map.stats();
    assert.deepStrictEqual([hits, updated], [USES, USES]);
    assert.strictEqual(map.validate(), true);
  });

  test('of a set', () => {
    const set = new RobustSessionSet({ ttl: 60_000, maxSize: 2 }, ['a', 'b']);
    for (let i = 0; i < USES; i += 1) assert.ok(set.has('ba'[i % 2]));
    for (let i = 0; i < USES; i += 1) set.add('a');
    set.add('c');
    assert.deepStrictEqual([...set], ['a', 'c']);
    assert.strictEqual(set.validate(), true);
  });
});

describe('maps that take turns', () => {
  test('with several clocks keep their orders, each its own', () => {
    const clocks = [undefined, new ManualClock(), new ManualClock(), undefined];
    const maps = clocks.map((clock) => new RobustSessionMap({ maxSize: 4, clock }, [[0, 'a'], [1, 'b'], [2, 'c'], [3, 'd']]));
    // Each map is used in an order of its own, one use of each in turn.
    const orders = [[2, 0, 1, 3], [3, 2, 1, 0], [1, 0, 3, 2], [0, 3, 2, 1]];
    for (let round = 0; round < 200; round += 1) {
      for (let use = 0; use < 4; use += 1) {
        maps.forEach((map, at) => {
          const key = orders[at][use];
          if ((round + at) % 2 === 0) assert.strictEqual(map.get(key), 'abcd'[key]);
          else map.set(key, 'abcd'[key]);
        });
      }
    }
    maps.forEach((map, at) => {
      for (let left = 0; left < 4; left += 1) {
        map.set(`new ${left}`, '');
        assert.ok(!map.has(orders[at][left]), `map ${at}: entry ${left} goes next`);
      }
      assert.strictEqual(map.validate(), true);
    });
  });

  test('a map that is made anew has not the log of the one that had its place', () => {
    const kept = new RobustSessionMap({ maxSize: 2 }, [['a', 1], ['b', 2]]);
    for (let round = 0; round < 50; round += 1) {
      const other = new RobustSessionMap({ maxSize: 2 }, [['x', 1], ['y', 2]]);
      assert.strictEqual(kept.get('a'), 1);
      assert.strictEqual(other.get('x'), 1);
      other.close();
      assert.strictEqual(other.get('x'), undefined);
      assert.strictEqual(kept.get('a'), 1);
    }
    kept.set('c', 3);
    assert.deepStrictEqual([...kept.keys()], ['a', 'c']);
    assert.strictEqual(kept.stats().hits, 100);
    assert.strictEqual(kept.validate(), true);
  });
});

describe('the time of a use that waits in the log', () => {
  const { now } = performance;
  afterEach(() => {
    performance.now = now;
  });

  for (const [what, make] of Object.entries({
    'a map begins': () => new RobustSessionMap({}, [['x', 1]]),
    'a map of another clock is used': () => new RobustSessionMap({ clock: new ManualClock() }, [['x', 1]]),
  })) {
    test(`is never taken too early, if ${what} meanwhile`, () => {
      let time = now.call(performance);
      performance.now = () => time;
      const map = new RobustSessionMap({ ttl: 1000 }, [['a', 1]]);
      assert.strictEqual(map.size, 1);
      map.get('a'); // the map is current
      time += 0.75;
      map.get('a');
      make();
      time += 500;
      // A millionth less is rounding.
      assert.ok(map.remaining('a') > 499.999, `${map.remaining('a')} ms are left`);
      assert.strictEqual(map.validate(), true);
    });
  }

  /** What calls the core about something else while a use of `a` waits. */
  const asides = {
    'a lease is looked at': ({ lease }) => lease.held,
    'the map is audited': ({ map }) => map.validate(),
    'a weight is told': ({ group }) => group.map('notes', { sizeOf: () => 1 }).set('s', 1),
  };
  for (const [what, aside] of Object.entries(asides)) {
    test(`is never taken too early, if ${what} meanwhile`, () => {
      let time = now.call(performance);
      performance.now = () => time;
      const map = new RobustSessionMap({ ttl: 100 }, [['p', 1], ['a', 1]]);
      const group = new SessionGroup({ maxBytes: 10 });
      const lease = map.pin('p');
      map.get('a'); // the map is current
      time += 90;
      map.get('a');
      aside({ map, lease, group });
      time += 50;
      assert.strictEqual(map.peek('a'), 1);
      assert.strictEqual(map.validate(), true);
    });
  }

  test('is never taken too early, if isBusy takes its time', () => {
    let time = now.call(performance);
    performance.now = () => time;
    const read = new RobustSessionMap({ ttl: 100 }, [['a', 1]]);
    const asking = new RobustSessionMap({
      maxSize: 1,
      isBusy: () => {
        read.get('a');
        time += 45;
        read.get('a');
        return false;
      },
    }, [['x', 1]]);
    asking.set('y', 1);
    time += 60;
    assert.strictEqual(read.peek('a'), 1);
    assert.strictEqual(read.validate(), true);
  });
});
