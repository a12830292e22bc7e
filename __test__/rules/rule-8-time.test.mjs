// Rule 8. Time: the default clock and injected ones. The timer has a file of its own.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { describe, test } from '../harness.mjs';
import { FakeHost, freshLibrary, onFakeHost } from '../support/fake-host.mjs';
import { random, SEED } from '../support/random.mjs';
import { audit } from '../support/state.mjs';

const require = createRequire(import.meta.url);
const { RobustSessionMap } = require('../../index.js');
const { ManualClock } = require('../../testing.js');

/** The most reads until a synchronous loop sees that time has passed. */
const MOST_READS = 256;

/** Ways of reading; each does one read. */
const READS = {
  'get, hit': ({ map }) => map.get('fresh'),
  'get, miss': ({ map }) => map.get('absent'),
  'has, hit': ({ map }) => map.has('fresh'),
  'has, miss': ({ map }) => map.has('absent'),
  'has of a set, hit': ({ set }) => set.has('fresh'),
  'has of a set, miss': ({ set }) => set.has('absent'),
  'delete, miss': ({ map }) => map.delete('absent'),
  'next of an iterator': ({ steps }) => steps.next(),
  'hits and misses in turn': ({ map }, n) => (n % 2 === 0 ? map.get('fresh') : map.get('absent')),
  'two collections in turn': ({ map, set }, n) => (n % 2 === 0 ? map.get('fresh') : set.has('fresh')),
  'two hits and a miss in turn': ({ map }, n) => map.get(n % 3 === 0 ? 'absent' : 'fresh'),
  'misses of many maps in turn': ({ many }, n) => many[n % many.length].get('absent'),
  'misses of many maps, some in a row': ({ many }, n) => many[(n >> 4) % many.length].get('absent'),
  'two collections in turn, has': ({ map, set }, n) => (n % 2 === 0 ? map.has('fresh') : set.has('absent')),
};

describe('the default clock is cached', () => {
  for (const [name, read] of Object.entries(READS)) {
    test(`a synchronous loop sees time pass after at most ${MOST_READS} reads: ${name}`, () => {
      for (let before = 0; before < 300; before += 13) {
        onFakeHost((library, host) => {
          const map = new library.RobustSessionMap({ ttl: 10 });
          const set = new library.RobustSessionSet({ ttl: 1e6 });
          map.set('old', 1).set('fresh', 1, { ttl: 1e6 });
          set.add('fresh');
          const many = Array.from({ length: 50 }, () => new library.RobustSessionMap([['k', 1]]));
          const all = { map, set, steps: map.keys(), many };
          for (let n = 0; n < before; n += 1) read(all, n);
          host.time = 10;
          for (let n = 0; n < MOST_READS - 1; n += 1) read(all, n);
          assert.strictEqual(map.has('old'), false, `after ${before} reads`);
          audit(map);
          audit(set);
        });
      }
    });
  }

  test(`after at most ${MOST_READS} reads also if misses come after many hits`, () => {
    for (let hits = 150; hits < 450; hits += 1) {
      onFakeHost((library, host) => {
        const map = new library.RobustSessionMap({ ttl: 10 });
        map.set('old', 1).set('fresh', 1, { ttl: 1e6 });
        map.get('absent');
        for (let n = 0; n < hits; n += 1) map.get('fresh');
        host.time = 10;
        for (let n = 0; n < MOST_READS - 1; n += 1) map.get(n % 3 === 0 ? 'absent' : 'fresh');
        assert.strictEqual(map.get('old'), undefined, `after ${hits} hits`);
        audit(map);
      });
    }
  });

  test('a loop that waits for an entry to go comes to its end', () => {
    onFakeHost((library, host) => {
      const map = new library.RobustSessionMap({ ttl: 10 });
      map.set('k', 1);
      let reads = 0;
      for (; map.has('k'); reads += 1) host.time = reads;
      assert.ok(reads >= 10 && reads <= 10 + MOST_READS, `${reads} reads`);
      audit(map);
    });
  });

  test('most reads do not look at it', () => {
    onFakeHost((library, host) => {
      const map = new library.RobustSessionMap();
      const set = new library.RobustSessionSet();
      map.set('fresh', 1);
      set.add('fresh');
      for (const read of [() => map.get('fresh'), () => map.get('absent'), () => map.has('fresh'), () => set.has('fresh')]) {
        host.looks = 0;
        for (let n = 0; n < 10_000; n += 1) read();
        assert.ok(host.looks > 0 && host.looks <= 10_000 / 64, `${host.looks} looks`);
      }
    });
  });

  test('it is refreshed by an unreferenced timer that is armed on use, not by a periodic one', () => {
    onFakeHost((library, host) => {
      const map = new library.RobustSessionMap({ ttl: Infinity });
      for (let n = 0; n < 1000; n += 1) map.set(n, n).get(n);
      assert.strictEqual(host.timers.size, 1);
      assert.strictEqual(host.next().referenced, false);
      assert.deepStrictEqual(new Set(host.delays), new Set([1]));
      host.advance(1);
      assert.strictEqual(host.timers.size, 0);
      host.advance(1000);
      assert.strictEqual(host.delays.length, 1);
      map.sweep();
      assert.strictEqual(host.timers.size, 1);
    });
  });

  test('after that timer the next read has the time of its firing or a later one', () => {
    onFakeHost((library, host) => {
      const map = new library.RobustSessionMap({ ttl: 10 });
      map.set('k', 1);
      map.sweep(); // stamps the entry
      host.time = 10;
      host.fire([...host.timers].find((timer) => timer.at === 1));
      assert.strictEqual(map.has('k'), false);
      audit(map);
    });
  });

  test('never early: an entry used a moment ago is there, however old the cached time', () => {
    onFakeHost((library, host) => {
      const map = new library.RobustSessionMap({ ttl: 10 });
      map.set('k', 1);
      host.time = 5;
      map.get('k');
      host.time = 14.9;
      assert.strictEqual(map.peek('k'), 1);
      audit(map);
    });
  });

  test('never early, and exact once the clock has been looked at: random operations', () => {
    onFakeHost((library, host) => {
      const r = random(SEED);
      const map = new library.RobustSessionMap({ ttl: 10, maxSize: Infinity });
      const used = new Map(); // when each key was last used
      for (let step = 0; step < 20_000; step += 1) {
        if (r.chance(0.3)) host.time += r.below(40) / 10;
        if (r.chance(0.05)) host.advance(r.below(3));
        const key = r.below(6);
        const alive = used.has(key) && host.time - used.get(key) < 10;
        const way = r.below(4);
        const found = way === 0 ? map.get(key) !== undefined : way === 1 ? map.has(key) : way === 2 ? map.peek(key) === 1 : (map.set(key, 1), true);
        assert.ok(found || !alive, `seed ${SEED}: step ${step}: expired ${host.time - used.get(key)} ms after its use`);
        if (found && (way === 0 || way === 3)) used.set(key, host.time);
        if (step % 7 !== 0) continue;
        // A look: what was used up to now is stamped with now at the latest.
        const at = host.time;
        map.sweep();
        host.time += 10;
        assert.strictEqual(map.size, 0, `seed ${SEED}: step ${step}: late after a look at ${at}`);
        used.clear();
      }
      audit(map);
    });
  });
});

describe('an injected clock is never cached', () => {
  const OPERATIONS = {
    get: (map) => map.get('k') !== undefined,
    has: (map) => map.has('k'),
    peek: (map) => map.peek('k') !== undefined,
    touch: (map) => map.touch('k'),
    delete: (map) => map.delete('k'),
    deleteIf: (map) => map.deleteIf('k', 1),
    remaining: (map) => map.remaining('k') !== undefined,
    pin: (map) => map.pin('k').held,
    size: (map) => map.size > 0,
    keys: (map) => [...map.keys()].length > 0,
    sweep: (map) => map.sweep() === 0,
    stats: (map) => map.stats().size > 0,
    shed: (map) => map.shed(1) === 1,
    getOrInsert: (map) => map.getOrInsert('k', 2) === 1,
  };
  for (const [name, there] of Object.entries(OPERATIONS)) {
    test(`${name} has the exact time`, () => {
      let now = 0;
      let looks = 0;
      const clock = { now: () => (looks += 1, now), setTimer: () => () => {} };
      for (const [time, expected] of [[9.999, true], [10, false]]) {
        const map = new RobustSessionMap({ ttl: 10, clock });
        now = 0;
        map.set('k', 1);
        map.has('k');
        now = time;
        looks = 0;
        assert.strictEqual(there(map), expected, `at ${time}`);
        assert.ok(looks > 0);
        audit(map);
        map.close();
        now = 20;
      }
    });
  }

  test('a hit a moment before the deadline moves it by exactly that', () => {
    const clock = new ManualClock(0.5);
    const map = new RobustSessionMap({ ttl: 10, clock });
    map.set('k', 1);
    for (let n = 0; n < 1000; n += 1) {
      clock.advance(9.75);
      assert.strictEqual(map.get('k'), 1);
      assert.strictEqual(map.remaining('k'), 10);
    }
    clock.advance(10);
    assert.strictEqual(map.get('k'), undefined);
    audit(map);
  });
});

describe('performance.now and setTimeout are looked up at call time', () => {
  test('what is installed after loading is used, and what is taken away is not', () => {
    const library = freshLibrary();
    const map = new library.RobustSessionMap({ ttl: 1000 });
    const host = new FakeHost(7).install();
    try {
      map.set('k', 1);
      assert.strictEqual(map.size, 1);
      assert.ok(host.looks > 0 && host.delays.length > 0);
      host.time += 999;
      assert.strictEqual(map.size, 1);
      host.time += 1;
      assert.strictEqual(map.size, 0);
    } finally {
      host.uninstall();
    }
    const { looks, delays } = host;
    const asked = delays.length;
    map.set('l', 1).get('l');
    assert.strictEqual(map.size, 1);
    assert.deepStrictEqual([host.looks, host.delays.length], [looks, asked]);
    audit(map);
    map.close();
  });

  test('fake timers that come or go while the timer is armed take it over at the next use', () => {
    onFakeHost((library, real) => {
      const gone = [];
      const map = new library.RobustSessionMap({ ttl: 100, onRemove: (key) => gone.push(key) });
      map.set('a', 1);
      real.advance(1);
      const fake = new FakeHost(real.time).install();
      try {
        assert.strictEqual(map.size, 1);
        assert.strictEqual(fake.timers.size, 2);
        fake.advance(1);
        map.set('b', 1);
        assert.strictEqual(map.size, 2);
        fake.advance(99);
        assert.deepStrictEqual(gone, ['a']);
        fake.advance(1);
        assert.deepStrictEqual(gone, ['a', 'b']);
        map.set('c', 1);
        assert.strictEqual(map.size, 1);
      } finally {
        fake.uninstall();
      }
      map.set('d', 1);
      assert.strictEqual(map.size, 2);
      real.advance(100);
      assert.deepStrictEqual(gone, ['a', 'b', 'c', 'd']);
      audit(map);
    });
  });

  test('each kind of timer is cleared by its own kind', () => {
    onFakeHost((library, real) => {
      const map = new library.RobustSessionMap({ ttl: 100 });
      map.set('a', 1);
      map.sweep();
      const fake = new FakeHost(0).install();
      try {
        map.set('b', 1);
        map.set('c', 1, { ttl: 5 });
        map.sweep();
      } finally {
        fake.uninstall();
      }
      map.set('d', 1, { ttl: 2 });
      map.sweep();
      assert.deepStrictEqual([real.strangers, fake.strangers], [0, 0]);
      audit(map);
    });
  });

  test('a fake clock far from the real one ends nothing early, neither coming nor going', () => {
    for (const [realTime, fakeTime] of [[1e6, 0], [0, 1e6], [1e6, 1e9]]) {
      onFakeHost((library, real) => {
        const map = new library.RobustSessionMap({ ttl: 1000 });
        map.set('k', 1);
        assert.strictEqual(map.size, 1);
        const fake = new FakeHost(fakeTime).install();
        try {
          assert.strictEqual(map.size, 1, 'coming');
          fake.advance(600);
          assert.strictEqual(map.size, 1);
        } finally {
          fake.uninstall();
        }
        assert.strictEqual(map.size, 1, 'going');
        real.advance(400);
        assert.strictEqual(map.size, 0);
        audit(map);
      }, realTime);
    }
  });
});

describe('any time is legal', () => {
  test('0 is a time as any other', () => {
    const clock = new ManualClock(0);
    const map = new RobustSessionMap({ ttl: 10, maxAge: 15, maxBusy: 20, clock });
    map.set('a', 1).set('b', 2, { ttl: Infinity, maxAge: Infinity });
    const lease = map.pin('b');
    assert.strictEqual(map.remaining('a'), 10);
    assert.deepStrictEqual([map.stats().oldestIdle, map.stats().oldestBusy], [0, 0]);
    assert.strictEqual(map.shed(2), 1); // `a` goes, `b` refuses at 0
    assert.strictEqual(lease.held, true);
    clock.advance(19);
    assert.strictEqual(map.stats().oldestBusy, 19);
    clock.advance(1);
    assert.strictEqual(map.stats().removed['busy-timeout'], 1);
    audit(map);
    onFakeHost((library, host) => {
      const own = new library.RobustSessionMap({ ttl: 10 });
      own.set('k', 1);
      assert.strictEqual(own.size, 1);
      host.advance(9);
      assert.strictEqual(own.size, 1);
      host.advance(1);
      assert.strictEqual(own.size, 0);
    });
  });

  test('a clock that goes back stands still, and then goes on', () => {
    let now = 1000;
    const map = new RobustSessionMap({ ttl: 100, clock: { now: () => now, setTimer: () => () => {} } });
    map.set('k', 1);
    now = 1040;
    assert.strictEqual(map.remaining('k'), 60);
    now = 500;
    assert.strictEqual(map.remaining('k'), 60);
    now = 530;
    assert.strictEqual(map.remaining('k'), 30);
    now = 0; // and back again
    assert.strictEqual(map.remaining('k'), 30);
    now = 29;
    assert.strictEqual(map.has('k'), true);
    now = 30;
    assert.strictEqual(map.has('k'), false);
    audit(map);
  });

  test('a jump of a year ends what was there, and what comes later has its full time', () => {
    const year = 365 * 24 * 3600 * 1000;
    for (const jump of [year, -year]) {
      onFakeHost((library, host) => {
        const gone = [];
        const map = new library.RobustSessionMap({ ttl: 1000, onRemove: (key, value, reason) => gone.push(reason) });
        map.set('a', 1).set('b', 2);
        assert.strictEqual(map.size, 2);
        host.time += jump;
        assert.strictEqual(map.size, jump > 0 ? 0 : 2);
        assert.deepStrictEqual(gone, jump > 0 ? ['idle', 'idle'] : []);
        map.set('c', 3);
        map.sweep();
        host.advance(999);
        assert.strictEqual(map.has('c'), true);
        host.advance(1);
        assert.strictEqual(map.size, 0);
        audit(map);
      }, 2 * year);
    }
  });
});
