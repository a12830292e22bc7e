// The cached clock, driven by hand: the default engine's way of reading time on a clock that a test moves.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { describe, test } from './harness.mjs';
import { random, SEED } from './support/random.mjs';

const require = createRequire(import.meta.url);
const { RobustSessionMap } = require('../index.js');
const { ManualClock } = require('../testing.js');
const { engineOf } = require('../lib/engine.js');

function lagging(options) {
  const clock = new ManualClock();
  engineOf(clock).exact = false;
  return { clock, map: new RobustSessionMap({ clock, ...options }) };
}

const sizeOf = Object.getOwnPropertyDescriptor(Map.prototype, 'size').get;

describe('a cached time', () => {
  test('is not used after a quiet while: a read then counts from then', () => {
    const { clock, map } = lagging({ ttl: 1000 });
    map.set('a', 1);
    clock.advance(500); // the cached time has had its life
    assert.strictEqual(map.get('a'), 1);
    clock.advance(990);
    assert.strictEqual(map.peek('a'), 1, 'touched at 500');
    clock.advance(20);
    assert.strictEqual(sizeOf.call(map), 0, 'and not later');
    assert.strictEqual(map.validate(), true);
  });

  test('is not used after a quiet while: what expired then is gone', () => {
    let t = 0;
    const clock = { now: () => t, setTimer: () => () => {} }; // a clock without wake-ups
    const engine = engineOf(clock);
    engine.exact = false;
    const map = new RobustSessionMap({ clock, ttl: 1000 });
    map.set('a', 1);
    engine.tick();
    t = 1000;
    assert.strictEqual(map.get('a'), undefined);
    map.set('b', 1);
    engine.tick();
    t = 2000;
    assert.strictEqual(map.has('b'), false);
    assert.strictEqual(map.validate(), true);
  });

  test('stands in when the clock throws while another clock’s map takes the log', () => {
    let t = 0;
    let broken = false;
    const clock = {
      now() {
        if (broken) throw new Error('no time');
        return t;
      },
      setTimer: () => () => {},
    };
    engineOf(clock).exact = false;
    const map = new RobustSessionMap({ clock, ttl: 100 });
    const other = new RobustSessionMap({ clock: new ManualClock(), ttl: 100 });
    map.set('a', 1).set('b', 2);
    other.set('z', 1);
    assert.strictEqual(map.get('a'), 1);
    const told = [];
    const { emitWarning } = process;
    process.emitWarning = (warning) => told.push(warning.message);
    try {
      broken = true;
      other.set('z', 2).set('y', 3);
    } finally {
      process.emitWarning = emitWarning;
    }
    assert.deepStrictEqual(told, ['no time']);
    assert.deepStrictEqual([...other], [['z', 2], ['y', 3]], 'it is not the other’s error');
    broken = false;
    t = 99;
    assert.deepStrictEqual([...map], [['a', 1], ['b', 2]]);
    t = 100;
    assert.deepStrictEqual([[...map], other.size], [[], 2]);
    assert.ok(map.validate() && other.validate());
  });

  test('is renewed within 256 reads of a synchronous loop, whatever kind they are', () => {
    for (const kind of ['hit', 'miss', 'has', 'mixed']) {
      let t = 0;
      const clock = { now: () => t, setTimer: () => () => {} };
      engineOf(clock).exact = false;
      const map = new RobustSessionMap({ clock, ttl: 1000 });
      map.set('a', 1);
      map.set('b', 1, { ttl: 10 });
      assert.strictEqual(map.has('b'), true);
      t = 10; // time passes, and nothing tells
      let reads = 0;
      for (; reads < 1000; reads += 1) {
        if (kind === 'hit' || (kind === 'mixed' && reads % 3 === 0)) map.get('a');
        else if (kind === 'miss' || (kind === 'mixed' && reads % 3 === 1)) map.get('none');
        else map.has('a');
        if (engineOf(clock).now === 10) break;
      }
      assert.ok(reads < 256, `${kind}: ${reads} reads`);
      assert.strictEqual(map.has('b'), false, kind);
    }
  });

  test('what is due goes before the victims that were named ahead', () => {
    let t = 0;
    const clock = { now: () => t, setTimer: () => () => {} };
    engineOf(clock).exact = false;
    const log = [];
    const map = new RobustSessionMap({ clock, ttl: 1e6, maxSize: 20, onRemove: (key, _, reason) => log.push([key, reason]) });
    map.set('short', 1, { ttl: 30 });
    for (let i = 0; i < 101; i += 1) {
      map.set(i, i);
      map.get('short');
    }
    log.length = 0;
    assert.strictEqual(map.get('short'), 1);
    engineOf(clock).tick(); // stamped now
    t = 60;
    map.set('n1', 1).set('n2', 1);
    assert.deepStrictEqual(log, [['short', 'idle'], [82, 'lru']]);
    assert.strictEqual(map.validate(), true);
  });
});

describe('a log of many stretches', () => {
  test('every use has the time of the look at the clock that follows it, however often it is repeated', () => {
    let t = 0;
    const clock = { now: () => t, setTimer: () => () => {} };
    const engine = engineOf(clock);
    engine.exact = false;
    const map = new RobustSessionMap({ clock, ttl: 100_000 });
    const used = new Map();
    for (let key = 0; key < 50; key += 1) map.set(key, key);
    map.sweep();
    const looks = engine.readClock;
    const since = new Set();
    engine.readClock = function readClock() {
      const now = looks.call(this);
      for (const key of since) used.set(key, now);
      since.clear();
      return now;
    };
    const r = random(SEED);
    for (let n = 0; n < 20_000; n += 1) {
      t += 0.25;
      const key = r.below(n % 3 === 0 ? 50 : 5);
      if (r.chance(0.1)) map.set(key, n);
      else map.get(key);
      since.add(key);
    }
    assert.ok(engine.turns > 0, 'stretches wait in the log');
    t += 1;
    map.sweep();
    for (const [key, at] of used) assert.strictEqual(map.remaining(key), at + 100_000 - t, `key ${key}, seed ${SEED}`);
    const { hits, updated } = map.stats();
    assert.strictEqual(hits + updated, 20_000);
    assert.strictEqual(map.validate(), true);
  });
});
