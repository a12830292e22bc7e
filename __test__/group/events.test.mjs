// Events of the plugin's host: what they do, and that no payload throws or begins a session.

import assert from 'node:assert';
import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { collected, describe, test } from '../harness.mjs';

const require = createRequire(import.meta.url);
const { SessionGroup } = require('../../index.js');
const { ManualClock } = require('../../testing.js');

function setUp(options) {
  const clock = new ManualClock();
  const calls = [];
  const group = new SessionGroup({ clock, ttl: 100, onRemove: (id, reason) => calls.push(`${id} ${reason}`), ...options });
  const agents = group.map('agents').set('s', 1);
  return { clock, group, agents, calls };
}

const sync = (type, data) => ({ type: 'sync', syncEvent: { type: `${type}.1`, data } });
const shapes = (type) => [
  { type, properties: { info: { id: 's', parentID: undefined } } },
  { type, properties: { sessionID: 's' } },
  { type, properties: { sessionID: 's', info: { id: 's' } } },
  sync(type, { sessionID: 's' }),
  sync(type, { info: { id: 's' } }),
];

describe('what events do', () => {
  shapes('session.deleted').forEach((event, at) => {
    test(`session.deleted ends the session, shape ${at}`, () => {
      const { group, calls } = setUp();
      assert.strictEqual(group.handleEvent(event), undefined);
      assert.deepStrictEqual([calls, group.size], [['s event'], 0]);
    });
  });

  const status = (id, type) => ({ type: 'session.status', properties: { sessionID: id, status: { type } } });

  test('a session that runs before its first entry is kept from that on, until it rests', () => {
    const { clock, group, agents, calls } = setUp();
    group.handleEvent(status('early', 'busy'));
    group.handleEvent({ type: 'message.updated', properties: { info: { id: 'msg_1', sessionID: 'early' } } });
    assert.deepStrictEqual([...group.keys()], ['s']);
    agents.set('early', 1);
    assert.strictEqual(group.stats().pinned, 1);
    clock.advance(1000);
    assert.deepStrictEqual([[...group.keys()], calls], [['early'], ['s idle']]);
    group.handleEvent(status('early', 'idle'));
    clock.advance(100);
    assert.deepStrictEqual([group.size, calls], [0, ['s idle', 'early idle']]);
    group.validate();
  });

  for (const end of [status('early', 'idle'), { type: 'session.error', properties: { sessionID: 'early' } }, { type: 'session.deleted', properties: { sessionID: 'early' } }]) {
    test(`not if it rests before: ${end.type}`, () => {
      const { group, agents } = setUp();
      group.handleEvent(status('early', 'busy'));
      group.handleEvent(end);
      agents.set('early', 1);
      assert.strictEqual(group.stats().pinned, 0);
    });
  }

  test('of those that run and never begin the last thousand are remembered', () => {
    const { group, agents } = setUp();
    for (let n = 0; n < 5000; n += 1) group.handleEvent(status(`run ${n}`, 'busy'));
    for (const n of [3999, 4000, 4999]) agents.set(`run ${n}`, n);
    assert.strictEqual(group.stats().pinned, 2);
    group.validate();
  });

  const touching = [
    ...['session.created', 'session.updated', 'session.idle', 'session.error', 'session.compacted', 'session.status'].flatMap(shapes),
    { type: 'session.status', properties: { sessionID: 's', status: { type: 'idle' } } },
    { type: 'message.updated', properties: { info: { id: 'msg_1', sessionID: 's' } } },
    { type: 'message.removed', properties: { sessionID: 's', messageID: 'msg_1' } },
    { type: 'message.part.updated', properties: { part: { id: 'prt_1', sessionID: 's' } } },
    { type: 'message.part.removed', properties: { sessionID: 's', partID: 'prt_1' } },
    { type: 'tool.execute.before', properties: { sessionID: 's', tool: 'bash' } },
    { type: 'tool.execute.after', properties: { sessionID: 's' } },
    sync('message.updated', { info: { id: 'msg_1', sessionID: 's' } }),
  ];
  touching.forEach((event, at) => {
    test(`${event.type} touches, ${at}`, () => {
      const { clock, group } = setUp();
      clock.advance(60);
      group.handleEvent(event);
      clock.advance(99);
      assert.ok(group.has('s'));
      clock.advance(1);
      assert.ok(!group.has('s'));
    });
  });

  test('info.id is a session for session.* only', () => {
    const { group } = setUp();
    for (const type of ['message.updated', 'message.removed', 'tool.execute.before', 'file.edited', 'todo.updated']) {
      group.handleEvent({ type, properties: { info: { id: 's' } } });
    }
    assert.strictEqual(group.remaining('s'), 100);
    const { clock } = { clock: new ManualClock() };
    const other = new SessionGroup({ clock, ttl: 100 });
    other.map('agents').set('s', 1);
    clock.advance(10);
    other.handleEvent({ type: 'message.updated', properties: { info: { id: 's' } } });
    assert.strictEqual(other.remaining('s'), 90);
  });

  const running = (kind) => ({ type: 'session.status', properties: { sessionID: 's', status: { type: kind } } });
  for (const kind of ['busy', 'retry']) {
    test(`status ${kind} keeps the session until it rests, for maxBusy`, () => {
      for (const rest of [running('idle'), { type: 'session.idle', properties: { sessionID: 's' } }, { type: 'session.error', properties: { sessionID: 's', error: {} } }]) {
        const { clock, group } = setUp({ maxBusy: 5000 });
        group.handleEvent(running(kind));
        group.handleEvent(running(kind));
        assert.strictEqual(group.stats().pinned, 1);
        clock.advance(4000);
        assert.ok(group.has('s'));
        group.handleEvent(rest);
        assert.deepStrictEqual([group.stats().pinned, group.remaining('s')], [0, 100]);
        group.handleEvent(running(kind));
        clock.advance(5100);
        assert.ok(!group.has('s'));
        group.validate();
      }
    });
  }

  test('server.instance.disposed closes only a group made with that directory', () => {
    const groups = [undefined, '/a', '/b'].map((directory) => setUp({ directory }));
    for (const { group } of groups) {
      group.handleEvent({ type: 'server.instance.disposed', properties: { directory: '/a' } });
      group.handleEvent({ type: 'server.instance.disposed', properties: {} });
      group.handleEvent({ type: 'server.instance.disposed' });
    }
    assert.deepStrictEqual(groups.map(({ group }) => group.stats().closed), [false, true, false]);
    assert.deepStrictEqual(groups[1].calls, ['s close']);
    groups[1].group.handleEvent({ type: 'session.deleted', properties: { sessionID: 's' } });
  });

  test('events begin no session', () => {
    const group = new SessionGroup();
    group.map('agents');
    for (const event of [...shapes('session.created'), ...touching, running('busy')]) group.handleEvent(event);
    assert.strictEqual(group.size, 0);
    assert.strictEqual(group.stats().added, 0);
  });

  test('a hook that throws does not come out of handleEvent, nor does a parentOf', () => {
    const errors = [];
    const group = new SessionGroup({
      onError: (error) => errors.push(error.message),
      onRemove: () => { throw new Error('hook'); },
      parentOf: () => { if (errors.length > 0) throw new Error('parent'); },
    });
    const agents = group.map('agents').set('s', 1).set('t', 1);
    group.handleEvent({ type: 'session.deleted', properties: { sessionID: 's' } });
    group.handleEvent({ type: 'session.updated', properties: { info: { id: 't', parentID: 'p' } } });
    assert.deepStrictEqual([errors, agents.size], [['hook', 'parent'], 1]);
    group.validate();
  });
});

const bomb = () => { throw new Error('boom'); };
const trap = new Proxy({}, { get: bomb, has: bomb, ownKeys: bomb, getOwnPropertyDescriptor: bomb, getPrototypeOf: bomb });
const revoked = Proxy.revocable({}, {});
revoked.revoke();
const deep = { id: 's', sessionID: 's' };

/** Payloads that say nothing about a session. */
const HOSTILE = [
  undefined, null, 0, 1, NaN, '', 'session.deleted', true, 1n, Symbol('s'), () => {}, bomb, [], [1], {}, Object.create(null), new Date(), /x/,
  trap, revoked.proxy, new Map([['type', 'session.deleted']]),
  ['session.deleted', { info: { id: 's' } }],
  Object.assign([], { type: 'session.deleted', properties: { info: { id: 's' } } }),
  Object.create({ type: 'session.deleted', properties: { sessionID: 's' } }),
  { get type() { return bomb(); } },
  { get type() { return 'session.deleted'; }, properties: { sessionID: 's' } },
  { type: { toString: bomb }, properties: { sessionID: 's' } },
  { type: new String('session.deleted'), properties: { sessionID: 's' } },
  { type: null }, { type: 5, properties: { sessionID: 's' } }, { type: '__proto__' }, { type: 'sync' }, { type: 'sync', syncEvent: null },
  { type: 'sync', syncEvent: [] }, { type: 'sync', syncEvent: trap }, { type: 'sync', syncEvent: { type: 5, data: {} } },
  { type: 'sync', syncEvent: { type: 'session.deleted.1', data: null } },
  { type: 'sync', syncEvent: { type: 'session.deleted.1', get data() { return bomb(); } } },
  { type: 'sync', syncEvent: { type: 'sync', syncEvent: { type: 'session.deleted.1', data: { sessionID: 's' } } } },
  { type: 'sync', properties: { sessionID: 's' } },
  { type: 'unknown.event', properties: { sessionID: 's' } }, { type: 'session', properties: { sessionID: 's' } },
  { type: 'session.', properties: { sessionID: 's' } }, { type: 'SESSION.DELETED', properties: { sessionID: 's' } },
  { type: 'session.deletedX', properties: { sessionID: 's' } }, { type: 'server.connected', properties: {} },
  { type: 'session.deleted' },
  ...[undefined, null, 0, 's', [], ['s'], trap, revoked.proxy, {}, Object.create(deep), [deep], () => {}].map((properties) => ({ type: 'session.deleted', properties })),
  ...[undefined, null, 0, 's', [], ['s'], trap, revoked.proxy, {}, Object.create(deep), [deep], bomb].map((info) => ({ type: 'session.deleted', properties: { info } })),
  ...[undefined, null, 0, 1, '', [], ['s'], {}, trap, NaN, Symbol('s'), { toString: () => 's' }, new String('s'), bomb].flatMap((id) => [
    { type: 'session.deleted', properties: { info: { id } } }, { type: 'session.deleted', properties: { sessionID: id } },
    { type: 'session.created', properties: { info: { id, parentID: id } } }, { type: 'server.instance.disposed', properties: { directory: id } },
  ]),
  { type: 'session.deleted', properties: { get sessionID() { return bomb(); } } },
  { type: 'session.deleted', properties: { info: { get id() { return bomb(); } } } },
  { type: 'session.deleted', get properties() { return bomb(); } },
  { type: 'session.deleted', properties: JSON.parse('{"__proto__": {"sessionID": "s"}}') },
  { type: 'session.deleted', properties: { sessionID: '__proto__' } }, { type: 'session.deleted', properties: { sessionID: 'constructor' } },
  { type: 'session.deleted', properties: { sessionID: 'other' } },
];

describe('hostile payloads do nothing and never throw', () => {
  test(`${HOSTILE.length} of them`, () => {
    const { group, agents, clock } = setUp({ directory: '/a' });
    clock.advance(10);
    HOSTILE.forEach((event, at) => {
      assert.strictEqual(group.handleEvent(event), undefined, `payload ${at}`);
      assert.deepStrictEqual([[...agents], group.remaining('s'), group.stats().pinned], [[['s', 1]], 90, 0], `payload ${at}`);
    });
    group.validate();
  });

  test('with a status, an info or a part of any kind', () => {
    const { group } = setUp();
    for (const odd of [undefined, null, 5, 'busy!', [], trap, revoked.proxy, { type: {} }, { type: trap }, { get type() { return bomb(); } }]) {
      group.handleEvent({ type: 'session.status', properties: { sessionID: 's', status: odd } });
      group.handleEvent({ type: 'session.updated', properties: { sessionID: 's', info: odd } });
      group.handleEvent({ type: 'message.part.updated', properties: { part: odd } });
      group.handleEvent({ type: 'message.updated', properties: { info: odd } });
    }
    assert.deepStrictEqual([group.size, group.stats().pinned], [1, 0]);
    group.validate();
  });
});

describe('deleteOn', () => {
  test('ends a session by an EventEmitter and by an EventTarget, reason event', () => {
    const { group, agents, calls } = setUp({ parentOf: (id) => (id === 'child' ? 's' : undefined) });
    agents.set('child', 1).set('t', 1);
    const emitter = new EventEmitter();
    const target = new EventTarget();
    group.deleteOn(emitter, 'session.deleted', (event) => event.info.id);
    group.deleteOn(target, 'gone', () => 't');
    emitter.emit('session.deleted', { info: { id: 's' } });
    target.dispatchEvent(new Event('gone'));
    assert.deepStrictEqual([calls, group.size], [['child event', 's event', 't event'], 0]);
  });

  test('ends with the group, and by itself', () => {
    const emitter = new EventEmitter();
    const { group, agents } = setUp();
    const off = group.deleteOn(emitter, 'gone', (id) => id);
    group.deleteOn(emitter, 'gone', (id) => id);
    agents.deleteOn(emitter, 'gone', (id) => id);
    assert.strictEqual(emitter.listenerCount('gone'), 3);
    off();
    assert.strictEqual(emitter.listenerCount('gone'), 2);
    group.close();
    assert.strictEqual(emitter.listenerCount('gone'), 0);
  });

  test('holds the group weakly, and lets go of the emitter when the group is gone', async () => {
    const emitter = new EventEmitter();
    const refs = (() => [1, 2, 3, 4, 5, 6].map(() => {
      const group = new SessionGroup();
      group.map('agents').set('s', { group });
      group.deleteOn(emitter, 'gone', (id) => (group.has(id) ? id : undefined));
      return new WeakRef(group);
    }))();
    assert.ok(await collected(refs) >= 5);
    emitter.emit('gone', 's');
    assert.ok(emitter.listenerCount('gone') <= 1);
  });
});
