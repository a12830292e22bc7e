// Exit, listeners, garbage: rules 9 and 12 for groups.

import assert from 'node:assert';
import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { collected, describe, test } from '../harness.mjs';
import { script } from '../support/script.mjs';

const require = createRequire(import.meta.url);
const { SessionGroup } = require('../../index.js');
const { ManualClock, nativeUsage } = require('../../testing.js');

async function ends(source, lines) {
  const found = await script(source);
  assert.deepStrictEqual({ code: found.code, lines: found.lines, late: found.late }, { code: 0, lines, late: false }, found.stderr);
}

describe('exit', () => {
  test('hooks of what is left run with reason exit: the members’, then the group’s', () => ends(`
    const group = new SessionGroup({ onRemove: (id, reason, parts) => print(id, reason, Object.keys(parts).join(), group.size, agents.size) });
    const agents = group.map('agents', { onRemove: (id, value, reason) => print('agent', id, reason) });
    const seen = group.set('seen');
    agents.set('a', 1).set('b', 2);
    seen.add('b');
    group.pin('a');
    group.drop('a');
    print('end');
  `, ['agent a delete', 'a delete agents 1 1', 'end', 'agent b exit', 'b exit agents,seen 0 0']));

  test('a hook that came after the first session counts too; async hooks are waited for', () => ends(`
    const group = globalThis.group = new SessionGroup();
    group.map('agents').set('a', 1);
    group.map('late', { onRemove: async (id, value, reason) => {
      print(id, reason);
      await new Promise((resolve) => setTimeout(resolve, 20).unref());
      print('done');
    } }).set('a', 1);
  `, ['a exit', 'done']));

  test('process.exit runs the synchronous part', () => ends(`
    const group = globalThis.group = new SessionGroup({ onRemove: (id, reason) => print(id, reason) });
    group.map('agents').set('a', 1);
    process.exit();
  `, ['a exit']));

  test('1,000 groups of three members share one pair of listeners, without a warning', () => ends(`
    process.on('warning', (warning) => print('warning', warning.name));
    const before = process.listenerCount('exit') + process.listenerCount('beforeExit');
    globalThis.groups = Array.from({ length: 1000 }, () => {
      const group = new SessionGroup({ onRemove: () => {} });
      for (const name of ['a', 'b', 'c']) group.map(name, { onRemove: () => {} }).set('s', 1);
      return group;
    });
    print(process.listenerCount('exit') + process.listenerCount('beforeExit') - before);
    for (const group of groups) group.close();
    print(process.listenerCount('exit') + process.listenerCount('beforeExit') - before);
  `, ['2', '0']));

  test('a group keeps no process alive', () => ends(`
    globalThis.group = new SessionGroup({ ttl: 60_000 });
    group.map('agents').set('a', 1);
    group.map('own', { ttl: 50_000 }).set('a', 1);
    group.pin('a');
    print('end');
  `, ['end']));
});

const GROUPS = 50;
/** Bun scans the stack conservatively, and a group takes its members along: once in forty runs it kept three. A leak keeps all. */
const FEWEST = process.versions.bun === undefined ? 50 : 45;
const emitter = new EventEmitter().setMaxListeners(0);
const clock = new ManualClock();
let hooksRun = 0;

function used(options = {}) {
  const onRemove = () => { hooksRun += 1; };
  const group = new SessionGroup({ onRemove, parentOf: (id) => (typeof id === 'number' && id % 2 ? id - 1 : undefined), ...options });
  const agents = group.map('agents', { onRemove });
  const tools = group.map('tools', { sessionOf: ([id]) => Number(id), ttl: 60_000, onRemove });
  for (let n = 0; n < 10; n += 1) {
    agents.set(n, { group, agents });
    tools.set(`${n}:x`, { tools });
    group.set('seen').add(n);
  }
  agents.get(1);
  return group;
}

const LIVES = {
  'with live sessions whose values reach it': () => used(),
  'with a clock that lives on': () => used({ clock }),
  'with leases, scopes and events under way': () => {
    const group = used({ isBusy: () => true, maxSize: 5 });
    group.map('agents').set('more', [group.pin(9), group.scope(8), group.keys()]);
    group.map('agents').set('s', 1);
    group.handleEvent({ type: 'session.status', properties: { sessionID: 's', status: { type: 'busy' } } });
    return group;
  },
  'with callbacks that close over it': () => {
    const group = used({ isBusy: () => group.size > 0, onRemove: () => { hooksRun += 1; group.clear(); }, onError: () => group.close() });
    group.deleteOn(emitter, 'gone', (id) => (group.has(id) ? id : undefined));
    group.map('agents').deleteOn(emitter, 'gone', () => group);
    return group;
  },
  'with a name': () => used({ name: `collectable ${Math.random()}` }),
  'with tombstones and a load under way': () => {
    const group = used({ tombstone: 60_000 });
    group.map('agents').getOrLoad('load', () => new Promise(() => {}));
    return group;
  },
  'a member of which was closed': () => {
    const group = used({ onRemove: undefined });
    group.set('seen').close();
    return group;
  },
};

describe(`a dropped group is collected: ${FEWEST} of ${GROUPS}`, () => {
  for (const [life, make] of Object.entries(LIVES)) {
    test(life, async () => {
      hooksRun = 0;
      const refs = (() => Array.from({ length: GROUPS }, () => new WeakRef(make())))();
      const members = (() => Array.from({ length: GROUPS }, () => new WeakRef(make().map('agents'))))();
      assert.ok(await collected(refs) >= FEWEST);
      assert.ok(await collected(members) >= FEWEST);
      assert.strictEqual(hooksRun, 0, 'collection is not removal');
    });
  }

  test('and its native memory comes back; close gives it back at once', async () => {
    const maps = () => {
      for (let n = 0; n < 300; n += 1) probe.stats(); // an engine publishes every 256 calls
      return nativeUsage().maps;
    };
    const probe = new SessionGroup();
    probe.map('m').set('s', 1);
    const before = maps();
    const group = used();
    assert.strictEqual(maps(), before + 2);
    group.close();
    assert.strictEqual(maps(), before);
    await collected((() => Array.from({ length: GROUPS }, () => new WeakRef(used())))());
    for (let round = 0; round < 20 && maps() > before + 4; round += 1) await collected([new WeakRef({})]);
    assert.ok(maps() <= before + 4);
    probe.close();
  });

  test('a value that left is not kept by its group', async () => {
    const group = new SessionGroup({ onRemove: () => {} });
    const maps = [group.map('direct'), group.map('own', { ttl: 1e6 }), group.map('hooked', { onRemove: () => {} })];
    const refs = (() => Array.from({ length: 30 }, (_, n) => {
      const value = { n };
      for (const map of maps) map.set(n, value);
      if (n % 3 === 0) maps.forEach((map) => map.set(n, 1));
      else group.drop(n);
      return new WeakRef(value);
    }))();
    assert.ok(await collected(refs) >= 28);
    group.validate();
  });
});
