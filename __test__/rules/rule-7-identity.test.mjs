// Rule 7. Identity: who may remove or store an entry that has changed meanwhile.

import assert from 'node:assert';
import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { describe, test } from '../harness.mjs';
import { audit, deferred, hookLog } from '../support/state.mjs';

const require = createRequire(import.meta.url);
const { RobustSessionMap } = require('../../index.js');
const { ManualClock } = require('../../testing.js');
const { engineOf } = require('../../lib/engine.js');

function setup(options = {}) {
  const clock = new ManualClock();
  const log = hookLog();
  const map = new RobustSessionMap({ clock, onRemove: log.onRemove, ...options });
  return { clock, map, calls: log.calls };
}

describe('deleteIf(key, oldValue) does nothing once the entry holds another value', () => {
  test('it removes the entry that still holds the value', () => {
    const { map, calls } = setup();
    const session = {};
    map.set('a', session).set('b', 2);
    assert.strictEqual(map.deleteIf('a', session), true);
    assert.deepStrictEqual(calls, ['a:[object Object]:delete']);
    assert.deepStrictEqual([...map], [['b', 2]]);
    assert.strictEqual(map.stats().removed.delete, 1);
    audit(map);
  });

  test('the clean-up of an old session leaves its successor alone', () => {
    const { map, calls } = setup();
    const [old, successor] = [{ n: 1 }, { n: 1 }];
    map.set('a', old).set('a', successor);
    calls.length = 0;
    assert.strictEqual(map.deleteIf('a', old), false);
    assert.strictEqual(map.peek('a'), successor);
    assert.deepStrictEqual(calls, []);
    assert.strictEqual(map.stats().removed.delete, 0);
    audit(map);
  });

  test('a refused deleteIf is no use of the entry', () => {
    const { map, clock } = setup({ ttl: 10 });
    map.set('a', 1);
    clock.advance(6);
    assert.strictEqual(map.deleteIf('a', 2), false);
    assert.strictEqual(map.remaining('a'), 4);
    assert.strictEqual(map.stats().hits, 0);
    audit(map);
  });

  test('values are compared as SameValueZero', () => {
    const { map } = setup();
    for (const [held, given] of [[NaN, NaN], [0, -0], [-0, 0], [undefined, undefined], ['x', 'x']]) {
      map.set('k', held);
      assert.strictEqual(map.deleteIf('k', given), true, String(held));
    }
    for (const [held, given] of [[1, '1'], [null, undefined], [{}, {}], [1n, 1]]) {
      map.set('k', held);
      assert.strictEqual(map.deleteIf('k', given), false, String(held));
    }
    audit(map);
  });

  test('an absent entry holds no value, not even undefined', () => {
    const { map } = setup();
    assert.strictEqual(map.deleteIf('a', undefined), false);
    map.set('b', 1);
    assert.strictEqual(map.deleteIf('a', undefined), false);
    audit(map);
  });

  test('an expired entry leaves for its own reason', () => {
    let now = 0; // a clock whose timers never fire: the call itself meets the expired entry
    const { map, calls } = setup({ ttl: 10, clock: { now: () => now, setTimer: () => () => {} } });
    map.set('a', 1);
    now = 10;
    assert.strictEqual(map.deleteIf('a', 1), false);
    assert.deepStrictEqual(calls, ['a:1:idle']);
    audit(map);
  });

  test('entries that are next to be evicted are compared too', () => {
    const { map, clock } = setup({ maxSize: 8, onRemove: undefined });
    engineOf(clock).exact = false; // grants ahead, as with the default clock
    for (let i = 0; i < 12; i += 1) map.set(i, `v${i}`);
    assert.strictEqual(map.deleteIf(4, 'other'), false);
    map.set(12, 'v12').set(13, 'v13');
    assert.strictEqual(map.deleteIf(7, 'v7'), true);
    audit(map);
    assert.deepStrictEqual([...map.keys()], [6, 8, 9, 10, 11, 12, 13]);
  });
});

describe('getOrLoad: a set, delete, clear, close or event of the key during the load wins', () => {
  const emitter = new EventEmitter();
  const changes = {
    set: [(map) => map.set('k', 'set'), 'set'],
    'set with options': [(map) => map.set('k', 'set', { ttl: 5 }), 'set'],
    'set of undefined': [(map) => map.set('k', undefined), undefined],
    getOrInsert: [(map) => map.getOrInsert('k', 'inserted'), 'inserted'],
    getOrInsertComputed: [(map) => map.getOrInsertComputed('k', () => 'computed'), 'computed'],
    delete: [(map) => map.delete('k')],
    'set and delete': [(map) => map.set('k', 'set').delete('k')],
    clear: [(map) => map.clear()],
    close: [(map) => map.close()],
    event: [() => emitter.emit('gone', 'k')],
  };
  const variants = Object.keys(changes).flatMap((name) => [[name, 'exact'], [name, 'cached']]);
  for (const [name, time] of variants) {
    test(`${name}, ${time} clock: the loaded value goes to its callers only`, async () => {
      const { map, clock, calls } = setup();
      engineOf(clock).exact = time === 'exact'; // a cached one has other, faster paths
      map.deleteOn(emitter, 'gone', (key) => key);
      map.set('x', 1).set('y', 2).set('z', 3).get('x');
      const source = deferred();
      const callers = [map.getOrLoad('k', () => source.promise), map.getOrLoad('k', () => 'never')];
      map.peek('x');
      const [change, ...left] = changes[name];
      change(map);
      audit(map);
      calls.length = 0;
      source.resolve('loaded');
      assert.deepStrictEqual(await Promise.all(callers), ['loaded', 'loaded']);
      assert.strictEqual(map.has('k'), left.length > 0);
      assert.strictEqual(map.peek('k'), left[0]);
      assert.deepStrictEqual(calls, []);
      audit(map);
      map.close();
    });
  }

  test('changes of other keys leave the load alone', async () => {
    const { map } = setup();
    const source = deferred();
    const promise = map.getOrLoad('k', () => source.promise);
    map.set('other', 1).delete('other');
    assert.strictEqual(map.delete('absent'), false);
    source.resolve('loaded');
    await promise;
    assert.strictEqual(map.peek('k'), 'loaded');
    audit(map);
  });

  test('whoever asks after the change gets a load of its own, and only that one is stored', async () => {
    for (const order of [[0, 1], [1, 0]]) {
      const { map } = setup();
      const sources = [deferred(), deferred()];
      const first = map.getOrLoad('k', () => sources[0].promise);
      map.delete('k');
      const second = map.getOrLoad('k', () => sources[1].promise);
      for (const at of order) {
        sources[at].resolve(`load ${at}`);
        await [first, second][at];
      }
      assert.deepStrictEqual([await first, await second], ['load 0', 'load 1']);
      assert.strictEqual(map.peek('k'), 'load 1');
      audit(map);
    }
  });

  test('a new load after clear is not ended by the old one', async () => {
    const { map } = setup();
    const [old, fresh] = [deferred(), deferred()];
    const first = map.getOrLoad('k', () => old.promise);
    map.clear();
    const second = map.getOrLoad('k', () => fresh.promise);
    old.reject(new Error('old'));
    await assert.rejects(first, /^Error: old$/);
    assert.strictEqual(map.getOrLoad('k', () => 'never'), second);
    fresh.resolve('fresh');
    await second;
    assert.strictEqual(map.peek('k'), 'fresh');
    audit(map);
  });

  test('a set that expired before the load ended has won all the same', async () => {
    const { map, clock } = setup({ ttl: 10 });
    const source = deferred();
    const promise = map.getOrLoad('k', () => source.promise);
    map.set('k', 'set');
    clock.advance(10);
    source.resolve('loaded');
    assert.strictEqual(await promise, 'loaded');
    assert.strictEqual(map.has('k'), false);
    audit(map);
  });

  test('a set that threw has not won', async () => {
    const { map } = setup({ maxBytes: 10, sizeOf: (value) => value.length });
    const source = deferred();
    const promise = map.getOrLoad('k', () => source.promise);
    assert.throws(() => map.set('k', 'far too heavy'), RangeError);
    assert.throws(() => map.set('k', 'v', { ttl: -1 }), RangeError);
    const full = setup({ maxSize: 1, hardMaxSize: 1, isBusy: () => true }).map.set('x', 1);
    const other = deferred();
    const alone = full.getOrLoad('k', () => other.promise);
    assert.throws(() => full.set('k', 2), { code: 'ERR_SESSION_LIMIT' });
    full.delete('x');
    source.resolve('loaded');
    other.resolve('loaded');
    await Promise.all([promise, alone]);
    assert.strictEqual(map.peek('k'), 'loaded');
    assert.strictEqual(full.peek('k'), 'loaded');
    audit(map);
    audit(full);
  });

  test('a load begun by a callback of the set has lost to it', async () => {
    const source = deferred();
    let load;
    const { map } = setup({
      maxSize: 1,
      isBusy() {
        load ??= map.getOrLoad('k', () => source.promise);
        return false;
      },
    });
    map.set('a', 1).set('k', 'set');
    source.resolve('loaded');
    assert.strictEqual(await load, 'loaded');
    assert.strictEqual(map.peek('k'), 'set');
    audit(map);
  });
});

describe('getOrLoad: one load per key in flight', () => {
  test('however many ask, the loader runs once, and all get its value', async () => {
    const { map } = setup();
    const source = deferred();
    let loads = 0;
    const ask = (key) => map.getOrLoad(key, () => {
      loads += 1;
      return source.promise;
    });
    const asked = [ask('k'), ask('k'), ask('k')];
    await Promise.resolve();
    asked.push(ask('k'));
    const value = {};
    source.resolve(value);
    for (const found of await Promise.all(asked)) assert.strictEqual(found, value);
    assert.strictEqual(loads, 1);
    assert.strictEqual(map.stats().added, 1);
    audit(map);
  });

  test('keys are compared as a Map compares them, and -0 is 0 for the loader', async () => {
    const { map } = setup();
    const seen = [];
    const ask = (key) => map.getOrLoad(key, (given) => seen.push(given) && Promise.resolve(given));
    await Promise.all([ask(-0), ask(0), ask(NaN), ask(NaN), ask('0')]);
    assert.deepStrictEqual(seen, [0, NaN, '0']);
    assert.ok(Object.is(seen[0], 0));
    assert.deepStrictEqual([...map.keys()], [0, NaN, '0']);
    audit(map);
  });

  test('a hit acts as get: it touches and loads nothing', async () => {
    const { map, clock } = setup({ ttl: 10 });
    map.set('k', 'held');
    clock.advance(6);
    assert.strictEqual(await map.getOrLoad('k', () => assert.fail('loaded')), 'held');
    assert.strictEqual(map.remaining('k'), 10);
    assert.strictEqual(map.stats().hits, 1);
    audit(map);
  });

  test('a miss acts as set, when the value is there: both clocks start then', async () => {
    const { map, clock } = setup({ ttl: 10, maxAge: 15 });
    const source = deferred();
    const promise = map.getOrLoad('k', () => source.promise);
    clock.advance(100);
    assert.strictEqual(map.size, 0);
    source.resolve('loaded');
    await promise;
    assert.strictEqual(map.remaining('k'), 10);
    clock.advance(9);
    map.get('k');
    assert.strictEqual(map.remaining('k'), 6);
    assert.strictEqual(map.stats().misses, 1);
    audit(map);
  });

  test('after close it rejects, as any storing does, and loads nothing', async () => {
    const { map } = setup();
    map.close();
    let loads = 0;
    await assert.rejects(map.getOrLoad('k', () => {
      loads += 1;
      return 'loaded';
    }), { code: 'ERR_SESSION_CLOSED' });
    assert.deepStrictEqual([loads, map.size], [0, 0]);
    audit(map);
  });
});
