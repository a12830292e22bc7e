// Who refuses to go: `isBusy`, leases, scopes; for how long; and what `stats` says about it.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { collected, describe, test } from '../harness.mjs';

const require = createRequire(import.meta.url);
const { SessionGroup } = require('../../index.js');
const { ManualClock } = require('../../testing.js');

function setUp(options = {}) {
  const clock = new ManualClock();
  const calls = [];
  const group = new SessionGroup({ clock, ttl: 100, maxBusy: 10_000, onRemove: (id, reason) => calls.push(`${id} ${reason}`), ...options });
  return { clock, group, calls, agents: group.map('agents'), seen: group.set('seen'), tools: group.map('tools', { sessionOf: ([id]) => id }) };
}

const PATHS = {
  idle: { end: ({ clock }) => clock.advance(100) },
  age: { options: { maxAge: 100, ttl: Infinity }, end: ({ clock }) => clock.advance(100) },
  lru: { options: { maxSize: 1 }, end: ({ agents }) => agents.set('x', 1) },
  bytes: { options: { maxBytes: 1 }, end: ({ agents }) => agents.set('x', 1, { size: 1 }) },
  pressure: { end: ({ group }) => group.shed(1) },
};
const KEEPERS = {
  'isBusy': () => {},
  'a pin of the group': ({ group }) => group.pin('s'),
  'a pin of a map': ({ agents }) => agents.pin('s'),
  'a pin of a set': ({ seen }) => seen.pin('s'),
  'a pin of a composite key': ({ tools }) => tools.pin('s1'),
  'a scope': ({ group }) => group.scope('s'),
  'the host’s status': ({ group }) => group.handleEvent({ type: 'session.status', properties: { sessionID: 's', status: { type: 'busy' } } }),
};

describe('every automatic path asks', () => {
  for (const [path, { options, end }] of Object.entries(PATHS)) {
    for (const [keeper, keep] of Object.entries(KEEPERS)) {
      test(`${path}: kept by ${keeper}, for maxBusy`, () => {
        const all = setUp({ ...options, isBusy: keeper === 'isBusy' ? (id) => id === 's' : undefined });
        all.agents.set('s', 1, path === 'bytes' ? { size: 1 } : undefined);
        all.seen.add('s');
        all.tools.set('s1', 1);
        if (path === 'bytes') all.agents.set('s', 1, { size: 1 });
        keep(all);
        end(all);
        assert.ok(all.group.has('s'), 'refuses');
        all.group.validate();
        all.clock.advance(10_100);
        assert.ok(!all.group.has('s'), 'not for ever');
        assert.ok(all.calls.includes('s busy-timeout'), all.calls.join());
        assert.deepStrictEqual([all.agents.peek('s'), all.seen.peek('s'), all.tools.size], [undefined, false, 0]);
        all.group.validate();
      });
    }
  }

  test('what the user does is not vetoed', () => {
    for (const end of [({ group }) => group.drop('s'), ({ agents }) => agents.delete('s'), ({ group }) => group.clear(), ({ group }) => group.close()]) {
      const all = setUp({ isBusy: () => true });
      all.agents.set('s', 1);
      all.group.pin('s');
      end(all);
      assert.strictEqual(all.group.size, 0);
      all.group.validate();
    }
  });
});

describe('isBusy', () => {
  test('is asked with what each member holds', () => {
    const asked = [];
    const { clock, agents, seen, tools } = setUp({ isBusy: (id, parts) => { asked.push([id, { ...parts }]); return parts.agents.pending > 0; } });
    const agent = { pending: 1 };
    agents.set('s', agent);
    seen.add('s');
    tools.set('s1', 'a').set('s2', 'b');
    clock.advance(100);
    assert.deepStrictEqual(asked, [['s', { agents: agent, seen: true, tools: new Map([['s1', 'a'], ['s2', 'b']]) }]]);
    agent.pending = 0;
    clock.advance(1250);
    assert.strictEqual(agents.size, 0);
  });

  test('throwing counts as busy and is reported; a promise too', () => {
    for (const isBusy of [() => { throw new Error('mine'); }, async () => false]) {
      const errors = [];
      const { clock, agents, group } = setUp({ isBusy, onError: (error, { key }) => errors.push(key) });
      agents.set('s', 1);
      clock.advance(100);
      assert.deepStrictEqual([group.size, errors], [1, ['s']]);
    }
  });

  test('may change the group: end the session, store, close', () => {
    const actions = [
      ({ group }) => group.drop('s'),
      ({ agents }) => agents.set('s', 2),
      ({ agents }) => agents.set('new', 2),
      ({ group }) => group.clear(),
      ({ group }) => group.close(),
      ({ agents }) => agents.close(),
    ];
    for (const action of actions) {
      for (const answer of [true, false]) {
        const all = setUp({ maxSize: 2, isBusy: () => { if (all.asked) return answer; all.asked = true; action(all); return answer; } });
        all.agents.set('s', 1).set('t', 1);
        try {
          all.seen.add('u');
        } catch (error) {
          assert.strictEqual(error.code, 'ERR_SESSION_CLOSED');
        }
        all.group.validate();
        all.clock.advance(200);
        all.group.validate();
      }
    }
  });
});

describe('leases count across members', () => {
  test('the session is kept until the last is given back', () => {
    const { clock, group, agents, seen, tools } = setUp();
    agents.set('s', 1);
    seen.add('s');
    tools.set('s1', 1);
    const leases = [group.pin('s'), agents.pin('s'), seen.pin('s'), tools.pin('s1')];
    assert.deepStrictEqual(leases.map(({ key, held }) => [key, held]), [['s', true], ['s', true], ['s', true], ['s1', true]]);
    clock.advance(100);
    tools.delete('s1'); // a lease is the session's, not the entry's
    for (const lease of leases) {
      assert.ok(group.has('s'));
      assert.ok(lease.release());
      assert.ok(!lease.release());
    }
    assert.ok(!group.has('s'));
    group.validate();
  });

  test('on what is not there, and on what left, they are not held', () => {
    const { group, agents } = setUp();
    assert.strictEqual(group.pin('s').held, false);
    agents.set('s', 1);
    const lease = group.pin('s');
    group.drop('s');
    agents.set('s', 2);
    assert.deepStrictEqual([lease.held, lease.release()], [false, false]);
    group.validate();
  });

  test('stats: how many are busy and pinned, and the oldest of each', () => {
    const { clock, group, agents } = setUp({ isBusy: (id) => id === 'busy' });
    agents.set('busy', 1).set('a', 1).set('b', 1);
    const lease = group.pin('a');
    clock.advance(70);
    group.pin('b');
    group.pin('b');
    clock.advance(70);
    const { busy, pinned, oldestBusy, oldestPin } = group.stats();
    assert.deepStrictEqual({ busy, pinned, oldestBusy, oldestPin }, { busy: 3, pinned: 2, oldestBusy: 40, oldestPin: 140 });
    lease.release();
    assert.deepStrictEqual([group.stats().pinned, group.stats().oldestPin], [1, 70]);
    agents.set('a', 2);
    const older = group.pin('a');
    clock.advance(10);
    const younger = agents.pin('a');
    clock.advance(30);
    const youngest = group.pin('a');
    group.drop('b');
    assert.strictEqual(group.stats().oldestPin, 40);
    older.release();
    assert.strictEqual(group.stats().oldestPin, 30);
    younger.release();
    assert.strictEqual(group.stats().oldestPin, 0);
    clock.advance(5);
    assert.strictEqual(group.stats().oldestPin, 5);
    youngest.release();
    assert.strictEqual(group.stats().oldestPin, 0);
    group.validate();
  });
});

describe('scope', () => {
  test('keeps the session while the block runs, and ends it with the block, whatever happens in it', () => {
    const { clock, group, agents, calls } = setUp();
    const work = () => {
      const scope = group.scope('s');
      try {
        agents.set('s', 1);
        assert.deepStrictEqual([scope.key, scope.held], ['s', true]);
        clock.advance(5000);
        assert.strictEqual(agents.get('s'), 1);
        throw new Error('work');
      } finally {
        assert.ok(scope.release());
        assert.ok(!scope.release());
      }
    };
    assert.throws(work, { message: 'work' });
    assert.deepStrictEqual([calls, group.size, group.stats().scopes], [['s delete'], 0, 0]);
    group.validate();
  });

  test('by using', () => {
    const { group, agents } = setUp();
    agents.set('s', 1);
    const scope = group.scope('s');
    if (Symbol.dispose === undefined) return;
    scope[Symbol.dispose]();
    assert.deepStrictEqual([group.size, group.stats().scopes, scope.release()], [0, 0, false]);
  });

  test('nests: the last one to end ends the session; a session dropped meanwhile may begin again, kept', () => {
    const { clock, group, agents } = setUp();
    const [outer, inner] = [group.scope('s'), group.scope('s')];
    agents.set('s', 1);
    inner.release();
    clock.advance(200);
    assert.ok(outer.held);
    group.drop('s');
    assert.ok(!outer.held);
    agents.set('s', 2);
    clock.advance(200);
    assert.ok(outer.held);
    outer.release();
    assert.strictEqual(group.size, 0);
    group.validate();
  });

  test('one that is never ended holds for maxBusy, and is not waited for afterwards', () => {
    const { clock, group, agents, calls } = setUp();
    group.scope('s');
    agents.set('s', 1);
    clock.advance(20_000);
    assert.deepStrictEqual([calls, group.stats().scopes], [['s busy-timeout'], 0]);
  });

  test('one that held for maxBusy and ends at last leaves the session to the scope that began since', () => {
    const { clock, group, agents } = setUp();
    const stuck = group.scope('s');
    agents.set('s', 1);
    clock.advance(20_000);
    const other = group.scope('s');
    agents.set('s', 2);
    assert.strictEqual(stuck.release(), false);
    assert.deepStrictEqual([agents.get('s'), other.held], [2, true]);
    assert.ok(other.release());
    assert.deepStrictEqual([group.size, group.stats().scopes], [0, 0]);
    group.validate();
  });

  test('by the syntax, where the runtime has it', () => {
    let block;
    try {
      block = new Function('group', 'work', 'using scope = group.scope("s"); using lease = group.pin("s"); work(scope);');
    } catch (error) {
      // Node has it since version 24; not applicable before.
      assert.ok(error instanceof SyntaxError && Number.parseInt(process.versions.node, 10) < 24);
      return;
    }
    const { group, agents, calls } = setUp();
    const work = (scope) => {
      agents.set('s', 1);
      assert.deepStrictEqual([scope.held, group.size], [true, 1]);
      throw new Error('work');
    };
    assert.throws(() => block(group, work), { message: 'work' });
    assert.deepStrictEqual([calls, group.size, group.stats().scopes], [['s delete'], 0, 0]);
    group.validate();
  });

  test('that is dropped without a release is forgotten', async () => {
    const { group, agents } = setUp();
    const refs = [];
    for (let n = 0; n < 50; n += 1) {
      (() => {
        const scope = group.scope(`s${n}`);
        agents.set(`s${n}`, n);
        group.drop(`s${n}`);
        refs.push(new WeakRef(scope));
      })();
    }
    const kept = group.scope('kept');
    agents.set('kept', 1);
    assert.ok(await collected(refs) >= 47);
    for (let round = 0; round < 20 && group.stats().scopes > 4; round += 1) await collected([new WeakRef({})]);
    assert.ok(group.stats().scopes <= 4, String(group.stats().scopes));
    assert.strictEqual(kept.held, true);
    assert.ok(kept.release());
    group.validate();
  });
});
