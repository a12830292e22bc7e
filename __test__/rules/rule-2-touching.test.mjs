// Rule 2: which operations restart the idle time, and make an entry the most recently used; and which
// never do.

import assert from 'node:assert';
import { inspect } from 'node:util';
import { describe } from '../harness.mjs';
import { contract, exactly, keys, put } from '../support/scope.mjs';

/** Operations on the key 'a' that count as a use. */
const MAP_TOUCHES = {
  get: (m) => m.get('a'),
  'set of another value': (m) => m.set('a', 2),
  'set of the same value': (m) => m.set('a', 1),
  'set with options': (m) => m.set('a', 1, { maxAge: Infinity }),
  touch: (m) => m.touch('a'),
  'touch with empty options': (m) => m.touch('a', {}),
  'getOrInsert, a hit': (m) => m.getOrInsert('a', 2),
  'getOrInsertComputed, a hit': (m) => m.getOrInsertComputed('a', () => 2),
  'getOrLoad, a hit': (m) => void m.getOrLoad('a', () => 2),
};

/** Operations that look at the key 'a', or at everything, without using it. */
const LOOKS = {
  peek: (c) => c.peek('a'),
  size: (c) => c.size,
  'keys()': (c) => [...c.keys()],
  'values()': (c) => [...c.values()],
  'entries()': (c) => [...c.entries()],
  'for…of': (c) => {
    for (const entry of c) assert.ok(entry);
  },
  spread: (c) => [...c],
  forEach: (c) => c.forEach(() => {}),
  remaining: (c) => c.remaining('a'),
  'pin and release': (c) => c.pin('a').release(),
  sweep: (c) => c.sweep(),
  'shed(0)': (c) => c.shed(0),
  stats: (c) => c.stats(),
  validate: (c) => c.validate(),
  inspect: (c) => inspect(c),
  structuredClone: (c) => structuredClone(c),
  'a native copy': (c) => (c instanceof Map ? new Map(c) : new Set(c)),
};

const MAP_LOOKS = {
  ...LOOKS,
  has: (m) => m.has('a'),
  'deleteIf with another value': (m) => m.deleteIf('a', 'other'),
  'a miss': (m) => m.get('nobody'),
};

const SET_TOUCHES = {
  has: (s) => s.has('a'),
  add: (s) => s.add('a'),
  'add with options': (s) => s.add('a', { maxAge: Infinity }),
  touch: (s) => s.touch('a'),
};

const store = (c, key) => (c instanceof Map ? c.set(key, 1) : c.add(key));
const filled = (c) => store(store(c, 'a'), 'b');

/** The use restarts the idle time of 'a' and makes 'a' the last one to be evicted; a look does neither. */
function pin(title, make, operations, touches, given = {}) {
  describe(title, () => {
    for (const [name, use] of Object.entries(operations)) {
      contract(`${name}: the idle time`, (s) => {
        const c = filled(make(s, { ttl: 100, ...given }));
        s.advance(60);
        use(c);
        s.advance(39);
        assert.strictEqual(keys(c).includes('a'), true, 'before the first deadline');
        s.advance(1);
        assert.strictEqual(keys(c).includes('a'), touches, 'at the first deadline');
        s.advance(59);
        assert.strictEqual(keys(c).includes('a'), touches, 'before the second deadline');
        s.advance(1);
        assert.deepStrictEqual(keys(c), [], 'at the second deadline');
      });

      contract(`${name}: the recency`, (s) => {
        const c = filled(make(s, { maxSize: 2, ...given }));
        use(c);
        s.left();
        store(c, 'c');
        assert.deepStrictEqual(s.left(), [touches ? 'b:lru' : 'a:lru']);
      });
    }
  });
}

const map = (s, given) => s.map(given);
const set = (s, given) => s.set(given);

pin('Map: get, set, touch restart the idle time; a hit of getOrInsert…, getOrLoad acts as get', map, MAP_TOUCHES, true);
pin('Map: has, peek, size, iteration never do', map, MAP_LOOKS, false);
pin('Set: a has hit is the read, so it touches', set, SET_TOUCHES, true);
pin('Set: peek, size, iteration do not', set, LOOKS, false);
pin('Map with touchOnHas: a has hit touches', map, { has: (m) => m.has('a') }, true, { touchOnHas: true });
pin('Set without touchOnHas: a has hit does not', set, { has: (s) => s.has('a') }, false, { touchOnHas: false });

describe('a status page polling values() must not keep sessions alive', () => {
  contract('polled every 10 ms, an entry leaves at its time', (s) => {
    const m = filled(s.map({ ttl: 100 }));
    for (let polls = 0; polls < 9; polls += 1) {
      s.advance(10);
      assert.deepStrictEqual([...m.values()], [1, 1]);
    }
    s.advance(10);
    assert.deepStrictEqual([...m.values()], []);
    assert.deepStrictEqual(s.left(), ['a:idle', 'b:idle']);
  });
});

describe('a use touches that entry only', () => {
  contract('get of one of two', (s) => {
    const m = filled(s.map({ ttl: 100 }));
    s.advance(50);
    m.get('b');
    s.advance(50);
    assert.deepStrictEqual(keys(m), ['b']);
  });

  contract('has of one of two in a set', (s) => {
    const c = filled(s.set({ ttl: 100 }));
    s.advance(50);
    c.has('b');
    s.advance(50);
    assert.deepStrictEqual(keys(c), ['b']);
  });
});

describe('getOrInsert…, getOrLoad: a miss acts as set', () => {
  const MISSES = {
    getOrInsert: (m) => m.getOrInsert('c', 3),
    getOrInsertComputed: (m) => m.getOrInsertComputed('c', () => 3),
    getOrLoad: (m) => m.getOrLoad('c', async () => 3),
  };
  for (const [name, use] of Object.entries(MISSES)) {
    contract(`${name} stores the value, as the most recently used, with the full idle time`, async (s) => {
      const m = filled(s.map({ ttl: 100, maxSize: 2 }));
      s.advance(60);
      assert.strictEqual(await use(m), 3);
      assert.deepStrictEqual(s.left(), ['a:lru']);
      assert.deepStrictEqual([...m], [['b', 1], ['c', 3]]);
      assert.deepStrictEqual([m.remaining('b'), m.remaining('c')], [40, 100]);
      const { hits, misses, added } = m.stats();
      assert.deepStrictEqual({ hits, misses, added }, { hits: 0, misses: 1, added: 3 });
    });
  }

  contract('a hit answers the held value, and neither computes nor loads', async (s) => {
    const m = filled(s.map());
    const never = () => assert.fail('not to be called');
    assert.strictEqual(m.getOrInsert('a', 2), 1);
    assert.strictEqual(m.getOrInsertComputed('a', never), 1);
    assert.strictEqual(await m.getOrLoad('a', never), 1);
    assert.strictEqual(m.stats().hits, 3);
  });

  contract('a held `undefined` is a hit', async (s) => {
    const m = s.map();
    m.set('u', undefined);
    assert.strictEqual(m.getOrInsert('u', 2), undefined);
    assert.strictEqual(m.getOrInsertComputed('u', () => 2), undefined);
    assert.strictEqual(await m.getOrLoad('u', () => 2), undefined);
    assert.strictEqual(m.has('u'), true);
  });
});

describe('touching restarts the idle time, never the age', () => {
  for (const name of ['get', 'touch', 'getOrInsert, a hit']) {
    contract(name, (s) => {
      const m = filled(s.map({ ttl: 100, maxAge: 150 }));
      s.advance(90);
      MAP_TOUCHES[name](m);
      assert.strictEqual(m.remaining('a'), 60);
      s.advance(59);
      assert.strictEqual(m.peek('a'), 1);
      s.advance(1);
      assert.strictEqual(m.peek('a'), undefined);
      assert.deepStrictEqual(s.left(), ['b:idle', 'a:age']);
    });
  }
});

describe('touch with a ttl gives the entry that idle limit', () => {
  contract('a short one schedules clean-up, Infinity cancels it', (s) => {
    const m = filled(s.map({ ttl: 100 }));
    assert.strictEqual(m.touch('a', { ttl: 10 }), true);
    assert.strictEqual(m.touch('b', { ttl: Infinity }), true);
    assert.deepStrictEqual([m.remaining('a'), m.remaining('b')], [10, Infinity]);
    s.advance(10);
    assert.deepStrictEqual(s.left(), ['a:idle']);
    s.advance(1e9);
    assert.deepStrictEqual(keys(m), ['b']);
  });

  contract('it stays the limit for later uses, until the next set', (s) => {
    const m = filled(s.map({ ttl: 100 }));
    m.touch('a', { ttl: 10 });
    s.advance(9);
    m.get('a');
    assert.strictEqual(m.remaining('a'), 10);
    m.set('a', 1);
    assert.strictEqual(m.remaining('a'), 100);
  });

  contract('an absent key: false, and nothing appears', (s) => {
    const m = filled(s.map());
    assert.strictEqual(m.touch('nobody', { ttl: 10 }), false);
    assert.deepStrictEqual(keys(m), ['a', 'b']);
  });
});

describe('hits and misses are counted where entries are read', () => {
  contract('in a map', (s) => {
    const m = filled(s.map());
    m.get('a');
    m.get('nobody');
    m.has('a');
    m.has('nobody');
    m.peek('a');
    const { hits, misses } = m.stats();
    assert.deepStrictEqual({ hits, misses }, { hits: 1, misses: 1 });
  });

  contract('in maps whose misses come in rows, between evictions', (s) => {
    const maps = [s.map({ maxSize: 16 }), s.map()];
    const counted = [0, 0];
    for (let n = 0; n < 2000; n += 1) {
      const at = n % 3 === 0 ? 1 : 0;
      maps[at].set(`key ${n}`, n);
      for (let misses = n % 70; misses > 0; misses -= 1) {
        assert.strictEqual(maps[at].get(`nobody ${misses}`), undefined);
        counted[at] += 1;
        if (misses % 13 === 0) assert.strictEqual(maps[at].get(`key ${n}`), n);
        if (misses % 29 === 0) assert.strictEqual(maps[at].stats().misses, counted[at]);
      }
    }
    assert.deepStrictEqual(maps.map((map) => map.stats().misses), counted);
    for (const map of maps) {
      map.get('nobody');
      map.close();
      map.get('nobody');
    }
    assert.deepStrictEqual(maps.map((map) => map.stats().misses), counted.map((misses) => misses + 2));
  });

  contract('in a set', (s) => {
    const c = filled(s.set());
    c.has('a');
    c.has('nobody');
    c.peek('a');
    const { hits, misses } = c.stats();
    assert.deepStrictEqual({ hits, misses }, { hits: 1, misses: 1 });
  });
});

describe('a use after a pause is stamped when it happens', () => {
  // With a cached time the record waits in the log: for a millisecond, not until the map wakes.
  contract('a get long after the last operation gives one idle time from there', (s) => {
    const m = filled(s.map({ ttl: 1000 }));
    s.advance(600);
    m.get('a');
    s.clock.advance(400); // without a look: the map wakes for 'b'
    const stamp = 1000 - m.remaining('a');
    assert.ok(stamp >= 399 && stamp <= 400, `idle for ${stamp} ms`);
  });

  contract('and so does a set', (s) => {
    const m = filled(s.map({ ttl: 1000, onRemove: undefined }));
    s.advance(600);
    m.set('a', 5);
    m.set('c', 6);
    s.clock.advance(400);
    assert.ok(m.remaining('a') <= 601 && m.remaining('c') <= 601, `${m.remaining('a')}, ${m.remaining('c')}`);
  });

  exactly('with a clock read at every operation, to the millisecond', (s) => {
    const m = filled(s.map({ ttl: 1000 }));
    s.advance(600);
    m.get('a');
    s.advance(399);
    assert.strictEqual(m.remaining('a'), 601);
  });
});

describe('a miss is counted by what would have been a hit', () => {
  for (const touchOnHas of [true, false]) {
    contract(`has, touchOnHas ${touchOnHas}`, (s) => {
      for (const c of [s.map({ touchOnHas }), s.set({ touchOnHas })]) {
        put(c, 'a');
        c.has('a');
        c.has('nobody');
        const { hits, misses } = c.stats();
        assert.deepStrictEqual([hits, misses], touchOnHas ? [1, 1] : [0, 0]);
      }
    });
  }
});
