// `group.history`: conversations that live and end with their sessions.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { describe, test } from '../harness.mjs';

const require = createRequire(import.meta.url);
const { BoundedHistory, RobustSessionMap, SessionGroup, SessionClosedError } = require('../../index.js');
const { ManualClock } = require('../../testing.js');
const { passNow } = require('../../lib/history/idle.js');

const user = (content) => ({ role: 'user', content });
const model = (content) => ({ role: 'assistant', content });

function setUp(options = {}, limits = undefined) {
  const clock = new ManualClock();
  const calls = [];
  const onRemove = (id, reason, parts) => calls.push([id, reason, parts.talk?.map((m) => m.content)]);
  const group = new SessionGroup({ clock, ttl: 100, onRemove, ...options });
  return { clock, group, calls, talk: group.history('talk', limits) };
}

describe('conversations of sessions', () => {
  test('are histories in a map, begun when first asked for', () => {
    const { group, talk, clock } = setUp({}, { maxMessages: 3 });
    assert.ok(talk instanceof RobustSessionMap && talk instanceof Map);
    assert.strictEqual(talk.get('s'), undefined);
    assert.strictEqual(group.size, 0);
    const one = talk.of('s');
    assert.ok(one instanceof BoundedHistory && Array.isArray(one));
    assert.strictEqual(talk.of('s'), one);
    assert.strictEqual(talk.get('s'), one);
    assert.deepStrictEqual([...talk.keys()], ['s']);
    for (let at = 0; at < 9; at += 1) one.push(user(`q${at}`));
    assert.deepStrictEqual(one.map((m) => m.content), ['q0', 'q7', 'q8']);
    assert.notStrictEqual(talk.of('t'), one);
    assert.strictEqual(group.history('talk'), talk);
    assert.throws(() => group.history('talk', { maxMessages: 5 }), { name: 'TypeError', message: /there already/ });
    assert.throws(() => group.map('talk'), { name: 'TypeError', message: /not a map/ });
    group.set('seen').add('u');
    assert.ok(group.history('late').of('u') instanceof BoundedHistory);
    clock.advance(100);
    assert.strictEqual(group.size, 0);
    group.validate();
  });

  const uses = {
    push: (h) => h.push(user('more')),
    pop: (h) => h.pop(),
    shift: (h) => h.shift(),
    unshift: (h) => h.unshift(user('first')),
    splice: (h) => h.splice(0, 1),
    sort: (h) => h.sort(() => 0),
    reverse: (h) => {
      h.reverse();
    },
    fill: (h) => h.fill(user('same')),
    copyWithin: (h) => h.copyWithin(0, 1),
    window: (h) => h.window(),
    'streaming': (h) => {
      h[1].content += ' and so on';
    },
  };
  for (const [name, use] of Object.entries(uses)) {
    test(`${name} touches the session, in all members`, () => {
      const { clock, group, talk } = setUp();
      const agents = group.map('agents').set('s', 1);
      const one = talk.of('s');
      one.push(user('a question'), model('an answer'));
      clock.advance(60);
      use(one);
      assert.strictEqual(group.remaining('s'), 100);
      clock.advance(60);
      assert.ok(agents.has('s'));
      clock.advance(40);
      assert.ok(!agents.has('s') && !talk.has('s'));
      group.validate();
    });
  }

  test('looking does not touch', () => {
    const { clock, group, talk } = setUp();
    const one = talk.of('s');
    one.push(user('a question'));
    clock.advance(60);
    void [one[0].content, one.length, one.byteLength, one.tokens, one.chars, one.dropped, [...one], one.toJSONBuffer(), one.validate()];
    passNow();
    assert.strictEqual(group.remaining('s'), 40);
  });

  test('a push restarts the idle time, not the age', () => {
    const { clock, group, talk } = setUp({ maxAge: 150 });
    const one = talk.of('s');
    for (let at = 0; at < 3; at += 1) {
      clock.advance(49);
      one.push(user('more'));
    }
    assert.strictEqual(group.remaining('s'), 3);
    clock.advance(3);
    assert.strictEqual(group.size, 0);
  });

  const ends = {
    idle: ({ clock }) => clock.advance(100),
    delete: ({ group }) => group.drop('s'),
    clear: ({ group }) => group.clear(),
    close: ({ group }) => group.close(),
    event: ({ group }) => group.handleEvent({ type: 'session.deleted', properties: { sessionID: 's' } }),
    pressure: ({ group }) => group.shed(1),
  };
  for (const [reason, end] of Object.entries(ends)) {
    test(`${reason}: the hook gets the conversation, and whoever holds it may go on`, () => {
      const all = setUp();
      const one = all.talk.of('s');
      one.push(user('a question'));
      const [message] = one;
      end(all);
      assert.deepStrictEqual(all.calls, [['s', reason, ['a question']]]);
      assert.strictEqual(message.content, 'a question');
      assert.strictEqual(one.push(model('a late answer')), 2);
      assert.strictEqual(one[1].content, 'a late answer');
      assert.ok(one.validate());
      if (reason !== 'close') assert.strictEqual(all.talk.of('s').length, 0);
      all.group.validate();
    });
  }

  test('one that was let go touches nobody', () => {
    const { clock, group, talk } = setUp();
    const old = talk.of('s');
    talk.delete('s');
    const fresh = talk.of('s');
    assert.notStrictEqual(fresh, old);
    clock.advance(60);
    old.push(user('late'));
    assert.strictEqual(group.remaining('s'), 40);
    const own = new BoundedHistory([user('brought along')]);
    assert.strictEqual(talk.set('s', own).get('s'), own);
    clock.advance(60);
    fresh.push(user('late'));
    assert.strictEqual(group.remaining('s'), 40);
    own.push(user('now'));
    assert.strictEqual(group.remaining('s'), 100);
    group.validate();
  });

  test('one that was let go may become the conversation of another session', () => {
    const { group, talk } = setUp();
    const [first, second] = [talk.of('s'), new BoundedHistory()];
    talk.set('s', second).set('t', first);
    talk.delete('s');
    talk.set('u', second);
    assert.deepStrictEqual([...group.keys()], ['t', 'u']);
    group.validate();
  });

  test('members tell of their own', () => {
    const seen = [];
    const { group, talk } = setUp({}, { onRemove: (id, history, reason) => seen.push([id, history.length, reason]) });
    group.map('agents').set('s', 1);
    talk.of('s').push(user('a question'));
    talk.set('s', new BoundedHistory());
    talk.delete('s');
    assert.deepStrictEqual(seen, [['s', 1, 'replace'], ['s', 0, 'delete']]);
    assert.ok(group.has('s'));
    talk.of('s');
    talk.close();
    assert.deepStrictEqual(seen.at(-1), ['s', 0, 'close']);
    assert.throws(() => talk.of('s'), SessionClosedError);
    assert.ok(group.has('s'));
    group.validate();
  });
});

describe('bytes of conversations', () => {
  test('count in the group’s maxBytes as they grow and shrink', () => {
    const { group, talk, calls } = setUp({ maxBytes: 1000 });
    const [a, b, c] = ['a', 'b', 'c'].map((id) => talk.of(id));
    a.push(user('x'.repeat(300)));
    b.push(user('x'.repeat(300)));
    c.push(user('x'.repeat(300)));
    assert.deepStrictEqual([group.stats().bytes, talk.stats().bytes, group.size], [900, 900, 3]);
    a.push(model('y'.repeat(90)));
    assert.strictEqual(group.stats().bytes, 990);
    c.push(model('y'.repeat(50)));
    assert.deepStrictEqual(calls.map(([id, reason]) => [id, reason]), [['b', 'bytes']]);
    assert.deepStrictEqual([[...group.keys()], group.stats().bytes], [['a', 'c'], 740]);
    a.pop();
    assert.strictEqual(group.stats().bytes, 650);
    group.validate();
  });

  test('one alone is trimmed to them, and what cannot be trimmed counts as all of them', () => {
    const { group, talk } = setUp({ maxBytes: 1000 }, { keepFirst: 0 });
    const one = talk.of('s');
    for (let at = 0; at < 9; at += 1) one.push(user('x'.repeat(400)));
    assert.deepStrictEqual([one.length, one.byteLength], [2, 800]);
    one.push(user('y'.repeat(5000)));
    assert.deepStrictEqual([one.length, one.byteLength], [1, 5000]);
    assert.deepStrictEqual([[...group.keys()], group.stats().bytes, talk.stats().bytes], [['s'], 1000, 5000]);
    group.validate();
  });

  test('a session that its conversations made too heavy may be written to, but for what makes it heavier', () => {
    const { clock, group, talk } = setUp({ maxBytes: 1000 });
    const agents = group.map('agents');
    const logs = group.map('logs', { sizeOf: (value) => value.length });
    logs.set('s', 'xx');
    for (const history of [talk.of('s'), group.history('other').of('s')]) history.push(user('x'.repeat(700)));
    assert.strictEqual(agents.set('s', 'build').get('s'), 'build');
    logs.set('s', 'y');
    assert.deepStrictEqual([logs.get('s'), group.stats().bytes], ['y', 1401]);
    assert.throws(() => logs.set('s', 'yy'), { name: 'RangeError', message: /weight 1402 can never fit into maxBytes \(1000\)/ });
    assert.strictEqual(logs.get('s'), 'y');
    clock.advance(60);
    agents.set('s', 'plan');
    clock.advance(60);
    assert.strictEqual(agents.get('s'), 'plan');
    group.validate();
  });

  test('no room is made at the price of who is busy, pinned, or being written to', () => {
    const { group, talk, calls } = setUp({ maxBytes: 1000, isBusy: (id) => id === 'busy' });
    talk.of('busy').push(user('x'.repeat(50)));
    talk.of('pinned').push(user('x'.repeat(400)));
    const lease = group.pin('pinned');
    const one = talk.of('s');
    one.push(user('x'.repeat(900)));
    assert.deepStrictEqual([calls, group.size, group.stats().bytes], [[], 3, 1350]);
    assert.strictEqual(group.stats().overflows > 0, true);
    lease.release();
    one.push(user('x'));
    assert.deepStrictEqual(calls.map(([id]) => id), ['pinned']);
    group.validate();
  });

  test('a hook that closes the group while room is made', () => {
    const { group, talk } = setUp({ maxBytes: 1000, onRemove: () => group.close() });
    talk.of('a').push(user('x'.repeat(600)));
    const one = talk.of('b');
    assert.strictEqual(one.push(user('x'.repeat(600))), 1);
    assert.strictEqual(one[0].content.length, 600);
    group.validate();
  });

  test('isBusy that closes the group while room is made', () => {
    const { group, talk } = setUp({ maxBytes: 1000, isBusy: () => (group.close(), false) });
    talk.of('a').push(user('x'.repeat(600)));
    const one = talk.of('b');
    assert.strictEqual(one.push(user('x'.repeat(600))), 1);
    assert.strictEqual(one[0].content.length, 600);
    group.validate();
  });

  test('isBusy that closes the member while room is made', () => {
    const all = setUp({ maxBytes: 1000, isBusy: () => (all.talk.close(), false) });
    all.group.set('seen').add('b');
    all.talk.of('a').push(user('x'.repeat(600)));
    all.talk.of('b').push(user('x'.repeat(600)));
    assert.deepStrictEqual([[...all.group.keys()], all.group.stats().bytes], [['b'], 0]);
    all.group.validate();
  });

  test('an ancestor is not what makes room', () => {
    const { group, talk, calls } = setUp({ maxBytes: 1000, parentOf: (id) => (id === 'child' ? 'parent' : undefined) });
    talk.of('parent').push(user('x'.repeat(500)));
    const child = talk.of('child');
    child.push(user('x'.repeat(400)));
    talk.of('other').push(user('x'.repeat(50)));
    child.push(model('x'.repeat(300)));
    assert.deepStrictEqual([calls.map(([id]) => id), child.length, group.size], [['other'], 2, 2]);
    group.validate();
  });

  test('without the limit nothing is weighed, and stats tell the bytes all the same', () => {
    const { group, talk } = setUp();
    talk.of('s').push(user('x'.repeat(300)));
    assert.deepStrictEqual([group.stats().bytes, talk.stats().bytes], [0, 300]);
    group.validate();
  });
});

describe('wrong use', () => {
  const values = [undefined, null, NaN, Infinity, -1, 0, 2.5, '10', true, {}, [], Symbol('x'), 2n, () => {}];

  test('only histories are conversations; nothing is begun for anything else', () => {
    const { group, talk } = setUp({ maxBytes: 100 });
    for (const value of values) {
      for (const store of [() => talk.set('s', value), () => talk.getOrInsert('s', value), () => talk.getOrInsertComputed('s', () => value)]) {
        assert.throws(store, { name: 'TypeError', message: /must be a BoundedHistory, not .+; of\(id\) gives/ });
      }
    }
    assert.deepStrictEqual([group.size, talk.size], [0, 0]);
    group.validate();
  });

  test('a conversation belongs to one session', () => {
    const { group, talk } = setUp();
    const one = talk.of('s');
    assert.throws(() => talk.set('t', one), { name: 'TypeError', message: /of session "s" already/ });
    assert.throws(() => group.history('other').set('s', one), { name: 'TypeError', message: /of session "s" already/ });
    assert.strictEqual(talk.set('s', one).get('s'), one);
    talk.set(-0, talk.of(-0));
    assert.deepStrictEqual([...group.keys()], ['s', 0]);
    group.validate();
  });

  test('options', () => {
    const { group } = setUp();
    for (const value of values.filter((one) => one !== undefined && one !== null && typeof one !== 'object')) {
      assert.throws(() => group.history('x', value), { name: 'TypeError', message: /SessionGroup.history\("x"\): options must be a plain object/ });
    }
    assert.throws(() => group.history('x', { ttl: 5 }), { name: 'TypeError', message: /unknown option ttl; .*all other limits are the group’s/ });
    assert.throws(() => group.history('x', { maxMessages: 0 }), { name: 'RangeError', message: /maxMessages/ });
    assert.throws(() => group.history('x', { onRemove: 1 }), { name: 'TypeError', message: /onRemove/ });
    assert.throws(() => group.history(5), { name: 'TypeError', message: /name/ });
    group.close();
    assert.throws(() => group.history('x'), SessionClosedError);
  });
});
