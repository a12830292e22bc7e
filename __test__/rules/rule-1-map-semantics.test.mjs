// Rule 1: Map semantics to the letter, as a subclass of Map would have them. Here what users rely on, and
// random programs run on both; the standard's own cases are in `conformance*.test.mjs`.

import assert from 'node:assert';
import { inspect } from 'node:util';
import { describe, test } from '../harness.mjs';
import { plain } from '../support/plain.mjs';
import { random, SEED } from '../support/random.mjs';
import { contract, exactly, keys, KINDS, put, RobustSessionMap, RobustSessionSet } from '../support/scope.mjs';
import { blame, bySeed } from '../support/blame.mjs';

describe('insertion order', () => {
  for (const kind of KINDS) {
    contract(`${kind}: a present key keeps its place, a re-added one comes last`, (s) => {
      const c = s.of(kind);
      for (const key of ['a', 'b', 'c']) put(c, key);
      put(c, 'a');
      assert.deepStrictEqual(keys(c), ['a', 'b', 'c']);
      c.delete('a');
      put(c, 'a');
      assert.deepStrictEqual(keys(c), ['b', 'c', 'a']);
    });

    contract(`${kind}: eviction takes out of the middle and leaves the rest in order`, (s) => {
      const c = s.of(kind, { maxSize: 3 });
      for (const key of ['a', 'b', 'c']) put(c, key);
      put(c, 'a');
      put(c, 'd');
      assert.deepStrictEqual(keys(c), ['a', 'c', 'd']);
    });
  }
});

describe('live iteration', () => {
  /** What a loop over the keys sees, doing `act` at each. */
  const seen = (c, act) => {
    const found = [];
    for (const key of c.keys()) {
      found.push(key);
      act(c, key);
      assert.ok(found.length < 100);
    }
    return found;
  };
  const CASES = {
    'delete of the current key': [(c, key) => c.delete(key), ['a', 'b', 'c']],
    'delete ahead': [(c, key) => key === 'a' && c.delete('b'), ['a', 'c']],
    'delete behind': [(c, key) => key === 'b' && c.delete('a'), ['a', 'b', 'c']],
    're-add of the current key, once': [(c, key) => keys(c)[0] === key && key === 'a' && c.delete('a') && put(c, 'a'), ['a', 'b', 'c', 'a']],
    're-add ahead': [(c, key) => key === 'a' && c.delete('b') && put(c, 'b'), ['a', 'c', 'b']],
    'add while running': [(c, key) => key === 'c' && put(c, 'd'), ['a', 'b', 'c', 'd']],
    'set of the current key': [(c, key) => put(c, key), ['a', 'b', 'c']],
    clear: [(c, key) => key === 'a' && c.clear(), ['a']],
    'clear, then add': [(c, key) => key === 'a' && (c.clear(), put(c, 'n')), ['a', 'n']],
    'eviction ahead': [(c, key) => key === 'a' && (c.touch('a'), c.shed(1)), ['a', 'c']],
  };
  for (const kind of KINDS) {
    for (const [name, [act, expected]] of Object.entries(CASES)) {
      contract(`${kind}: ${name}`, (s) => {
        const c = s.of(kind);
        for (const key of ['a', 'b', 'c']) put(c, key);
        assert.deepStrictEqual(seen(c, act), expected);
      });
    }

    contract(`${kind}: await in the body, others change it meanwhile`, async (s) => {
      const c = s.of(kind, { ttl: 100 });
      for (const key of ['a', 'b', 'c', 'd']) put(c, key);
      const found = [];
      for (const key of c.keys()) {
        found.push(key);
        await Promise.resolve();
        if (key === 'a') {
          c.delete('b');
          s.advance(60);
          put(c, 'c');
          put(c, 'e');
        }
        if (key === 'c') s.advance(40); // 'd' leaves, 'c' and 'e' were set since
      }
      assert.deepStrictEqual(found, ['a', 'c', 'e']);
    });

    contract(`${kind}: an iterator started before the first entry sees it`, (s) => {
      const c = s.of(kind);
      const steps = c.keys();
      put(c, 'a');
      assert.deepStrictEqual([...steps], ['a']);
      put(c, 'b');
      assert.deepStrictEqual(steps.next(), { value: undefined, done: true });
    });
  }

  contract('set on the same key inside for (… of map.entries())', (s) => {
    const m = s.map();
    m.set('a', 1).set('b', 2);
    for (const [key, value] of m.entries()) m.set(key, value * 10);
    assert.deepStrictEqual([...m], [['a', 10], ['b', 20]]);
  });
});

describe('any key: -0 and NaN, objects by identity, everything else by value', () => {
  const object = {};
  const symbol = Symbol('s');
  const list = [undefined, null, true, false, 0, 1, -1, NaN, Infinity, 2 ** 53, 5e-324, '', 'text', '0', 0n, 2n ** 70n, symbol, Symbol.iterator,
    object, {}, [], () => {}, new Date(0), /x/, new Map(), new RobustSessionMap()];
  for (const kind of KINDS) {
    contract(kind, (s) => {
      const c = s.of(kind);
      for (const key of list) put(c, key);
      const native = kind === 'map' ? new Map(list.map((key) => [key, key])) : new Set(list);
      assert.strictEqual(c.size, list.length);
      const found = keys(c);
      [...native.keys()].forEach((key, n) => assert.ok(Object.is(found[n], key), `key ${n}`));
      for (const key of list) {
        assert.strictEqual(c.has(key), true);
        if (kind === 'map') assert.ok(Object.is(c.get(key), key));
      }
      for (const other of [{}, [], Symbol('s'), '1', 1n, 'TEXT']) assert.strictEqual(c.has(other), native.has(other));
      for (const key of list) assert.strictEqual(c.delete(key), true);
      assert.strictEqual(c.size, 0);
    });

    contract(`${kind}: -0 is stored as 0 and found by both`, (s) => {
      const c = s.of(kind);
      put(c, -0);
      assert.ok(Object.is(keys(c)[0], 0));
      assert.deepStrictEqual([c.has(0), c.has(-0), c.size], [true, true, 1]);
      put(c, 0);
      assert.strictEqual(c.size, 1);
      assert.strictEqual(c.delete(-0), true);
    });
  }

  contract('-0 as a value stays -0', (s) => {
    const m = s.map();
    m.set('a', -0);
    assert.ok(Object.is(m.get('a'), -0));
    assert.ok(Object.is([...m.values()][0], -0));
  });

  contract('hooks get the key that is stored', (s) => {
    const m = s.map();
    m.set(-0, 1).delete(-0);
    assert.ok(Object.is(s.log[0][0], 0));
  });
});

describe('the real values stand in the real slot', () => {
  contract('of Map: the native methods see them', (s) => {
    const value = { live: 1 };
    const m = s.map({ maxSize: 2 });
    m.set('gone', 0).set('a', value).set('b', 2).set('b', 3);
    assert.strictEqual(Map.prototype.get.call(m, 'a'), value);
    assert.deepStrictEqual([...Map.prototype.entries.call(m)], [['a', value], ['b', 3]]);
    assert.deepStrictEqual(structuredClone(m), new Map([['a', { live: 1 }], ['b', 3]]));
    assert.strictEqual(inspect(m), inspect(new plain.RobustSessionMap([['a', value], ['b', 3]])));
    assert.deepEqual(m, new Map([['a', { live: 1 }], ['b', 3]]));
    assert.deepStrictEqual(m, new RobustSessionMap([['a', { live: 1 }], ['b', 3]]));
    assert.notDeepStrictEqual(m, new RobustSessionMap([['a', { live: 1 }], ['b', 4]]));
  });

  contract('of Set', (s) => {
    const c = s.set({ maxSize: 2 });
    c.add('gone').add('a').add('b');
    assert.strictEqual(Set.prototype.has.call(c, 'gone'), false);
    assert.deepStrictEqual([...Set.prototype.values.call(c)], ['a', 'b']);
    assert.deepStrictEqual(structuredClone(c), new Set(['a', 'b']));
    assert.strictEqual(inspect(c), inspect(new plain.RobustSessionSet(['a', 'b'])));
    assert.deepStrictEqual(c, new RobustSessionSet(['a', 'b']));
  });

  exactly('they may still show due entries', (s) => {
    const clock = s.deafClock();
    const m = s.map({ ttl: 10, clock });
    m.set('a', 1);
    clock.advance(10);
    assert.strictEqual(Map.prototype.has.call(m, 'a'), true);
    assert.strictEqual(structuredClone(m).size, 1);
    assert.strictEqual(m.has('a'), false);
    assert.strictEqual(Map.prototype.has.call(m, 'a'), false);
  });

  contract('get returns the same object, as often as one asks', (s) => {
    const live = { controller: new AbortController(), pending: Promise.resolve() };
    const m = s.map();
    m.set('a', live);
    live.mutated = true;
    assert.strictEqual(m.get('a'), live);
    assert.strictEqual(m.get('a'), [...m.values()][0]);
  });
});

/** One random program on a plain subclass and on ours: the same answers, the same live iterators. */
function program(kind, seed) {
  const r = random(seed);
  const Plain = kind === 'map' ? class extends Map {} : class extends Set {};
  const Ours = kind === 'map' ? RobustSessionMap : RobustSessionSet;
  const both = [new Plain(), new Ours({ ttl: Infinity, maxSize: Infinity })];
  const walks = [];
  const list = [...Array(12).keys(), -0, NaN, 'x', 'y'];
  const run = (name, fn) => assert.deepStrictEqual(fn(both[1], 1), fn(both[0], 0), name);
  for (let step = 0; step < 400; step += 1) {
    const key = r.pick(list);
    const value = r.below(9);
    const chance = r.next();
    if (chance < 0.3) run('store', (c) => void (kind === 'map' ? c.set(key, value) : c.add(key)));
    else if (chance < 0.45) run('delete', (c) => c.delete(key));
    else if (chance < 0.55) run('has', (c) => c.has(key));
    else if (chance < 0.62 && kind === 'map') run('get', (c) => c.get(key));
    else if (chance < 0.67) run('size', (c) => c.size);
    else if (chance < 0.69) run('clear', (c) => c.clear());
    else if (chance < 0.79) {
      const method = r.pick(['keys', 'values', 'entries']);
      walks.push(both.map((c) => c[method]()));
    } else if (chance < 0.97 && walks.length > 0) {
      const pair = r.pick(walks);
      run('next', (c, n) => pair[n].next());
    } else {
      run('forEach', (c) => {
        const found = [];
        c.forEach((...args) => found.push(args.slice(0, 2)));
        return found;
      });
    }
  }
  for (const pair of walks) run('the rest', (c, n) => [...pair[n]]);
  run('all', (c) => [...c]);
  assert.strictEqual(both[1].validate(), true);
  both[1].close();
}

describe('random programs with live iterators give what a plain subclass gives', () => {
  for (const kind of KINDS) {
    test(`${kind}: 400 programs of 400 steps`, () => {
      for (let n = 0; n < 400; n += 1) {
        try {
          program(kind, SEED + n);
        } catch (error) {
          throw blame(error, bySeed(SEED + n));
        }
      }
    });
  }
});
