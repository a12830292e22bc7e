// The OpenTelemetry metrics, by its own SDK: what a collection says is what the report says.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { describe, test } from '../harness.mjs';

const require = createRequire(import.meta.url);
const { metrics } = require('@opentelemetry/api');
const { DataPointType, MeterProvider, MetricReader } = require('@opentelemetry/sdk-metrics');
const { BoundedHistory, RobustSessionMap, SessionGroup, memoryReport } = require('../../index.js');
const { ManualClock } = require('../../testing.js');
const { registerMetrics } = require('../../metrics/opentelemetry.js');

const BAD = [undefined, null, Number.NaN, Infinity, -1, 0, 2.5, '10', true, {}, [], Symbol('s'), 2n];
const NAMESPACE = 'robust_session_map.';

class Reader extends MetricReader {
  async onForceFlush() {}

  async onShutdown() {}
}

/** A provider, and what it collects, by name. */
function provide() {
  const reader = new Reader();
  const provider = new MeterProvider({ readers: [reader] });
  return {
    provider,
    meter: provider.getMeter('test'),
    async collect() {
      const { resourceMetrics, errors } = await reader.collect();
      assert.deepStrictEqual(errors, []);
      const all = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics.map((metric) => ({ ...metric, scope: scope.scope })));
      return new Map(all.map((metric) => [metric.descriptor.name, metric]));
    },
  };
}

/** The value of one series. */
function value(collected, metric, attributes = {}) {
  const wanted = Object.entries(attributes).map(([key, text]) => [NAMESPACE + key, text]);
  const point = collected.get(NAMESPACE + metric)?.dataPoints
    .find((one) => wanted.every(([key, text]) => one.attributes[key] === text) && Object.keys(one.attributes).length === wanted.length);
  return point?.value;
}

describe('a collection', () => {
  test('says of each kind and name what the report says', async () => {
    const clock = new ManualClock();
    const one = new RobustSessionMap({ name: 'twins', clock, maxSize: 2, maxBytes: 1e6, sizeOf: () => 10 });
    const two = new RobustSessionMap({ name: 'twins', clock, ttl: Infinity });
    const group = new SessionGroup({ name: 'plugin', clock });
    const talk = new BoundedHistory({ name: 'talk', maxMessages: 1, keepFirst: 0 });
    for (const key of 'abcde') one.set(key, 1);
    two.set('x', 1).set('y', 1);
    clock.advance(1500);
    two.pin('y');
    group.map('agents').set('s', 1);
    talk.push({ role: 'user', content: 'hello' }, { role: 'user', content: 'there' });
    const { meter, collect, provider } = provide();
    const unregister = registerMetrics({ meter });
    const said = await collect();
    const twins = { kind: 'map', name: 'twins' };
    assert.deepStrictEqual(
      ['structure.count', 'entry.count', 'entry.weight', 'entry.pinned', 'entry.busy', 'entry.oldest_idle', 'overflows', 'hook.errors'].map((name) => value(said, name, twins)),
      [2, 4, 20, 1, 0, 1.5, 0, 0],
    );
    assert.strictEqual(value(said, 'memory.native', twins), one.stats().nativeBytes + two.stats().nativeBytes);
    assert.strictEqual(value(said, 'entry.removed', { ...twins, reason: 'lru' }), 3);
    assert.strictEqual(value(said, 'session.count', { kind: 'group', name: 'plugin' }), 1);
    assert.strictEqual(value(said, 'session.count', twins), undefined);
    assert.strictEqual(value(said, 'entry.removed', { kind: 'history', name: 'talk', reason: 'trim' }), 1);
    assert.strictEqual(value(said, 'process.memory.native'), memoryReport().process.nativeBytes);
    for (const structure of [one, two, group, talk]) {
      structure.validate();
      structure.close();
    }
    unregister();
    await provider.shutdown();
  });

  test('has names, units and kinds after the conventions', async () => {
    const map = new RobustSessionMap({ name: 'one' }).set('a', 1);
    const group = new SessionGroup({ name: 'two' });
    group.map('agents').set('a', 1);
    const { meter, collect, provider } = provide();
    const unregister = registerMetrics({ meter });
    const said = await collect();
    assert.strictEqual(said.size, 16);
    for (const [name, { descriptor, dataPointType, isMonotonic, dataPoints }] of said) {
      assert.match(name, /^robust_session_map(\.[a-z]+(_[a-z]+)*)+$/);
      assert.match(descriptor.unit, /^(By|s|\{[a-z]+\})$/, name);
      assert.ok(descriptor.description.length > 10, name);
      const [first] = dataPoints;
      const labelled = Object.keys(first.attributes).length > 0;
      assert.strictEqual(labelled, !/process|other_threads/.test(name), name);
      assert.ok(Object.keys(first.attributes).every((key) => key.startsWith(NAMESPACE)), name);
      const counts = /\.(removed|overflows|errors)$/.test(name);
      assert.strictEqual(isMonotonic ?? false, counts, name);
      assert.strictEqual(dataPointType, /oldest|process|other_threads/.test(name) ? DataPointType.GAUGE : DataPointType.SUM, name);
    }
    unregister();
    await provider.shutdown();
    map.close();
    group.close();
  });

  test('shows none of what was closed', async () => {
    const { meter, collect, provider } = provide();
    const unregister = registerMetrics({ meter });
    const map = new RobustSessionMap({ name: 'closed', maxSize: 1 }).set('a', 1).set('b', 1);
    const count = async () => {
      const said = await collect();
      const closed = { kind: 'map', name: 'closed' };
      return [value(said, 'entry.count', closed), value(said, 'structure.count', closed), value(said, 'entry.removed', { ...closed, reason: 'lru' })];
    };
    assert.deepStrictEqual(await count(), [1, 1, 1]);
    map.close();
    assert.deepStrictEqual(await count(), [0, 0, 1]);
    assert.deepStrictEqual(await count(), [0, 0, 1]);
    unregister();
    await provider.shutdown();
  });

  test('ends with the function that was returned', async () => {
    const { meter, collect, provider } = provide();
    let reads = 0;
    const clock = { now: () => { reads += 1; return 0; } };
    const map = new RobustSessionMap({ name: 'ended', clock }).set('a', 1);
    const unregister = registerMetrics({ meter });
    reads = 0;
    await collect();
    assert.strictEqual(reads, 1);
    unregister();
    unregister();
    await collect();
    assert.strictEqual(reads, 1);
    map.close();
    await provider.shutdown();
  });

  test('takes the global provider by default', async () => {
    const { provider, collect } = provide();
    metrics.setGlobalMeterProvider(provider);
    try {
      const unregister = registerMetrics();
      const said = await collect();
      assert.strictEqual(said.get('robust_session_map.process.memory.native').scope.name, 'robust-session-map');
      unregister();
    } finally {
      metrics.disable();
    }
    registerMetrics(null)(); // without a provider: the API's own no-ops
    await provider.shutdown();
  });
});

describe('bad input', () => {
  test('meter', () => {
    for (const bad of BAD.filter((one) => one !== undefined)) {
      assert.throws(() => registerMetrics({ meter: bad }), (error) => {
        assert.ok(error instanceof TypeError, `${String(bad)}: ${error}`);
        assert.match(error.message, /^option meter must be a Meter of @opentelemetry\/api, not /);
        return true;
      });
    }
  });

  test('options that are none, and unknown ones', () => {
    for (const bad of BAD.filter((one) => one !== undefined && one !== null && !(typeof one === 'object' && !Array.isArray(one)))) {
      assert.throws(() => registerMetrics(bad), /registerMetrics: options must be a plain object, not /);
    }
    assert.throws(() => registerMetrics({ meters: 1 }), /unknown option meters; known are meter/);
  });
});
