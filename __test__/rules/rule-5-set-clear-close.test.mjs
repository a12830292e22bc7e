// Rule 5, second half: what `set` restarts and when it tells, and what `clear` and `close` promise.

import assert from 'node:assert';
import { describe, test } from '../harness.mjs';
import { contract, exactly, keys, KINDS, put, read, RobustSessionMap, RobustSessionSet, SessionClosedError } from '../support/scope.mjs';

describe('replace fires only when the new value is not SameValue to the old', () => {
  const object = { id: 1 };
  for (const [old, next, fires] of [
    [1, 2, true], [object, { id: 1 }, true], [0, -0, true], [undefined, null, true], ['1', 1, true],
    [1, 1, false], [object, object, false], [NaN, NaN, false], [-0, -0, false], [undefined, undefined, false],
  ]) {
    const show = (value) => (Object.is(value, -0) ? '-0' : typeof value === 'object' ? JSON.stringify(value) : String(value));
    contract(`${show(old)} → ${show(next)}${old === next && old === object ? ', the same object' : ''}: ${fires ? 'once' : 'nothing'}`, (s) => {
      const m = s.map();
      m.set('a', old).set('a', next);
      assert.deepStrictEqual(s.log, fires ? [['a', old, 'replace']] : []);
      assert.ok(Object.is(m.get('a'), next));
      assert.strictEqual(m.stats().updated, 1);
    });
  }

  contract('m.set(k, m.get(k)) fires nothing, in a loop over the entries too', (s) => {
    const m = s.map();
    for (const key of ['a', 'b', 'c']) m.set(key, { key });
    for (const [key, value] of m.entries()) m.set(key, value);
    assert.deepStrictEqual([s.log, keys(m)], [[], ['a', 'b', 'c']]);
  });

  contract('with options of its own as well', (s) => {
    const m = s.map();
    m.set('a', 1, { ttl: 5 }).set('a', 1, { ttl: 6 }).set('a', 2, { ttl: 7 });
    assert.deepStrictEqual(s.left(), ['a:replace']);
  });

  contract('a set that finds its value fires nothing', (s) => {
    const c = s.set();
    c.add('a').add('a').add(NaN).add(NaN).add(0).add(-0);
    assert.deepStrictEqual([s.log, keys(c)], [[], ['a', NaN, 0]]);
  });
});

describe('every set restarts idle and age, re-weighs, and replaces the entry\'s options', () => {
  for (const kind of KINDS) {
    contract(`${kind}: idle and age restart`, (s) => {
      const c = s.of(kind, { ttl: 100, maxAge: 120 });
      put(c, 'a');
      s.advance(90);
      put(c, 'a');
      assert.strictEqual(c.remaining('a'), 100);
      s.advance(90);
      read(c, 'a');
      assert.strictEqual(c.remaining('a'), 30); // the age goes on from the set
      s.advance(30);
      assert.deepStrictEqual(s.left(), ['a:age']);
    });

    contract(`${kind}: absent options are the map's again`, (s) => {
      const c = s.of(kind, { ttl: 100, maxAge: 1000 });
      put(c, 'a', { ttl: 5000, maxAge: 50 });
      assert.strictEqual(c.remaining('a'), 50);
      put(c, 'a', { ttl: 5000 });
      assert.strictEqual(c.remaining('a'), 1000);
      put(c, 'a', { maxAge: 50 });
      assert.strictEqual(c.remaining('a'), 50);
      put(c, 'a', { ttl: undefined });
      assert.strictEqual(c.remaining('a'), 100);
      put(c, 'a', { ttl: 10 });
      put(c, 'a');
      assert.strictEqual(c.remaining('a'), 100);
      c.touch('a', { ttl: 10 });
      put(c, 'a');
      assert.strictEqual(c.remaining('a'), 100);
    });
  }

  contract('the weight is the new value\'s', (s) => {
    const m = s.map({ sizeOf: (value) => value });
    m.set('a', 5).set('b', 7);
    const bytes = [m.stats().bytes];
    for (const [value, options] of [[2], [9, { size: 1 }], [9], [0], [1]]) {
      m.set('a', value, options);
      bytes.push(m.stats().bytes);
    }
    assert.deepStrictEqual(bytes, [12, 9, 8, 16, 7, 8]);
    m.delete('b');
    assert.strictEqual(m.stats().bytes, 1);
  });

  contract('a lease outlives a set of its entry', (s) => {
    const m = s.map({ ttl: 100 });
    m.set('a', 1);
    const lease = m.pin('a');
    m.set('a', 2);
    s.advance(500);
    assert.deepStrictEqual([lease.held, [...m]], [true, [['a', 2]]]);
  });
});

const ENDS = { clear: (c) => c.clear(), close: (c) => c.close() };

for (const [reason, end] of Object.entries(ENDS)) {
  describe(`${reason} detaches everything first, then runs every hook in insertion order`, () => {
    for (const kind of KINDS) {
      contract(kind, (s) => {
        const calls = [];
        const c = s.of(kind, {
          onRemove(key, value, why) {
            calls.push([key, value, why, c.size, keys(c).length]);
          },
        });
        for (const key of ['a', 'b', 'c']) put(c, key);
        read(c, 'a'); // recency is another order
        end(c);
        assert.deepStrictEqual(calls, ['a', 'b', 'c'].map((key) => [key, key, reason, 0, 0]));
      });

      contract(`${kind}: busy and pinned ones too`, (s) => {
        const c = s.of(kind, { isBusy: () => true });
        put(c, 'a');
        const lease = c.pin('a');
        end(c);
        assert.deepStrictEqual([s.left(), lease.held, lease.release()], [[`a:${reason}`], false, false]);
      });

      contract(`${kind}: granted victims too, and none twice`, (s) => {
        const c = s.of(kind, { maxSize: 64 });
        for (let key = 0; key < 200; key += 1) put(c, key);
        assert.deepStrictEqual(s.left(), Array.from({ length: 136 }, (_, key) => `${key}:lru`));
        end(c);
        assert.deepStrictEqual(s.left(), Array.from({ length: 64 }, (_, n) => `${n + 136}:${reason}`));
      });
    }
  });
}

describe('entries a hook adds stay after clear', () => {
  for (const kind of KINDS) {
    contract(kind, (s) => {
      const c = s.of(kind, {
        ttl: 100,
        onRemove(key, value, reason) {
          s.log.push([key, value, reason]);
          if (reason === 'clear') put(c, `${key} again`);
        },
      });
      put(c, 'a');
      put(c, 'b');
      c.clear();
      assert.deepStrictEqual([keys(c), s.left()], [['a again', 'b again'], ['a:clear', 'b:clear']]);
      assert.strictEqual(c.remaining('a again'), 100);
      s.advance(100);
      assert.deepStrictEqual(s.left(), ['a again:idle', 'b again:idle']);
    });
  }

  contract('a clear in a hook of clear removes those, and those alone', (s) => {
    let clears = 0;
    const m = s.map({
      onRemove(key, value, reason) {
        s.log.push([key, value, reason]);
        if (key === 'a') m.set('x', 1);
        if (key !== 'b') return;
        clears += 1;
        m.clear();
      },
    });
    m.set('a', 1).set('b', 2).set('c', 3);
    m.clear();
    assert.deepStrictEqual([s.left(), m.size, clears], [['a:clear', 'b:clear', 'c:clear', 'x:clear'], 0, 1]);
  });

  contract('clear of an empty map tells nobody, and the map goes on', (s) => {
    const m = s.map();
    m.clear();
    m.set('a', 1).clear();
    m.clear();
    m.set('b', 2);
    assert.deepStrictEqual([s.left(), keys(m)], [['a:clear'], ['b']]);
  });
});

describe('after close', () => {
  const READS = {
    size: [(c) => c.size, 0],
    has: [(c) => c.has('a'), false],
    peek: [(c) => c.peek('a') || undefined, undefined],
    remaining: [(c) => c.remaining('a'), undefined],
    touch: [(c) => c.touch('a'), false],
    keys: [(c) => [...c.keys()], []],
    values: [(c) => [...c.values()], []],
    entries: [(c) => [...c.entries()], []],
    spread: [(c) => [...c], []],
    pin: [(c) => c.pin('a').held, false],
    'stats().size': [(c) => c.stats().size, 0],
    'stats().closed': [(c) => c.stats().closed, true],
    delete: [(c) => c.delete('a'), false],
    clear: [(c) => c.clear(), undefined],
    sweep: [(c) => c.sweep(), 0],
    shed: [(c) => c.shed(5), 0],
    close: [(c) => c.close(), undefined],
    'an iterator from before': [(c, before) => before.next().done, true],
  };
  const MAP_READS = { get: [(m) => m.get('a'), undefined], deleteIf: [(m) => m.deleteIf('a', 'a'), false] };

  for (const kind of KINDS) {
    contract(`${kind}: reads answer as empty, removals do nothing`, (s) => {
      const c = s.of(kind, { maxSize: 2 });
      for (const key of ['z', 'a', 'b']) put(c, key);
      const before = c.keys();
      c.close();
      assert.deepStrictEqual(s.left(), ['z:lru', 'a:close', 'b:close']);
      for (const [name, [ask, answer]] of Object.entries({ ...READS, ...(kind === 'map' ? MAP_READS : {}) })) {
        assert.deepStrictEqual(ask(c, before), answer, name);
        assert.strictEqual(c.validate(), true, name);
      }
      assert.deepStrictEqual(s.left(), []);
    });
  }

  contract('storing throws SessionClosedError', async (s) => {
    const m = s.map();
    const c = s.set();
    m.close();
    c.close();
    const closed = { name: 'SessionClosedError', code: 'ERR_SESSION_CLOSED' };
    for (const store of [
      () => m.set('a', 1), () => m.set('a', 1, { ttl: 5 }), () => m.getOrInsert('a', 1), () => m.getOrInsertComputed('a', () => 1),
      () => c.add('a'), () => c.add('a', { ttl: 5 }),
    ]) {
      assert.throws(store, closed);
      assert.throws(store, SessionClosedError);
    }
    assert.deepStrictEqual([m.size, c.size], [0, 0]);
  });

  contract('a hook of close may not store: its throw goes to onError, and the rest of the hooks run', (s) => {
    const seen = [];
    const m = s.map({
      onRemove(key) {
        seen.push(key);
        m.set('more', 1);
      },
    });
    m.set('a', 1).set('b', 2);
    m.close();
    assert.deepStrictEqual([seen, s.errors.map(({ error }) => error.code)], [['a', 'b'], ['ERR_SESSION_CLOSED', 'ERR_SESSION_CLOSED']]);
  });

  contract('Symbol.dispose is close; Symbol.asyncDispose waits for the hooks as well', async (s) => {
    let done = 0;
    const onRemove = async () => {
      await Promise.resolve();
      done += 1;
    };
    const m = s.map({ onRemove });
    m.set('a', 1);
    m[Symbol.dispose]();
    assert.deepStrictEqual([m.stats().closed, done], [true, 0]);
    const c = s.set({ onRemove });
    c.add('a');
    await c[Symbol.asyncDispose]();
    assert.deepStrictEqual([c.stats().closed, done], [true, 2]);
  });
});

describe('clear and close detach what is due in a mass too, before the first hook', () => {
  const MANY = 3000;
  for (const how of ['clear', 'close']) {
    exactly(`${how}: every hook finds all gone, the due ones first`, (s) => {
      const clock = s.deafClock();
      const log = [];
      const errors = [];
      const m = s.map({
        ttl: 100,
        maxSize: Infinity,
        clock,
        onRemove: (key, value, reason) => {
          log.push([key, reason, m.has('late'), [...m.keys()].length]);
          if (key === 0) {
            try {
              m.set('of a hook', 1);
            } catch (error) {
              errors.push(error.code);
            }
          }
        },
      });
      for (let key = 0; key < MANY; key += 1) m.set(key, 1);
      clock.advance(100); // due, and no timer says so
      const iterator = m.entries(); // all due: they leave together, their hooks run here
      assert.deepStrictEqual([iterator.next().value[0], log.length], ['of a hook', MANY]);
      m.clear();
      log.length = 0;
      for (let key = 0; key < MANY; key += 1) m.set(key, 1);
      clock.advance(100);
      m.set('late', 1);
      m[how]();
      const expected = Array.from({ length: MANY }, (_, key) => [key, 'idle']);
      assert.deepStrictEqual(log.map(([key, reason]) => [key, reason]), [...expected, ['late', how]]);
      assert.ok(log.every(([, , late]) => late === false), 'gone before the first hook');
      if (how === 'close') assert.deepStrictEqual(errors, ['ERR_SESSION_CLOSED']);
      else assert.deepStrictEqual([...m.keys()], ['of a hook'], 'what a hook adds stays');
    });
  }
});

describe('disposal ends a subclass by its own close', () => {
  for (const Base of [RobustSessionMap, RobustSessionSet]) {
    test(Base.name, async () => {
      const closed = [];
      class Sub extends Base {
        close() {
          closed.push('close');
          super.close();
        }
      }
      const { dispose, asyncDispose } = Symbol;
      if (dispose === undefined || asyncDispose === undefined) return assert.ok(!('using' in Base));
      new Sub()[dispose]();
      await new Sub()[asyncDispose]();
      assert.deepStrictEqual(closed, ['close', 'close']);
      assert.throws(() => Base.prototype[dispose].call(new Map()), TypeError);
    });
  }
});
