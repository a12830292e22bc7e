// Children end with their parent, deepest first; cycles end.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { describe, test } from '../harness.mjs';

const require = createRequire(import.meta.url);
const { SessionGroup } = require('../../index.js');
const { ManualClock } = require('../../testing.js');
const { storeOf } = require('../../lib/group/group.js');

/** `{ child: parent }`. */
function setUp(parents, options = {}) {
  const clock = new ManualClock();
  const calls = [];
  const group = new SessionGroup({
    clock, ttl: 100, parentOf: (id) => parents[id], onRemove: (id, reason) => calls.push(`${id} ${reason}`), ...options,
  });
  return { clock, group, calls, agents: group.map('agents') };
}

const FAMILY = { child: 'parent', grandchild: 'child', other: 'parent' };
const ALL = ['parent', 'child', 'grandchild', 'other', 'stranger'];

describe('children end with their parent', () => {
  test('deepest first, in the same step, for its reason; others stay', () => {
    const views = [];
    const { group, agents, calls } = setUp(FAMILY, { onError: (error) => { throw error; } });
    const watch = group.map('watch', { onRemove: () => views.push(group.size, agents.size) });
    for (const id of ALL) agents.set(id, 1);
    watch.set('grandchild', 1);
    assert.ok(group.drop('parent'));
    assert.deepStrictEqual(calls.toSorted(), ['child delete', 'grandchild delete', 'other delete', 'parent delete']);
    assert.strictEqual(calls[0], 'grandchild delete');
    assert.strictEqual(calls[3], 'parent delete');
    assert.deepStrictEqual(views, [1, 1]);
    assert.deepStrictEqual([...group], ['stranger']);
    group.validate();
  });

  test('also those that expired and began again before anybody looked', () => {
    let time = 0;
    const clock = { now: () => time, setTimer: () => () => {} };
    const { group, agents, calls } = setUp({ child: 'parent' }, { clock });
    agents.set('child', 1);
    time = 100;
    agents.set('child', 2);
    assert.deepStrictEqual(calls.splice(0), ['child idle']);
    group.drop('parent');
    assert.deepStrictEqual([calls, group.size], [['child delete'], 0]);
    group.validate();
  });

  test('also those that had to leave to make room for themselves', () => {
    const { group, calls } = setUp({ child: 'parent' }, { maxBytes: 4, maxBusy: 0 });
    const notes = group.map('notes', { sizeOf: (value) => value });
    notes.set('parent', 2);
    notes.set('child', 1);
    // The parent has to go, and nothing keeps the child from going with it.
    notes.set('child', 3);
    assert.deepStrictEqual(calls.splice(0), ['child busy-timeout', 'parent busy-timeout']);
    group.drop('parent');
    assert.deepStrictEqual([calls, group.size], [['child delete'], 0]);
    group.validate();
  });

  const ENDS = {
    event: ({ group }) => group.handleEvent({ type: 'session.deleted', properties: { info: { id: 'parent' } } }),
    lru: ({ agents }) => agents.set('one more', 1),
    pressure: ({ group }) => assert.strictEqual(group.shed(1), 4),
    clear: ({ group }) => group.clear(),
    close: ({ group }) => group.close(),
    delete: ({ agents }) => agents.delete('parent'),
  };
  for (const [reason, end] of Object.entries(ENDS)) {
    test(`whatever ends it: ${reason}`, () => {
      const all = setUp(FAMILY, { maxSize: 4 });
      for (const id of ALL.slice(0, 4)) all.agents.set(id, 1);
      end(all);
      const expected = ['grandchild', 'child', 'other', 'parent'].map((id) => `${id} ${reason}`);
      assert.deepStrictEqual(all.calls.toSorted(), expected.toSorted());
      assert.ok(all.calls.indexOf(expected[0]) < all.calls.indexOf(expected[1]));
      assert.strictEqual(all.calls.at(-1), expected[3]);
      assert.strictEqual(all.group.stats().removed[reason], 4);
      all.group.validate();
    });
  }

  test('idle: a parent that is due takes along children in use', () => {
    const { clock, agents, calls, group } = setUp(FAMILY);
    agents.set('parent', 1).set('child', 1);
    clock.advance(60);
    agents.get('child');
    clock.advance(40);
    assert.deepStrictEqual(calls, ['child idle', 'parent idle']);
    assert.strictEqual(group.stats().removed.idle, 2);
  });

  test('a parent that holds nothing still ends them, also over generations', () => {
    const { group, agents, calls } = setUp(FAMILY);
    agents.set('grandchild', 1).set('stranger', 1);
    assert.strictEqual(group.drop('parent'), false);
    assert.deepStrictEqual(calls, ['grandchild delete']);
    group.validate();
  });

  test('a parent that begins later is connected', () => {
    const { group, agents } = setUp(FAMILY);
    agents.set('child', 1).set('parent', 1);
    group.drop('parent');
    assert.strictEqual(group.size, 0);
  });

  test('cycles and endless lines end', () => {
    const circle = setUp({ a: 'b', b: 'c', c: 'a', self: 'self' });
    for (const id of ['a', 'b', 'c', 'self']) circle.agents.set(id, 1);
    circle.group.drop('self');
    assert.strictEqual(circle.group.size, 3);
    circle.group.drop('b');
    assert.deepStrictEqual([circle.group.size, circle.calls.length], [0, 4]);
    circle.group.validate();
    const endless = setUp({}, { parentOf: (id) => id + 1 });
    endless.agents.set(0, 1).set(50, 1);
    endless.group.drop(60);
    assert.strictEqual(endless.group.size, 0);
    endless.group.validate();
  });

  test('parentOf is asked when a session begins, and a throw goes to the caller', () => {
    const asked = [];
    const { group, agents } = setUp({}, { parentOf: (id) => { asked.push(id); if (id === 'bad') throw new Error('mine'); } });
    agents.set('s', 1).set('s', 2);
    group.set('seen').add('s');
    assert.deepStrictEqual(asked, ['s']);
    assert.throws(() => agents.set('bad', 1), /mine/);
    assert.deepStrictEqual([...group], ['s']);
    group.validate();
  });

  test('parents are learnt from events, before the child begins and after', () => {
    const group = new SessionGroup();
    const agents = group.map('agents');
    group.handleEvent({ type: 'session.created', properties: { info: { id: 'early', parentID: 'p' } } });
    agents.set('early', 1).set('late', 1).set('later', 1).set('p', 1);
    group.handleEvent({ type: 'session.updated', properties: { info: { id: 'late', parentID: 'p' } } });
    group.handleEvent({ type: 'session.updated', properties: { info: { id: 'later', parentID: 'late' } } });
    group.validate();
    group.drop('p');
    assert.deepStrictEqual([...group], []);
    group.map('agents').set('child', 1);
    for (let n = 0; n < 5000; n += 1) group.handleEvent({ type: 'session.created', properties: { info: { id: `${n}`, parentID: 'x' } } });
    group.validate();
    assert.ok(storeOf(group).lineage.known.size <= 1000, 'links are bounded');
  });

  test('a session knows its parent for as long as it is there, however many others were named since', () => {
    const group = new SessionGroup();
    const agents = group.map('agents');
    const name = (id, parentID) => group.handleEvent({ type: 'session.created', properties: { info: { id, parentID } } });
    name('child', 'p');
    agents.set('child', 1);
    for (let n = 0; n < 1000; n += 1) name(`${n}`, 'x');
    name('grandchild', 'child');
    agents.set('grandchild', 1);
    name('p', 'root'); // looks at all that descend from it anew
    group.validate();
    group.drop('root');
    assert.deepStrictEqual([...group], []);
  });

  test('loads under way for children store nothing once the parent was dropped', async () => {
    for (const end of [(group) => group.drop('parent'), (group) => group.handleEvent({ type: 'session.deleted', properties: { sessionID: 'parent' } })]) {
      const { group, agents } = setUp(FAMILY);
      const tools = group.map('tools', { sessionOf: ([id]) => id });
      agents.set('child', 1).set('grandchild', 1).set('stranger', 1);
      const loads = ['child', 'grandchild', 'stranger'].map((id) => tools.getOrLoad([id], async () => 2));
      end(group);
      assert.deepStrictEqual(await Promise.all(loads), [2, 2, 2]);
      assert.deepStrictEqual([...group], ['stranger']);
      group.validate();
    }
  });

  test('a hook that stores a child anew: it stays', () => {
    const { group, agents } = setUp(FAMILY, { onRemove: (id) => { if (id === 'child') agents.set('child', 'new'); } });
    agents.set('parent', 1).set('child', 1);
    group.drop('parent');
    assert.deepStrictEqual([...agents], [['child', 'new']]);
    group.validate();
  });
});

describe('a parent is kept for its children', () => {
  test('a busy or pinned descendant keeps its ancestors, for maxBusy', () => {
    const busy = new Set(['grandchild']);
    const { clock, group, agents, calls } = setUp(FAMILY, { isBusy: (id) => busy.has(id), maxBusy: 1000 });
    agents.set('parent', 1).set('child', 1).set('grandchild', 1);
    clock.advance(100);
    assert.strictEqual(group.size, 3);
    busy.clear();
    const lease = group.pin('grandchild');
    clock.advance(500);
    assert.deepStrictEqual([group.size, calls], [3, []]);
    lease.release();
    clock.advance(500);
    assert.strictEqual(group.size, 0);
    agents.set('parent', 1).set('child', 1);
    busy.add('child');
    clock.advance(1101);
    assert.strictEqual(group.size, 0);
    assert.ok(group.stats().removed['busy-timeout'] > 0);
    group.validate();
  });

  test('what ends with a session makes room too: no other goes needlessly', () => {
    const { group, agents, clock } = setUp({ e: 'f', f: 'e' }, { maxSize: 1 });
    agents.set('e', 1);
    const lease = group.pin('e');
    agents.set('f', 1);
    agents.set('x', 1);
    assert.strictEqual(group.size, 3);
    clock.advance(1);
    lease.release();
    assert.deepStrictEqual([...group], ['x']);
    group.validate();
  });

  test('room for a session is not made at the price of its ancestor', () => {
    const { group, agents } = setUp({ b: 'a' }, { maxBytes: 3 });
    agents.set('a', 1, { size: 1 }).set('b', 1, { size: 1 });
    agents.set('b', 2, { size: 3 });
    assert.deepStrictEqual([...agents], [['a', 1], ['b', 2]]);
    assert.strictEqual(group.stats().overflows, 1);
    group.validate();
  });
});
