// Rule 10. Values are never held by native references: they stay on the JS heap, in the map object.
// A native reference is a root of the collector; a value that reaches its own map would leak for good.

import assert from 'node:assert';
import { EventEmitter } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { collected, describe, test } from '../harness.mjs';
import { audit } from '../support/state.mjs';

const require = createRequire(import.meta.url);
const { RobustSessionMap, RobustSessionSet } = require('../../index.js');
const { ManualClock } = require('../../testing.js');
const { engineOf } = require('../../lib/engine.js');

const MANY = 40;
const FEWEST = process.versions.bun === undefined ? MANY : MANY - 2;

/** How an entry leaves a map: options, and what is done once `MANY` entries are stored under 0, 1, … */
const WAYS = {
  delete: [{}, (map) => { for (let n = 0; n < MANY; n += 1) map.delete(n); }],
  'delete after a read': [{}, (map) => { for (let n = 0; n < MANY; n += 1) if (map.has(n)) map.delete(n); }],
  deleteIf: [{}, (map) => { for (let n = 0; n < MANY; n += 1) map.deleteIf(n, map.peek(n)); }],
  replace: [{}, (map) => { for (let n = 0; n < MANY; n += 1) map.set(n, n); }],
  'replace with options': [{}, (map) => { for (let n = 0; n < MANY; n += 1) map.set(n, n, { ttl: 5 }); }],
  idle: [{ ttl: 10 }, (map, clock) => clock.advance(10)],
  'idle, met by a read': [{ ttl: 10 }, (map, clock) => { clock.jump(10); for (let n = 0; n < MANY; n += 1) map.peek(n); }],
  age: [{ maxAge: 10 }, (map, clock) => clock.advance(10)],
  lru: [{ maxSize: MANY }, (map) => { for (let n = 0; n < MANY; n += 1) map.set(`other ${n}`, n); }],
  'lru and all is dropped': [{ maxSize: MANY }, (map) => { map.set('other', 1); map.clear(); }],
  bytes: [{ maxBytes: MANY, sizeOf: () => 1 }, (map) => map.set('heavy', 1, { size: MANY })],
  'busy-timeout': [{ ttl: 10, maxBusy: 100, isBusy: () => true }, (map, clock) => clock.advance(110)],
  pressure: [{}, (map) => map.shed(MANY)],
  event: [{}, (map) => {
    const emitter = new EventEmitter();
    map.deleteOn(emitter, 'gone', (key) => key);
    for (let n = 0; n < MANY; n += 1) emitter.emit('gone', n);
  }],
  clear: [{}, (map) => map.clear()],
  close: [{}, (map) => map.close()],
  'a lease and its release': [{ ttl: 10 }, (map, clock) => {
    const leases = Array.from({ length: MANY }, (_, n) => map.pin(n));
    clock.advance(10);
    for (const lease of leases) lease.release();
  }],
};

/** A manual clock that can also be moved without its timers noticing. */
class JumpingClock extends ManualClock {
  #ahead = 0;

  now() {
    return super.now() + this.#ahead;
  }

  jump(ms) {
    this.#ahead += ms;
  }
}

function fill(map) {
  const refs = [];
  for (let n = 0; n < MANY; n += 1) {
    const value = { n, map };
    refs.push(new WeakRef(value));
    map.set(n, value);
  }
  return refs;
}

describe('a value that left is free, while its map lives on', () => {
  for (const time of ['exact', 'cached']) {
    for (const hooked of [false, true]) {
      for (const [way, [options, leave]] of Object.entries(WAYS)) {
        test(`${way}, ${time} clock, ${hooked ? 'with' : 'without'} a hook`, async () => {
          const clock = new JumpingClock();
          const map = new RobustSessionMap({ ...options, clock, ...(hooked ? { onRemove: () => {} } : {}) });
          engineOf(clock).exact = time === 'exact';
          const refs = fill(map);
          assert.strictEqual(map.size, MANY);
          leave(map, clock);
          audit(map);
          const gone = await collected(refs);
          assert.ok(gone >= FEWEST, `${gone} of ${MANY}`);
          audit(map);
        });
      }
    }
  }

  test('a value that was refused is free too', async () => {
    const map = new RobustSessionMap({ maxBytes: 10, sizeOf: (value) => value.weight, hardMaxSize: 1, maxSize: 1, isBusy: () => true });
    map.set('k', { weight: 1 });
    const refs = [];
    for (let n = 0; n < MANY; n += 1) {
      const value = { weight: n % 2 === 0 ? 11 : 1, map };
      refs.push(new WeakRef(value));
      assert.throws(() => map.set(n, value), n % 2 === 0 ? RangeError : { code: 'ERR_SESSION_LIMIT' });
    }
    assert.ok(await collected(refs) >= FEWEST);
    audit(map);
  });

  test('a loaded value that lost is free, once its callers let it go', async () => {
    const map = new RobustSessionMap();
    const refs = [];
    const asked = Array.from({ length: MANY }, (_, n) => map.getOrLoad(n, async () => {
      const value = { map };
      refs.push(new WeakRef(value));
      await Promise.resolve();
      return value;
    }).then(() => {}));
    for (let n = 0; n < MANY; n += 1) map.set(n, n);
    await Promise.all(asked);
    assert.ok(await collected(refs) >= FEWEST);
    assert.strictEqual(map.size, MANY);
    audit(map);
  });

  test('values of a set', async () => {
    const set = new RobustSessionSet({ maxSize: 4 });
    const refs = [];
    for (let n = 0; n < MANY; n += 1) {
      const value = { set };
      refs.push(new WeakRef(value));
      set.add(value);
      if (n % 2 === 0) set.delete(value);
    }
    assert.ok(await collected(refs) >= FEWEST - 4);
    audit(set);
  });
});

describe('values stay in the map object', () => {
  test('what is stored is what is found, in the real slot', () => {
    const map = new RobustSessionMap();
    const values = [{}, [], () => {}, Symbol('s'), 2n, NaN, 'x'.repeat(1000), Object.freeze({}), new Proxy({}, {}), new WeakRef({}), Promise.resolve()];
    values.forEach((value, n) => map.set(n, value));
    values.forEach((value, n) => {
      assert.ok(Object.is(map.get(n), value));
      assert.ok(Object.is(Map.prototype.get.call(map, n), value));
    });
    audit(map);
  });

  test('nothing looks into a value or a key, on any path', () => {
    const clock = new ManualClock();
    const refuse = new Proxy({}, {
      get: (_, trap) => () => assert.fail(`trap ${String(trap)}`),
    });
    const opaque = () => new Proxy({}, refuse);
    const map = new RobustSessionMap({ ttl: 10, maxSize: 4, clock, onRemove: () => {}, isBusy: () => false });
    const keys = Array.from({ length: 8 }, opaque);
    for (const key of keys) map.set(key, opaque()).set(key, opaque(), { maxAge: 50 });
    for (const key of keys) for (const read of ['get', 'has', 'peek', 'touch', 'remaining']) map[read](key);
    map.pin(keys[7]).release();
    map.deleteIf(keys[7], opaque());
    map.getOrInsert(keys[0], opaque());
    map.shed(1);
    map.stats();
    audit(map);
    clock.advance(10);
    assert.strictEqual(map.size, 0);
    map.set(keys[0], opaque()).close();
    audit(map);
  });

  test('only numbers pass the boundary', () => {
    const clock = new ManualClock();
    const engine = engineOf(clock);
    const { native } = engine;
    const passed = [];
    const watch = (name) => (...args) => {
      const answer = native[name](...args);
      passed.push(...args, answer);
      return answer;
    };
    engine.native = { call: watch('call'), grow: watch('grow') };
    const maps = Array.from({ length: 40 }, () => new RobustSessionMap({ ttl: 10, maxSize: 3, clock, onRemove: () => {}, isBusy: () => false }));
    for (const map of maps) {
      for (let n = 0; n < 6; n += 1) map.set({ n }, { map });
      map.set('k', map, { ttl: 5 }).get('k');
      map.pin('k').release();
      clock.advance(6);
      audit(map);
      map.clear();
    }
    assert.ok(passed.length > 1000);
    const kinds = new Set(passed.map((one) => (one instanceof Float64Array ? 'numbers' : String(one))));
    kinds.delete('null');
    assert.deepStrictEqual([...kinds].sort(), ['numbers', 'undefined']);
    for (const shared of [engine.ctl, engine.log, engine.out, engine.horizons]) assert.ok(ArrayBuffer.isView(shared));
  });

  test('the native part has no means to hold one', () => {
    const folder = new URL('../../src/binding/', import.meta.url);
    const files = readdirSync(folder, { recursive: true }).map(String).filter((file) => file.endsWith('.rs'));
    assert.ok(files.length > 5);
    for (const file of files) {
      const code = readFileSync(new URL(file, folder), 'utf8').replace(/\/\/.*$/gm, '');
      const found = code.match(/\b(\w*Ref(erence)?|Unknown|napi_create_reference|Persistent|External|ThreadsafeFunction|Deferred)\b/g) ?? [];
      assert.deepStrictEqual([...found], [], file);
      for (const [, held] of code.matchAll(/struct \w+ \{([^}]*)\}/g)) {
        assert.doesNotMatch(held, /Object|Function/, file);
      }
    }
  });
});
