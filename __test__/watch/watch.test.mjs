// watchMemory(): when it warns, sheds, waits, gives up. Time, memory and collections are the test's here; the
// proof on a real process is in `pressure.test.mjs`.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { collected, describe, test } from '../harness.mjs';
import { outcome } from '../support/outcome.mjs';
import { script } from '../support/script.mjs';
import { audit } from '../support/state.mjs';

const require = createRequire(import.meta.url);
const { BoundedHistory, RobustSessionMap, RobustSessionSet, SessionGroup, memoryReport, watchMemory } = require('../../index.js');
const { ManualClock } = require('../../testing.js');
const { MemoryWatch } = require('../../lib/watch/watch.js');
const { parseWatchOptions } = require('../../lib/watch/options.js');
const { containerLimit } = require('../../lib/watch/container.js');
const { Trend } = require('../../lib/watch/trend.js');
const { collect, copied } = require('../../lib/watch/collect.js');
const { shareOut, shedShare } = require('../../lib/watch/shed.js');

const MB = 2 ** 20;
const isV8 = globalThis.Bun === undefined && globalThis.Deno === undefined;

/**
 * A process: `heap` is what lives, `garbage` what a collection frees, `late` what the system gets back later, `kept` what a
 * heap keeps until it is compacted, which takes `slow` ms, `young` the part of `heap` that the next collection copies.
 */
class World {
  constructor(given = {}) {
    this.clock = new ManualClock();
    Object.assign(this, { heap: 0, garbage: 0, late: 0, kept: 0, slow: 0, young: 0, pause: 0, spent: 0, compactions: [], collections: 0, seals: 0, sheds: [], can: true, entries: 100, each: 0, returns: true }, given);
    this.log = [];
  }

  watch(options = {}) {
    const write = (kind) => (told) => void this.log.push({ kind, ...told });
    const parsed = parseWatchOptions({ onWarn: write('warn'), onPressure: write('pressure'), onError: (error) => void this.log.push(error), ...options }, () => Infinity);
    const world = this;
    return new MemoryWatch(parsed, {
      now: () => world.clock.now() + world.spent,
      setTimer: (fn, ms) => world.clock.setTimer(fn, ms),
      resident: () => (world.heap + world.garbage + world.late + world.kept) * MB,
      inUse: () => (world.heap + world.garbage) * MB,
      collect: () => {
        world.collections += 1;
        world.spent += world.pause;
        world.young = 0;
        if (world.can) world.settle();
        return world.can;
      },
      compact: () => {
        world.compactions.push(world.clock.now() + world.spent);
        world.spent += world.slow;
        world.kept = 0;
      },
      copied: () => world.young * MB,
      seal: () => { world.seals += 1; },
      shed: () => {
        const shed = Math.max(1, Math.floor(world.entries * 0.1));
        world.entries -= shed;
        world.sheds.push(world.clock.now());
        world.heap -= shed * world.each;
        world.garbage += shed * world.each;
        return [{ kind: 'map', name: 'm', shed }];
      },
    });
  }

  /** Garbage goes; the system has its memory at once, or never. */
  settle() {
    if (!this.returns) this.late += this.garbage;
    this.garbage = 0;
  }

  told(kind) {
    return this.log.filter((line) => line.kind === kind);
  }
}

describe('sampling', () => {
  test('tells memory, thresholds and trend at each interval', () => {
    const world = new World({ heap: 100 });
    const samples = [];
    const watch = world.watch({ warn: 500 * MB, limit: 1000 * MB, interval: 1000, onSample: (sample) => void samples.push(sample) });
    for (let n = 0; n < 4; n += 1) {
      world.clock.advance(1000);
      world.heap += 2;
    }
    assert.deepStrictEqual(samples.map(({ rss }) => rss / MB), [100, 102, 104, 106]);
    assert.deepStrictEqual(samples.map(({ trend }) => Math.round(trend)), [0, 120, 120, 120]);
    assert.deepStrictEqual([samples[0].warn, samples[0].limit, watch.warn, watch.limit], [500 * MB, 1000 * MB, 500 * MB, 1000 * MB]);
    assert.strictEqual(world.collections, 0);
    watch.close();
    world.clock.advance(10_000);
    assert.deepStrictEqual([samples.length, world.clock.pending], [4, 0]);
  });

  test('the trend is the slope of the last 60 samples, by least squares', () => {
    const trend = new Trend();
    for (let n = 0; n < 100; n += 1) trend.add(n * 1000, (n < 40 ? 10_000 - n * 50 : n * 3) * MB);
    assert.ok(Math.abs(trend.slope - 180) < 1e-6, `${trend.slope}`);
    const noisy = new Trend();
    for (const [at, mb] of [[0, 10], [1000, 14], [3000, 12], [7000, 30]]) noisy.add(at, mb * MB);
    assert.ok(Math.abs(noisy.slope - (78.5 / 28.75) * 60) < 1e-6, `${noisy.slope}`); // by hand, in seconds
  });

  test('one warning above the threshold, another only after a fall of 5 %', () => {
    const world = new World();
    const watch = world.watch({ warn: 100 * MB, limit: 1000 * MB, interval: 10 });
    const at = (mb) => {
      world.heap = mb;
      world.clock.advance(10);
      return world.told('warn').length;
    };
    assert.deepStrictEqual([100, 101, 120, 99, 101, 96, 130, 95, 100, 101, 300].map(at), [0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2]);
    watch.close();
  });
});

describe('above the limit', () => {
  const options = { limit: 100 * MB, interval: 1000 };

  test('garbage alone sheds nothing', () => {
    const world = new World({ heap: 80, garbage: 40 });
    let samples = 0;
    const watch = world.watch({ ...options, onSample: () => { samples += 1; } });
    world.clock.advance(1500);
    assert.deepStrictEqual([world.sheds, world.collections, world.seals, world.told('pressure'), samples], [[], 1, 1, [], 1]);
    watch.close();
  });

  test('young objects are copied while there is room for them', () => {
    const world = new World({ heap: 80, young: 25, pause: 3000 });
    const watch = world.watch(options);
    world.clock.advance(1000);
    assert.deepStrictEqual([world.collections, world.young], [0, 25]); // at most 5 % above the limit
    world.young = 26;
    world.clock.advance(1000);
    assert.deepStrictEqual([world.collections, world.young, world.seals, world.sheds, world.compactions, world.log], [1, 0, 0, [], [], []]);
    world.young = 80;
    world.clock.advance(2999); // as long as the collection took
    assert.strictEqual(world.collections, 1);
    world.clock.advance(1);
    assert.strictEqual(world.collections, 2);
    watch.close();
  });

  test('the copies that a collection leaves behind are given back', () => {
    const world = new World({ heap: 90, young: 30 });
    const watch = world.watch({ ...options, onSample: () => { world.kept = 20; } }); // as the collection would
    world.clock.advance(1000);
    assert.deepStrictEqual([world.collections, world.compactions, world.sheds], [1, [1000], []]);
    watch.close();
  });

  test('bytes to be copied are told by V8, and 0 elsewhere', () => {
    const young = Array.from({ length: 20_000 }, (_, at) => ({ at }));
    assert.ok(isV8 ? copied() > 100_000 && copied() < 100 * MB : copied() === 0, `${copied()}`);
    collect();
    assert.ok(copied() <= MB, `${copied()} of ${young.length}`);
  });

  test('what the heap keeps for itself is given back before anything is shed', () => {
    const world = new World({ heap: 60, kept: 60 });
    const watch = world.watch(options);
    world.clock.advance(1500);
    assert.deepStrictEqual([world.sheds, world.collections, world.compactions, world.told('pressure')], [[], 1, [1000], []]);
    world.garbage = 60; // a usual collection is enough
    world.clock.advance(1000);
    assert.deepStrictEqual([world.sheds, world.collections, world.compactions.length], [[], 2, 1]);
    watch.close();
  });

  test('the heap is compacted for a ninth of the time at most', () => {
    const world = new World({ heap: 130, each: 0.01, entries: 1e6, slow: 50 });
    const watch = world.watch({ ...options, interval: 100 });
    for (let n = 0; n < 40; n += 1) {
      world.clock.advance(100);
      world.kept = 20; // it grows again
      world.heap = 130;
    }
    const { compactions } = world;
    assert.ok(compactions.length > 3, `${compactions}`);
    assert.ok(compactions.every((time, n) => n === 0 || time - compactions[n - 1] >= 8 * 50), `${compactions}`);
    watch.close();
  });

  test('it collects, has histories sealed once, sheds until below, says what, and stops', () => {
    const world = new World({ heap: 130, each: 1 });
    const watch = world.watch(options);
    world.clock.advance(3000);
    const told = world.told('pressure');
    assert.deepStrictEqual(told.map(({ before, after, shed, ineffective }) => [before / MB, after / MB, shed, ineffective]), [
      [130, 120, 10, false], [120, 111, 9, false], [111, 103, 8, false], [103, 96, 7, false],
    ]);
    assert.deepStrictEqual(told[0].structures, [{ kind: 'map', name: 'm', shed: 10 }]);
    assert.deepStrictEqual([told[0].freed, told[0].rss, told[0].limit], [10 * MB, 120 * MB, 100 * MB]);
    assert.deepStrictEqual([world.seals, world.entries], [1, 66]);
    // No shed without a pause, however short.
    assert.ok(world.sheds.every((time, n) => n === 0 || time - world.sheds[n - 1] >= 25), `${world.sheds}`);
    watch.close();
  });

  test('two sheds that gain less than 2 % end it as ineffective, until memory has fallen by 5 %', () => {
    const world = new World({ heap: 150, each: 0.1 });
    const watch = world.watch(options);
    world.clock.advance(60_000);
    assert.deepStrictEqual(world.told('pressure').map(({ ineffective }) => ineffective), [false, true]);
    assert.strictEqual(world.sheds.length, 2);
    world.heap = 97; // below the limit, not by much
    world.clock.advance(2000);
    world.heap = 150;
    world.clock.advance(60_000);
    assert.strictEqual(world.sheds.length, 2);
    world.heap = 95;
    world.clock.advance(1000);
    world.heap = 150;
    world.clock.advance(60_000);
    assert.strictEqual(world.sheds.length, 4);
    watch.close();
  });

  test('one shed without a gain between others does not end it', () => {
    const world = new World({ heap: 150 });
    const gains = [4, 0, 4, 0, 4, 0, 4];
    const watch = world.watch({ ...options, onPressure: (told) => { world.each = gains.shift() / 5; world.log.push({ kind: 'pressure', ...told }); } });
    world.clock.advance(1500);
    assert.ok(world.sheds.length >= 6, `${world.sheds.length}`);
    assert.ok(world.told('pressure').slice(0, 6).every(({ ineffective }) => !ineffective));
    watch.close();
  });

  test('it waits for what was freed, and gives up when it does not come back', () => {
    const world = new World({ heap: 110, each: 2, returns: false });
    const watch = world.watch(options);
    world.clock.advance(1100);
    assert.strictEqual(world.sheds.length, 1, '20 MB are free: the system is given time');
    world.clock.advance(60_000);
    const told = world.told('pressure');
    assert.strictEqual(told.at(-1).ineffective, true);
    assert.strictEqual(told.filter(({ ineffective }) => ineffective).length, 1);
    assert.ok(world.sheds.length <= 3 && world.entries >= 73, `${world.sheds.length} sheds, ${world.entries} left`);
    watch.close();
  });

  test('late memory that comes is not shed for', () => {
    const world = new World({ heap: 110, each: 2, returns: false });
    const watch = world.watch(options);
    world.clock.advance(1100);
    world.late = 0;
    world.clock.advance(60_000);
    assert.deepStrictEqual([world.sheds.length, world.told('pressure').map(({ ineffective }) => ineffective)], [1, [false]]);
    watch.close();
  });

  test('where no collection can be asked for it waits for one, and judges then', () => {
    const world = new World({ heap: 130, each: 2, can: false });
    const watch = world.watch(options);
    world.clock.advance(5900);
    assert.strictEqual(world.sheds.length, 1);
    world.settle();
    world.clock.advance(100);
    assert.deepStrictEqual(world.told('pressure').map(({ freed, ineffective }) => [freed / MB, ineffective]), [[20, false]]);
    watch.close();
  });

  test('a shed of nothing is a shed without a gain', () => {
    const world = new World({ heap: 150 });
    const watch = world.watch(options);
    world.clock.advance(60_000);
    assert.strictEqual(world.told('pressure').at(-1).ineffective, true);
    watch.close();
  });
});

describe('callbacks', () => {
  test('that throw or reject go to onError, and sampling goes on', async () => {
    const world = new World({ heap: 130, each: 1 });
    const [errors, samples] = [[], []];
    const fail = (what) => { throw new Error(what); };
    const watch = world.watch({
      limit: 100 * MB, interval: 1000, onError: (error) => void errors.push(error.message),
      onSample: () => { samples.push(1); fail('sample'); }, onWarn: () => Promise.reject(new Error('warn')), onPressure: () => fail('pressure'),
    });
    world.clock.advance(10_000);
    await Promise.resolve();
    assert.deepStrictEqual([...new Set(errors)].toSorted(), ['pressure', 'sample', 'warn']);
    assert.strictEqual(errors.filter((what) => what === 'sample').length, samples.length);
    assert.ok(samples.length > 10 && world.heap <= 100, `${samples.length} samples, ${world.heap} MB`);
    watch.close();
  });

  test('memory that cannot be read goes to onError too, and sampling goes on', () => {
    const world = new World({ heap: 10 });
    const samples = [];
    const watch = world.watch({ interval: 1000, onSample: () => void samples.push(world.clock.now()) });
    const { heap } = world;
    Object.defineProperty(world, 'heap', { get: () => { throw new Error('not readable'); }, configurable: true });
    world.clock.advance(2000);
    Object.defineProperty(world, 'heap', { value: heap, writable: true });
    world.clock.advance(1000);
    assert.deepStrictEqual(world.log.map(({ message }) => message), ['not readable', 'not readable']);
    assert.deepStrictEqual(samples, [3000]);
    watch.close();
  });

  test('may close the watch: nothing comes after', () => {
    for (const which of ['onSample', 'onWarn', 'onPressure']) {
      const world = new World({ heap: 130, each: 1 });
      let calls = 0;
      const watch = world.watch({ limit: 100 * MB, interval: 100, [which]: () => { calls += 1; watch.close(); } });
      world.clock.advance(10_000);
      assert.deepStrictEqual([calls, world.clock.pending], [1, 0], which);
    }
  });

  test('without onError a warning is emitted; a throwing onError is one too', async () => {
    const { lines, code } = await script(`
      const { watchMemory } = require(INDEX);
      process.on('warning', (warning) => print(warning.message));
      const first = watchMemory({ interval: 10, onSample: () => { first.close(); throw new Error('of a sample'); } });
      const second = watchMemory({
        interval: 10, onSample: () => { second.close(); throw new Error('x'); }, onError: () => { throw new Error('of onError'); },
      });
      setTimeout(() => {}, 200);
    `);
    assert.deepStrictEqual([lines.toSorted(), code], [['of a sample', 'of onError'], 0]);
  });
});

describe('a real shed', () => {
  test('is a tenth of what is idle, by share, the coldest first, never a busy or leased entry', () => {
    const gone = [];
    const onRemove = (key, value, reason) => void gone.push(`${key}:${reason}`);
    const many = new RobustSessionMap({ name: 'many', maxSize: Infinity, onRemove });
    for (let n = 0; n < 60; n += 1) many.set(n, 'idle');
    const busy = new RobustSessionMap({ name: 'busy', isBusy: () => true, onRemove });
    for (let n = 0; n < 300; n += 1) busy.set(`busy ${n}`, 1);
    busy.shed(300); // asked, and known from now on
    const leased = new RobustSessionSet({ name: 'leased', onRemove: (value, again, reason) => onRemove(value, again, reason) });
    for (let n = 0; n < 20; n += 1) leased.add(`l${n}`);
    for (let n = 0; n < 12; n += 1) leased.pin(`l${n}`);
    const group = new SessionGroup({ name: 'group', onRemove: (id, reason) => onRemove(id, undefined, reason) });
    const calls = group.map('calls', { sessionOf: (key) => key.split(':')[0] });
    for (let n = 0; n < 30; n += 1) calls.set(`s${n}:1`, 1).set(`s${n}:2`, 1);
    many.get(0);
    const before = memoryReport().rows;
    const idle = before.reduce((sum, { kind, sessions, entries, name }) => sum
      + (kind === 'history' || name === 'busy' ? 0 : (sessions ?? entries) - (name === 'leased' ? 12 : 0)), 0);
    const rows = shedShare(assert.fail).filter(({ name }) => ['many', 'busy', 'leased', 'group'].includes(name));
    assert.ok(idle >= 98, `${idle}`);
    const byName = Object.fromEntries(rows.map(({ kind, name, shed }) => [name, `${kind} ${shed}`]));
    // In a run of all files other tests' structures may still be there.
    if (idle === 98) assert.deepStrictEqual(byName, { many: 'map 5', leased: 'set 1', group: 'group 3' });
    assert.strictEqual(byName.busy, undefined);
    assert.strictEqual(gone.length, rows.reduce((sum, { shed }) => sum + shed, 0));
    assert.ok(gone.every((line) => line.endsWith(':pressure')), `${gone}`);
    assert.ok(gone.includes('1:pressure') && !gone.includes('0:pressure'), 'the coldest, not the one just used');
    assert.ok(!gone.includes('l11:pressure') && !gone.some((line) => line.startsWith('busy')));
    assert.strictEqual(calls.size, 2 * group.size);
    for (const each of [many, busy, leased]) {
      audit(each);
      each.close();
    }
    group.validate();
    group.close();
  });

  test('goes on with the others when one throws', () => {
    let broken = false;
    const clock = { now: () => { if (broken) throw new Error('no time'); return 1; }, setTimer: () => () => {} };
    const bad = new RobustSessionMap({ name: 'bad', clock, maxSize: Infinity });
    const good = new RobustSessionMap({ name: 'good', maxSize: Infinity });
    for (let n = 0; n < 50; n += 1) {
      bad.set(n, n);
      good.set(n, n);
    }
    broken = true;
    const errors = [];
    const rows = shedShare((error) => void errors.push(error.message));
    broken = false;
    assert.deepStrictEqual(errors, ['no time']);
    assert.ok(rows.some(({ name, shed }) => name === 'good' && shed >= 1));
    assert.strictEqual(bad.size, 50);
    for (const each of [bad, good]) {
      audit(each);
      each.close();
    }
  });

  test('shares out whole numbers that add up, each within one of its exact share', () => {
    for (const [sizes, total] of [[[10, 10, 10], 3], [[1, 1, 1], 1], [[100, 1, 0], 10], [[7, 13, 29, 3], 5], [[], 0], [[0, 0], 0]]) {
      const parts = shareOut(sizes, total);
      const sum = sizes.reduce((a, b) => a + b, 0);
      assert.strictEqual(parts.reduce((a, b) => a + b, 0), total);
      parts.forEach((part, at) => {
        assert.ok(Math.abs(part - (sum === 0 ? 0 : (sizes[at] * total) / sum)) < 1 && part <= sizes[at], `${sizes} ${total}: ${parts}`);
      });
    }
  });
});

describe('a watch', () => {
  test('keeps neither the process nor maps, groups and histories alive', async () => {
    const { code, late } = await script(`
      const { watchMemory } = require(INDEX);
      watchMemory({ interval: 10 });
      globalThis.kept = new RobustSessionMap().set('k', 1);
    `, { timeout: 8000 });
    assert.deepStrictEqual([code, late], [0, false]);
    const watch = watchMemory({ interval: 10, limit: 1, onPressure: () => {} });
    const refs = (() => Array.from({ length: 50 }, () => {
      const group = new SessionGroup();
      group.set('s').add(1);
      return [new RobustSessionMap().set('k', 1), group, new BoundedHistory([{ role: 'user', content: 'x' }])];
    }).flat().map((object) => new WeakRef(object)))();
    const gone = await collected(refs);
    watch.close();
    assert.ok(gone >= (process.versions.bun === undefined ? 150 : 142), `${gone} of 150`);
  });

  test('works on the real process: it collects, sheds, and is disposable', async () => {
    const { lines, code, stderr } = await script(`
      const { watchMemory } = require(INDEX);
      const map = new RobustSessionMap({ name: 'm', isBusy: (value) => value.busy });
      for (let n = 0; n < 40; n += 1) map.set(n, { busy: n < 5 });
      const kept = setInterval(() => {}, 1000);
      const watch = watchMemory({
        limit: 1, interval: 10,
        onPressure: ({ shed, structures, ineffective, rss }) => {
          print(JSON.stringify([shed, structures.map(({ name }) => name), ineffective, rss > 1e7]));
          if (!ineffective) return;
          watch[Symbol.dispose]();
          print(map.size, map.peek(0) !== undefined, map.validate());
          clearInterval(kept);
        },
      });
      print(watch.limit, watch.warn);
    `);
    assert.deepStrictEqual([code, stderr], [0, '']);
    assert.deepStrictEqual(lines[0], '1 0.8');
    assert.deepStrictEqual(JSON.parse(lines[1]).slice(0, 2), [4, ['m']]);
    assert.strictEqual(JSON.parse(lines.at(-2))[2], true);
    assert.match(lines.at(-1), /^\d+ true true$/);
  });
});

describe('histories under pressure', () => {
  test('are compressed before they are idle, by their thread', async () => {
    const history = new BoundedHistory({ name: 'pressed', sealAfter: 3_600_000 }, [{ role: 'user', content: 'some text '.repeat(20_000) }]);
    const pressed = () => memoryReport().rows.find(({ name }) => name === 'pressed');
    assert.deepStrictEqual([pressed().sealedBytes, pressed().nativeBytes > 200_000], [0, true]);
    const watch = watchMemory({ limit: 1, interval: 10, onPressure: () => watch.close() });
    for (let n = 0; n < 5000 && pressed().nativeBytes > 50_000; n += 1) await new Promise((resolve) => { setTimeout(resolve, 2); });
    watch.close();
    assert.ok(pressed().sealedBytes > 0 && pressed().nativeBytes < 50_000, `${pressed().nativeBytes}`);
    assert.strictEqual(history[0].content.length, 200_000);
    history.validate();
    history.close();
  });
});

describe('options', () => {
  const BAD = [null, NaN, Infinity, -1, 0, 2.5, '10', true, {}, [], Symbol('s'), 2n];

  test('of a wrong kind or size throw, name the option and show the value; nothing is watched then', () => {
    const fits = {
      limit: (value) => typeof value === 'number' && value > 0, warn: (value) => typeof value === 'number' && value > 0,
      interval: (value) => typeof value === 'number' && value >= 10 && value < Infinity,
    };
    for (const option of ['limit', 'warn', 'interval', 'onSample', 'onWarn', 'onPressure', 'onError']) {
      for (const value of [...BAD, 9.9, 2 ** 54]) {
        const { error: threw } = outcome(() => parseWatchOptions({ [option]: value }, () => Infinity));
        const expected = fits[option]?.(value) && !(value === 2 ** 54 && option !== 'interval') ? undefined
          : typeof value === 'number' && option in fits ? 'RangeError' : 'TypeError';
        assert.strictEqual(threw, expected, `${option}: ${String(value)}`);
        if (expected !== undefined) {
          assert.throws(() => watchMemory({ [option]: value }), (error) => error.message.startsWith(`option ${option} must be `) && error.message.includes(', not '));
        }
      }
    }
    for (const value of [...BAD.slice(1), 'x', () => {}]) {
      if (typeof value === 'object' && !Array.isArray(value)) continue;
      assert.throws(() => watchMemory(value), { name: 'TypeError', message: /^watchMemory: options must be a plain object, not / });
    }
    assert.throws(() => watchMemory({ limits: 1 }), { name: 'TypeError', message: /^watchMemory: unknown option limits; known are warn, limit, interval/ });
    assert.throws(() => watchMemory({ warn: 101, limit: 100 }), { name: 'RangeError', message: 'option warn must be at most limit (100), not 101' });
  });

  test('have defaults: 85 % of the container, 80 % of the limit, a second', () => {
    const none = parseWatchOptions(undefined, () => Infinity);
    assert.deepStrictEqual([none.limit, none.warn, none.interval], [Infinity, Infinity, 1000]);
    const inside = parseWatchOptions(null, () => 1000);
    assert.deepStrictEqual([inside.limit, inside.warn], [850, 680]);
    assert.deepStrictEqual(parseWatchOptions({ limit: 50 }, assert.fail).warn, 40);
    assert.deepStrictEqual(parseWatchOptions({ warn: 900 }, () => 1000).warn, 900);
  });
});

describe('the limit of a container', () => {
  const files = (table) => (file) => {
    if (!(file in table)) throw new Error(`ENOENT ${file}`);
    return table[file];
  };

  test('v2: the smallest on the way to the root', () => {
    const table = {
      '/proc/self/cgroup': '0::/a/b\n', '/sys/fs/cgroup/a/b/memory.max': 'max\n', '/sys/fs/cgroup/a/memory.max': '500\n', '/sys/fs/cgroup/memory.max': '900\n',
    };
    assert.strictEqual(containerLimit(files(table)), 500);
    assert.strictEqual(containerLimit(files({ ...table, '/sys/fs/cgroup/a/memory.max': 'max\n' })), 900);
    assert.strictEqual(containerLimit(files({ '/proc/self/cgroup': '0::/../x\n', '/sys/fs/cgroup/memory.max': '77\n' })), 77);
  });

  test('v1: of the memory controller, whose path may be the host’s', () => {
    const table = {
      '/proc/self/cgroup': '5:cpu:/x\n4:memory,hugetlb:/docker/1\n0::/\n', '/sys/fs/cgroup/memory/memory.limit_in_bytes': '268435456\n',
      '/sys/fs/cgroup/memory/x/memory.limit_in_bytes': '5\n',
    };
    assert.strictEqual(containerLimit(files(table)), 268_435_456);
    assert.strictEqual(containerLimit(files({ ...table, '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n' })), Infinity);
  });

  test('none elsewhere', () => {
    assert.strictEqual(containerLimit(files({})), Infinity);
    assert.strictEqual(containerLimit(files({ '/proc/self/cgroup': 'nonsense\n\n' })), Infinity);
  });
});
