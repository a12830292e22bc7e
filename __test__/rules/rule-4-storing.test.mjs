// Rule 4: what storing promises. The entry just set survives its own `set`; a throw at any step leaves
// everything as it was.

import assert from 'node:assert';
import { describe, test } from '../harness.mjs';
import { freshFace } from '../support/fresh.mjs';
import { contract, keys, KINDS, ManualClock, put, read, SessionClosedError, SessionLimitError } from '../support/scope.mjs';

describe('the entry just set survives its own set', () => {
  for (const kind of KINDS) {
    contract(`${kind}: at maxSize 1`, (s) => {
      const c = s.of(kind, { maxSize: 1 });
      for (let key = 1; key <= 100; key += 1) {
        put(c, key);
        assert.deepStrictEqual(keys(c), [key]);
      }
      assert.deepStrictEqual(s.left(), Array.from({ length: 99 }, (_, n) => `${n + 1}:lru`));
    });

    contract(`${kind}: everything else busy`, (s) => {
      const c = s.of(kind, { maxSize: 2, isBusy: (value, key) => key !== 'new' });
      for (const key of ['a', 'b', 'new']) put(c, key);
      assert.deepStrictEqual([keys(c), s.left()], [['a', 'b', 'new'], []]);
      put(c, 'newer');
      assert.deepStrictEqual([keys(c), s.left()], [['a', 'b', 'newer'], ['new:lru']]);
    });

    contract(`${kind}: everything else pinned`, (s) => {
      const c = s.of(kind, { maxSize: 1 });
      put(c, 'a');
      c.pin('a');
      put(c, 'new');
      assert.deepStrictEqual(keys(c), ['a', 'new']);
    });

    contract(`${kind}: when it alone fills maxBytes`, (s) => {
      const c = s.of(kind, { maxBytes: 10, sizeOf: (value) => value });
      for (const weight of [3, 4, 10]) put(c, weight);
      assert.deepStrictEqual([keys(c), s.left(), c.stats().bytes], [[10], ['3:bytes', '4:bytes'], 10]);
    });

    for (const [name, given, options] of [
      ['ttl: 0', { ttl: 0 }], ['maxAge: 0', { maxAge: 0 }],
      ['ttl: 0 of its own', {}, { ttl: 0 }], ['maxAge: 0 of its own', {}, { maxAge: 0 }],
    ]) {
      contract(`${kind}, ${name}: stored, and due as soon as the call has returned`, (s) => {
        const c = s.of(kind, given);
        put(c, 'a', options);
        assert.deepStrictEqual(s.left(), []);
        assert.strictEqual(read(c, 'a'), false);
        assert.deepStrictEqual(s.left(), [name.includes('Age') ? 'a:age' : 'a:idle']);
        put(c, 'a', options);
        put(c, 'a', options); // comes upon the first one, which has expired
        assert.deepStrictEqual([c.size, s.left().length, c.stats().added], [0, 2, 3]);
      });
    }
  }

  contract('growing its own weight evicts others, not itself', (s) => {
    const m = s.map({ maxBytes: 10 });
    for (const key of ['a', 'b', 'c']) m.set(key, key, { size: 3 });
    m.set('a', 'A', { size: 7 });
    assert.deepStrictEqual([[...m], m.stats().bytes], [[['a', 'A'], ['c', 'c']], 10]);
    assert.deepStrictEqual(s.left(), ['b:bytes', 'a:replace']);
  });
});

/** Everything that can be seen of a map; equal before and after a call that changes nothing. */
function state(m) {
  const { stats } = m;
  const { bytes, busy, added, updated, removed, overflows } = stats.call(m);
  const times = keys(m).map((key) => m.remaining(key));
  return { entries: [...m.entries()], native: [...Map.prototype.entries.call(m)], times, bytes, busy, added, updated, removed, overflows };
}

/** `fn` throws that type, and nothing about the map changes: neither entries nor their times, nor who is next. */
function refused(s, m, fn, type) {
  s.advance(10);
  const before = state(m);
  assert.throws(fn, type);
  assert.deepStrictEqual(state(m), before);
  assert.strictEqual(m.validate(), true);
  assert.deepStrictEqual(s.left(), []);
}

describe('a single entry heavier than maxBytes: RangeError, map unchanged', () => {
  contract('a new key, a present key, by sizeOf or by its own size', (s) => {
    const m = s.map({ maxBytes: 10, sizeOf: (value) => value });
    m.set('a', 5).set('b', 5);
    for (const [key, value, options] of [['new', 11], ['a', 10.5], ['new', 1, { size: 11 }], ['b', 1, { size: Number.MAX_SAFE_INTEGER }]]) {
      refused(s, m, () => m.set(key, value, options), RangeError);
    }
    refused(s, m, () => m.getOrInsert('new', 11), RangeError);
    refused(s, m, () => m.getOrInsertComputed('new', () => 11), RangeError);
    m.set('c', 5);
    assert.deepStrictEqual(s.left(), ['a:bytes'], 'the refused set of a did not touch it');
  });

  contract('exactly maxBytes fits', (s) => {
    const c = s.set({ maxBytes: 10 });
    c.add('a', { size: 10 });
    assert.strictEqual(c.stats().bytes, 10);
  });
});

describe('validate first: bad options of an entry change nothing and weigh nothing', () => {
  for (const [options, type] of [
    [{ ttl: -1 }, RangeError], [{ ttl: NaN }, RangeError], [{ ttl: '5' }, TypeError], [{ maxAge: -0.5 }, RangeError],
    [{ size: -1 }, RangeError], [{ size: Infinity }, RangeError], [{ size: 1n }, TypeError], [{ tll: 5 }, TypeError],
    [{ [Symbol('ttl')]: 5 }, TypeError], [null, TypeError], [5, TypeError], [[], TypeError], [new Date(), TypeError],
  ]) {
    contract(`${type.name} for ${JSON.stringify(options, (key, value) => (typeof value === 'bigint' ? `${value}n` : value)) ?? String(options)}`, (s) => {
      let weighed = 0;
      const m = s.map({ ttl: 100, sizeOf: () => (weighed += 1) });
      m.set('a', 1);
      refused(s, m, () => m.set('a', 2, options), type);
      refused(s, m, () => m.set('b', 2, options), type);
      assert.strictEqual(weighed, 1);
    });
  }
});

describe('weigh next: a sizeOf that throws or answers nonsense changes nothing', () => {
  contract('its throw goes to the caller', (s) => {
    const failure = new Error('cannot weigh');
    let fail = false;
    const m = s.map({
      sizeOf() {
        if (fail) throw failure;
        return 1;
      },
    });
    m.set('a', 1);
    fail = true;
    for (const write of [() => m.set('a', 2), () => m.set('b', 2), () => m.getOrInsert('b', 2), () => m.getOrInsertComputed('b', () => 2)]) {
      refused(s, m, write, failure);
    }
    assert.deepStrictEqual(s.errors, []);
  });

  for (const [answer, type] of [[NaN, RangeError], [-1, RangeError], [Infinity, RangeError], [undefined, TypeError], ['1', TypeError], [1n, TypeError]]) {
    contract(`${type.name} for ${String(answer)}`, (s) => {
      const m = s.map({ sizeOf: (value) => (value === 'ok' ? 1 : answer) });
      m.set('a', 'ok');
      refused(s, m, () => m.set('a', 'bad'), type);
      refused(s, m, () => m.set('b', 'bad'), type);
    });
  }

  contract('with maxBytes every entry needs a weight', (s) => {
    const m = s.map({ maxBytes: 10 });
    m.set('a', 1, { size: 1 });
    refused(s, m, () => m.set('b', 2), TypeError);
    refused(s, m, () => m.set('a', 2), TypeError);
  });

  contract('sizeOf gets value and key, before anything changed; a size given makes it unnecessary', (s) => {
    const seen = [];
    const m = s.map({
      sizeOf(value, key) {
        seen.push([value, key, m.size, m.peek(key)]);
        return 1;
      },
    });
    m.set('a', 'one');
    m.set('a', 'two');
    m.set('b', 'three', { size: 5 });
    assert.deepStrictEqual([seen, m.stats().bytes], [[['one', 'a', 0, undefined], ['two', 'a', 1, 'one']], 6]);
  });

  contract('a hook of an entry that had expired runs although the insertion fails', (s) => {
    const clock = s.newClock();
    const m = s.map({ ttl: 100, sizeOf: (value) => value, clock });
    m.set('a', 1);
    m.touch('a', { ttl: 0 });
    assert.throws(() => m.getOrInsert('a', NaN), RangeError);
    assert.deepStrictEqual(s.left(), ['a:idle']);
  });

  contract('a sizeOf that closes the map: SessionClosedError', (s) => {
    const m = s.map({ sizeOf: () => (m.close(), 1) });
    assert.throws(() => m.set('a', 1), SessionClosedError);
    assert.strictEqual(m.size, 0);
  });

  contract('a sizeOf that stores the same key first: both sets happen, in order', (s) => {
    let again = true;
    const m = s.map({
      sizeOf(value, key) {
        if (again) {
          again = false;
          m.set(key, 'inner');
        }
        return 1;
      },
    });
    m.set('a', 'outer');
    assert.deepStrictEqual([[...m], s.log], [[['a', 'outer']], [['a', 'inner', 'replace']]]);
  });
});

describe('at hardMaxSize with everything busy: SessionLimitError, map unchanged', () => {
  for (const how of ['busy', 'pinned']) {
    contract(how, (s) => {
      const m = s.map({ maxSize: 2, hardMaxSize: 4, isBusy: () => how === 'busy' });
      for (const key of ['a', 'b', 'c', 'd']) {
        m.set(key, key);
        if (how === 'pinned') m.pin(key);
      }
      assert.throws(() => m.set('e', 'e'), { name: 'SessionLimitError', code: 'ERR_SESSION_LIMIT' });
      refused(s, m, () => m.set('e', 'e'), SessionLimitError);
      refused(s, m, () => m.getOrInsert('e', 'e'), SessionLimitError);
      m.set('a', 'present keys may be set');
      assert.strictEqual(m.size, 4);
      m.delete('b');
      m.set('e', 'e');
      assert.strictEqual(m.get('e'), 'e');
    });
  }
});

/** A face whose native `set` of a map's own slot throws while `fail` says so, as V8's does above 2²⁴ entries. */
function failing() {
  const control = { fail: () => false };
  const { prototype } = Map;
  const { set } = prototype;
  const face = freshFace(() => {
    prototype.set = function limited(key, value) {
      if (control.fail(this, key)) throw new RangeError('Map maximum size exceeded');
      return set.call(this, key, value);
    };
    return () => void (prototype.set = set);
  });
  return { ...face, control };
}

describe('a throw of the native Map leaves both sides as before (V8 refuses more than 2²⁴ entries)', () => {
  for (const [name, given] of [['with free slots', { maxSize: 100 }], ['evicting', { maxSize: 3 }], ['weighed', { maxBytes: 100, sizeOf: () => 1 }]]) {
    for (const hooked of [true, false]) {
      test(`${name}, ${hooked ? 'with' : 'without'} a hook`, () => {
        const { RobustSessionMap, control } = failing();
        const removed = [];
        const onRemove = hooked ? (key, value, reason) => void removed.push([key, reason]) : undefined;
        const m = new RobustSessionMap({ ...given, onRemove, clock: new ManualClock() });
        for (const key of ['a', 'b', 'c']) m.set(key, key);
        m.get('a');
        control.fail = (map, key) => map instanceof RobustSessionMap && key === 'new';
        for (const write of [() => m.set('new', 1), () => m.getOrInsert('new', 1), () => m.getOrInsertComputed('new', () => 1)]) {
          assert.throws(write, /maximum size/);
          assert.strictEqual(m.validate(), true);
          assert.deepStrictEqual([...m.keys()], ['a', 'b', 'c']);
          assert.strictEqual(m.has('new'), false);
        }
        assert.deepStrictEqual(removed, []);
        control.fail = () => false;
        m.set('new', 2);
        assert.deepStrictEqual([...m.keys()], given.maxSize === 3 ? ['a', 'c', 'new'] : ['a', 'b', 'c', 'new']);
        assert.strictEqual(m.validate(), true);
        m.close();
      });
    }
  }

  test('an entry with options of its own: whoever left to make room has left, with its hook; both sides agree', () => {
    const { RobustSessionMap, control } = failing();
    const removed = [];
    const m = new RobustSessionMap({ maxSize: 2, onRemove: (key, value, reason) => void removed.push([key, reason]), clock: new ManualClock() });
    m.set('a', 1).set('b', 2);
    control.fail = (map, key) => map instanceof RobustSessionMap && key === 'new';
    assert.throws(() => m.set('new', 1, { ttl: 5 }), /maximum size/);
    assert.deepStrictEqual([[...m.keys()], removed], [['b'], [['a', 'lru']]]);
    assert.strictEqual(m.validate(), true);
    m.close();
  });
});
