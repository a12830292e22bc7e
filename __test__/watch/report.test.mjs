// memoryReport(): what is in it, and what it leaves alone. That its sums are right for any population is
// tested in `report-model.test.mjs`.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { collected, describe, test } from '../harness.mjs';
import { freshLibrary } from '../support/fake-host.mjs';
import { script } from '../support/script.mjs';
import { audit } from '../support/state.mjs';

const require = createRequire(import.meta.url);
const { BoundedHistory, RobustSessionMap, RobustSessionSet, SessionGroup, memoryReport } = require('../../index.js');
const { ManualClock, nativeUsage } = require('../../testing.js');
const { binding } = require('../../lib/native.js');
const { Living } = require('../../lib/living.js');

/** The rows of a name: other tests of this process have structures of their own. */
const rowsOf = (name) => memoryReport().rows.filter((row) => row.name === name);
const rowOf = (name) => {
  const rows = rowsOf(name);
  assert.strictEqual(rows.length, 1, `${rows.length} rows named ${name}`);
  return rows[0];
};
const NONE = { idle: 0, age: 0, lru: 0, bytes: 0, 'busy-timeout': 0, pressure: 0, delete: 0, clear: 0, event: 0, close: 0, exit: 0, trim: 0 };

describe('a row', () => {
  test('of a map has everything that stats() says of it', () => {
    const clock = new ManualClock();
    const map = new RobustSessionMap({
      name: 'row-map', clock, ttl: 1000, maxSize: 2, maxBusy: 10_000, sizeOf: (value) => value.length, isBusy: (value) => value === 'busy',
      onRemove: (key) => { if (key === 'bad') throw new Error('hook'); }, onError: () => {},
    });
    map.set('bad', 'x').set('k', 'four').set('b', 'busy');
    clock.advance(400);
    const lease = map.pin('k');
    clock.advance(700); // both are due and refuse
    map.set('new', 'xy');
    clock.advance(50);
    assert.deepStrictEqual(rowOf('row-map'), {
      kind: 'map', name: 'row-map', entries: 3, bytes: 4 + 4 + 2, nativeBytes: map.stats().nativeBytes, oldestIdle: 1150,
      busy: 2, oldestBusy: 150, pinned: 1, oldestPin: 750, removed: { ...NONE, lru: 1 }, overflows: 1, hookErrors: 1,
    });
    assert.ok(map.stats().nativeBytes > 500);
    lease.release();
    assert.deepStrictEqual([rowOf('row-map').pinned, rowOf('row-map').oldestPin], [0, 0]);
    audit(map);
    map.close();
    assert.deepStrictEqual(rowsOf('row-map'), []);
  });

  test('of leases is that of the oldest held', () => {
    const clock = new ManualClock();
    const map = new RobustSessionMap({ name: 'row-pin', clock }).set('a', 1).set('b', 2);
    const first = map.pin('a');
    clock.advance(10);
    const second = map.pin('a');
    map.pin('b');
    clock.advance(5);
    assert.strictEqual(rowOf('row-pin').oldestPin, 15);
    map.pin('a').release();
    assert.strictEqual(rowOf('row-pin').oldestPin, 15);
    first.release();
    assert.strictEqual(rowOf('row-pin').oldestPin, 5);
    second.release();
    assert.strictEqual(rowOf('row-pin').oldestPin, 5);
    assert.strictEqual(map.stats().oldestPin, 5);
    map.pin('a');
    clock.advance(1);
    assert.strictEqual(rowOf('row-pin').oldestPin, 6);
    map.delete('b');
    assert.strictEqual(rowOf('row-pin').oldestPin, 1);
    audit(map);
    map.close();
  });

  test('of a set says so, and has the class as its name by default', () => {
    class Notified extends RobustSessionSet {}
    const set = new Notified(null, ['a', 'b']);
    const row = rowOf('Notified');
    assert.deepStrictEqual([row.kind, row.entries, row.bytes, row.removed], ['set', 2, 0, NONE]);
    audit(set);
    set.close();
  });

  test('of a group has its members, its conversations among them, which have no rows of their own', () => {
    const clock = new ManualClock();
    const group = new SessionGroup({ name: 'row-group', clock, maxSize: 3 });
    const agents = group.map('agents', { sizeOf: (value) => value });
    const calls = group.map('calls', { sessionOf: (key) => key[0] });
    const seen = group.set('seen');
    const talk = group.history('talk', { sealAfter: Infinity });
    const first = talk.of('a');
    for (const id of ['a', 'b', 'c', 'd']) {
      agents.set(id, 5);
      calls.set(`${id}:1`, 1).set(`${id}:2`, 2);
      talk.of(id).push({ role: 'user', content: 'question' }, { role: 'assistant', content: 'x'.repeat(1000) });
    }
    seen.add('d');
    group.pin('b');
    clock.advance(30);
    agents.get('b');
    const { members, nativeBytes, ...row } = rowOf('row-group');
    assert.deepStrictEqual(row, {
      kind: 'group', name: 'row-group', entries: 3 + 6 + 1 + 3, bytes: 15 + 3 * 1008, oldestIdle: 30, busy: 0, oldestBusy: 0, pinned: 1,
      oldestPin: 30, removed: { ...NONE, lru: 1 }, overflows: 0, hookErrors: 0, sessions: 3,
    });
    assert.deepStrictEqual(members.map(({ nativeBytes: _bytes, ...rest }) => rest), [
      { kind: 'map', name: 'agents', entries: 3, bytes: 15 },
      { kind: 'map', name: 'calls', entries: 6, bytes: 0 },
      { kind: 'set', name: 'seen', entries: 1, bytes: 0 },
      { kind: 'history', name: 'talk', entries: 3, bytes: 3 * 1008, messages: 6 },
    ]);
    const own = members.map((member) => member.nativeBytes);
    assert.deepStrictEqual([own[0], own[2]], [0, 0], 'members that go by their group’s slots need no memory of their own');
    assert.ok(own[1] > 500 && own[3] > 3 * 1008, `${own}`);
    assert.strictEqual(nativeBytes, group.stats().nativeBytes + own[1] + own[3]);
    const ours = () => rowsOf('BoundedHistory').filter((each) => each.bytes === 1008).length;
    assert.deepStrictEqual([rowsOf('row-group.calls'), ours()], [[], 1], 'that of session a, which left');
    // What left with its session is a history like any other.
    const kept = talk.get('b');
    group.drop('b');
    assert.strictEqual(rowOf('row-group').sessions, 2);
    assert.strictEqual(ours(), 2);
    kept.close();
    first.close();
    group.validate();
    group.close();
    assert.deepStrictEqual(rowsOf('row-group'), []);
  });

  test('of a group counts those that left with their parents by the parents’ reason', () => {
    const clock = new ManualClock();
    const group = new SessionGroup({ name: 'row-family', clock, ttl: 100, parentOf: (id) => (id === 'child' ? 'parent' : undefined) });
    const one = group.set('one');
    one.add('parent').add('child');
    clock.advance(100);
    assert.deepStrictEqual(rowOf('row-family').removed, { ...NONE, idle: 2 });
    group.validate();
    group.close();
  });

  test('of a history has messages, text, native memory, what was trimmed and pinned', () => {
    const history = new BoundedHistory({ name: 'row-history', maxMessages: 3, keepFirst: 0, sealAfter: 600_000 });
    for (let n = 0; n < 5; n += 1) history.push({ role: 'user', content: `${n}`.repeat(3000) });
    history.pin(1);
    const { nativeBytes, oldestIdle, sealedBytes, ...row } = rowOf('row-history');
    assert.deepStrictEqual(row, {
      kind: 'history', name: 'row-history', entries: 3, bytes: 9000, busy: 0, oldestBusy: 0, pinned: 1, oldestPin: 0,
      removed: { ...NONE, trim: 2 }, overflows: 0, hookErrors: 0,
    });
    assert.ok(nativeBytes > 9000 && oldestIdle >= 0, `${nativeBytes} ${oldestIdle}`);
    const before = rowOf('row-history').oldestIdle;
    binding.historyClock(600_000);
    assert.ok(rowOf('row-history').oldestIdle >= before + 600_000);
    binding.historySealNow();
    assert.ok(rowOf('row-history').sealedBytes > sealedBytes);
    history.push({ role: 'user', content: 'again' });
    assert.ok(rowOf('row-history').oldestIdle < 600_000);
    history.validate();
    history.close();
    assert.deepStrictEqual(rowsOf('row-history'), []);
  });

  test('there is none of what never held anything, nor of a map whose constructor threw', () => {
    const empty = new RobustSessionMap({ name: 'row-none' });
    assert.throws(() => new RobustSessionMap({ name: 'row-none', maxSize: 0 }), RangeError);
    assert.throws(() => new BoundedHistory({ name: 'row-none' }, [{ role: 'user', content: 1n }]), TypeError);
    assert.deepStrictEqual(rowsOf('row-none'), []);
    empty.set('k', 1).delete('k');
    assert.deepStrictEqual([rowOf('row-none').entries, rowOf('row-none').removed.delete], [0, 1]);
    audit(empty);
    empty.close();
  });

  test('the name of a history is checked', () => {
    for (const bad of [null, NaN, Infinity, -1, 0, 2.5, true, {}, [], Symbol('s'), 2n, () => {}]) {
      assert.throws(() => new BoundedHistory({ name: bad }), { name: 'TypeError', message: /^option name must be a string, not / });
    }
    assert.throws(() => new SessionGroup().history('talk', { name: 'x' }), /unknown option name/);
  });
});

describe('the report', () => {
  test('adds its rows up, and is plain data', () => {
    const map = new RobustSessionMap({ name: 'sum', sizeOf: () => 3 }).set('a', 1).set('b', 2);
    const { rows, totals } = memoryReport();
    for (const column of ['entries', 'bytes', 'nativeBytes', 'busy', 'pinned', 'overflows', 'hookErrors']) {
      assert.strictEqual(totals[column], rows.reduce((sum, row) => sum + row[column], 0), column);
    }
    for (const reason of Object.keys(NONE)) {
      assert.strictEqual(totals.removed[reason], rows.reduce((sum, row) => sum + row.removed[reason], 0), reason);
    }
    assert.strictEqual(totals.structures, rows.length);
    const report = memoryReport();
    assert.deepStrictEqual(structuredClone(report), report);
    map.close();
  });

  test('has the figures of the process', () => {
    const map = new RobustSessionMap({ name: 'figures' }).set('a', 1);
    const history = new BoundedHistory([{ role: 'user', content: 'x'.repeat(100_000) }]);
    const { rss, heapUsed, nativeBytes } = memoryReport().process;
    const other = process.memoryUsage.rss();
    // Of an emulated process the runtime tells 0; of no other one.
    assert.ok(other === 0 ? rss > 1e7 : Math.abs(rss - other) < 0.2 * other, `${rss}, and ${other} by the runtime`);
    assert.ok(heapUsed > 100_000 && heapUsed < 8 * rss, `${heapUsed}`);
    assert.strictEqual(nativeBytes, nativeUsage().bytes + JSON.parse(binding.historyTotals()).residentBytes);
    assert.ok(nativeBytes >= memoryReport().totals.nativeBytes && nativeBytes > 100_000, `${nativeBytes}`);
    map.close();
    history.close();
  });

  test('removes nothing that is due, runs no hook, asks nobody and touches nothing', () => {
    let [now, calls] = [0, 0];
    const called = () => { calls += 1; };
    const clock = { now: () => now, setTimer: () => () => {} };
    const map = new RobustSessionMap({
      name: 'still', clock, ttl: 100, maxSize: 2, onRemove: called, isBusy: called, sizeOf: () => 1, onError: called,
    });
    map.set('a', 1);
    now = 50;
    map.set('b', 2);
    now = 120;
    const row = rowOf('still');
    assert.deepStrictEqual([row.entries, row.oldestIdle, calls], [2, 120, 0]);
    assert.strictEqual(Object.getOwnPropertyDescriptor(Map.prototype, 'size').get.call(map), 2);
    assert.strictEqual(rowOf('still').removed.idle, 0);
    assert.deepStrictEqual([map.remaining('b'), calls > 0], [30, false]);
    assert.strictEqual(map.size, 1);
    assert.strictEqual(rowOf('still').removed.idle, 1);
    audit(map);
    map.close();
  });

  test('may be asked for in every callback', () => {
    const reports = [];
    const look = () => { reports.push(memoryReport().rows.find((row) => row.name === 'within')?.entries); };
    const clock = new ManualClock();
    const map = new RobustSessionMap({
      name: 'within', clock, ttl: 10, maxSize: 2, onRemove: look, isBusy: look, sizeOf: () => { look(); return 1; },
    });
    map.set('a', 1).set('b', 2).set('c', 3);
    audit(map);
    map.getOrInsertComputed('d', look);
    audit(map);
    clock.advance(10);
    assert.ok(reports.length > 8, `${reports.length}`);
    assert.strictEqual(map.size, 0);
    audit(map);
    map.close();
  });

  test('is given although a clock throws: with the time last known', async () => {
    const { lines, code } = await script(`
      const { memoryReport } = require(INDEX);
      let broken = false;
      const clock = { now: () => { if (broken) throw new Error('no time'); return 7; }, setTimer: () => () => {} };
      const map = new RobustSessionMap({ name: 'clockless', clock }).set('a', 1);
      process.on('warning', (warning) => print(warning.message));
      broken = true;
      print(JSON.stringify(memoryReport().rows.map((row) => [row.name, row.entries, row.oldestIdle])));
      broken = false;
      print(map.validate());
    `);
    assert.deepStrictEqual([lines, code], [['[["clockless",1,0]]', 'true', 'no time'], 0]);
  });

  test('keeps nothing of what it saw alive', async () => {
    const clock = new ManualClock();
    const make = () => Array.from({ length: 50 }, (_, n) => {
      const map = new RobustSessionMap(n % 2 === 0 ? { clock } : undefined).set('k', {});
      const group = new SessionGroup();
      group.history('talk').of('s').push({ role: 'user', content: 'x'.repeat(300) });
      const history = new BoundedHistory([{ role: 'user', content: 'y'.repeat(300) }]);
      const own = new RobustSessionMap({ clock: new ManualClock() }).set('k', {});
      return [map, group, history, own].map((object) => new WeakRef(object));
    }).flat();
    const refs = make();
    const report = memoryReport();
    assert.ok(report.totals.structures >= 200);
    const gone = await collected(refs);
    assert.ok(gone >= (process.versions.bun === undefined ? 200 : 190), `${gone} of 200`);
    assert.ok(report.rows.length >= 200);
    let left = memoryReport().rows.length;
    for (let round = 0; round < 20 && left > report.rows.length - gone; round += 1) {
      await collected([new WeakRef({})]);
      left = memoryReport().rows.length;
    }
    assert.ok(left <= report.rows.length - gone, `${left} rows, ${report.rows.length} before`);
  });

  test('lists of what is alive throw out what was collected', async () => {
    const [kept, known] = [[{}, {}, {}], new Set()];
    for (const living of [new Living(), new Living(() => known)]) {
      kept.forEach((object, at) => living.add(at, new WeakRef(object)));
      living.delete(0);
      known.clear();
      for (const id of [1, 2]) known.add(id);
      for (let round = 1; round < 30; round += 1) {
        await collected((() => Array.from({ length: 50 }, (_, at) => {
          const reference = new WeakRef({});
          living.add(round * 50 + at, reference);
          return reference;
        }))());
      }
      assert.ok(living.references.size < 300, `${living.references.size} references of 1,452`);
      assert.deepStrictEqual(living.all().slice(0, 2).map((object) => kept.indexOf(object)), [1, 2]);
      assert.ok(living.references.size < 30, `${living.references.size}`);
    }
  });

  test('takes time in proportion to the structures there are', () => {
    const filled = (count) => {
      const library = freshLibrary();
      const maps = Array.from({ length: count }, () => new library.RobustSessionMap().set('k', 1));
      return { library, maps, best: Infinity };
    };
    const [few, many] = [filled(2500), filled(10_000)];
    assert.strictEqual(many.library.memoryReport().totals.entries, 10_000);
    // In turn, the best of each: whatever else the machine does meets both.
    for (let n = 0; n < 30; n += 1) {
      for (const one of [few, many]) {
        const start = performance.now();
        one.library.memoryReport();
        one.best = Math.min(one.best, performance.now() - start);
      }
    }
    // In proportion it is 4 times as long, with the square 16.
    assert.ok(many.best < 12 * few.best, `${many.best} ms for 10,000 maps, ${few.best} ms for 2,500`);
    for (const map of [...few.maps, ...many.maps]) map.close();
  });
});

describe('other threads', () => {
  test('are summed up while they live, and have no rows here', async () => {
    const { lines, code, stderr } = await script(`
      const { memoryReport, BoundedHistory } = require(INDEX);
      const { Worker } = require('node:worker_threads');
      const body = \`
        const { RobustSessionMap, BoundedHistory, memoryReport } = require(\${JSON.stringify(INDEX)});
        const map = new RobustSessionMap({ name: 'theirs' }).set('a', 1).set('b', 2);
        const sized = map.size; // what was logged is carried out
        const history = new BoundedHistory([{ role: 'user', content: 'x'.repeat(5000) }]);
        globalThis.kept = [map, history];
        const { parentPort } = require('node:worker_threads');
        const { rows, totals, otherThreads: { bytes, ...others } } = memoryReport();
        parentPort.postMessage({ names: rows.map((row) => row.name), others, bytes: totals.nativeBytes, seesBytes: bytes > 0 });
        parentPort.on('message', () => process.exit());
      \`;
      const own = new RobustSessionMap({ name: 'ours' }).set('a', 1);
      void own.size;
      const ourHistory = new BoundedHistory({ name: 'talk' }, [{ role: 'user', content: 'z' }, { role: 'assistant', content: 'z' }]);
      const worker = new Worker(body, { eval: true });
      worker.on('message', ({ bytes, ...said }) => {
        const { rows, otherThreads: { bytes: theirBytes, ...others }, process: figures, totals } = memoryReport();
        print(JSON.stringify(said));
        print(JSON.stringify({ names: rows.map((row) => row.name), others }));
        // Besides its maps an engine has tables of its own.
        print(theirBytes >= bytes && theirBytes < bytes + 2000, figures.nativeBytes >= theirBytes + totals.nativeBytes);
        worker.postMessage('end');
      });
      worker.on('exit', async () => {
        for (let round = 0; round < 200 && memoryReport().otherThreads.bytes > 0; round += 1) await macrotask();
        print(JSON.stringify(memoryReport().otherThreads));
        print(own.validate(), ourHistory.validate());
      });
    `);
    assert.strictEqual(stderr, '');
    assert.deepStrictEqual(lines, [
      '{"names":["theirs","BoundedHistory"],"others":{"thread":"other","maps":1,"entries":1,"histories":1,"messages":2},"seesBytes":true}',
      '{"names":["ours","talk"],"others":{"thread":"other","maps":1,"entries":2,"histories":1,"messages":1}}',
      'true true',
      '{"thread":"other","maps":0,"entries":0,"histories":0,"messages":0,"bytes":0}',
      'true true',
    ]);
    assert.strictEqual(code, 0);
  });
});
