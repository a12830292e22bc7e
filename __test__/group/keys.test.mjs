// Composite keys, and the bounds of a member's own entries within a session.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { inspect } from 'node:util';
import { describe, test } from '../harness.mjs';

const require = createRequire(import.meta.url);
const { RobustSessionMap, RobustSessionSet, SessionGroup } = require('../../index.js');
const { ManualClock } = require('../../testing.js');
const { engineOf } = require('../../lib/engine.js');

const sessionOf = (key) => key.split(':')[0];

function setUp(options, ofMember) {
  const clock = new ManualClock();
  const calls = [];
  const group = new SessionGroup({ clock, ttl: 1000, onRemove: (id, reason) => calls.push(`${id} ${reason}`), ...options });
  const tools = group.map('tools', { sessionOf, onRemove: (key, value, reason) => calls.push(`${key} ${reason}`), ...ofMember });
  return { clock, group, tools, calls, agents: group.map('agents') };
}

describe('sessionOf', () => {
  test('assigns a key to a session: all of them leave with it', () => {
    const { group, tools, agents, calls } = setUp();
    tools.set('s:read:1', 1).set('s:read:2', 2).set('t:read:1', 3);
    agents.set('s', 'build');
    assert.deepStrictEqual([...group], ['s', 't']);
    group.drop('s');
    assert.deepStrictEqual([[...tools], agents.size], [[['t:read:1', 3]], 0]);
    assert.deepStrictEqual(calls, ['s:read:1 delete', 's:read:2 delete', 's delete']);
    group.validate();
  });

  test('is asked for new keys only', () => {
    const asked = [];
    const group = new SessionGroup();
    const tools = group.map('tools', { sessionOf: (key) => { asked.push(key); return 's'; } });
    tools.set('a', 1).set('a', 2).get('a');
    tools.get('b');
    tools.has('b');
    tools.delete('a');
    assert.deepStrictEqual(asked, ['a']);
  });

  test('a throw or no session goes to the caller, nothing changes', () => {
    const group = new SessionGroup();
    const tools = group.map('tools', { sessionOf: (key) => { if (key === 'bad') throw new Error('mine'); return undefined; } });
    assert.throws(() => tools.set('bad', 1), /mine/);
    assert.throws(() => tools.set('k', 1), /SessionGroup.tools: sessionOf\("k"\) must name a session, not undefined; nothing was stored/);
    assert.deepStrictEqual([group.size, tools.size], [0, 0]);
    group.validate();
  });

  test('may come back into the group, or close it', () => {
    const group = new SessionGroup();
    const agents = group.map('agents');
    const tools = group.map('tools', { sessionOf: (key) => { agents.set(key, 1); group.drop('old'); if (key === 'close') group.close(); return key; } });
    agents.set('old', 1);
    tools.set('s', 1);
    assert.deepStrictEqual([...group], ['s']);
    group.validate();
    assert.throws(() => tools.set('close', 1), { code: 'ERR_SESSION_CLOSED' });
    group.validate();
  });
});

describe('maxPerSession', () => {
  test('bounds the entries of a session that lives for days: least recently used first, the session stays', () => {
    const { clock, group, tools, calls } = setUp({}, { maxPerSession: 3 });
    for (let n = 0; n < 10_000; n += 1) {
      tools.set(`s:${n}`, n);
      if (n >= 1) tools.get('s:0');
      clock.advance(900);
    }
    assert.deepStrictEqual([...tools.values()], [0, 9998, 9999]);
    assert.strictEqual(calls.length, 9997);
    assert.ok(calls.every((call) => call.endsWith(' lru')));
    assert.strictEqual(group.size, 1);
    group.validate();
  });

  test('is 1,000 with composite keys', () => {
    const { tools } = setUp();
    for (let n = 0; n < 1500; n += 1) tools.set(`s:${n}`, n);
    assert.strictEqual(tools.size, 1000);
  });

  test('of each session, exactly by use: get, set, touch and a set’s has', () => {
    const { group, tools } = setUp({}, { maxPerSession: 3 });
    const calls = group.set('calls', { sessionOf, maxPerSession: 2 });
    tools.set('s:a', 1).set('t:a', 1).set('s:b', 1).set('s:c', 1);
    tools.touch('s:a');
    tools.set('s:b', 2);
    tools.has('s:c');
    tools.peek('s:c');
    tools.set('s:d', 1);
    assert.deepStrictEqual([...tools.keys()], ['s:a', 't:a', 's:b', 's:d']);
    calls.add('s:1').add('s:2');
    assert.ok(calls.has('s:1'));
    calls.add('s:3');
    assert.deepStrictEqual([...calls], ['s:1', 's:3']);
    group.validate();
  });

  test('bounds a busy session as well: pins keep sessions, not entries', () => {
    const { group, tools } = setUp({ isBusy: () => true }, { maxPerSession: 1 });
    tools.set('s:1', 1);
    const lease = group.pin('s');
    tools.set('s:2', 2);
    assert.deepStrictEqual([...tools.keys(), lease.held], ['s:2', true]);
  });
});

describe('a member’s own idle limit', () => {
  test('an entry leaves that member only, with the member’s hook, and the session stays', () => {
    const { clock, group, tools, agents, calls } = setUp({}, { ttl: 100 });
    agents.set('s', 1);
    tools.set('s:1', 1).set('s:2', 2);
    clock.advance(60);
    tools.get('s:2');
    clock.advance(40);
    assert.deepStrictEqual(calls, ['s:1 idle']);
    clock.advance(60);
    assert.deepStrictEqual([calls, [...group], agents.peek('s')], [['s:1 idle', 's:2 idle'], ['s'], 1]);
    assert.deepStrictEqual(tools.stats().removed.idle, 2);
    group.validate();
  });

  test('also the session’s last entry: only deleting ends a session', () => {
    const { clock, group, tools } = setUp({}, { ttl: 100 });
    tools.set('s:1', 1);
    clock.advance(100);
    assert.deepStrictEqual([group.size, tools.size], [1, 0]);
    clock.advance(900);
    assert.strictEqual(group.size, 0);
    group.validate();
  });

  test('an entry that expired is never answered, with or without a timer', () => {
    const clock = { time: 0, now: () => clock.time, setTimer: () => () => {} };
    const group = new SessionGroup({ clock, ttl: 1000 });
    const timers = group.map('timers', { ttl: 100 });
    const calls = group.set('calls', { sessionOf, ttl: 100 });
    timers.set('s', 1);
    calls.add('s:1');
    clock.time = 99;
    assert.ok(timers.peek('s') === 1 && calls.peek('s:1'));
    assert.strictEqual(timers.remaining('s'), 1);
    clock.time = 100;
    assert.deepStrictEqual([timers.get('s'), timers.has('s'), calls.has('s:1'), timers.size, [...calls]], [undefined, false, false, 0, []]);
    assert.ok(group.has('s'));
    group.validate();
  });

  test('a read on the fast path restarts it as well', () => {
    const { clock, tools } = setUp();
    engineOf(clock).exact = false;
    tools.set('s:1', 1, { ttl: 10 });
    clock.advance(6);
    assert.strictEqual(tools.get('s:1'), 1);
    assert.strictEqual(tools.size, 1); // looks at the clock: what was logged is stamped
    clock.advance(6);
    assert.strictEqual(tools.get('s:1'), 1);
  });

  test('set and touch take an idle limit for the entry', () => {
    const { clock, group, tools } = setUp();
    tools.set('s:1', 1, { ttl: 10 }).set('s:2', 2).set('s:3', 3, { maxAge: 30 });
    assert.ok(tools.touch('s:2', { ttl: 20 }));
    assert.deepStrictEqual(['s:1', 's:2', 's:3', 's:4'].map((key) => tools.remaining(key)), [10, 20, 30, undefined]);
    clock.advance(20);
    assert.deepStrictEqual([...tools.keys()], ['s:3']);
    assert.strictEqual(group.remaining('s'), 980);
    group.validate();
  });
});

describe('weights', () => {
  test('of all members of a session add up, and the coldest session goes for the group’s maxBytes', () => {
    const calls = [];
    const group = new SessionGroup({ maxBytes: 10, onRemove: (id, reason) => calls.push(`${id} ${reason}`) });
    const logs = group.map('logs', { sizeOf: (value) => value.length });
    const tools = group.map('tools', { sessionOf, sizeOf: (value) => value.length, maxPerSession: 2 });
    const plain = group.map('plain');
    logs.set('a', 'xxx');
    tools.set('a:1', 'xx').set('b:1', 'xxx');
    assert.strictEqual(group.stats().bytes, 8);
    tools.set('a:2', 'x').set('a:3', 'x'); // a:1 leaves
    assert.strictEqual(group.stats().bytes, 8);
    plain.set('a', 1);
    plain.set('b', 2);
    assert.strictEqual(group.stats().bytes, 8, 'a plain set does not make a session lighter');
    logs.set('a', 'xxxxxx');
    assert.deepStrictEqual([calls, group.stats().bytes], [['b bytes'], 8]);
    logs.delete('a');
    assert.strictEqual(group.stats().bytes, 2);
    plain.set('a', 1, { size: 4 });
    assert.strictEqual(group.stats().bytes, 6);
    assert.throws(() => logs.set('a', 'xxxxx'), /session "a" of weight 11 can never fit into maxBytes \(10\)/);
    assert.deepStrictEqual([group.stats().bytes, logs.has('a')], [6, false]);
    group.validate();
  });
});

describe('weights of entries that fell due and were not swept yet', () => {
  /** A clock whose timers never fire: as in a loop that does not come back to the event loop. */
  function setUp() {
    const clock = { time: 0, now: () => clock.time, setTimer: () => () => {} };
    const calls = [];
    const group = new SessionGroup({ maxBytes: 10, clock, onRemove: (id, reason) => calls.push(`${id} ${reason}`) });
    const tools = group.map('tools', { sessionOf, ttl: 100, sizeOf: (value) => value, onRemove: (key, value, reason) => calls.push(`${key} ${reason}`) });
    return { clock, group, calls, tools };
  }

  test('are no reason to refuse another entry, in any member', () => {
    const { clock, group, calls, tools } = setUp();
    tools.set('s:1', 9);
    clock.time = 100;
    tools.set('s:2', 9);
    assert.deepStrictEqual([[...tools], group.stats().bytes, calls], [[['s:2', 9]], 9, ['s:1 idle']]);
    clock.time = 200;
    group.map('logs', { sizeOf: (value) => value }).set('s', 10);
    assert.deepStrictEqual([[...tools], group.stats().bytes], [[], 10]);
    group.validate();
  });

  test('nor to end another session', () => {
    for (const grow of [(group) => group.map('logs').set('t', 1, { size: 9 }), (group) => group.history('talk').of('t').push({ role: 'user', content: 'x'.repeat(9) })]) {
      const { clock, group, calls, tools } = setUp();
      tools.set('s:1', 9);
      clock.time = 100;
      grow(group);
      assert.deepStrictEqual([[...group], calls, group.stats().bytes], [['s', 't'], ['s:1 idle'], 9]);
      group.validate();
    }
  });
});

/** With the exact clock every read takes the slow path; with the cached one most are logged at once. */
for (const exact of [true, false]) {
  describe(`maps and sets with keys of their own, ${exact ? 'exact' : 'cached'} clock`, () => {
    const setUp = (options = {}) => {
      const clock = new ManualClock();
      const group = new SessionGroup({ clock, ttl: 1000 });
      engineOf(clock).exact = exact;
      const all = { sessionOf, maxPerSession: 3, ...options };
      const advance = (ms) => {
        clock.advance(ms);
        group.sweep();
      };
      return { advance, group, tools: group.map('tools', all), seen: group.set('seen', all) };
    };
    const ways = {
      'their own method': (tools, key) => tools.get(key),
      'the method of the base': (tools, key) => RobustSessionMap.prototype.get.call(tools, key),
    };

    for (const [way, read] of Object.entries(ways)) {
      test(`evict the least recently used, read by ${way}`, () => {
        const { group, tools } = setUp();
        tools.set('s:1', 1).set('s:2', 2).set('s:3', 3);
        assert.strictEqual(read(tools, 's:3'), 3); // the first read enters the log, the second is logged at once
        assert.strictEqual(read(tools, 's:1'), 1);
        tools.set('s:4', 4);
        assert.deepStrictEqual([...tools.keys()], ['s:1', 's:3', 's:4']);
        assert.deepStrictEqual([read(tools, 's:4'), read(tools, 's:3')], [4, 3]);
        assert.strictEqual(read(tools, 's:2'), undefined);
        tools.set('s:5', 5);
        assert.deepStrictEqual([...tools.keys()], ['s:3', 's:4', 's:5']);
        tools.set('s:6', 6).set('s:7', 7);
        assert.deepStrictEqual([...tools.keys()], ['s:5', 's:6', 's:7']);
        group.validate();
      });

      test(`touch the session that is read, by ${way}`, () => {
        const { advance, group, tools } = setUp();
        tools.set('s:1', 1).set('t:1', 2).set('u:1', 3);
        for (let round = 0; round < 5; round += 1) {
          advance(600);
          for (let n = 0; n < 4; n += 1) assert.strictEqual(read(tools, n % 2 === 0 ? 's:1' : 'u:1'), n % 2 === 0 ? 1 : 3);
        }
        assert.deepStrictEqual([...group.keys()], ['s', 'u']);
        advance(1000);
        assert.strictEqual(read(tools, 's:1'), undefined);
        assert.strictEqual(group.size, 0);
        group.validate();
      });

      test(`restart the entry’s own idle time, read by ${way}`, () => {
        const { advance, group, tools } = setUp({ ttl: 100 });
        const agents = group.map('agents').set('s', 1);
        tools.set('s:1', 1).set('s:2', 2);
        for (let round = 0; round < 3; round += 1) {
          advance(60);
          assert.strictEqual(agents.get('s'), 1); // what is read after it could be logged at once
          assert.strictEqual(read(tools, 's:1'), 1);
        }
        assert.deepStrictEqual([...tools.keys()], ['s:1']);
        group.validate();
      });
    }

    test('are read many times in a stretch', () => {
      const { group, tools } = setUp();
      tools.set('s:1', 1).set('t:1', 2);
      for (let n = 0; n < 30_000; n += 1) assert.strictEqual(tools.get(n % 3 === 0 ? 's:1' : 't:1'), n % 3 === 0 ? 1 : 2);
      assert.strictEqual(group.stats().hits, 30_000);
      group.validate();
    });

    for (const touchOnHas of [undefined, false]) {
      test(`so do sets, by \`has\`, touchOnHas ${touchOnHas}`, () => {
        const { group, seen } = setUp({ touchOnHas });
        const agents = group.map('agents').set('s', 1);
        seen.add('s:1').add('s:2').add('s:3');
        assert.strictEqual(agents.get('s'), 1);
        assert.ok(seen.has('s:1'));
        seen.add('s:4');
        assert.deepStrictEqual([...seen], touchOnHas === false ? ['s:2', 's:3', 's:4'] : ['s:1', 's:3', 's:4']);
        assert.ok(!seen.has(touchOnHas === false ? 's:1' : 's:2'));
        group.validate();
      });
    }

    test('are to whoever asks what the others are', () => {
      const { tools, seen } = setUp();
      tools.set('s:1', 1);
      seen.add('s:1');
      assert.deepStrictEqual([tools.constructor, seen.constructor], [RobustSessionMap, RobustSessionSet]);
      assert.ok(tools instanceof RobustSessionMap && seen instanceof RobustSessionSet);
      assert.match(inspect(tools), /^RobustSessionMap\(1\)/);
      assert.match(inspect(seen), /^RobustSessionSet\(1\)/);
      assert.deepStrictEqual([Object.keys(tools), Object.keys(seen)], [[], []]);
      assert.throws(() => tools.get.call(new Map(), 's:1'), TypeError);
      assert.throws(() => seen.has.call(new Set(), 's:1'), TypeError);
    });
  });
}
