// Groups by name.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { collected, describe, test } from '../harness.mjs';

const require = createRequire(import.meta.url);
const { SessionGroup } = require('../../index.js');
const { ManualClock } = require('../../testing.js');

let last = 0;
const fresh = () => `named ${last += 1}`;

describe('SessionGroup.named', () => {
  test('reaches a group made elsewhere', () => {
    const name = fresh();
    const group = new SessionGroup({ name });
    assert.strictEqual(SessionGroup.named(name), group);
    assert.strictEqual(SessionGroup.named(name).map('agents'), group.map('agents'));
    group.close();
  });

  test('makes one if there is none, and may be given its options until the first session begins', () => {
    const name = fresh();
    const clock = new ManualClock();
    const calls = [];
    // A module is loaded before the plugin starts …
    const agents = SessionGroup.named(name).map('agents', { onRemove: (id) => calls.push(id) });
    const timers = SessionGroup.named(name).map('timers', { ttl: 50 });
    // … which knows the limits.
    const group = SessionGroup.named(name, { ttl: 100, maxSize: 2, clock, onRemove: (id, reason) => calls.push(`${id} ${reason}`), parentOf: (id) => (id === 'c' ? 'a' : undefined) });
    agents.set('a', 1).set('b', 1);
    timers.set('b', 1);
    clock.advance(50);
    assert.strictEqual(timers.size, 0);
    agents.get('b');
    agents.set('c', 1);
    assert.deepStrictEqual(calls, ['a', 'a lru']);
    clock.advance(100);
    assert.strictEqual(group.size, 0);
    assert.strictEqual(group.stats().name, name);
    group.validate();
    assert.throws(() => SessionGroup.named(name, { ttl: 1 }), /has its options already/);
    assert.strictEqual(SessionGroup.named(name), group);
    group.close();
  });

  test('the one made last is found; a closed one’s name is free', () => {
    const name = fresh();
    const first = new SessionGroup({ name });
    const second = new SessionGroup({ name });
    assert.strictEqual(SessionGroup.named(name), second);
    first.close();
    assert.strictEqual(SessionGroup.named(name), second);
    second.close();
    const third = SessionGroup.named(name, { directory: '/d' });
    assert.ok(third !== first && third !== second);
    third.handleEvent({ type: 'server.instance.disposed', properties: { directory: '/d' } });
    assert.notStrictEqual(SessionGroup.named(name), third);
  });

  test('bad input', () => {
    assert.throws(() => SessionGroup.named(), TypeError);
    assert.throws(() => SessionGroup.named(5), TypeError);
    assert.throws(() => SessionGroup.named(fresh(), 5), /options must be a plain object/);
    assert.throws(() => SessionGroup.named(fresh(), { ttl: '1' }), TypeError);
  });

  test('does not keep a group alive; one of its members does', async () => {
    const names = Array.from({ length: 20 }, fresh);
    const refs = (() => names.map((name) => {
      SessionGroup.named(name, { onRemove: () => {} }).map('agents').set('s', 1);
      return new WeakRef(SessionGroup.named(name));
    }))();
    const kept = fresh();
    const agents = (() => SessionGroup.named(kept).map('agents').set('s', 1))();
    assert.ok(await collected(refs) >= 18);
    assert.strictEqual(SessionGroup.named(names[0]).size, 0);
    assert.strictEqual(SessionGroup.named(kept).map('agents'), agents);
    assert.strictEqual(SessionGroup.named(kept).size, 1);
  });
});
