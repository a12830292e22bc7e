// Rule 8, continued: the reads that must be exact, and iterations while entries fall due.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { describe, test } from '../harness.mjs';
import { HandClock } from '../support/hand-clock.mjs';
import { audit, hookLog } from '../support/state.mjs';

const require = createRequire(import.meta.url);
const { RobustSessionMap, RobustSessionSet } = require('../../index.js');
const { ManualClock } = require('../../testing.js');
const { engineOf } = require('../../lib/engine.js');

const held = {
  map: Object.getOwnPropertyDescriptor(Map.prototype, 'size').get,
  set: Object.getOwnPropertyDescriptor(Set.prototype, 'size').get,
};

describe('reads that must be exact remove all that is due first, then run the hooks', () => {
  const EXACT = {
    size: (c) => c.size,
    'keys()': (c) => [...c.keys()].length,
    'values()': (c) => [...c.values()].length,
    'entries()': (c) => [...c.entries()].length,
    spread: (c) => [...c].length,
    forEach(c) {
      let n = 0;
      c.forEach(() => (n += 1));
      return n;
    },
    'the start of an iteration': (c) => c.values() && held[c instanceof Map ? 'map' : 'set'].call(c),
    'stats()': (c) => c.stats().size,
    'sweep()': (c) => 10 - c.sweep(),
  };
  for (const [name, read] of Object.entries(EXACT)) {
    for (const kind of ['map', 'set']) {
      test(`${name} of a ${kind}`, () => {
        const clock = new HandClock();
        const seen = [];
        const options = {
          ttl: 10,
          clock,
          onRemove(key, value, reason) {
            clock.time += 10; // no budget here; and the rest is not due: it does not end by idle time
            seen.push([key, reason, held[kind].call(all)]);
          },
        };
        const all = kind === 'map' ? new RobustSessionMap(options) : new RobustSessionSet(options);
        for (let n = 0; n < 10; n += 1) {
          const rest = n % 4 === 0 ? { ttl: Infinity } : undefined;
          if (kind === 'map') all.set(n, n, rest);
          else all.add(n, rest);
        }
        clock.time = 10;
        assert.strictEqual(read(all), 3);
        assert.deepStrictEqual(seen.map(([key]) => key).sort(), [1, 2, 3, 5, 6, 7, 9]);
        assert.ok(seen.every(([, reason, there]) => reason === 'idle' && there === 3), JSON.stringify(seen));
        audit(all);
      });
    }
  }

  test('what the hooks add is counted', () => {
    const clock = new HandClock();
    const map = new RobustSessionMap({ ttl: 10, clock, onRemove: (key) => map.set(`again ${key}`, 1) });
    map.set('a', 1).set('b', 1);
    clock.time = 10;
    assert.strictEqual(map.size, 2);
    assert.deepStrictEqual([...map.keys()].sort(), ['again a', 'again b']);
    audit(map);
  });
});

describe('each next() skips what fell due meanwhile', () => {
  const collections = {
    map: (options) => new RobustSessionMap(options, [['a', 'a'], ['b', 'b'], ['c', 'c'], ['d', 'd']]),
    set: (options) => new RobustSessionSet(options, ['a', 'b', 'c', 'd']),
  };
  for (const [kind, make] of Object.entries(collections)) {
    for (const method of ['keys', 'values', 'entries', Symbol.iterator, 'forEach']) {
      test(`${String(method)} of a ${kind}`, () => {
        const clock = new ManualClock();
        const { calls, onRemove } = hookLog();
        const all = make({ ttl: 10, clock, onRemove });
        clock.advance(5);
        for (const key of ['a', 'd']) all.touch(key);
        const seen = [];
        const visit = (found) => {
          seen.push(Array.isArray(found) ? found[0] : found);
          if (seen.length === 1) clock.advance(5); // `b` and `c` are due
        };
        if (method === 'forEach') all.forEach((value) => visit(value));
        else for (const found of all[method]()) visit(found);
        assert.deepStrictEqual(seen, ['a', 'd']);
        assert.deepStrictEqual(calls, ['b:b:idle', 'c:c:idle']);
        audit(all);
      });
    }
  }

  test('no timer is needed for it, nor any other call', () => {
    let now = 0;
    const map = new RobustSessionMap({ ttl: 10, clock: { now: () => now, setTimer: () => () => {} } });
    map.set('a', 1).set('b', 2).set('c', 3, { ttl: 50 });
    const steps = map.keys();
    assert.strictEqual(steps.next().value, 'a');
    now = 10;
    assert.strictEqual(steps.next().value, 'c');
    now = 50;
    assert.deepStrictEqual(steps.next(), { value: undefined, done: true });
    audit(map);
  });

  test('with await in the body, on the default clock as well', async () => {
    const clock = new ManualClock();
    engineOf(clock).exact = false; // cached, as the default clock is
    const map = new RobustSessionMap({ ttl: 10, clock });
    for (const key of 'abcdef') map.set(key, 1);
    assert.strictEqual(map.size, 6);
    const seen = [];
    for await (const key of map.keys()) {
      seen.push(key);
      await Promise.resolve();
      if (key === 'b') clock.advance(10);
    }
    assert.deepStrictEqual(seen, ['a', 'b']);
    audit(map);
  });
});
