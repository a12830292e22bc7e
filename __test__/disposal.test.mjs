// What `using` and `await using` call: each disposes of a thing as its own method does.

import assert from 'node:assert';
import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { describe, test } from './harness.mjs';
import { audit } from './support/state.mjs';

const require = createRequire(import.meta.url);
const { BoundedHistory, RobustSessionMap, RobustSessionSet, SessionGroup, watchMemory } = require('../index.js');

describe('disposal', () => {
  test('a lease is released', () => {
    const map = new RobustSessionMap();
    map.set('k', 1);
    const lease = map.pin('k');
    assert.strictEqual(map.stats().pinned, 1);
    assert.strictEqual(lease[Symbol.dispose](), undefined);
    assert.strictEqual(lease.held, false);
    assert.strictEqual(map.stats().pinned, 0);
    audit(map);
  });

  test('a scope ends its session, a group lease does not', () => {
    const group = new SessionGroup();
    const member = group.map('m');
    member.set('a', 1);
    member.set('b', 1);
    group.pin('a')[Symbol.dispose]();
    group.scope('b')[Symbol.dispose]();
    assert.deepStrictEqual([...group], ['a']);
    audit(group);
  });

  for (const make of [() => new RobustSessionMap([['k', 1]]), () => new RobustSessionSet(['k'])]) {
    test(`a ${make().constructor.name} is closed, and waited for if it is asked to be`, async () => {
      const once = make();
      once[Symbol.dispose]();
      assert.strictEqual(once.stats().closed, true);
      const later = make();
      const disposed = later[Symbol.asyncDispose]();
      assert.strictEqual(later.stats().closed, true);
      assert.strictEqual(await disposed, undefined);
    });
  }

  test('a group and a history are closed, a watch is ended', async () => {
    const group = new SessionGroup();
    group.map('m').set('a', 1);
    group[Symbol.dispose]();
    assert.strictEqual(group.stats().closed, true);
    const other = new SessionGroup();
    await other[Symbol.asyncDispose]();
    assert.strictEqual(other.stats().closed, true);
    const history = new BoundedHistory([{ role: 'user', content: 'text' }]);
    history[Symbol.dispose]();
    assert.strictEqual(history.length, 0);
    watchMemory({ limit: Infinity })[Symbol.dispose]();
  });

  test('what deleteOn answers ends the subscription', () => {
    const emitter = new EventEmitter();
    const map = new RobustSessionMap([['k', 1]]);
    map.deleteOn(emitter, 'gone', (key) => key)[Symbol.dispose]();
    emitter.emit('gone', 'k');
    assert.deepStrictEqual([...map.keys()], ['k']);
    assert.strictEqual(emitter.listenerCount('gone'), 0);
  });
});
