// What comes late for a session that left.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { describe, test } from '../harness.mjs';

const require = createRequire(import.meta.url);
const { SessionGroup } = require('../../index.js');
const { ManualClock } = require('../../testing.js');
const { storeOf } = require('../../lib/group/group.js');

function setUp(options) {
  const clock = new ManualClock();
  const group = new SessionGroup({ clock, ttl: 1000, ...options });
  return { clock, group, agents: group.map('agents'), seen: group.set('seen'), tools: group.map('tools', { sessionOf: ([id]) => id }) };
}

const counts = (group) => {
  const { resurrected, tombstoned } = group.stats();
  return { resurrected, tombstoned };
};

describe('tombstone', () => {
  test('drops and counts what is stored within its time; then a session may begin again', () => {
    const { clock, group, agents, seen, tools } = setUp({ tombstone: 100 });
    agents.set('s', 1);
    group.drop('s');
    clock.advance(99);
    assert.strictEqual(agents.set('s', 2), agents);
    assert.strictEqual(seen.add('s'), seen);
    assert.strictEqual(tools.set('s1', 2), tools);
    assert.deepStrictEqual([group.size, agents.get('s'), seen.has('s'), tools.size], [0, undefined, false, 0]);
    assert.deepStrictEqual(counts(group), { resurrected: 3, tombstoned: 3 });
    clock.advance(1);
    agents.set('s', 3);
    assert.deepStrictEqual([agents.get('s'), counts(group)], [3, { resurrected: 3, tombstoned: 3 }]);
    group.validate();
  });

  const ENDS = {
    idle: ({ clock }) => clock.advance(1000),
    event: ({ group }) => group.handleEvent({ type: 'session.deleted', properties: { sessionID: 's' } }),
    clear: ({ group }) => group.clear(),
    pressure: ({ group }) => group.shed(1),
  };
  for (const [reason, end] of Object.entries(ENDS)) {
    test(`whatever ended the session: ${reason}`, () => {
      const all = setUp({ tombstone: 100 });
      all.agents.set('s', 1);
      end(all);
      all.agents.set('s', 2);
      assert.deepStrictEqual([all.group.size, counts(all.group)], [0, { resurrected: 1, tombstoned: 1 }]);
    });
  }

  test('also for a session that is found expired by the set itself', () => {
    const clock = { time: 0, now: () => clock.time, setTimer: () => () => {} };
    const group = new SessionGroup({ clock, ttl: 100, tombstone: 50 });
    const agents = group.map('agents').set('s', 1);
    clock.time = 100;
    agents.set('s', 2);
    assert.strictEqual(group.size, 0);
  });

  test('not after delete of a session’s last entry: it may be about to be stored anew', () => {
    const { group, agents } = setUp({ tombstone: 100 });
    agents.set('s', 1);
    agents.delete('s');
    agents.set('s', 2);
    assert.deepStrictEqual([agents.get('s'), counts(group)], [2, { resurrected: 0, tombstoned: 0 }]);
  });

  test('session.created lifts it, other events do not, none begins a session', () => {
    const { group, agents } = setUp({ tombstone: 100 });
    agents.set('s', 1);
    group.drop('s');
    for (const type of ['session.updated', 'session.idle', 'session.status', 'message.updated', 'tool.execute.before']) {
      group.handleEvent({ type, properties: { sessionID: 's' } });
    }
    agents.set('s', 2);
    assert.strictEqual(group.size, 0);
    group.handleEvent({ type: 'session.created', properties: { info: { id: 's' } } });
    assert.strictEqual(group.size, 0);
    agents.set('s', 3);
    assert.strictEqual(agents.get('s'), 3);
  });

  test('end: an infinite one would remember every session', () => {
    for (const tombstone of [Infinity, -1, NaN]) {
      assert.throws(() => new SessionGroup({ tombstone }), { name: 'RangeError', message: /option tombstone must be .*finite/ });
    }
    for (const tombstone of ['10', true, null, {}, 2n]) {
      assert.throws(() => new SessionGroup({ tombstone }), { name: 'TypeError', message: /option tombstone must be/ });
    }
  });

  test('bad input throws all the same; a load’s value goes to its caller only', async () => {
    const { group, agents } = setUp({ tombstone: 100 });
    agents.set('s', 1);
    group.drop('s');
    assert.throws(() => agents.set('s', 1, { ttl: 'x' }), TypeError);
    assert.strictEqual(await agents.getOrLoad('s', () => 5), 5);
    assert.strictEqual(agents.getOrInsert('s', 6), 6);
    assert.strictEqual(group.size, 0);
    group.validate();
  });

  test('off by default: the session begins again, and is counted', () => {
    const { clock, group, agents } = setUp({});
    agents.set('s', 1);
    group.drop('s');
    clock.advance(60_000);
    agents.set('s', 2).set('new', 1);
    assert.deepStrictEqual([group.size, counts(group)], [2, { resurrected: 1, tombstoned: 0 }]);
  });

  test('what is remembered is bounded, by time or by number', () => {
    const { clock, group, agents } = setUp({ tombstone: 100 });
    const off = setUp({});
    for (let n = 0; n < 5000; n += 1) {
      agents.set(n, n);
      group.drop(n);
      off.agents.set(n, n);
      off.group.drop(n);
      clock.advance(1);
    }
    assert.ok(storeOf(group).graves.left.size <= 101);
    agents.set(4999, 1).set(4950, 1).set(4890, 1);
    assert.deepStrictEqual(counts(group), { resurrected: 2, tombstoned: 2 });
    off.agents.set(3999, 1).set(4000, 1);
    assert.strictEqual(off.group.stats().resurrected, 1);
  });
});
