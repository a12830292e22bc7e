// Rule 9. Nothing of ours keeps a map alive or the process running. That dropped maps are collected,
// whatever was done with them, is tested in `collectable.test.mjs`.

import assert from 'node:assert';
import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { collected, describe, test } from '../harness.mjs';
import { onFakeHost } from '../support/fake-host.mjs';
import { script } from '../support/script.mjs';
import { audit } from '../support/state.mjs';

const require = createRequire(import.meta.url);
const { RobustSessionMap, RobustSessionSet } = require('../../index.js');
const { ManualClock } = require('../../testing.js');
const { engineOf } = require('../../lib/engine.js');

const isBun = process.versions.bun !== undefined;
const MANY = 50;
const FEWEST = isBun ? 48 : 50;

/** Makes `MANY` objects where no variable of a test can hold one. */
function drop(make) {
  const refs = [];
  for (let n = 0; n < MANY; n += 1) refs.push(new WeakRef(make(n)));
  return refs;
}

async function goes(make) {
  const gone = await collected(drop(make));
  assert.ok(gone >= FEWEST, `${gone} of ${MANY}`);
}

describe('nothing of ours keeps the process running', () => {
  test('it exits by itself with maps alive, timers armed and subscriptions made', async () => {
    const { code, lines, stderr, late } = await script(`
      const emitter = new (require('node:events'))();
      globalThis.kept = [];
      for (let n = 0; n < 10; n += 1) {
        const map = new RobustSessionMap({ ttl: 3_600_000, maxAge: 7_200_000, isBusy: () => true });
        map.set('k', map).get('k');
        map.deleteOn(emitter, 'gone', (key) => key);
        map.pin('k');
        map.getOrLoad('l', () => new Promise(() => {}));
        kept.push(map, new RobustSessionSet(null, [n]), map.entries());
      }
      print('end');
    `, { timeout: 8000 });
    assert.deepStrictEqual({ code, lines, stderr, late }, { code: 0, lines: ['end'], stderr: '', late: false });
  });

  test('so does a worker, and one with maps alive can be terminated', async () => {
    const { code, lines, late } = await script(`
      const { Worker } = require('node:worker_threads');
      const body = (last) => \`
        const { RobustSessionMap } = require(\${JSON.stringify(INDEX)});
        const map = new RobustSessionMap({ ttl: 20, onRemove() {} });
        for (let n = 0; n < 100; n += 1) map.set(n, map);
        globalThis.kept = map;
        require('node:worker_threads').parentPort.postMessage('ready');
        \${last}
      \`;
      const run = (last, terminate) => new Promise((resolve, reject) => {
        const worker = new Worker(body(last), { eval: true });
        let said;
        worker.on('message', (message) => {
          said = message;
          if (terminate) worker.terminate();
        });
        worker.on('error', reject);
        worker.on('exit', () => resolve(said));
      });
      (async () => {
        for (let n = 0; n < 3; n += 1) print('ended', await run('', false));
        for (let n = 0; n < 3; n += 1) print('terminated', await run('setInterval(() => kept.size, 1);', true));
        const map = new RobustSessionMap();
        print('alive', map.set('k', 1).validate());
      })();
    `);
    assert.strictEqual(late, false);
    assert.deepStrictEqual(lines, [...Array(3).fill('ended ready'), ...Array(3).fill('terminated ready'), 'alive true']);
    assert.strictEqual(code, 0);
  });

  test('every timer of the default clock is unreferenced', () => {
    onFakeHost((library, host) => {
      const map = new library.RobustSessionMap({ ttl: 100, isBusy: () => true });
      map.set('k', 1);
      for (let n = 0; n < 20; n += 1) {
        map.sweep();
        for (const timer of host.timers) assert.strictEqual(timer.referenced, false);
        host.advance(50);
      }
      assert.ok(host.delays.length > 10);
      audit(map);
    });
  });
});

describe('no strong reference from an event emitter to a map, nor back', () => {
  test('the listeners of collected maps are taken off', async () => {
    const emitter = new EventEmitter().setMaxListeners(0);
    await goes(() => {
      const map = new RobustSessionMap();
      map.set('k', 1);
      map.deleteOn(emitter, 'gone', (key) => (map.has(key) ? key : undefined));
      return map;
    });
    for (let round = 0; round < 20 && emitter.listenerCount('gone') > MANY - FEWEST; round += 1) await collected([new WeakRef({})]);
    assert.ok(emitter.listenerCount('gone') <= MANY - FEWEST, `${emitter.listenerCount('gone')} listeners left`);
    assert.strictEqual(emitter.emit('gone', 'k'), emitter.listenerCount('gone') > 0);
  });

  test('a live map keeps no emitter alive, and the handle neither', async () => {
    const map = new RobustSessionMap();
    const handles = [];
    map.set('k', 1);
    await goes(() => {
      const emitter = new EventEmitter();
      handles.push(map.deleteOn(emitter, 'gone', (key) => key));
      emitter.emit('gone', 'none');
      return emitter;
    });
    for (const unsubscribe of handles) unsubscribe();
    assert.deepStrictEqual([...map], [['k', 1]]);
    audit(map);
  });

  test('the handle of a subscription keeps no map alive', async () => {
    const emitter = new EventEmitter().setMaxListeners(0);
    const handles = [];
    await goes(() => {
      const map = new RobustSessionMap();
      handles.push(map.deleteOn(emitter, 'gone', (key) => map && key));
      return map;
    });
    for (const unsubscribe of handles) unsubscribe();
    assert.strictEqual(emitter.listenerCount('gone'), 0);
  });

  test('while both live the subscription works, and a collection changes nothing of it', async () => {
    const emitter = new EventEmitter();
    const map = new RobustSessionMap();
    map.set('k', 1).set('l', 2);
    map.deleteOn(emitter, 'gone', (event) => event.key);
    await collected([new WeakRef({})]);
    emitter.emit('gone', { key: 'k' });
    assert.deepStrictEqual([...map], [['l', 2]]);
    map.close();
    assert.strictEqual(emitter.listenerCount('gone'), 0);
    audit(map);
  });
});

describe('a map collected with live entries runs no hooks: collection is not removal', () => {
  test('not when its entries fall due afterwards', async () => {
    const clock = new ManualClock();
    const calls = [];
    await goes(() => {
      const map = new RobustSessionMap({ ttl: 10, clock, onRemove: (...call) => void calls.push(call) });
      return map.set('k', { map });
    });
    clock.advance(1000);
    assert.deepStrictEqual(calls, []);
    // The clock's engine goes on for others.
    const map = new RobustSessionMap({ ttl: 10, clock, onRemove: (...call) => void calls.push(call) });
    map.set('own', 1);
    clock.advance(10);
    assert.deepStrictEqual(calls, [['own', 1, 'idle']]);
    audit(map);
  });

  test('not at exit either', async () => {
    const { code, lines } = await script(`
      const refs = [];
      (function make() {
        for (let n = 0; n < 50; n += 1) {
          const map = new RobustSessionMap({ onRemove: (key) => print('hook', key) });
          refs.push(new WeakRef(map.set('collected', map)));
        }
      })();
      (async () => {
        for (let round = 0; round < 20; round += 1) {
          await macrotask();
          gc();
        }
        const live = refs.filter((ref) => ref.deref() !== undefined).length;
        print(live <= 2 ? 'collected' : live + ' live');
        globalThis.kept = new RobustSessionMap({ onRemove: (key, value, reason) => print(key, reason) }).set('kept', 1);
        if (live > 0) print('bun'); // the rest is removed at exit, as live maps are
      })();
    `);
    assert.strictEqual(code, 0);
    const said = lines.filter((line) => !isBun || (line !== 'bun' && line !== 'hook collected'));
    assert.deepStrictEqual(said, ['collected', 'kept exit']);
  });

  test('a slot of the core is used again, and finds no trace of the map that had it', async () => {
    const clock = new ManualClock();
    const { stores } = engineOf(clock);
    await goes((n) => {
      const map = new RobustSessionMap({ ttl: 10, clock });
      for (let k = 0; k <= n; k += 1) map.set(k, k);
      map.pin(0);
      return map;
    });
    for (let round = 0; round < 20 && stores.size > MANY - FEWEST; round += 1) await collected([new WeakRef({})]);
    assert.ok(stores.size <= MANY - FEWEST, `${stores.size} maps in the engine`);
    const maps = Array.from({ length: MANY }, () => new RobustSessionMap({ ttl: 100, clock }).set('k', 1));
    assert.ok(Math.max(...stores.keys()) < MANY + (MANY - FEWEST), 'ids are used again');
    for (const map of maps) {
      const { size, added, pinned, removed } = map.stats();
      assert.deepStrictEqual({ size, added, pinned, idle: removed.idle }, { size: 1, added: 1, pinned: 0, idle: 0 });
      audit(map);
    }
  });
});

describe('what users hold of a map keeps what it must, and no more', () => {
  test('values that left are free while the map lives on', async () => {
    const map = new RobustSessionMap({ maxSize: 8 });
    const refs = drop((n) => {
      const value = { n };
      map.set(n, value);
      return value;
    });
    assert.ok(await collected(refs) >= FEWEST - 8);
    assert.strictEqual(map.size, 8);
    audit(map);
  });

  test('leases, iterators and loads of a dropped map go with it', async () => {
    for (const part of [(map) => map.pin('k'), (map) => map.entries(), (map) => map.getOrLoad('l', () => new Promise(() => {}))]) {
      await goes(() => part(new RobustSessionMap().set('k', 1)));
      await goes(() => {
        const map = new RobustSessionMap().set('k', 1);
        return map.set('part', part(map));
      });
    }
  });

  test('an iterator in use holds its collection, and still works', async () => {
    const steps = (() => new RobustSessionSet(null, ['a', 'b', 'c']).values())();
    assert.strictEqual(steps.next().value, 'a');
    await collected([new WeakRef({})]);
    assert.deepStrictEqual([...steps], ['b', 'c']);
  });
});
