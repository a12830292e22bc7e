// Rule 6: recency is exact and has an order of its own; a refreshed entry is looked at again in its time;
// eviction ends.

import assert from 'node:assert';
import { describe } from '../harness.mjs';
import { random, SEED } from '../support/random.mjs';
import { contract, keys, KINDS, put, read } from '../support/scope.mjs';

describe('recency lives outside the Map order', () => {
  for (const kind of KINDS) {
    contract(`${kind}: reads, touches and sets of present keys leave the iteration order as it is`, (s) => {
      const c = s.of(kind);
      for (const key of ['a', 'b', 'c', 'd']) put(c, key);
      read(c, 'c');
      put(c, 'a');
      c.touch('b', { ttl: 50 });
      put(c, 'd', { ttl: 70 });
      c.pin('a').release();
      assert.deepStrictEqual(keys(c), ['a', 'b', 'c', 'd']);
      assert.deepStrictEqual([...c].flat().filter((key, n) => kind === 'set' || n % 2 === 0), ['a', 'b', 'c', 'd']);
    });

    contract(`${kind}: eviction follows the uses, not the insertions`, (s) => {
      const c = s.of(kind, { maxSize: 4 });
      for (const key of ['a', 'b', 'c', 'd']) put(c, key);
      for (const key of ['b', 'a', 'd', 'c', 'a']) read(c, key);
      for (const key of ['w', 'x', 'y', 'z']) put(c, key);
      assert.deepStrictEqual(s.left(), ['b:lru', 'd:lru', 'c:lru', 'a:lru']);
    });

    contract(`${kind}: shed follows them too, over entries of every kind`, (s) => {
      const c = s.of(kind);
      for (const key of ['a', 'b', 'c', 'd']) put(c, key);
      put(c, 'e', { ttl: 50 });
      c.touch('a', { ttl: Infinity });
      read(c, 'c');
      assert.strictEqual(c.shed(3), 3);
      assert.deepStrictEqual(s.left(), ['b:pressure', 'd:pressure', 'e:pressure']);
      assert.strictEqual(c.shed(Infinity), 2);
      assert.deepStrictEqual(s.left(), ['a:pressure', 'c:pressure']);
    });
  }
});

/** The plainest exact LRU: a list, least recently used first. */
class Lru {
  list = [];
  use(key) {
    const at = this.list.indexOf(key);
    if (at >= 0) this.list.splice(at, 1);
    this.list.push(key);
  }
}

describe('exactly the least recently used goes first, whatever was read how often', () => {
  for (const kind of KINDS) {
    for (const maxSize of [1, 2, 7, 64, 300]) {
      for (const hooked of [true, false]) {
        contract(`${kind}, maxSize ${maxSize}, ${hooked ? 'with' : 'without'} a hook: 5,000 steps (seed ${SEED})`, (s) => {
          const r = random(SEED + maxSize);
          const c = s.of(kind, hooked ? { maxSize } : { maxSize, onRemove: undefined });
          const model = new Lru();
          for (let step = 0; step < 5000; step += 1) {
            const key = r.below(maxSize * 2 + 1);
            const present = model.list.includes(key);
            if (r.chance(0.5)) {
              assert.strictEqual(read(c, key), present, `step ${step}`);
              if (present) model.use(key);
            } else if (r.chance(0.1)) {
              assert.strictEqual(c.delete(key), present, `step ${step}`);
              model.list = model.list.filter((other) => other !== key);
            } else {
              put(c, key);
              model.use(key);
              if (model.list.length > maxSize) model.list.shift();
            }
            if (step % 97 === 0) assert.deepStrictEqual(keys(c).sort(), model.list.slice().sort(), `step ${step}`);
          }
          for (const key of model.list) {
            assert.strictEqual(c.shed(1), 1);
            assert.strictEqual(c.peek(key) || false, false, 'in the order of use');
          }
          assert.strictEqual(c.size, 0);
        });
      }
    }

    contract(`${kind}: a use of the very next victim saves it, though others were evicted in a row before`, (s) => {
      const c = s.of(kind, { maxSize: 100 });
      for (let key = 0; key < 150; key += 1) put(c, key); // victims are fetched several at a time by now
      s.left();
      for (let next = 50; next < 100; next += 2) {
        assert.strictEqual(read(c, next), true);
        put(c, `new ${next}`);
        assert.deepStrictEqual(s.left(), [`${next + 1}:lru`]);
      }
    });
  }

  const WAYS = {
    get: (m, key) => m.get(key),
    peek: (m, key) => m.peek(key),
    getOrInsert: (m, key) => m.getOrInsert(key, 'absent'),
    getOrInsertComputed: (m, key) => m.getOrInsertComputed(key, () => 'absent'),
    entries: (m, key) => [...m].find(([other]) => other === key)?.[1],
    forEach: (m, key) => {
      let found;
      m.forEach((value, other) => {
        if (other === key) found = value;
      });
      return found;
    },
    'deleteIf and the hook': (m, key, s) => {
      assert.strictEqual(m.deleteIf(key, key * 10), true);
      return s.log.pop()[1];
    },
    'set and the hook': (m, key, s) => {
      m.set(key, 'another');
      return s.log.pop()[1];
    },
    'the next eviction and its hook': (m, key, s) => {
      m.set('one more', 0);
      return s.log.find(([other]) => other === key)?.[1];
    },
  };
  for (const [name, look] of Object.entries(WAYS)) {
    contract(`the next victim's value is its own: ${name}`, (s) => {
      const m = s.map({ maxSize: 50 });
      for (let key = 0; key < 90; key += 1) m.set(key, key * 10);
      s.left();
      assert.strictEqual(look(m, 40, s), 400);
    });
  }
});

describe('a refreshed entry found by a sweep is rescheduled, never made immortal', () => {
  const KINDS_OF_LIMITS = {
    'the map\'s ttl': [{ ttl: 100 }, undefined],
    'a ttl of its own': [{ ttl: 5000 }, { ttl: 100 }],
    'the map\'s ttl, with maxAge': [{ ttl: 100, maxAge: 100_000 }, undefined],
    'the map\'s ttl, with a maxAge of its own': [{ ttl: 100 }, { maxAge: 100_000 }],
  };
  for (const kind of KINDS) {
    for (const [name, [given, options]] of Object.entries(KINDS_OF_LIMITS)) {
      contract(`${kind}, ${name}`, (s) => {
        const c = s.of(kind, given);
        put(c, 'a', options);
        put(c, 'b', options);
        for (let round = 0; round < 20; round += 1) {
          s.advance(70);
          assert.strictEqual(read(c, 'a'), true);
          s.advance(29); // sweeps pass its former deadlines
          assert.strictEqual(c.remaining('a'), 71);
          c.touch('a');
        }
        assert.deepStrictEqual(s.left(), ['b:idle']);
        s.advance(99);
        assert.deepStrictEqual(keys(c), ['a']);
        s.advance(1); // by itself, nobody asks
        assert.deepStrictEqual(s.left(), ['a:idle']);
      });
    }

    contract(`${kind}: a shorter ttl given late is kept too, and a longer one`, (s) => {
      const c = s.of(kind, { ttl: 1000 });
      put(c, 'a');
      put(c, 'b');
      s.advance(500);
      c.touch('a', { ttl: 10 });
      c.touch('b', { ttl: 5000 });
      s.advance(10);
      assert.deepStrictEqual(s.left(), ['a:idle']);
      s.advance(4989);
      assert.deepStrictEqual(keys(c), ['b']);
      s.advance(1);
      assert.deepStrictEqual(s.left(), ['b:idle']);
    });
  }

  contract('many entries, refreshed at random: each leaves exactly when its last use says', (s) => {
    const r = random(SEED);
    const due = new Map();
    const left = new Map();
    const m = s.map({ ttl: 1000, onRemove: (key) => void left.set(key, s.clock.now()) });
    for (let key = 0; key < 200; key += 1) {
      const ttl = r.chance(0.3) ? 200 + r.below(2000) : undefined;
      m.set(key, ttl, { ttl });
      due.set(key, ttl ?? 1000);
    }
    for (let step = 0; step < 300; step += 1) {
      s.advance(r.below(20));
      const key = r.below(200);
      const ttl = m.get(key);
      if (m.has(key)) due.set(key, s.clock.now() + (ttl ?? 1000));
    }
    s.advance(10_000);
    assert.deepStrictEqual([m.size, left.size], [0, 200]);
    for (const [key, at] of left) assert.strictEqual(at, due.get(key), `entry ${key}`);
  });
});

describe('eviction with everything kept ends at once, never loops', () => {
  for (const kind of KINDS) {
    contract(`${kind}: all pinned`, (s) => {
      const c = s.of(kind, { maxSize: 2, ttl: 10 });
      for (let key = 0; key < 500; key += 1) {
        put(c, key);
        c.pin(key);
      }
      assert.deepStrictEqual([c.size, c.shed(5), c.sweep()], [500, 0, 0]);
      s.advance(100);
      assert.deepStrictEqual([c.size, c.shed(Infinity), c.sweep(), s.left()], [500, 0, 0, []]);
    });

    contract(`${kind}: all busy; each is asked once`, (s) => {
      let asked = 0;
      const c = s.of(kind, { maxSize: 2, isBusy: () => (asked += 1) > 0 });
      for (let key = 0; key < 500; key += 1) put(c, key);
      assert.deepStrictEqual([c.size, asked], [500, 499]);
      assert.strictEqual(c.shed(Infinity), 0);
      assert.strictEqual(asked, 500);
      assert.strictEqual(c.shed(Infinity), 0);
      assert.strictEqual(asked, 500);
    });

    contract(`${kind}: all busy and too heavy`, (s) => {
      let asked = 0;
      const c = s.of(kind, { maxBytes: 10, sizeOf: () => 6, isBusy: () => (asked += 1) > 0 });
      for (let key = 0; key < 100; key += 1) put(c, key);
      assert.deepStrictEqual([c.size, c.stats().bytes, c.stats().overflows, asked], [100, 600, 99, 99]);
    });
  }

  contract('an isBusy that touches what it is asked about', (s) => {
    let asked = 0;
    const m = s.map({
      maxSize: 2,
      isBusy(value, key) {
        asked += 1;
        m.get(key);
        return false;
      },
    });
    for (let key = 0; key < 50; key += 1) m.set(key, key);
    assert.ok(asked <= 50 * 50, `${asked} questions`);
    assert.strictEqual(m.get(49), 49);
  });

  contract('an isBusy that stores more', (s) => {
    let more = 0;
    const m = s.map({
      maxSize: 2,
      isBusy() {
        if (more < 10_000) m.set(`more ${more += 1}`, 0);
        return true;
      },
    });
    for (const key of ['a', 'b', 'c']) m.set(key, 1);
    assert.strictEqual(m.shed(Infinity), 0);
    assert.strictEqual(m.peek('c'), 1);
  });
});
