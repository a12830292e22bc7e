// Rule 3, first half: when an entry is due, what an expired one looks like, and who may keep it. What
// becomes of a kept entry is in `rule-3-busy-clock.test.mjs`.

import assert from 'node:assert';
import { describe } from '../harness.mjs';
import { contract, exactly, keys, KINDS, put, read } from '../support/scope.mjs';

describe('an entry is due when elapsed ≥ limit', () => {
  for (const kind of KINDS) {
    for (const [limit, reason] of [['ttl', 'idle'], ['maxAge', 'age']]) {
      contract(`${kind}: there one ms before its ${limit}, gone at it, reason ${reason}`, (s) => {
        const c = s.of(kind, { [limit]: 100 });
        put(c, 'a');
        s.advance(99);
        assert.deepStrictEqual([c.remaining('a'), c.peek('a') !== false], [1, true]);
        assert.deepStrictEqual(s.left(), []);
        s.advance(1);
        assert.deepStrictEqual(s.left(), ['a:' + reason]); // by the timer, nobody asked
        assert.deepStrictEqual([c.size, c.remaining('a'), read(c, 'a')], [0, undefined, false]);
      });

      contract(`${kind}: the ${limit} of a single entry counts instead of the map's`, (s) => {
        const c = s.of(kind, { ttl: Infinity, [limit]: 100 });
        put(c, 'short', { [limit]: 10 });
        put(c, 'long', { [limit]: 1000 });
        put(c, 'never', { [limit]: Infinity });
        put(c, 'plain');
        s.advance(10);
        assert.deepStrictEqual(s.left(), [`short:${reason}`]);
        s.advance(90);
        assert.deepStrictEqual(s.left(), [`plain:${reason}`]);
        s.advance(900);
        assert.deepStrictEqual(s.left(), [`long:${reason}`]);
        s.advance(1e12);
        assert.deepStrictEqual(keys(c), ['never']);
      });
    }

    contract(`${kind}: both clocks run, the earlier wins`, (s) => {
      const c = s.of(kind, { ttl: 100, maxAge: 250 });
      put(c, 'used');
      put(c, 'left alone');
      s.advance(90);
      assert.strictEqual(read(c, 'used'), true);
      s.advance(90);
      assert.strictEqual(read(c, 'used'), true);
      assert.strictEqual(c.remaining('used'), 70);
      s.advance(70);
      assert.deepStrictEqual(s.left(), ['left alone:idle', 'used:age']);
    });

    contract(`${kind}: Infinity is never`, (s) => {
      const c = s.of(kind, { ttl: Infinity });
      put(c, 'a');
      assert.strictEqual(c.remaining('a'), Infinity);
      s.advance(1e13);
      assert.deepStrictEqual(keys(c), ['a']);
      assert.strictEqual(s.clock.pending, s.mode === 'exact' ? 0 : 1, 'no wake-up, only the cached time\'s');
    });
  }
});

/** Every way to come upon an entry, and what an expired and a kept one answer. */
const LOOKS = [
  ['has', 'set map', (c) => c.has('a'), false, true],
  ['get', 'map', (c) => c.get('a'), undefined, 'a'],
  ['peek', 'map', (c) => c.peek('a'), undefined, 'a'],
  ['peek', 'set', (c) => c.peek('a'), false, true],
  ['touch', 'set map', (c) => c.touch('a'), false, true],
  ['remaining', 'set map', (c) => c.remaining('a'), undefined, 0],
  ['pin', 'set map', (c) => c.pin('a').held, false, true],
  ['delete', 'set map', (c) => c.delete('a'), false, true],
  ['deleteIf', 'map', (c) => c.deleteIf('a', 'a'), false, true],
  ['getOrInsert', 'map', (c) => c.getOrInsert('a', 'new'), 'new', 'a'],
  ['getOrInsertComputed', 'map', (c) => c.getOrInsertComputed('a', () => 'new'), 'new', 'a'],
  ['getOrLoad', 'map', (c) => c.getOrLoad('a', () => 'new'), 'new', 'a'],
  ['size', 'set map', (c) => c.size, 0, 1],
  ['keys', 'set map', (c) => [...c.keys()], [], ['a']],
  ['values', 'set map', (c) => [...c.values()], [], ['a']],
  ['entries', 'set map', (c) => [...c.entries()], [], [['a', 'a']]],
  ['spread', 'set map', (c) => [...c].flat().length, 0, undefined],
  ['forEach', 'set map', (c) => {
    const seen = [];
    c.forEach((value) => seen.push(value));
    return seen;
  }, [], ['a']],
  ['stats', 'set map', (c) => c.stats().size, 0, 1],
];

for (const kind of KINDS) {
  describe(`${kind}: nothing answers with an expired entry, before any timer fired`, () => {
    for (const [name, , look, expired] of LOOKS.filter(([, of]) => of.includes(kind))) {
      exactly(name, async (s) => {
        const clock = s.deafClock();
        const c = s.of(kind, { ttl: 100, clock });
        put(c, 'a');
        clock.advance(100);
        assert.deepStrictEqual(await look(c), expired);
        assert.deepStrictEqual(s.left(), ['a:idle'], 'and the entry has left for its own reason');
      });
    }
  });

  // `get` and `has` may rely on the cached time.
  const CACHED = /^(has|get)$/;
  describe(`${kind}: what must be exact looks at the clock first, also at a cached one`, () => {
    for (const [name, , look, expired] of LOOKS.filter(([title, of]) => of.includes(kind) && !CACHED.test(title))) {
      contract(name, async (s) => {
        const clock = s.newClock({ time: 0, now: () => clock.time, setTimer: () => () => {} });
        const c = s.of(kind, { ttl: 100, clock });
        put(c, 'a');
        assert.strictEqual(c.size, 1); // stamps what was logged
        clock.time = 100;
        assert.deepStrictEqual(await look(c), expired);
        assert.deepStrictEqual(s.left(), ['a:idle']);
      }, ['cached']);
    }
  });

  describe(`${kind}: everything answers with an overdue entry that is kept`, () => {
    for (const [name, , look, , kept] of LOOKS.filter(([, of]) => of.includes(kind))) {
      if (kept === undefined) continue;
      for (const how of ['busy', 'pinned']) {
        contract(`${name}, ${how}`, async (s) => {
          const c = s.of(kind, { ttl: 100, isBusy: () => how === 'busy' });
          put(c, 'a');
          if (how === 'pinned') c.pin('a');
          s.advance(150);
          assert.deepStrictEqual(await look(c), kept);
          assert.deepStrictEqual(s.left().filter((one) => !one.endsWith(':delete')), []);
        });
      }
    }
  });
}

describe('an entry deleted or replaced by the user goes, busy or not', () => {
  for (const kind of KINDS) {
    contract(kind, (s) => {
      const c = s.of(kind, { isBusy: () => true });
      put(c, 'a');
      put(c, 'b');
      c.pin('a');
      assert.strictEqual(c.delete('a'), true);
      c.clear();
      assert.deepStrictEqual(s.left(), ['a:delete', 'b:clear']);
    });
  }
});

/** Each automatic path, led to the entry 'a'. */
const PATHS = {
  idle: { given: { ttl: 100 }, go: (c, s) => s.advance(100) },
  age: { given: { maxAge: 100 }, go: (c, s) => s.advance(100) },
  lru: { given: { maxSize: 1 }, go: (c) => put(c, 'b') },
  bytes: { given: { maxBytes: 2, sizeOf: () => 2 }, go: (c) => put(c, 'b') },
  pressure: { given: {}, go: (c) => c.shed(1) },
};

describe('busy entries are kept by every automatic path', () => {
  for (const kind of KINDS) {
    for (const [reason, { given, go }] of Object.entries(PATHS)) {
      contract(`${kind}: ${reason} takes an idle entry`, (s) => {
        const c = s.of(kind, { ...given, isBusy: () => false });
        put(c, 'a');
        go(c, s);
        assert.deepStrictEqual(s.left(), [`a:${reason}`]);
      });

      for (const how of ['busy', 'pinned']) {
        contract(`${kind}: ${reason} leaves a ${how} one`, (s) => {
          const c = s.of(kind, { ...given, isBusy: (value, key) => how === 'busy' && key === 'a' });
          put(c, 'a');
          if (how === 'pinned') c.pin('a');
          go(c, s);
          assert.deepStrictEqual(s.left(), []);
          assert.strictEqual(keys(c)[0], 'a');
          assert.strictEqual(c.stats().busy, 1);
        });
      }
    }
  }
});

describe('isBusy is asked for removal candidates only', () => {
  const asked = [];
  const spy = (value, key) => void asked.push(key);

  contract('no read, no write below the limits, no iteration asks', (s) => {
    asked.length = 0;
    const m = s.map({ maxSize: 10, isBusy: spy });
    for (let key = 0; key < 10; key += 1) m.set(key, key);
    for (let key = 0; key < 10; key += 1) {
      m.get(key);
      m.has(key);
      m.peek(key);
      m.remaining(key);
      m.touch(key);
      m.set(key, 'again');
      m.getOrInsert(key, 0);
      m.pin(key).release();
    }
    assert.deepStrictEqual([m.size, [...m].length, m.sweep(), m.shed(0)], [10, 10, 0, 0]);
    m.stats();
    s.advance(1000);
    assert.deepStrictEqual(asked, []);
  });

  contract('it is called with value and key, for the candidate only', (s) => {
    const seen = [];
    const m = s.map({ maxSize: 2, isBusy: (...args) => void seen.push(args) });
    m.set('a', { n: 1 }).set('b', { n: 2 }).set('c', { n: 3 });
    assert.deepStrictEqual(seen, [[{ n: 1 }, 'a']]);
    assert.deepStrictEqual(s.left(), ['a:lru']);
  });

  contract('a set gets its value twice', (s) => {
    const seen = [];
    const c = s.set({ maxSize: 1, isBusy: (...args) => void seen.push(args) });
    c.add('a').add('b');
    assert.deepStrictEqual(seen, [['a', 'a']]);
  });

  contract('any truthy answer keeps, any falsy one does not', (s) => {
    for (const answer of [true, 1, 'yes', {}, [], false, 0, '', null, undefined, NaN]) {
      const m = s.map({ isBusy: () => answer });
      m.set('a', 1);
      assert.strictEqual(m.shed(1), answer ? 0 : 1, String(answer));
    }
  });
});

describe('isBusy throwing = busy, reported', () => {
  contract('the entry stays and onError hears, with the key', (s) => {
    const failure = new Error('no answer');
    const m = s.map({
      maxSize: 1,
      isBusy() {
        throw failure;
      },
    });
    m.set('a', 1);
    m.set('b', 2);
    assert.deepStrictEqual(keys(m), ['a', 'b']);
    assert.deepStrictEqual(s.errors, [{ error: failure, key: 'a', reason: undefined }]);
    assert.strictEqual(m.stats().errors, 1);
  });

  contract('a promise counts as busy and is reported; its rejection is nobody\'s surprise', async (s) => {
    const m = s.map({ maxSize: 1, isBusy: async () => Promise.reject(new Error('late')) });
    m.set('a', 1);
    m.set('b', 2);
    await Promise.resolve();
    assert.deepStrictEqual(keys(m), ['a', 'b']);
    assert.deepStrictEqual(s.errors.map(({ error, key }) => [error.constructor, key]), [[TypeError, 'a']]);
  });
});
