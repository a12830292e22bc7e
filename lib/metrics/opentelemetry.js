'use strict';

// `robust-session-map/metrics/opentelemetry`: the memory report as observable instruments, read at each collection.

const { version } = require('../../package.json');
const { peer, once } = require('./peer');
const { isPlain, read, wrongKind } = require('../options');
const { show } = require('../errors');
const { METRICS, PROCESS } = require('./table');
const { Readings, keyOf } = require('./reading');
const { Map } = globalThis; // as it was: a program may put our classes in its place

const { metrics } = peer('@opentelemetry/api', () => require('@opentelemetry/api'));

const NAMESPACE = 'robust_session_map.';
const METHODS = [
  'createObservableGauge', 'createObservableCounter', 'createObservableUpDownCounter', 'addBatchObservableCallback', 'removeBatchObservableCallback',
];

/** @type {Readonly<Record<string, (name: string, value: unknown) => any>>} */
const CHECKS = Object.freeze({
  __proto__: /** @type {any} */ (null),
  meter(/** @type {string} */ name, /** @type {any} */ value) {
    const usable = typeof value === 'object' && value !== null && METHODS.every((method) => typeof value[method] === 'function');
    return usable ? value : wrongKind(name, value, 'a Meter of @opentelemetry/api');
  },
});

/**
 * @param {import('../../metrics/opentelemetry').MetricsOptions | null} [given]
 * @returns {import('../../index').Unsubscribe}
 */
function registerMetrics(given) {
  if (given !== undefined && given !== null && !isPlain(given)) {
    throw new TypeError(`registerMetrics: options must be a plain object, not ${show(given)}`);
  }
  const options = read('registerMetrics', given ?? {}, CHECKS);
  /** @type {import('@opentelemetry/api').Meter} */
  const meter = options.meter ?? metrics.getMeter('robust-session-map', version);
  const readings = new Readings();
  const labelled = METRICS.map((metric) => ({ metric, instrument: instrumentOf(meter, metric, metric.type) }));
  const plain = PROCESS.map((metric) => ({ metric, instrument: instrumentOf(meter, metric, 'gauge') }));
  /** What was observed last. @type {Map<string, import('./reading').Point[]>} */
  let before = new Map();
  /** @type {import('@opentelemetry/api').BatchObservableCallback} */
  const observe = (result) => {
    const { report, points } = readings.read();
    for (const { metric, instrument } of labelled) {
      const now = points.get(metric.prometheus) ?? [];
      for (const { labels, value } of now) result.observe(instrument, value, attributesOf(labels));
      if (metric.type === 'counter') continue;
      // The SDK goes on exporting the last value of what is not observed any more: that is to be none.
      const there = new Map(now.map(({ labels }) => [keyOf(labels), true]));
      for (const { labels } of before.get(metric.prometheus) ?? []) {
        if (!there.has(keyOf(labels))) result.observe(instrument, 0, attributesOf(labels));
      }
    }
    before = points;
    for (const { metric, instrument } of plain) result.observe(instrument, metric.read(report));
  };
  const instruments = [...labelled, ...plain].map(({ instrument }) => instrument);
  meter.addBatchObservableCallback(observe, instruments);
  return once(() => meter.removeBatchObservableCallback(observe, instruments));
}

/**
 * @param {import('@opentelemetry/api').Meter} meter
 * @param {{ opentelemetry: string, unit: string, help: string }} metric
 * @param {'gauge' | 'sum' | 'counter'} type
 */
function instrumentOf(meter, { opentelemetry, unit, help }, type) {
  const name = NAMESPACE + opentelemetry;
  const options = { unit, description: help };
  if (type === 'counter') return meter.createObservableCounter(name, options);
  if (type === 'sum') return meter.createObservableUpDownCounter(name, options);
  return meter.createObservableGauge(name, options);
}

/** @param {import('./reading').Labels} labels */
function attributesOf({ kind, name, reason }) {
  /** @type {Record<string, string>} */
  const attributes = { [`${NAMESPACE}kind`]: kind, [`${NAMESPACE}name`]: name };
  if (reason !== undefined) attributes[`${NAMESPACE}reason`] = reason;
  return attributes;
}

exports.registerMetrics = registerMetrics;
