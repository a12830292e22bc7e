// Members whose values are closed when they leave, and whose use touches the session: histories.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { describe, test } from '../harness.mjs';

const require = createRequire(import.meta.url);
const { RobustSessionMap, SessionGroup } = require('../../index.js');
const { ManualClock } = require('../../testing.js');
const { storeOf } = require('../../lib/group/group.js');
const { resources } = require('../../lib/group/resources.js');

/** What a history is to a group. */
class Resource {
  closed = false;

  constructor(id, used) {
    this.id = id;
    this.push = used;
  }

  close() {
    this.closed = true;
  }
}

function setUp() {
  const clock = new ManualClock();
  const calls = [];
  const group = new SessionGroup({ clock, ttl: 100, onRemove: (id, reason, parts) => calls.push([id, reason, parts.talk?.closed]) });
  const open = () => resources(storeOf(group), 'history', 'talk', (id, used) => new Resource(id, used));
  return { clock, group, calls, open, talk: open() };
}

describe('resources of sessions', () => {
  test('are made when first asked for, and are those of the session', () => {
    const { group, talk, open } = setUp();
    assert.ok(talk instanceof RobustSessionMap);
    const one = talk.of('s');
    assert.strictEqual(talk.of('s'), one);
    assert.strictEqual(talk.get('s'), one);
    assert.strictEqual(talk.get('t'), undefined);
    assert.strictEqual(open(), talk);
    assert.throws(() => group.map('talk'), /this member is not a map/);
    group.validate();
  });

  test('their use touches the session, in all members', () => {
    const { clock, group, talk } = setUp();
    const agents = group.map('agents').set('s', 1);
    const one = talk.of('s');
    clock.advance(60);
    one.push();
    clock.advance(60);
    assert.ok(agents.has('s'));
    clock.advance(40);
    assert.ok(!agents.has('s'));
    one.push();
    assert.strictEqual(group.size, 0);
  });

  test('are closed when they left, after every hook was told', () => {
    const ends = {
      idle: ({ clock }) => clock.advance(100),
      delete: ({ group }) => group.drop('s'),
      clear: ({ group }) => group.clear(),
      close: ({ group }) => group.close(),
    };
    for (const [reason, end] of Object.entries(ends)) {
      const all = setUp();
      const one = all.talk.of('s');
      end(all);
      assert.deepStrictEqual([all.calls, one.closed], [[['s', reason, false]], true]);
      all.group.validate();
    }
  });

  test('also one that is replaced, deleted alone, or whose member is closed', () => {
    const { group, talk } = setUp();
    group.map('agents').set('s', 1);
    const [first, second] = [talk.of('s'), new Resource('s', () => {})];
    talk.set('s', second);
    assert.deepStrictEqual([first.closed, second.closed], [true, false]);
    talk.delete('s');
    assert.ok(second.closed);
    const third = talk.of('s');
    talk.close();
    assert.ok(third.closed && group.has('s'));
    group.validate();
  });
});
