// Members: the contract of their classes, one life of a session in all of them.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { describe, test } from '../harness.mjs';
import { random } from '../support/random.mjs';

const require = createRequire(import.meta.url);
const { RobustSessionMap, RobustSessionSet, SessionGroup, SessionClosedError, SessionLimitError } = require('../../index.js');
const { ManualClock } = require('../../testing.js');

const FOREVER = { ttl: Infinity, maxSize: Infinity };

/** A group on a clock of its own, with a map, a set and a map with composite keys. */
function setUp(options = {}, ofMembers = {}) {
  const clock = new ManualClock();
  const group = new SessionGroup({ clock, ttl: 100, ...options });
  const agents = group.map('agents', ofMembers.agents);
  const seen = group.set('seen', ofMembers.seen);
  const tools = group.map('tools', { sessionOf: (key) => key.split(':')[0], ...ofMembers.tools });
  const fill = (id, value = id) => {
    agents.set(id, value);
    seen.add(id);
    tools.set(`${id}:1`, value);
    return group;
  };
  return { clock, group, agents, seen, tools, fill };
}

/** What all members say of a session. */
const holds = ({ agents, seen, tools }, id) => [agents.peek(id) !== undefined, seen.peek(id), tools.peek(`${id}:1`) !== undefined];

describe('members are what their classes are', () => {
  test('instances, of a Map and a Set too, with the methods of their classes', () => {
    const { agents, seen, tools } = setUp();
    for (const map of [agents, tools]) {
      assert.ok(map instanceof RobustSessionMap && map instanceof Map);
      assert.strictEqual(map.constructor, RobustSessionMap);
    }
    assert.ok(seen instanceof RobustSessionSet && seen instanceof Set);
    assert.strictEqual(Object.prototype.toString.call(agents), '[object Map]');
    agents.set('s', 1).set('t', 2);
    seen.add('s').add('t');
    assert.deepStrictEqual(structuredClone(agents), new Map([['s', 1], ['t', 2]]));
    assert.deepStrictEqual(structuredClone(seen), new Set(['s', 't']));
  });

  test('one object a name; another kind or options given twice are an error', () => {
    const { group, agents } = setUp();
    assert.strictEqual(group.map('agents'), agents);
    assert.throws(() => group.set('agents'), /SessionGroup.set\("agents"\): this member is not a set/);
    assert.throws(() => group.map('agents', {}), /the member is there already/);
  });

  for (const [kind, options] of [['direct', undefined], ['with entries of its own', { sessionOf: (key) => (typeof key === 'number' ? 'n' : 'o'), maxPerSession: Infinity }]]) {
    test(`Map semantics to the letter, ${kind}: 20,000 random steps beside a plain Map`, () => {
      const r = random(7);
      const group = new SessionGroup(FOREVER);
      const [map, plain] = [group.map('m', options), new Map()];
      const [set, plainSet] = [group.set('s', options), new Set()];
      const keys = ['a', 0, -0, NaN, null, 7n, Symbol('s'), {}, 'b', 1];
      for (let step = 0; step < 20_000; step += 1) {
        const [key, value] = [r.pick(keys), r.below(5)];
        switch (r.below(8)) {
          case 0: assert.strictEqual(map.delete(key), plain.delete(key)); break;
          case 1: assert.strictEqual(set.delete(key), plainSet.delete(key)); break;
          case 2: assert.strictEqual(map.get(key), plain.get(key)); break;
          case 3: assert.strictEqual(map.has(key), plain.has(key)); break;
          case 4: assert.strictEqual(set.has(key), plainSet.has(key)); break;
          case 5: plain.set(key, value); assert.strictEqual(map.set(key, value), map); break;
          case 6: plainSet.add(key); assert.strictEqual(set.add(key), set); break;
          default: assert.strictEqual(map.size, plain.size);
        }
        if (step % 100 > 0) continue;
        assert.deepStrictEqual([...map], [...plain]);
        assert.deepStrictEqual([...set], [...plainSet]);
        assert.ok([...map.keys()].every((each) => !Object.is(each, -0)));
      }
      group.validate();
    });
  }

  test('live iteration: what is deleted, dropped or added while it runs', async () => {
    const { group, agents, fill } = setUp();
    for (const id of ['a', 'b', 'c', 'd']) fill(id);
    const visited = [];
    for (const [id] of agents) {
      visited.push(id);
      await undefined;
      if (id === 'a') group.drop('b');
      if (id === 'c') agents.delete('c'), agents.set('c', 'again');
      if (visited.length > 5) break;
    }
    assert.deepStrictEqual(visited, ['a', 'c', 'd', 'c', 'c', 'c'].slice(0, visited.length));
    group.validate();
  });

  test('getOrInsert, getOrInsertComputed, getOrLoad, deleteIf, deleteOn', async () => {
    const { group, agents, tools } = setUp();
    assert.strictEqual(agents.getOrInsert('s', 1), 1);
    assert.strictEqual(tools.getOrInsertComputed('s:x', () => 2), 2);
    assert.strictEqual(await agents.getOrLoad('t', async () => 3), 3);
    assert.strictEqual(agents.deleteIf('t', 4), false);
    assert.strictEqual(agents.deleteIf('t', 3), true);
    assert.deepStrictEqual([...group], ['s']);
    group.validate();
  });

  test('a session that is dropped while a load for it runs is not begun by the load', async () => {
    const { group, agents, tools } = setUp();
    const loads = [agents.getOrLoad('s', async () => 1), tools.getOrLoad('s:x', async () => 2), agents.getOrLoad('t', async () => 3)];
    assert.strictEqual(group.drop('s'), false);
    assert.deepStrictEqual(await Promise.all(loads), [1, 2, 3]);
    assert.deepStrictEqual([...group], ['t']);
    const late = [agents.getOrLoad('u', async () => 1), tools.getOrLoad('u:x', async () => 2)];
    group.clear();
    assert.deepStrictEqual([await Promise.all(late), group.size], [[1, 2], 0]);
  });

  test('a member that is closed by a question of its own set: no session was begun', () => {
    for (const options of [undefined, { ttl: 50 }]) {
      const group = new SessionGroup({ clock: new ManualClock(), maxSize: 1, isBusy: () => { if (closing) agents.close(); return true; } });
      let closing = false;
      const agents = group.map('agents', options);
      group.map('other').set('a', 1);
      closing = true;
      assert.throws(() => agents.set('b', 1), SessionClosedError);
      assert.deepStrictEqual([...group], ['a']);
      assert.deepStrictEqual([group.stats().added, group.stats().removed.delete], [1, 0]);
      group.validate();
    }
  });

  test('bad input throws as everywhere, and names what is wrong', () => {
    const { group, agents, tools } = setUp({ maxBytes: 10 }, { agents: { sizeOf: (value) => value } });
    assert.throws(() => new SessionGroup(5), /new SessionGroup: options must be a plain object, not 5/);
    assert.throws(() => new SessionGroup({ touchOnHas: true }), /unknown option touchOnHas/);
    assert.throws(() => new SessionGroup({ tombstone: -1 }), RangeError);
    assert.throws(() => new SessionGroup({ parentOf: {} }), TypeError);
    assert.throws(() => new SessionGroup({ directory: 1 }), TypeError);
    assert.throws(() => new SessionGroup({ maxSize: 5, hardMaxSize: 4 }), RangeError);
    assert.throws(() => group.map(), /name must be a string/);
    assert.throws(() => group.map('x', { maxSize: 1 }), /unknown option maxSize.*all other limits are the group’s/);
    assert.throws(() => group.map('x', { maxPerSession: 0 }), RangeError);
    assert.throws(() => group.shed(-1), RangeError);
    assert.throws(() => agents.set('s', 11), /can never fit into the group's maxBytes \(10\)/);
    assert.throws(() => agents.set('s', NaN), RangeError);
    assert.throws(() => tools.set('s:1', 1, { size: 'x' }), TypeError);
    assert.throws(() => group.touch('s', { ttl: -1 }), RangeError);
    assert.strictEqual(group.size, 0);
    group.validate();
  });
});

describe('one life', () => {
  test('a touch of any member restarts the idle time in all; looking around does not', () => {
    const all = setUp();
    const touches = {
      'map get': () => all.agents.get('s'),
      'map set': () => all.agents.set('s', 2),
      'map touch': () => all.agents.touch('s'),
      'set has': () => all.seen.has('s'),
      'set add': () => all.seen.add('s'),
      'composite get': () => all.tools.get('s:1'),
      'composite set': () => all.tools.set('s:2', 1),
      'group touch': () => all.group.touch('s'),
    };
    for (const [name, touch] of Object.entries(touches)) {
      all.fill('s');
      all.clock.advance(60);
      touch();
      all.clock.advance(60);
      assert.deepStrictEqual(holds(all, 's'), [true, true, true], name);
      all.group.drop('s');
    }
    const looks = {
      'map has': () => all.agents.has('s'),
      'map peek': () => all.agents.peek('s'),
      'map iteration': () => [...all.agents],
      'set peek': () => all.seen.peek('s'),
      'set size': () => all.seen.size,
      'group has': () => all.group.has('s'),
      'group iteration': () => [...all.group],
      'remaining': () => all.tools.remaining('s:1'),
      'pin': () => all.group.pin('s').release(),
      'stats': () => all.group.stats(),
    };
    for (const [name, look] of Object.entries(looks)) {
      all.fill('s');
      all.clock.advance(60);
      look();
      all.clock.advance(60);
      assert.deepStrictEqual(holds(all, 's'), [false, false, false], name);
    }
    all.group.validate();
  });

  test('touchOnHas of a member decides for that member', () => {
    const { clock, agents, seen, fill } = setUp({}, { agents: { touchOnHas: true }, seen: { touchOnHas: false } });
    fill('s');
    clock.advance(60);
    assert.ok(agents.has('s'));
    clock.advance(60);
    assert.ok(seen.has('s'));
    clock.advance(60);
    assert.ok(!seen.has('s'));
  });

  test('the limit counts sessions, exactly the least recently used goes first', () => {
    const all = setUp({ maxSize: 2 });
    all.fill('a').touch('a');
    all.fill('b');
    all.tools.get('a:1');
    all.fill('c');
    assert.deepStrictEqual([...all.group], ['a', 'c']);
    assert.deepStrictEqual(holds(all, 'b'), [false, false, false]);
  });

  test('no observer sees half a session, whatever ends it', () => {
    const ends = {
      idle: ({ clock }) => clock.advance(100),
      lru: ({ agents }) => agents.set('new', 1),
      drop: ({ group }) => group.drop('s'),
      event: ({ group }) => group.handleEvent({ type: 'session.deleted', properties: { sessionID: 's' } }),
      clear: ({ group }) => group.clear(),
      close: ({ group }) => group.close(),
      shed: ({ group }) => group.shed(1),
    };
    for (const [name, end] of Object.entries(ends)) {
      const views = [];
      const look = () => void views.push(holds(all, 's'), all.group.has('s'));
      const all = setUp({ maxSize: 1, onRemove: look }, { agents: { onRemove: look }, seen: { onRemove: look }, tools: { onRemove: look } });
      all.fill('s');
      end(all);
      assert.strictEqual(views.length, 8, name);
      for (const view of views) assert.deepStrictEqual(view, Array.isArray(view) ? [false, false, false] : false, name);
      all.group.validate();
    }
  });

  test('hooks: members first, then the group once, with what each member held and the reason', () => {
    const calls = [];
    const hook = (name) => ({ onRemove: (...args) => calls.push([name, ...args]) });
    const all = setUp({ onRemove: (id, reason, parts) => calls.push([id, reason, parts]) }, { agents: hook('agents'), seen: hook('seen'), tools: hook('tools') });
    const other = all.group.set('other', { sessionOf: ([id]) => id });
    all.fill('s', 7);
    all.tools.set('s:2', 8);
    other.add('s!');
    all.group.map('empty');
    all.clock.advance(100);
    const parts = { __proto__: null, agents: 7, seen: true, tools: new Map([['s:1', 7], ['s:2', 8]]), other: new Set(['s!']) };
    assert.deepStrictEqual(calls, [
      ['agents', 's', 7, 'idle'], ['seen', 's', 's', 'idle'], ['tools', 's:1', 7, 'idle'], ['tools', 's:2', 8, 'idle'],
      ['s', 'idle', parts],
    ]);
  });

  test('a member may have any name', () => {
    const held = [];
    const group = new SessionGroup({ onRemove: (id, reason, parts) => held.push(Object.keys(parts), parts.__proto__, parts.constructor) });
    group.map('__proto__').set('s', 1);
    group.map('constructor').set('s', 2);
    group.drop('s');
    assert.deepStrictEqual(held, [['__proto__', 'constructor'], 1, 2]);
  });

  test('deleting the last entry anywhere ends the session, reason delete; another entry keeps it', () => {
    const calls = [];
    const all = setUp({ onRemove: (id, reason, parts) => calls.push([id, reason, { ...parts }]) }, { agents: { onRemove: (key, value, reason) => calls.push([key, value, reason]) } });
    all.agents.set('s', 1);
    all.seen.add('s');
    assert.ok(all.agents.delete('s'));
    assert.deepStrictEqual(calls, [['s', 1, 'delete']]);
    assert.ok(all.group.has('s'));
    assert.ok(all.seen.delete('s'));
    assert.deepStrictEqual(calls.slice(1), [['s', 'delete', { seen: true }]]);
    assert.ok(!all.group.has('s'));
    assert.ok(!all.seen.delete('s'));
  });

  test('replace is told by the member, and only for another value', () => {
    const calls = [];
    const hook = { onRemove: (key, value, reason) => calls.push(`${key} ${value} ${reason}`) };
    const { agents, tools } = setUp({}, { agents: hook, tools: hook });
    agents.set('s', 1).set('s', 1).set('s', 2);
    tools.set('s:1', 3).set('s:1', 3).set('s:1', 4);
    assert.deepStrictEqual(calls, ['s 1 replace', 's:1 3 replace']);
  });

  test('hooks come back into the group: what they remove queues behind, what they store stays', () => {
    const calls = [];
    const all = setUp({
      onRemove: (id) => {
        calls.push(`${id} of group`);
        if (id === 'a') all.group.drop('b');
        calls.push(`end of ${id}`);
        if (id === 'b') all.fill('c');
      },
    });
    all.fill('a');
    all.fill('b');
    all.group.drop('a');
    assert.deepStrictEqual(calls, ['a of group', 'end of a', 'b of group', 'end of b']);
    assert.deepStrictEqual(holds(all, 'c'), [true, true, true]);
    all.group.validate();
  });

  test('a hook that stores its session anew begins another one', () => {
    let times = 0;
    const all = setUp({ onRemove: (id) => { if ((times += 1) === 1) all.fill(id, 'new'); } });
    all.fill('s', 'old');
    all.group.drop('s');
    assert.strictEqual(all.agents.peek('s'), 'new');
    all.group.validate();
  });

  test('a hook that throws or rejects is reported, the others run', async () => {
    const errors = [];
    const calls = [];
    const all = setUp({ onError: (error, { key, reason }) => errors.push([error.message, key, reason]), onRemove: (id) => calls.push(id) }, {
      agents: { onRemove: () => { throw new Error('sync'); } },
      tools: { onRemove: async () => { throw new Error('async'); } },
    });
    all.fill('s');
    all.group.drop('s');
    assert.deepStrictEqual(calls, ['s']);
    assert.strictEqual(all.group.stats().pendingHooks, 1);
    await all.group.settled();
    assert.deepStrictEqual(errors, [['sync', 's', 'delete'], ['async', 's:1', 'delete']]);
    assert.strictEqual(all.group.stats().errors, 2);
  });

  test('clear ends all sessions in insertion order; a member’s clear only removes its entries', () => {
    const calls = [];
    const all = setUp({ onRemove: (id, reason) => calls.push(`${id} ${reason}`) });
    all.fill('a');
    all.agents.set('b', 1);
    all.fill('c');
    all.agents.clear();
    assert.deepStrictEqual([calls, [...all.group], all.tools.size], [['b clear'], ['a', 'c'], 2]);
    all.group.clear();
    assert.deepStrictEqual(calls, ['b clear', 'a clear', 'c clear']);
    assert.deepStrictEqual([all.agents.size, all.seen.size, all.tools.size], [0, 0, 0]);
    all.group.validate();
  });

  test('a member’s close takes it out of the group; its name is free', () => {
    const calls = [];
    const all = setUp({}, { agents: { onRemove: (key, value, reason) => calls.push(`${key} ${reason}`) } });
    all.fill('s');
    all.agents.set('t', 1);
    all.agents.close();
    assert.deepStrictEqual(calls, ['s close', 't close']);
    assert.deepStrictEqual([...all.group], ['s']);
    assert.throws(() => all.agents.set('s', 1), SessionClosedError);
    assert.strictEqual(all.agents.get('s'), undefined);
    const again = all.group.map('agents').set('s', 2);
    assert.notStrictEqual(again, all.agents);
    all.group.validate();
  });

  test('close ends everything and closes the members; it may be said twice, or by using', async () => {
    const calls = [];
    const all = setUp({ onRemove: async (id, reason) => { calls.push(`${id} ${reason}`); } });
    all.fill('s');
    await all.group[Symbol.asyncDispose]();
    all.group[Symbol.dispose]();
    assert.deepStrictEqual(calls, ['s close']);
    for (const store of [() => all.agents.set('s', 1), () => all.seen.add('s'), () => all.tools.set('s:1', 1), () => all.group.map('new')]) {
      assert.throws(store, SessionClosedError);
    }
    assert.deepStrictEqual([all.group.size, all.agents.size, all.seen.has('s'), all.group.drop('s'), all.group.touch('s')], [0, 0, false, false, false]);
    assert.strictEqual(all.group.stats().closed, true);
    all.group.validate();
  });

  test('a member made late joins the sessions there are', () => {
    const calls = [];
    const all = setUp({ onRemove: (id, reason, parts) => calls.push([id, reason, { ...parts }]) });
    all.agents.set('s', 1);
    all.clock.advance(60);
    const late = all.group.map('late', { onRemove: (key, value, reason) => calls.push([key, value, reason]) });
    late.set('s', 2);
    all.clock.advance(60);
    assert.strictEqual(all.agents.peek('s'), 1);
    all.clock.advance(40);
    assert.deepStrictEqual(calls, [['s', 2, 'idle'], ['s', 'idle', { agents: 1, late: 2 }]]);
  });

  test('touch with ttl schedules the end of a session, new work takes it back', () => {
    const { clock, group, agents, seen } = setUp();
    agents.set('s', 1);
    seen.add('s');
    assert.ok(agents.touch('s', { ttl: 10 }));
    assert.strictEqual(group.remaining('s'), 10);
    assert.ok(group.touch('s', { ttl: Infinity }));
    clock.advance(1000);
    seen.add('s');
    assert.strictEqual(agents.remaining('s'), 100);
    assert.ok(group.touch('s', { ttl: 5 }));
    clock.advance(5);
    assert.deepStrictEqual([agents.size, seen.size], [0, 0]);
  });

  test('maxAge runs from the last set in any member, whatever the reads', () => {
    const { clock, agents, seen, group } = setUp({ maxAge: 150 });
    agents.set('s', 1);
    clock.advance(90);
    seen.add('s');
    clock.advance(90);
    assert.ok(agents.get('s'));
    clock.advance(59);
    assert.ok(agents.get('s'));
    clock.advance(1);
    assert.strictEqual(group.stats().removed.age, 1);
  });

  test('hardMaxSize throws and leaves everything as it was', () => {
    const { agents, seen, group } = setUp({ maxSize: 1, hardMaxSize: 2, isBusy: () => true });
    agents.set('a', 1).set('b', 1);
    assert.throws(() => seen.add('c'), SessionLimitError);
    seen.add('a');
    assert.deepStrictEqual([[...group], [...seen]], [['a', 'b'], ['a']]);
    group.validate();
  });

  test('stats of a member are its own where they can be', () => {
    const { group, agents, tools, fill } = setUp();
    fill('a');
    fill('b');
    tools.set('a:2', 1);
    group.drop('b');
    agents.get('nobody');
    const { size, added, removed, misses, name } = agents.stats();
    assert.deepStrictEqual({ size, added, deleted: removed.delete, misses, name }, { size: 1, added: 2, deleted: 1, misses: 1, name: 'agents' });
    assert.strictEqual(tools.stats().size, 2);
    const stats = group.stats();
    assert.deepStrictEqual([stats.size, stats.entries, { ...stats.members }], [1, 4, { agents: 1, seen: 1, tools: 2 }]);
  });
});
