// The diagnostics channels: who subscribes is told of everything; without subscribers nothing is made.

import assert from 'node:assert';
import diagnostics from 'node:diagnostics_channel';
import { createRequire } from 'node:module';
import { describe, gc, test } from '../harness.mjs';
import { onFakeHost } from '../support/fake-host.mjs';
import { random, SEED } from '../support/random.mjs';
import { script } from '../support/script.mjs';
import { audit } from '../support/state.mjs';

const require = createRequire(import.meta.url);
const { RobustSessionMap, RobustSessionSet, SessionGroup } = require('../../index.js');
const { ManualClock } = require('../../testing.js');
const { openChannels } = require('../../lib/watch/channels.js');

/** Runs `fn` with a subscriber; answers the messages of this turn. */
async function listen(channel, fn) {
  const messages = [];
  const subscriber = (message) => void messages.push(message);
  const name = `robust-session-map:${channel}`;
  diagnostics.subscribe(name, subscriber);
  try {
    await fn(messages);
    await Promise.resolve();
  } finally {
    diagnostics.unsubscribe(name, subscriber);
  }
  return messages;
}

describe('evict', () => {
  test('counts by structure and reason, once a turn, what the library removed', async () => {
    const clock = new ManualClock();
    const map = new RobustSessionMap({ name: 'm', clock, maxSize: 2, ttl: 100 });
    const set = new RobustSessionSet({ name: 's', clock, ttl: Infinity, maxAge: 50 });
    const messages = await listen('evict', async () => {
      map.set(1, 1).set(2, 2).set(3, 3).set(4, 4);
      map.delete(3);
      set.add('x');
      clock.advance(50);
      await Promise.resolve();
      map.shed(1);
      map.set(5, 5);
      clock.advance(100);
      map.set(6, 6).clear();
    });
    assert.deepStrictEqual(messages, [
      { kind: 'map', name: 'm', reason: 'lru', count: 2 }, { kind: 'set', name: 's', reason: 'age', count: 1 },
      { kind: 'map', name: 'm', reason: 'pressure', count: 1 }, { kind: 'map', name: 'm', reason: 'idle', count: 1 },
    ]);
    for (const each of [map, set]) {
      audit(each);
      each.close();
    }
  });

  test('agrees with the counters for random use, on the fast paths too', async () => {
    const r = random(SEED);
    const clock = new ManualClock();
    const make = (name, more) => new RobustSessionMap({ name, clock, maxSize: 8, ttl: 200, ...more });
    const maps = [new RobustSessionMap({ name: 'default', maxSize: 8 }), make('plain'), make('hooked', { onRemove() {} }), make('busy', { isBusy: (value) => value % 3 === 0, maxBusy: 500 }), make('heavy', { sizeOf: (value) => value, maxBytes: 30 })];
    const messages = await listen('evict', () => {
      for (let step = 0; step < 5000; step += 1) {
        const map = r.pick(maps);
        if (r.chance(0.6)) map.set(r.below(40), r.below(10));
        else map.get(r.below(40));
        if (r.chance(0.05)) clock.advance(r.below(100));
      }
      for (const map of maps) void map.size;
    });
    for (const map of maps) {
      const { removed } = map.stats();
      const told = Object.fromEntries(Object.keys(removed).map((reason) => [reason, 0]));
      for (const { name, reason, count } of messages) if (name === map.stats().name) told[reason] += count;
      assert.deepStrictEqual(told, removed, `seed ${SEED}`);
      assert.ok(removed.lru + removed.bytes > 50, `seed ${SEED}`);
      audit(map);
      map.close();
    }
  });

  test('who comes later misses the victims named ahead at most, and is told of all the rest', async () => {
    const map = new RobustSessionMap({ name: 'ahead', maxSize: 100 });
    for (let n = 0; n < 500; n += 1) map.set(n, n);
    const before = map.stats().removed.lru;
    for (let n = 500; n < 540; n += 1) map.set(n, n);
    const quiet = 40;
    const [message] = await listen('evict', () => { for (let n = 540; n < 1000; n += 1) map.set(n, n); });
    const { lru } = map.stats().removed;
    assert.strictEqual(lru - before, quiet + 460);
    assert.ok(message.count >= 460 - 64 && message.count <= 460, `${message.count}`);
    audit(map);
    map.close();
  });

  test('of a group counts sessions, and entries that leave alone in their member’s name', async () => {
    const clock = new ManualClock();
    const group = new SessionGroup({ name: 'g', clock, ttl: 100, parentOf: (id) => (id === 'child' ? 'parent' : undefined) });
    const calls = group.map('calls', { sessionOf: (key) => key.split(':')[0], maxPerSession: 2 });
    const messages = await listen('evict', () => {
      calls.set('parent:1', 1).set('child:1', 1).set('child:2', 1).set('child:3', 1);
      clock.advance(100);
      calls.set('dropped:1', 1);
      group.drop('dropped');
      calls.set('cleared:1', 1);
      group.clear();
    });
    assert.deepStrictEqual(messages, [{ kind: 'map', name: 'g.calls', reason: 'lru', count: 1 }, { kind: 'group', name: 'g', reason: 'idle', count: 2 }]);
    assert.strictEqual(group.size, 0);
    group.validate();
    group.close();
  });

  test('of many that leave at once is one message', async () => {
    const clock = new ManualClock();
    const map = new RobustSessionMap({ name: 'mass', clock, ttl: 100, maxSize: Infinity, onRemove() {} });
    for (let n = 0; n < 5000; n += 1) map.set(n, n);
    const messages = await listen('evict', () => clock.advance(5000));
    assert.deepStrictEqual(messages, [{ kind: 'map', name: 'mass', reason: 'idle', count: 5000 }]);
    audit(map);
    map.close();
  });
});

describe('the other channels', () => {
  test('sweep tells what the timer removed', async () => {
    const clock = new ManualClock();
    const map = new RobustSessionMap({ clock, ttl: 100 }).set('a', 1).set('b', 2);
    const messages = await listen('sweep', () => clock.advance(100));
    assert.deepStrictEqual(messages, [{ removed: 2, ms: 0 }]);
    audit(map);
    map.close();
  });

  test('hook-error tells what a callback threw, beside onError', async () => {
    const errors = [];
    const failure = new Error('hook');
    const map = new RobustSessionMap({ name: 'h', onRemove: () => { throw failure; }, onError: (error) => void errors.push(error) }).set('a', 1);
    const messages = await listen('hook-error', () => map.delete('a'));
    assert.deepStrictEqual([messages, errors], [[{ name: 'h', error: failure, key: 'a', reason: 'delete' }], [failure]]);
    audit(map);
    map.close();
  });

  test('pressure tells what onPressure is told', async () => {
    const { lines, code } = await script(`
      const { watchMemory } = require(INDEX);
      const told = [];
      require('node:diagnostics_channel').subscribe('robust-session-map:pressure', (message) => told.push(message));
      globalThis.map = new RobustSessionMap().set('a', 1);
      const kept = setInterval(() => {}, 1000);
      const watch = watchMemory({ limit: 1, interval: 10, onPressure: (pressure) => {
        watch.close();
        clearInterval(kept);
        setTimeout(() => print(told.length, told[0] === pressure, pressure.shed), 1);
      } });
      setTimeout(() => {}, 300);
    `);
    assert.deepStrictEqual([lines, code], [['1 true 1'], 0]);
  });

  test('run no stranger’s code while tables and core disagree', async () => {
    const map = new RobustSessionMap({ name: 're', maxSize: 2 });
    let seen = 0;
    await listen('evict', async (messages) => {
      const change = ({ name }) => {
        if (name !== 're' || seen > 20) return;
        seen += 1;
        map.set(`new ${seen}`, 1).set(`other ${seen}`, 1);
        audit(map);
      };
      diagnostics.subscribe('robust-session-map:evict', change);
      map.set(1, 1).set(2, 2).set(3, 3);
      assert.deepStrictEqual([messages, seen], [[], 0]);
      for (let n = 0; n < 60; n += 1) await Promise.resolve();
      diagnostics.unsubscribe('robust-session-map:evict', change);
      assert.strictEqual(seen, 21);
    });
    audit(map);
    map.close();
  });
});

describe('without subscribers', () => {
  test('nothing is planned, made or timed', () => {
    const { queueMicrotask } = globalThis;
    let planned = 0;
    globalThis.queueMicrotask = (fn) => {
      planned += 1;
      queueMicrotask(fn);
    };
    try {
      onFakeHost((library, host) => {
        const map = new library.RobustSessionMap({ maxSize: 4, ttl: 100, onRemove: () => { throw new Error('hook'); }, onError: () => {} });
        for (let n = 0; n < 50; n += 1) map.set(n, n);
        const timers = host.timers.size;
        library.memoryReport();
        assert.strictEqual(host.timers.size, timers);
        host.advance(1000);
        assert.deepStrictEqual([map.size, map.stats().errors, planned], [0, 50, 0]);
        audit(map);
        map.close();
      });
    } finally {
      globalThis.queueMicrotask = queueMicrotask;
    }
  });

  test('there need not be channels at all', () => {
    const channels = openChannels(() => { throw new Error('no such module'); });
    assert.deepStrictEqual(Object.keys(channels), ['evict', 'sweep', 'pressure', 'hookError']);
    for (const channel of Object.values(channels)) {
      assert.strictEqual(channel.hasSubscribers, false);
      assert.strictEqual(channel.publish({}), undefined);
    }
    const real = openChannels(() => diagnostics);
    assert.strictEqual(real.hookError.name, 'robust-session-map:hook-error');
  });
});

describe('without a subscriber and a watch', () => {
  const map = new RobustSessionMap({ maxSize: 1000, ttl: 3_600_000 });
  const keys = Array.from({ length: 1000 }, (_, n) => `session ${n}`);
  for (const key of keys) map.set(key, 1);
  const operations = {
    get: (n) => map.get(keys[n % 1000]),
    'get of what is not there': () => map.get('none'),
    has: (n) => map.has(keys[n % 1000]),
    set: (n) => map.set(keys[n % 1000], n),
  };
  for (const [name, operation] of Object.entries(operations)) {
    test(`${name} allocates nothing of its own`, () => {
      const COUNT = 100_000;
      const run = () => {
        for (let n = 0; n < COUNT; n += 1) operation(n);
      };
      for (let round = 0; round < 4; round += 1) run();
      // The least of some rounds: compilers allocate, too. A reading of the clock does, once in 192 uses.
      const perOperation = Array.from({ length: 5 }, () => {
        gc();
        const before = process.memoryUsage().heapUsed;
        run();
        return (process.memoryUsage().heapUsed - before) / COUNT;
      });
      assert.ok(Math.min(...perOperation.map(Math.abs)) < 2, `${perOperation.join()} bytes an operation`);
      map.validate();
    });
  }
});
