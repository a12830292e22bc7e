// The Prometheus metrics, by prom-client itself: what a scrape says is what the report says.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { collected, describe, test } from '../harness.mjs';
import { script } from '../support/script.mjs';

const require = createRequire(import.meta.url);
const { Counter, Registry, register: defaultRegister } = require('prom-client');
const { BoundedHistory, RobustSessionMap, RobustSessionSet, SessionGroup, memoryReport } = require('../../index.js');
const { ManualClock } = require('../../testing.js');
const { registerMetrics } = require('../../metrics/prom-client.js');

const BAD = [undefined, null, Number.NaN, Infinity, -1, 0, 2.5, '10', true, {}, [], Symbol('s'), 2n];

/** The samples of a text in Prometheus' format, as `{ 'name{labels}': value }`. */
function parse(text) {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(lines.map((line) => {
    const at = line.lastIndexOf(' ');
    return [line.slice(0, at), Number(line.slice(at + 1))];
  }));
}

/** Runs with a registry of its own, and what it said last. */
async function scraped(work) {
  const register = new Registry();
  const unregister = registerMetrics({ register });
  try {
    return await work(async () => parse(await register.metrics()), register);
  } finally {
    unregister();
  }
}

describe('a scrape', () => {
  test('says of each kind and name what the report says', async () => {
    const clock = new ManualClock();
    const one = new RobustSessionMap({ name: 'twins', clock, maxSize: 2, maxBytes: 1e6, sizeOf: () => 10 });
    const two = new RobustSessionMap({ name: 'twins', clock, ttl: Infinity });
    const set = new RobustSessionSet({ name: 'seen "it\\s', clock });
    const group = new SessionGroup({ name: 'plugin', clock });
    const talk = new BoundedHistory({ name: 'talk', maxMessages: 1, keepFirst: 0 });
    for (const key of 'abcde') one.set(key, 1);
    two.set('x', 1).set('y', 1).delete('x');
    clock.advance(1500);
    two.set('z', 1);
    two.pin('y');
    set.add(1);
    group.map('agents').set('s', 1);
    group.set('calls', { sessionOf: () => 's' }).add(1).add(2);
    talk.push({ role: 'user', content: 'héllo' }, { role: 'user', content: 'there' });
    await scraped(async (scrape) => {
      const said = await scrape();
      const of = (name, labels) => said[`robust_session_map_${name}{${labels}}`];
      const twins = 'kind="map",name="twins"';
      assert.deepStrictEqual(
        ['structures', 'entries', 'weight_bytes', 'pinned_entries', 'busy_entries', 'oldest_idle_seconds', 'oldest_busy_seconds'].map((name) => of(name, twins)),
        [2, 4, 20, 1, 0, 1.5, 0],
      );
      assert.strictEqual(of('native_bytes', twins), one.stats().nativeBytes + two.stats().nativeBytes);
      assert.deepStrictEqual([of('removed_total', `${twins},reason="lru"`), of('removed_total', `${twins},reason="delete"`)], [3, 1]);
      assert.strictEqual(of('entries', 'kind="set",name="seen \\"it\\\\s"'), 1);
      assert.deepStrictEqual([of('entries', 'kind="group",name="plugin"'), of('sessions', 'kind="group",name="plugin"')], [3, 1]);
      assert.strictEqual(of('sessions', twins), undefined);
      assert.deepStrictEqual(
        [of('entries', 'kind="history",name="talk"'), of('weight_bytes', 'kind="history",name="talk"'), of('removed_total', 'kind="history",name="talk",reason="trim"')],
        [1, 5, 1],
      );
      assert.strictEqual(said.robust_session_map_process_native_bytes, memoryReport().process.nativeBytes);
      assert.strictEqual(said.robust_session_map_other_threads_entries, memoryReport().otherThreads.entries);
    });
    for (const structure of [one, two, set, group, talk]) {
      structure.validate();
      structure.close();
    }
  });

  test('touches and removes nothing', async () => {
    const clock = new ManualClock();
    const map = new RobustSessionMap({ ttl: 1000, clock, name: 'quiet' }).set('a', 1);
    await scraped(async (scrape) => {
      clock.advance(600);
      await scrape();
      assert.strictEqual(map.remaining('a'), 400);
    });
    map.validate();
    map.close();
  });

  test('is of one state: the report is read once', async () => {
    let reads = 0;
    const clock = { now: () => { reads += 1; return 0; } };
    const map = new RobustSessionMap({ clock, name: 'counted' }).set('a', 1);
    await scraped(async (scrape) => {
      reads = 0;
      await scrape();
      assert.strictEqual(reads, 1);
      await scrape();
      assert.strictEqual(reads, 2);
    });
    map.close();
  });

  test('follows what comes and goes, and keeps nothing alive', async () => {
    await scraped(async (scrape, register) => {
      const gone = (said) => Object.keys(said).filter((key) => key.includes('name="passing"'));
      const ref = (() => {
        const map = new RobustSessionMap({ name: 'passing' }).set('a', { big: 1 });
        return new WeakRef(map);
      })();
      assert.ok(gone(await scrape()).length > 5);
      assert.match(await register.getSingleMetricAsString('robust_session_map_entries'), /name="passing"\} 1/);
      if (process.versions.bun === undefined) {
        assert.strictEqual(await collected([ref]), 1);
      } else {
        ref.deref()?.close();
      }
      assert.deepStrictEqual(gone(await scrape()), []);
    });
  });

  test('counters do not go back when one of several structures is closed', async () => {
    const make = () => new RobustSessionMap({ name: 'many', maxSize: 1 });
    const fill = (map, count) => {
      for (let n = 0; n <= count; n += 1) map.set(n, n);
      return map;
    };
    await scraped(async (scrape) => {
      const count = async () => (await scrape())['robust_session_map_removed_total{kind="map",name="many",reason="lru"}'];
      const [one, two] = [fill(make(), 10), fill(make(), 4)];
      assert.strictEqual(await count(), 14);
      one.close();
      assert.strictEqual(await count(), 14);
      two.set('x', 1).set('y', 1);
      assert.strictEqual(await count(), 16);
      two.validate();
      two.close();
      assert.strictEqual(await count(), undefined);
      const three = fill(make(), 2);
      assert.strictEqual(await count(), 2, 'a new start');
      three.close();
    });
  });
});

describe('names', () => {
  test('follow the conventions of Prometheus', async () => {
    await scraped(async (scrape, register) => {
      await scrape();
      const metrics = await register.getMetricsAsJSON();
      assert.strictEqual(metrics.length, 16);
      for (const { name, type, help } of metrics) {
        assert.match(name, /^robust_session_map_[a-z]+(_[a-z]+)*$/);
        assert.strictEqual(name.endsWith('_total'), type === 'counter', name);
        assert.ok(help.length > 10, name);
        assert.ok(!/_(ms|milliseconds|kb|mb)(_|$)/.test(name), name);
      }
    });
  });

  test('begin with the prefix, in the default registry too', async () => {
    const unregister = registerMetrics({ prefix: 'my_worker:' });
    const text = await defaultRegister.metrics();
    assert.match(text, /^my_worker:process_native_bytes \d+$/m);
    unregister();
    assert.ok(!(await defaultRegister.metrics()).includes('my_worker'));
  });
});

describe('unregistering', () => {
  test('takes out all of it, once, and leaves what is not ours', async () => {
    const register = new Registry();
    const unregister = registerMetrics({ register });
    assert.throws(() => registerMetrics({ register }), /the registry has a metric robust_session_map_structures already/);
    unregister();
    assert.strictEqual(await register.metrics(), '\n');
    const again = registerMetrics({ register });
    register.clear();
    const theirs = new Counter({ name: 'robust_session_map_entries', help: 'theirs', registers: [register] });
    unregister();
    again();
    assert.strictEqual(register.getSingleMetric('robust_session_map_entries'), theirs);
    // A name in the middle that is taken: nothing is registered.
    assert.throws(() => registerMetrics({ register }), /has a metric robust_session_map_entries already/);
    assert.strictEqual(register.getMetricsAsArray().length, 1);
    registerMetrics({ register, prefix: 'a_' })[Symbol.dispose ?? 'call']?.();
  });
});

describe('bad input', () => {
  for (const option of ['register', 'prefix']) {
    test(option, () => {
      for (const value of BAD.filter((one) => one !== undefined)) {
        const Type = option === 'prefix' && typeof value === 'string' ? RangeError : TypeError;
        assert.throws(() => registerMetrics({ [option]: value }), (error) => {
          assert.ok(Object.getPrototypeOf(error) === Type.prototype, `${String(value)}: ${error}`);
          assert.ok(error.message.startsWith(`option ${option} must `) && error.message.includes(', not '), error.message);
          return true;
        });
      }
      assert.strictEqual(defaultRegister.getSingleMetric('robust_session_map_entries'), undefined);
    });
  }

  test('options that are none, and unknown ones', () => {
    for (const value of BAD.filter((one) => one !== undefined && one !== null && !(typeof one === 'object' && !Array.isArray(one)))) {
      assert.throws(() => registerMetrics(value), /registerMetrics: options must be a plain object, not /);
    }
    assert.throws(() => registerMetrics({ registry: defaultRegister }), /unknown option registry; known are register, prefix/);
  });

  for (const [file, name] of [['prom-client', 'prom-client'], ['opentelemetry', '@opentelemetry/api']]) {
    test(`without the package, ${file} says what to install`, async () => {
      const { code, lines, stderr } = await script(`
        const Module = require('node:module');
        const file = INDEX.replace('index.js', 'lib/metrics/${file}.js');
        const { peer } = require(INDEX.replace('index.js', 'lib/metrics/peer.js'));
        try { peer('${name}', () => require('not-there-at-all')); } catch (error) { print(error.message, error.cause instanceof Error); }
        print(require('node:fs').readFileSync(file, 'utf8').includes("peer('${name}', () => require('${name}'))"));
      `);
      assert.strictEqual(code, 0, stderr);
      assert.deepStrictEqual(lines, [`robust-session-map: these metrics need the package ${name}: npm install ${name} true`, 'true']);
    });
  }

  test('the main entry loads neither package', async () => {
    const { lines } = await script('print(Object.keys(require.cache).filter((file) => /prom-client|opentelemetry/.test(file)).length);');
    assert.deepStrictEqual(lines, ['0']);
  });
});
