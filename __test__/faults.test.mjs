// What goes wrong where nobody has called: a clock that throws in a timer or at a finalizer, a host without warnings, an
// emitter, a channel or a runtime that refuses, a core that is broken. Each is told once, by the way there is, and the rest works.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { channel } from 'node:diagnostics_channel';
import { describe, test } from './harness.mjs';
import { onFakeHost } from './support/fake-host.mjs';
import { HandClock } from './support/hand-clock.mjs';
import { script } from './support/script.mjs';
import { audit } from './support/state.mjs';

const require = createRequire(import.meta.url);
const { RobustSessionMap, RobustSessionSet, SessionGroup } = require('../index.js');
const { ManualClock } = require('../testing.js');
const { engineOf } = require('../lib/engine.js');
const { storeOf } = require('../lib/map.js');
const { subscribe } = require('../lib/subscribe.js');

const boom = new Error('boom');
const throwing = () => {
  throw boom;
};

/**
 * What is told by `process.emitWarning` while `fn` runs.
 * @param {() => void} fn
 */
function warnings(fn) {
  const told = [];
  const { emitWarning } = process;
  process.emitWarning = (warning) => void told.push(warning);
  try {
    fn();
  } finally {
    process.emitWarning = emitWarning;
  }
  return told;
}

describe('a clock that throws where nobody calls', () => {
  test('the default one, when its cached time has had its life', () => {
    onFakeHost((library, host) => {
      const map = new library.RobustSessionMap({ ttl: 1000 });
      map.set('k', 1);
      map.get('k');
      const { now } = performance;
      performance.now = throwing;
      const told = warnings(() => host.advance(1));
      performance.now = now;
      assert.deepStrictEqual(told, [boom]);
      assert.strictEqual(map.get('k'), 1);
      host.advance(2000);
      assert.strictEqual(map.get('k'), undefined);
      audit(map);
    });
  });

  test('in the timer that sweeps, which is armed again', () => {
    const clock = new HandClock();
    const map = new RobustSessionMap({ ttl: 10, clock });
    map.set('k', 1);
    clock.time = 20;
    const { now } = clock;
    clock.now = throwing;
    const told = warnings(() => clock.fire());
    clock.now = now;
    assert.deepStrictEqual(told, [boom]);
    assert.strictEqual(clock.timers.length, 1);
    clock.time = 40;
    clock.fire();
    assert.strictEqual(map.stats().removed.idle, 1);
    audit(map);
  });
});

describe('a host without what others have', () => {
  test('without process.emitWarning a warning goes to the console', () => {
    const { emitWarning } = process;
    const { warn } = console;
    const told = [];
    const map = new RobustSessionMap({ onRemove: throwing });
    map.set('k', 1);
    process.emitWarning = undefined;
    console.warn = (warning) => void told.push(warning);
    try {
      map.delete('k');
    } finally {
      process.emitWarning = emitWarning;
      console.warn = warn;
    }
    assert.deepStrictEqual(told, [boom]);
    audit(map);
  });

  test('what is thrown and is no error is told as one', () => {
    const map = new RobustSessionMap({ onRemove: () => {
      throw 'a text';
    } });
    map.set('k', 1);
    const [told] = warnings(() => map.delete('k'));
    assert.ok(told instanceof Error);
    assert.match(told.message, /a callback threw "a text"/);
  });

  // Bun's way to ask for one cannot be taken away.
  test('where no collection can be asked for, expectNoLeak says what to do', async () => {
    const { code, lines, stderr } = await script(`
      const v8 = require('node:v8');
      v8.setFlagsFromString = () => { throw new Error('not here'); };
      globalThis.gc = undefined;
      const { findCollector } = require(INDEX.replace('index.js', 'lib/watch/collect.js'));
      const { expectNoLeak } = require(INDEX.replace('index.js', 'testing.js'));
      print(typeof findCollector());
      expectNoLeak(() => {}, { rounds: 10 }).then(() => print('passed'), (error) => print(error.message));
    `);
    assert.strictEqual(code, 0, stderr);
    assert.deepStrictEqual(lines, process.versions.bun ? ['object', 'passed'] : [
      'undefined',
      'expectNoLeak cannot collect garbage here: start the runtime with --expose-gc (Deno: --v8-flags=--expose-gc)',
    ]);
  });
});

describe('what strangers refuse', () => {
  test('an emitter that throws on subscribing: the caller hears of it, and nothing is subscribed', () => {
    let offs = 0;
    const emitter = { on: throwing, off: () => void (offs += 1) };
    const map = new RobustSessionMap();
    map.set('k', 1);
    assert.throws(() => map.deleteOn(emitter, 'gone', (key) => key), boom);
    assert.strictEqual(storeOf(map).subscriptions.size, 0);
    map.close();
    assert.strictEqual(offs, 0);
    assert.throws(() => subscribe(storeOf(map), {}, 'gone', (key) => key), TypeError);
  });

  test('a channel that throws: the collection works, and the others are told', async () => {
    const evict = channel('robust-session-map:evict');
    const heard = [];
    const listener = (message) => void heard.push(message);
    evict.subscribe(listener);
    const { publish } = evict;
    evict.publish = throwing;
    const { emitWarning } = process;
    const told = [];
    process.emitWarning = (warning) => void told.push(warning);
    try {
      const map = new RobustSessionMap({ maxSize: 1, name: 'channel' });
      map.set('a', 1).set('b', 1);
      await undefined;
      evict.publish = publish;
      map.set('c', 1);
      await undefined;
      audit(map);
    } finally {
      evict.publish = publish;
      process.emitWarning = emitWarning;
      evict.unsubscribe(listener);
    }
    assert.deepStrictEqual(told, [boom]);
    assert.deepStrictEqual(heard, [{ kind: 'map', name: 'channel', reason: 'lru', count: 1 }]);
  });

  test('a runtime that refuses an entry: neither side has it', () => {
    for (const make of [() => new RobustSessionMap({ sizeOf: () => 1 }), () => new RobustSessionMap({ maxSize: 3 })]) {
      const map = make();
      map.set('a', 1);
      const store = storeOf(map);
      const { base } = store;
      store.base = { ...base, store: throwing };
      assert.throws(() => map.set('b', 2, { size: 1 }), boom);
      store.base = base;
      assert.deepStrictEqual([...map], [['a', 1]]);
      audit(map);
      map.set('b', 2);
      assert.strictEqual(map.size, 2);
      audit(map);
    }
  });

  test('a runtime that refuses an entry in a slot granted ahead', () => {
    const map = new RobustSessionMap();
    for (const key of ['a', 'b', 'c']) map.set(key, 1);
    const { index } = storeOf(map);
    index.set = throwing;
    assert.throws(() => map.set('d', 1), boom);
    delete index.set;
    assert.deepStrictEqual([...map.keys()], ['a', 'b', 'c']);
    audit(map);
    map.set('d', 1).set('e', 1);
    assert.deepStrictEqual([...map.keys()], ['a', 'b', 'c', 'd', 'e']);
    audit(map);
  });

  test('a runtime that refuses a member’s entry: no session begins, and one that was there stays as it was', () => {
    const group = new SessionGroup();
    const other = group.map('other');
    const members = [group.map('direct'), group.map('entries', { sessionOf: (key) => key })];
    other.set('known', 1);
    for (const member of members) {
      const store = storeOf(member);
      const { base } = store;
      store.base = { ...base, store: throwing };
      for (const id of ['new', 'known']) assert.throws(() => member.set(id, 1), boom);
      store.base = base;
      assert.deepStrictEqual([...group], ['known']);
      assert.strictEqual(member.size, 0);
      audit(group);
      member.set('new', 1);
      member.delete('new');
      audit(group);
    }
  });

  test('sessionOf that throws while loads of a session are looked for: told, and the session ends', async () => {
    const errors = [];
    let refuse = false;
    const group = new SessionGroup({ onError: (error) => void errors.push(error) });
    const member = group.map('m', { sessionOf: () => (refuse ? throwing() : 'one') });
    member.set('a', 1);
    const loading = member.getOrLoad('b', async () => 2);
    refuse = true;
    assert.strictEqual(group.drop('one'), true);
    refuse = false;
    assert.deepStrictEqual(errors, [boom]);
    // Nobody could tell whose it is.
    assert.strictEqual(await loading, 2);
    audit(group);
  });

  test('members’ options that are no object', () => {
    const group = new SessionGroup();
    for (const wrong of [5, 'text', [], () => {}, new Map()]) {
      for (const kind of ['map', 'set', 'history']) assert.throws(() => group[kind]('m', wrong), /options must be a plain object, not/);
    }
    assert.strictEqual(group.map('m').size, 0);
  });
});

describe('a core that is broken', () => {
  test('is an error for whoever calls, a warning where nobody does, and no end of the process', () => {
    const clock = new ManualClock();
    const map = new RobustSessionMap({ ttl: 10, clock });
    const set = new RobustSessionSet({ clock });
    map.set('k', 1);
    set.add('k');
    const engine = engineOf(clock);
    const { native } = engine;
    const [ticket] = engine.stores.values();
    engine.native = { call: () => 'planted', grow: throwing };
    assert.throws(() => map.set('l', 1), /the policy core refused: planted\. This is a defect, please report it\./);
    const swept = warnings(() => clock.advance(10));
    // In the sweep, and when it arms its timer.
    assert.deepStrictEqual(swept.map(({ message }) => message.includes('planted')), [true, true]);
    const dropped = warnings(() => engine.drop(ticket));
    assert.deepStrictEqual(dropped.map(({ message }) => message.includes('planted')), [true]);
    engine.native = native;
  });
});
