// Rule 7, continued: loads that fail, loaders that come back, and getOrInsertComputed's callback.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { describe, test } from '../harness.mjs';
import { script } from '../support/script.mjs';
import { audit, deferred, hookLog, throwsUnchanged } from '../support/state.mjs';

const require = createRequire(import.meta.url);
const { RobustSessionMap, SessionClosedError } = require('../../index.js');
const { ManualClock } = require('../../testing.js');

function setup(options = {}) {
  const clock = new ManualClock();
  const log = hookLog();
  const map = new RobustSessionMap({ clock, onRemove: log.onRemove, ...options });
  return { clock, map, calls: log.calls };
}

describe('getOrLoad: a rejection stores nothing', () => {
  test('all callers get the error, and the next one loads again', async () => {
    const { map } = setup();
    const error = new Error('down');
    const asked = [map.getOrLoad('k', () => Promise.reject(error)), map.getOrLoad('k', () => 'never')];
    for (const outcome of await Promise.allSettled(asked)) assert.strictEqual(outcome.reason, error);
    assert.strictEqual(map.size, 0);
    assert.strictEqual(map.stats().errors, 0);
    assert.strictEqual(await map.getOrLoad('k', () => 'second try'), 'second try');
    assert.strictEqual(map.peek('k'), 'second try');
    audit(map);
  });

  test('a loader that throws at once rejects, and nothing is stored', async () => {
    const { map } = setup();
    const error = new Error('at once');
    const promise = map.getOrLoad('k', () => {
      throw error;
    });
    await assert.rejects(promise, (caught) => caught === error);
    assert.strictEqual(map.size, 0);
    assert.strictEqual(await map.getOrLoad('k', () => 'again'), 'again');
    audit(map);
  });

  test('a rejection after a set goes to the callers, and the set stays', async () => {
    const { map } = setup();
    const source = deferred();
    const promise = map.getOrLoad('k', () => source.promise);
    map.set('k', 'set');
    source.reject(new Error('late'));
    await assert.rejects(promise, /^Error: late$/);
    assert.strictEqual(map.peek('k'), 'set');
    audit(map);
  });

  test('a value that cannot be stored rejects, and the next caller loads again', async () => {
    const { map } = setup({ maxBytes: 10, sizeOf: (value) => value.length });
    await assert.rejects(map.getOrLoad('k', () => Promise.resolve('far too heavy')), RangeError);
    assert.strictEqual(map.size, 0);
    assert.strictEqual(await map.getOrLoad('k', () => Promise.resolve('light')), 'light');
    assert.strictEqual(map.stats().bytes, 5);
    audit(map);
  });

  test('a handled rejection is handled: the process goes on', async () => {
    const { code, lines } = await script(`
      const map = new RobustSessionMap();
      process.on('unhandledRejection', () => print('unhandled'));
      Promise.allSettled([1, 2].map(() => map.getOrLoad('k', () => Promise.reject(new Error('down')))))
        .then(() => setTimeout(() => print('on'), 10));
    `);
    assert.deepStrictEqual({ code, lines }, { code: 0, lines: ['on'] });
  });
});

describe('getOrLoad: the loader may come back into the map', () => {
  test('with the same key it gets the load under way', async () => {
    const { map } = setup();
    let inner;
    const outer = map.getOrLoad('k', () => {
      inner = map.getOrLoad('k', () => 'never');
      return 'loaded';
    });
    assert.strictEqual(inner, outer);
    assert.strictEqual(await inner, 'loaded');
    assert.strictEqual(map.peek('k'), 'loaded');
    audit(map);
  });

  test('with another key both are stored', async () => {
    const { map } = setup();
    const found = await map.getOrLoad('a', async () => `a of ${await map.getOrLoad('b', async () => 'b')}`);
    assert.strictEqual(found, 'a of b');
    assert.deepStrictEqual([...map], [['b', 'b'], ['a', 'a of b']]);
    audit(map);
  });

  const changes = {
    set: [(map) => map.set('k', 'set'), [['k', 'set']]],
    delete: [(map) => map.delete('k'), []],
    clear: [(map) => map.clear(), []],
    close: [(map) => map.close(), []],
  };
  for (const [name, [change, entries]] of Object.entries(changes)) {
    for (const when of ['at once', 'later']) {
      test(`what it does itself wins: ${name}, ${when}`, async () => {
        const { map } = setup();
        const found = await map.getOrLoad('k', async () => {
          if (when === 'later') await Promise.resolve();
          change(map);
          return 'loaded';
        });
        assert.strictEqual(found, 'loaded');
        assert.deepStrictEqual([...map], entries);
        audit(map);
      });
    }
  }

  test('iterating and filling the map while loading changes nothing of the load', async () => {
    const { map } = setup({ maxSize: 3 });
    await map.getOrLoad('k', () => {
      for (let i = 0; i < 10; i += 1) map.set(i, [...map].length);
      return 'loaded';
    });
    assert.deepStrictEqual([...map], [[8, 3], [9, 3], ['k', 'loaded']]);
    audit(map);
  });
});

describe("getOrInsertComputed's callback may change the map; its result is then set", () => {
  test('a set of the same key by the callback is replaced', () => {
    const { map, calls } = setup();
    const found = map.getOrInsertComputed('k', (key) => {
      map.set(key, 'mine');
      return 'result';
    });
    assert.strictEqual(found, 'result');
    assert.strictEqual(map.peek('k'), 'result');
    assert.deepStrictEqual(calls, ['k:mine:replace']);
    audit(map);
  });

  test('nested calls for one key: the outer result is set last', () => {
    const { map, calls } = setup();
    const found = map.getOrInsertComputed('k', () => `outer of ${map.getOrInsertComputed('k', () => 'inner')}`);
    assert.strictEqual(found, 'outer of inner');
    assert.strictEqual(map.peek('k'), 'outer of inner');
    assert.deepStrictEqual(calls, ['k:inner:replace']);
    audit(map);
  });

  test('delete and clear by the callback happen before its result is set', () => {
    const { map, calls } = setup();
    map.set('a', 1).set('b', 2);
    map.getOrInsertComputed('k', () => {
      map.delete('a');
      return 3;
    });
    assert.deepStrictEqual([...map], [['b', 2], ['k', 3]]);
    map.getOrInsertComputed('l', () => {
      map.clear();
      return 4;
    });
    assert.deepStrictEqual([...map], [['l', 4]]);
    assert.deepStrictEqual(calls, ['a:1:delete', 'b:2:clear', 'k:3:clear']);
    audit(map);
  });

  test('filling the map: the result is the newest entry', () => {
    const { map } = setup({ maxSize: 2 });
    map.getOrInsertComputed('k', () => {
      for (let i = 0; i < 5; i += 1) map.set(i, i);
      return 'result';
    });
    assert.deepStrictEqual([...map], [[4, 4], ['k', 'result']]);
    audit(map);
  });

  test('close by the callback: nothing can be stored', () => {
    const { map } = setup();
    assert.throws(() => map.getOrInsertComputed('k', () => map.close()), SessionClosedError);
    assert.strictEqual(map.size, 0);
    audit(map);
  });

  test('a throw goes to the caller, and nothing is stored', () => {
    const { map } = setup();
    map.set('a', 1);
    const misses = () => map.stats().misses;
    const before = misses();
    const error = new Error('no');
    assert.throws(() => map.getOrInsertComputed('k', () => {
      throw error;
    }), (caught) => caught === error);
    assert.deepStrictEqual([...map], [['a', 1]]);
    assert.strictEqual(misses(), before + 1);
    audit(map);
  });

  test('a callback that is none is refused before anything is looked up', () => {
    const { map } = setup();
    map.set('a', 1);
    const error = throwsUnchanged(map, () => map.getOrInsertComputed('a', 'no function'));
    assert.ok(error instanceof TypeError);
    assert.match(error.message, /getOrInsertComputed.*"no function"/);
  });

  test('a hit acts as get, and the callback does not run; -0 is 0 for it', () => {
    const { map, clock } = setup({ ttl: 10 });
    map.set('k', undefined);
    clock.advance(6);
    assert.strictEqual(map.getOrInsertComputed('k', () => assert.fail('ran')), undefined);
    assert.strictEqual(map.remaining('k'), 10);
    let given;
    map.getOrInsertComputed(-0, (key) => {
      given = key;
    });
    assert.ok(Object.is(given, 0));
    audit(map);
  });
});
