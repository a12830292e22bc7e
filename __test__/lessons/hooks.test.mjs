// Lessons of others: hooks, ids and what is in flight. Each test names the defect and a public thread that
// tells of it.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { describe, test } from '../harness.mjs';
import { deferred } from '../support/state.mjs';
import { KINDS, contract, keys, put } from '../support/scope.mjs';

const require = createRequire(import.meta.url);
const { SessionGroup } = require('../../index.js');
const { ManualClock } = require('../../testing.js');

describe('hooks skipped by clear', () => {
  // quick-lru tells of evictions, not of `delete` and `clear` (sindresorhus/quick-lru#41, first called a bug, then not);
  // a map's tiles kept their memory because clearing the cache let no entry go properly (openlayers/openlayers#16328).
  for (const kind of KINDS) {
    for (const [how, reason] of [['clear', 'clear'], ['close', 'close'], ['delete', 'delete']]) {
      contract(`${kind}: ${how} tells of every entry, once, with its reason`, (scope) => {
        const all = scope.of(kind, { maxSize: 5 });
        for (let key = 0; key < 5; key += 1) put(all, key);
        if (how === 'delete') for (const key of keys(all)) all.delete(key);
        else all[how]();
        const told = [0, 1, 2, 3, 4].map((key) => `${key}:${reason}`);
        assert.deepStrictEqual(scope.left(), told);
        all[how]?.(0);
        assert.deepStrictEqual([scope.left(), all.size], [[], 0]);
        assert.strictEqual(all.stats().removed[reason], 5);
      });
    }
  }
});

describe('disposal by id that hits the successor', () => {
  // A clean-up that had begun before deleted, by key, what had been computed meanwhile (streamlit/streamlit#16168, in
  // review). So does every `await stop(); sessions.delete(id)` if the session begins anew while it waits.
  contract('deleteIf after an await leaves the successor alone', async (scope) => {
    const map = scope.map();
    const [old, successor] = [{ n: 1 }, { n: 2 }];
    map.set('id', old);
    const stopped = deferred();
    const ending = (async () => {
      const session = map.get('id');
      await stopped.promise;
      return map.deleteIf('id', session);
    })();
    map.set('id', successor);
    stopped.resolve();
    assert.strictEqual(await ending, false);
    assert.strictEqual(map.get('id'), successor);
    assert.strictEqual(map.deleteIf('id', successor), true);
    assert.deepStrictEqual(scope.log.splice(0), [['id', old, 'replace'], ['id', successor, 'delete']]);
  });

  contract('a hook that is still running when its key is used again is told of its own value', async (scope) => {
    const running = deferred();
    const ended = [];
    const map = scope.map({ onRemove: async (key, value) => {
      await running.promise;
      ended.push(value);
    } });
    map.set('id', 'first');
    map.delete('id');
    map.set('id', 'second');
    running.resolve();
    await map.settled();
    assert.deepStrictEqual([ended, map.get('id')], [['first'], 'second']);
  });

  contract('a load that comes late does not replace what was stored meanwhile', async (scope) => {
    const map = scope.map();
    const loaded = deferred();
    const late = map.getOrLoad('id', () => loaded.promise);
    map.set('id', 'successor');
    loaded.resolve('late');
    assert.deepStrictEqual([await late, map.get('id')], ['late', 'successor']);
  });

  for (const kind of KINDS) {
    contract(`${kind}: a lease on an entry that has left neither keeps nor frees its successor`, (scope) => {
      const all = scope.of(kind, { ttl: 100 });
      put(all, 'id');
      const old = all.pin('id');
      all.delete('id');
      put(all, 'id');
      const lease = all.pin('id');
      assert.deepStrictEqual([old.held, old.release(), lease.held], [false, false, true]);
      scope.advance(150);
      assert.strictEqual(all.size, 1);
      assert.ok(lease.release());
      assert.deepStrictEqual(scope.left(), ['id:delete', 'id:idle']);
    });
  }

  test('a scope of a session that was dropped does not drop the next one with its id', () => {
    const group = new SessionGroup({ clock: new ManualClock() });
    const agents = group.map('agents');
    agents.set('id', 1);
    const lease = group.pin('id');
    group.drop('id');
    agents.set('id', 2);
    assert.deepStrictEqual([lease.held, lease.release(), agents.get('id')], [false, false, 2]);
    group.validate();
    group.close();
  });
});

describe('a session evicted while its first request is in flight', () => {
  // The limit took the session that had been used longest ago, which was the one that was streaming its answer
  // (SamSaffron/term-llm#255); its time ran from the request's beginning (browserbase/stagehand#2286).
  contract('the limit passes over it, and takes the next one', (scope) => {
    const map = scope.map({ maxSize: 2, isBusy: (session) => session.pending > 0 });
    const first = { pending: 1 };
    map.set('first', first);
    map.set('second', { pending: 0 });
    map.set('third', { pending: 0 });
    assert.deepStrictEqual([keys(map), scope.left()], [['first', 'third'], ['second:lru']]);
    assert.strictEqual(map.get('first'), first);
  });

  contract('its time does not run out, and runs from when it is idle', (scope) => {
    const map = scope.map({ ttl: 100, isBusy: (session) => session.pending > 0 });
    const session = { pending: 1 };
    map.set('id', session);
    scope.advance(60_000);
    assert.deepStrictEqual([map.size, scope.left()], [1, []]);
    session.pending = 0;
    map.get('id');
    scope.advance(99);
    assert.strictEqual(map.size, 1);
    scope.advance(1);
    assert.deepStrictEqual(scope.left(), ['id:idle']);
  });

  contract('just stored, it survives its own arrival, whatever the limit', (scope) => {
    const map = scope.map({ maxSize: 1, isBusy: (session) => session.pending > 0 });
    map.set('busy', { pending: 1 });
    map.set('new', { pending: 0 });
    assert.deepStrictEqual([keys(map), scope.left()], [['busy', 'new'], []]);
  });

  test('a group: told that it runs before anything was stored for it', () => {
    const group = new SessionGroup({ maxSize: 1, clock: new ManualClock() });
    const agents = group.map('agents');
    group.handleEvent({ type: 'session.status', properties: { sessionID: 'runs', status: { type: 'busy' } } });
    agents.set('runs', 1);
    agents.set('other', 2);
    assert.deepStrictEqual([agents.has('runs'), agents.has('other')], [true, true]);
    group.handleEvent({ type: 'session.idle', properties: { sessionID: 'runs' } });
    assert.strictEqual(group.size, 1);
    group.validate();
    group.close();
  });

  test('a group: a scope keeps it from its first entry on', () => {
    const clock = new ManualClock();
    const group = new SessionGroup({ maxSize: 1, ttl: 100, clock });
    const agents = group.map('agents');
    const scope = group.scope('runs');
    agents.set('runs', 1);
    agents.set('other', 2);
    clock.advance(1000);
    assert.deepStrictEqual([agents.has('runs'), agents.has('other'), scope.held], [true, false, true]);
    assert.ok(scope.release());
    assert.strictEqual(group.size, 0);
    group.validate();
    group.close();
  });
});
