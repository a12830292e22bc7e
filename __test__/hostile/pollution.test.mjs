// Names that mean something to JavaScript, in data that comes from elsewhere: settings, events, keys, messages.
// They are data, and nothing else changes.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { afterEach, describe, test } from '../harness.mjs';
import { calls, result, user } from '../history/support/scope.mjs';

const require = createRequire(import.meta.url);
const { BoundedHistory, RobustSessionMap, SessionGroup, SharedHistory, limitsFromSettings, memoryReport } = require('../../index.js');
const { ManualClock } = require('../../testing.js');

const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__defineGetter__', 'then'];
const BUILTINS = [Object, Array, Function, Map, Set, String, Promise];
const shapeOf = () => BUILTINS.map(({ prototype }) => Reflect.ownKeys(prototype).length).join();
const before = shapeOf();
const plain = (json) => JSON.parse(json);

describe('prototype pollution has no effect', () => {
  afterEach(() => {
    assert.strictEqual(shapeOf(), before);
    assert.strictEqual({}.polluted, undefined);
    assert.strictEqual([].polluted, undefined);
  });

  test('through settings', () => {
    for (const name of NAMES) {
      const settings = JSON.stringify({ [`P_${name}_MAX_TOKENS`]: '7' }).replace('}', `,"__proto__":{"polluted":1,"P_SESSION_TTL_MINUTES":"1"},"P_MAX_ACTIVE_SESSIONS":"3"}`);
      const limits = limitsFromSettings(settings, 'P');
      assert.deepStrictEqual(Object.getOwnPropertyDescriptor(limits.windows, name)?.value, { maxTokens: 7 }, name);
      assert.deepStrictEqual([limits.sessions, limits.window], [{ maxSize: 3 }, { maxTokens: 7 }]);
      assert.strictEqual(Object.getPrototypeOf(limits.windows), Object.prototype);
      assert.strictEqual(Object.prototype.maxTokens, undefined);
      assert.strictEqual(Object.maxTokens, undefined);
    }
    // Inherited settings are nobody's.
    assert.deepStrictEqual(limitsFromSettings(Object.create({ P_MAX_ACTIVE_SESSIONS: '3' }), 'P').sessions, {});
    assert.deepStrictEqual(limitsFromSettings('{"__proto___MAX_TOKENS":"5"}', '__proto__').window, { maxTokens: 5 });
  });

  test('through options: as own properties they are unknown ones, and inherited ones are not read', () => {
    for (const make of [(options) => new RobustSessionMap(options), (options) => new BoundedHistory(options), (options) => new SessionGroup(options)]) {
      for (const name of NAMES) {
        const options = plain(`{"${name}":{"ttl":1}}`);
        assert.throws(() => make(options), (error) => error instanceof TypeError && error.message.includes(name), name);
      }
      assert.throws(() => make(Object.create({ ttl: -1 })), TypeError);
    }
  });

  test('through events', () => {
    const group = new SessionGroup({ clock: new ManualClock() });
    const agents = group.map('agents');
    for (const id of NAMES) {
      const info = `{"id":"${id}","parentID":"constructor","__proto__":{"polluted":1}}`;
      for (const type of ['session.created', 'session.status', 'session.updated', 'message.updated', 'session.idle']) {
        group.handleEvent(plain(`{"type":"${type}","properties":{"info":${info},"sessionID":"${id}","status":{"type":"busy"},"__proto__":{"sessionID":"x"}},"__proto__":{"type":"session.deleted"}}`));
      }
      assert.strictEqual(group.has(id), false, 'an event began a session');
      agents.set(id, id);
    }
    assert.deepStrictEqual([...group], NAMES);
    // What is inherited says nothing.
    group.handleEvent(Object.create({ type: 'session.deleted', properties: { sessionID: 'then' } }));
    group.handleEvent({ type: 'session.deleted', properties: Object.create({ sessionID: 'then' }) });
    assert.ok(group.has('then'));
    group.handleEvent(plain('{"type":"session.deleted","properties":{"info":{"id":"__proto__"}}}'));
    assert.deepStrictEqual([...group], NAMES.filter((name) => name !== '__proto__' ));
    group.validate();
    group.close();
  });

  test('through the names of members, and what hooks, figures and reports say of them', () => {
    const told = [];
    const group = new SessionGroup({ clock: new ManualClock(), name: '__proto__', onRemove: (id, _, parts) => told.push(parts) });
    for (const name of NAMES) group.map(name).set('id', name);
    const { members } = group.stats();
    for (const name of NAMES) assert.strictEqual(Object.getOwnPropertyDescriptor(members, name)?.value, 1, name);
    assert.ok(memoryReport().rows.some((row) => row.name === '__proto__' && row.members.length === NAMES.length));
    group.drop('id');
    assert.strictEqual(Object.getPrototypeOf(told[0]), null);
    assert.deepStrictEqual(Object.keys(told[0]), NAMES);
    for (const name of NAMES) assert.strictEqual(Object.getOwnPropertyDescriptor(told[0], name)?.value, name);
    group.validate();
    group.close();
  });

  test('through keys', () => {
    const map = new RobustSessionMap({ clock: new ManualClock() });
    for (const name of NAMES) map.set(name, name);
    assert.deepStrictEqual([...map.keys()], NAMES);
    for (const name of NAMES) assert.strictEqual(map.get(name), name);
    map.validate();
    map.close();
  });

  test('through messages, wherever a text stands', () => {
    const text = 'long enough to be moved '.repeat(20);
    for (const name of NAMES.filter((each) => each !== 'then')) {
      const json = [
        `{"role":"user","content":"a","${name}":"${text}"}`,
        `{"role":"user","content":"a","${name}":{"polluted":"${text}","deep":[{"${name}":"${text}"}]}}`,
        `{"role":"user","content":[{"type":"text","text":"${text}","${name}":{"polluted":"${text}"}}]}`,
      ];
      const history = new BoundedHistory({ maxMessages: 10 });
      history.push(...json.map(plain));
      const all = `[${json}]`;
      assert.strictEqual(JSON.stringify(history), all, name);
      assert.strictEqual(history.toJSONBuffer().toString(), all, name);
      assert.strictEqual(JSON.stringify(history.window()), all, `window, ${name}`);
      assert.deepStrictEqual(history.window(), json.map(plain), `window, ${name}`);
      const shared = SharedHistory.open(history.handle);
      shared.push(plain(json[0]));
      assert.strictEqual(JSON.stringify(shared.toArray()), `[${json},${json[0]}]`, `shared, ${name}`);
      shared.close();
      history.validate();
      assert.strictEqual(JSON.stringify(history.splice(0)), `[${json},${json[0]}]`, `taken out, ${name}`);
      history.validate();
      history.close();
    }
  });

  test('through roles, types and ids of calls', () => {
    const history = new BoundedHistory({ maxMessages: 2, keepFirst: 0 });
    for (const name of NAMES) history.push(user(name), calls(name), result(name), { role: name, content: name, type: name });
    history.validate();
    assert.strictEqual(history.at(-1).role, 'then');
    history.close();
  });
});
