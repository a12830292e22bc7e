// Rule 3, second half: how long a busy or pinned entry may refuse to go, and when it is looked at again.

import assert from 'node:assert';
import { describe } from '../harness.mjs';
import { contract, exactly, keys, KINDS, ManualClock, put, read } from '../support/scope.mjs';

/** Options with a switchable `isBusy` and the times it was asked at. */
function busyBy(s, given) {
  const busy = new Set();
  const asked = [];
  const isBusy = (value, key) => {
    asked.push([key, s.clock.now()]);
    return busy.has(key);
  };
  return { busy, asked, options: { maxSize: Infinity, ttl: Infinity, ...given, isBusy } };
}

describe('the busy clock starts at the first refused removal, on any path', () => {
  const PATHS = {
    idle: { given: { ttl: 100 }, refuse: (c, s) => s.advance(100), at: 100 },
    age: { given: { maxAge: 100 }, refuse: (c, s) => s.advance(100), at: 100 },
    lru: { given: { maxSize: 1 }, refuse: (c, s) => (s.advance(30), put(c, 'b')), at: 30 },
    bytes: { given: { maxBytes: 2, sizeOf: () => 2 }, refuse: (c, s) => (s.advance(30), put(c, 'b')), at: 30 },
    pressure: { given: {}, refuse: (c, s) => (s.advance(30), c.shed(1)), at: 30 },
  };
  for (const kind of KINDS) {
    for (const how of ['busy', 'pinned']) {
      for (const [path, { given, refuse, at }] of Object.entries(PATHS)) {
        contract(`${kind}, ${how}, ${path}: after maxBusy it goes, reason busy-timeout`, (s) => {
          const { busy, options } = busyBy(s, { maxBusy: 1000, ...given });
          const c = s.of(kind, options);
          put(c, 'a');
          if (how === 'busy') busy.add('a');
          else c.pin('a');
          refuse(c, s);
          assert.strictEqual(s.clock.now(), at);
          s.advance(999);
          assert.strictEqual(keys(c)[0], 'a');
          s.advance(1);
          assert.deepStrictEqual(s.left().filter((one) => one.startsWith('a')), ['a:busy-timeout']);
        });
      }
    }

    exactly(`${kind}: a read that comes upon the overdue entry is a refused removal too`, (s) => {
      const clock = s.deafClock();
      const c = s.of(kind, { ttl: 100, maxBusy: 1000, isBusy: () => true, clock });
      put(c, 'a');
      clock.advance(500);
      assert.strictEqual(c.remaining('a'), 0);
      clock.advance(999);
      assert.strictEqual(c.size, 1);
      clock.advance(1);
      assert.strictEqual(c.size, 0);
      assert.deepStrictEqual(s.left(), ['a:busy-timeout']);
    });
  }

  contract('an entry that is busy but never asked to go has no busy clock', (s) => {
    const { busy, asked, options } = busyBy(s, { maxBusy: 10 });
    const m = s.map(options);
    m.set('a', 1);
    busy.add('a');
    m.pin('a');
    s.advance(1e6);
    assert.deepStrictEqual([keys(m), asked, m.stats().oldestBusy], [['a'], [], 0]);
  });

  contract('maxBusy 0: a busy entry goes as soon as it refuses', (s) => {
    const { busy, options } = busyBy(s, { maxBusy: 0, maxSize: 1 });
    const m = s.map(options);
    busy.add('a');
    m.set('a', 1).set('b', 2);
    assert.deepStrictEqual(s.left(), ['a:busy-timeout']);
  });

  contract('a lease that the busy timeout ended is not held any more', (s) => {
    const m = s.map({ ttl: 100, maxBusy: 400 });
    m.set('a', 1);
    const lease = m.pin('a');
    s.advance(499);
    assert.strictEqual(lease.held, true);
    s.advance(1);
    assert.deepStrictEqual([lease.held, lease.release(), s.left()], [false, false, ['a:busy-timeout']]);
  });

  contract('stats tell how long the longest refusal has gone on', (s) => {
    const m = s.map({ ttl: 100, isBusy: () => true });
    m.set('a', 1);
    s.advance(130);
    m.set('b', 2);
    s.advance(150);
    assert.deepStrictEqual([m.stats().oldestBusy, m.stats().busy], [180, 2]);
  });
});

describe('the busy clock ends by a touch or when a check finds the entry idle', () => {
  for (const kind of KINDS) {
    for (const how of ['busy', 'pinned']) {
      contract(`${kind}, ${how}: a touch; the next refusal starts it anew`, (s) => {
        const { busy, options } = busyBy(s, { ttl: 100, maxBusy: 1000 });
        const c = s.of(kind, options);
        put(c, 'a');
        if (how === 'busy') busy.add('a');
        else c.pin('a');
        s.advance(600); // refused at 100
        assert.strictEqual(read(c, 'a'), true);
        assert.strictEqual(c.stats().oldestBusy, 0);
        s.advance(1099); // due at 700, refused since
        assert.deepStrictEqual(keys(c), ['a']);
        s.advance(1);
        assert.deepStrictEqual(s.left(), ['a:busy-timeout']);
      });
    }

    contract(`${kind}: a check that finds it idle, and not due`, (s) => {
      const { busy, options } = busyBy(s, { maxBusy: 2000 });
      const c = s.of(kind, options);
      put(c, 'a');
      busy.add('a');
      assert.strictEqual(c.shed(1), 0); // at 0
      busy.delete('a');
      s.advance(250); // the recheck
      assert.deepStrictEqual([c.stats().busy, keys(c)], [0, ['a']]);
      busy.add('a');
      s.advance(50);
      assert.strictEqual(c.shed(1), 0); // at 300
      s.advance(1999);
      assert.deepStrictEqual(keys(c), ['a']);
      s.advance(1);
      assert.deepStrictEqual(s.left(), ['a:busy-timeout']);
    });
  }

  contract('a check that finds an overdue entry idle removes it, for what it is due for', (s) => {
    const { busy, options } = busyBy(s, { ttl: 100, maxBusy: 8000 });
    const m = s.map(options);
    busy.add('a');
    m.set('a', 1);
    s.advance(1099); // refused at 100, rechecked at 1100
    busy.delete('a');
    assert.deepStrictEqual(s.left(), []);
    s.advance(1);
    assert.deepStrictEqual(s.left(), ['a:idle']);
  });
});

describe('a recheck comes after min(maxBusy/8, 5 s), at least 250 ms', () => {
  for (const [maxBusy, times] of [
    [400, [100, 350, 500]], // the end of the refusal comes before the next recheck
    [800, [100, 350, 600, 850, 900]],
    [2000, [100, 350, 600, 850]],
    [8000, [100, 1100, 2100, 3100]],
    [40_000, [100, 5100, 10_100]],
    [30 * 60_000, [100, 5100, 10_100]],
    [Infinity, [100, 5100, 10_100]],
  ]) {
    contract(`maxBusy ${maxBusy}: asked at ${times.join(', ')}`, (s) => {
      const { busy, asked, options } = busyBy(s, { ttl: 100, maxBusy });
      const m = s.map(options);
      busy.add('a');
      m.set('a', 1);
      s.advance(times.at(-1));
      // At the end of the refusal it may be asked once more or not: it goes either way.
      const ended = maxBusy + 100 <= times.at(-1);
      const at = asked.map(([, time]) => time).filter((time) => time < maxBusy + 100);
      assert.deepStrictEqual(at, ended ? times.slice(0, -1) : times);
      assert.strictEqual(m.size, ended ? 0 : 1);
    });
  }
});

describe('that time, not the past deadline, arms the timer', () => {
  exactly('one wake-up a recheck', (s) => {
    const clock = new ManualClock();
    let wakeUps = 0;
    const counting = {
      now: () => clock.now(),
      setTimer: (fn, ms) => clock.setTimer(() => {
        wakeUps += 1;
        fn();
      }, ms),
    };
    const m = s.map({ ttl: 100, maxBusy: 80_000, isBusy: () => true, clock: counting });
    m.set('a', 1);
    clock.advance(100);
    assert.strictEqual(wakeUps, 1);
    clock.advance(20_000);
    assert.strictEqual(wakeUps, 5);
    assert.strictEqual(clock.pending, 1);
  });

  exactly('no wake-up is left over when everything has left', (s) => {
    const m = s.map({ ttl: 100 });
    m.set('a', 1);
    s.advance(100);
    assert.deepStrictEqual([s.left(), s.clock.pending], [['a:idle'], 0]);
  });

  exactly('a pinned entry needs none before the end of its refusal', (s) => {
    const m = s.map({ ttl: 100, maxBusy: 80_000 });
    m.set('a', 1);
    m.pin('a');
    s.advance(100);
    let early = 0;
    const { now } = s.clock;
    s.clock.now = function counted() {
      early += 1;
      return now.call(this);
    };
    s.advance(79_999);
    assert.strictEqual(early, 0);
    s.advance(1);
    assert.deepStrictEqual(s.left(), ['a:busy-timeout']);
  });
});

describe('a refused entry leaves the eviction scan', () => {
  contract('it is asked once, however many are stored until its recheck', (s) => {
    const { busy, asked, options } = busyBy(s, { maxSize: 3, maxBusy: 8000 });
    const m = s.map(options);
    for (let key = 0; key < 40; key += 1) {
      busy.add(key);
      m.set(key, key);
    }
    assert.strictEqual(m.size, 40);
    // The one just set survives its own set, and is the next one's only candidate.
    assert.deepStrictEqual(asked.map(([key]) => key), Array.from({ length: 39 }, (_, key) => key));
  });

  contract('until its next touch', (s) => {
    const { busy, asked, options } = busyBy(s, { maxBusy: 8000 });
    const m = s.map(options);
    m.set('a', 1);
    busy.add('a');
    assert.deepStrictEqual([m.shed(1), m.shed(1), asked.length], [0, 0, 1]);
    m.get('a');
    assert.deepStrictEqual([m.shed(1), asked.length], [0, 2]);
  });

  contract('until its lease is released', (s) => {
    const m = s.map();
    m.set('a', 1);
    const lease = m.pin('a');
    assert.strictEqual(m.shed(1), 0);
    assert.strictEqual(lease.release(), true);
    assert.deepStrictEqual([keys(m), m.shed(1)], [['a'], 1]);
  });

  contract('until its recheck', (s) => {
    const { busy, asked, options } = busyBy(s, { maxBusy: 8000 });
    const m = s.map(options);
    m.set('a', 1);
    busy.add('a');
    m.shed(1);
    busy.delete('a');
    s.advance(999);
    assert.deepStrictEqual([m.shed(1), asked.length], [0, 1]);
    s.advance(1);
    assert.deepStrictEqual([m.shed(1), keys(m)], [1, []]);
  });

  contract('others are evicted past it', (s) => {
    const { busy, options } = busyBy(s, { maxSize: 2 });
    const m = s.map(options);
    busy.add('a');
    m.set('a', 1).set('b', 2).set('c', 3).set('d', 4);
    assert.deepStrictEqual([keys(m), s.left()], [['a', 'd'], ['b:lru', 'c:lru']]);
  });
});

describe('leases', () => {
  contract('nest: the entry is free when the last one is released', (s) => {
    const m = s.map({ ttl: 100 });
    m.set('a', 1);
    const [first, second] = [m.pin('a'), m.pin('a')];
    s.advance(200);
    assert.strictEqual(first.release(), true);
    assert.strictEqual(first.release(), false);
    assert.deepStrictEqual([keys(m), second.held], [['a'], true]);
    assert.strictEqual(second.release(), true);
    assert.deepStrictEqual([keys(m), s.left()], [[], ['a:idle']]);
  });

  contract('an overdue entry leaves at once when its lease is released', (s) => {
    const m = s.map({ ttl: 100 });
    m.set('a', 1);
    const lease = m.pin('a');
    s.advance(500);
    assert.deepStrictEqual(s.left(), []);
    lease.release();
    assert.deepStrictEqual(s.left(), ['a:idle']);
  });

  contract('one of an entry that left has no power over its successor', (s) => {
    const m = s.map({ ttl: 100 });
    m.set('a', 1);
    const old = m.pin('a');
    m.delete('a');
    m.set('a', 2);
    assert.deepStrictEqual([old.held, old.release()], [false, false]);
    s.advance(100);
    assert.deepStrictEqual(s.left(), ['a:delete', 'a:idle']);
  });

  contract('without an entry the lease is not held', (s) => {
    const m = s.map();
    const lease = m.pin('nobody');
    assert.deepStrictEqual([lease.held, lease.key, lease.release(), m.size], [false, 'nobody', false, 0]);
  });
});

describe('overflow shrinks when entries become idle', () => {
  for (const kind of KINDS) {
    contract(`${kind}: at the recheck`, (s) => {
      const { busy, options } = busyBy(s, { maxSize: 2, maxBusy: 8000 });
      const c = s.of(kind, options);
      for (const key of ['a', 'b', 'c', 'd']) {
        busy.add(key);
        put(c, key);
      }
      assert.deepStrictEqual([c.size, c.stats().overflow, c.stats().overflows], [4, 2, 2]);
      busy.clear();
      s.advance(1000);
      assert.deepStrictEqual([keys(c), c.stats().overflow], [['c', 'd'], 0]);
      assert.deepStrictEqual(s.left(), ['a:lru', 'b:lru']);
    });

    contract(`${kind}: when a lease is released`, (s) => {
      const c = s.of(kind, { maxSize: 1 });
      put(c, 'a');
      const lease = c.pin('a');
      put(c, 'b');
      assert.strictEqual(c.size, 2);
      lease.release();
      assert.deepStrictEqual([keys(c), s.left()], [['b'], ['a:lru']]);
    });
  }
});

describe('giving back a lease is neither a use nor a check', () => {
  for (const kind of KINDS) {
    contract(`${kind}: the busy clock of an entry that is still busy runs on`, (s) => {
      const { busy, options } = busyBy(s, { ttl: 100, maxBusy: 1000 });
      const c = s.of(kind, options);
      put(c, 'a');
      busy.add('a');
      s.advance(100); // refused: the clock starts
      for (let at = 200; at < 1100; at += 100) {
        s.advance(100);
        assert.strictEqual(c.pin('a').release(), true);
      }
      assert.deepStrictEqual(s.left(), [], 'until 1,000 ms after the first refusal');
      s.advance(100);
      assert.deepStrictEqual(s.left(), ['a:busy-timeout']);
    });

    contract(`${kind}: an entry that is busy no more is found idle then`, (s) => {
      const { busy, asked, options } = busyBy(s, { ttl: 100, maxBusy: 1000 });
      const c = s.of(kind, options);
      put(c, 'a');
      const lease = c.pin('a');
      s.advance(150);
      assert.deepStrictEqual(asked, [], 'a lease answers for it');
      lease.release();
      assert.deepStrictEqual([asked.length, busy.size, s.left()], [1, 0, ['a:idle']]);
    });
  }
});

describe('a recheck asks once', () => {
  for (const kind of KINDS) {
    contract(`${kind}: who is found idle is evicted without another question`, (s) => {
      const { busy, asked, options } = busyBy(s, { maxSize: 3 });
      const c = s.of(kind, options);
      for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) {
        busy.add(key);
        put(c, key);
      }
      assert.strictEqual(c.size, 6);
      read(c, 'a'); // the warmest
      busy.clear();
      busy.add('b');
      s.advance(4900);
      asked.length = 0;
      s.advance(200);
      const about = asked.map(([key]) => key).sort();
      assert.deepStrictEqual(about, [...new Set(about)], 'nobody twice');
      assert.deepStrictEqual([s.left().sort(), c.size], [['c:lru', 'd:lru', 'e:lru'].sort(), 3]);
    });

    contract(`${kind}: but anew once a hook has run, for it may have put the entry to work`, (s) => {
      const busy = new Set(['a', 'b', 'c']);
      const c = s.of(kind, {
        ttl: Infinity,
        maxSize: 1,
        isBusy: (value, key) => busy.has(key),
        onRemove: () => void busy.add('b').add('c'),
      });
      for (const key of ['a', 'b', 'c']) put(c, key);
      busy.clear();
      s.advance(5000);
      const held = keys(c);
      assert.ok(held.length >= 1);
      s.advance(10_000);
      assert.deepStrictEqual(keys(c), held.filter((key) => busy.has(key) || held.length === 1));
    });
  }
});

describe('a timer carries its sweep through', () => {
  for (const kind of KINDS) {
    contract(`${kind}: one that finds few idle among many busy leaves nothing begun`, (s) => {
      const { busy, options } = busyBy(s, { maxSize: 1 });
      const c = s.of(kind, options);
      for (const key of ['a', 'b', 'c']) {
        busy.add(key);
        put(c, key);
      }
      busy.delete('b');
      busy.delete('c');
      s.advance(5000); // a refuses again, b and c are found idle and go
      assert.deepStrictEqual(s.left().sort(), ['b:lru', 'c:lru']);
      put(c, 'd');
      put(c, 'e'); // above the limit because of a: nothing is due, so nobody is asked
      assert.deepStrictEqual([c.size, s.left()], [2, ['d:lru']]);
    });
  }
});
