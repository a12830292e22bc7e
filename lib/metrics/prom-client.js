'use strict';

// `robust-session-map/metrics/prom-client`: the memory report as Prometheus metrics, read at each scrape.

const { peer, once } = require('./peer');
const { isPlain, read, wrongKind } = require('../options');
const { show } = require('../errors');
const { METRICS, PROCESS } = require('./table');
const { Readings } = require('./reading');

const { Counter, Gauge, register: defaultRegister } = peer('prom-client', () => require('prom-client'));

/** @type {Readonly<Record<string, (name: string, value: unknown) => any>>} */
const CHECKS = Object.freeze({
  __proto__: /** @type {any} */ (null),
  register(/** @type {string} */ name, /** @type {any} */ value) {
    const usable = typeof value === 'object' && value !== null
      && ['registerMetric', 'getSingleMetric', 'removeSingleMetric'].every((method) => typeof value[method] === 'function');
    return usable ? value : wrongKind(name, value, 'a Registry of prom-client');
  },
  prefix(/** @type {string} */ name, /** @type {unknown} */ value) {
    if (typeof value !== 'string') return wrongKind(name, value, 'a string');
    if (/^[a-zA-Z_:][\w:]*$/.test(value)) return value;
    throw new RangeError(`${name} must begin a metric's name (letters, digits, _ and :, no digit first), not ${show(value)}`);
  },
});

/**
 * @param {import('../../metrics/prom-client').MetricsOptions | null} [given]
 * @returns {import('../../index').Unsubscribe}
 */
function registerMetrics(given) {
  if (given !== undefined && given !== null && !isPlain(given)) {
    throw new TypeError(`registerMetrics: options must be a plain object, not ${show(given)}`);
  }
  const { register = defaultRegister, prefix = 'robust_session_map_' } = read('registerMetrics', given ?? {}, CHECKS);
  const readings = new Readings();
  const metrics = [...METRICS.map((metric) => labelled(metric, prefix, readings)), ...PROCESS.map((metric) => plain(metric, prefix, readings))];
  const names = metrics.map((metric) => /** @type {any} */ (metric).name);
  const taken = names.find((name) => register.getSingleMetric(name) !== undefined);
  if (taken !== undefined) {
    throw new Error(`registerMetrics: the registry has a metric ${taken} already; call the function that the first registerMetrics returned, or give another prefix`);
  }
  for (const metric of metrics) register.registerMetric(metric);
  return once(() => {
    // Somebody may have cleared the registry, and put a metric of that name in it.
    for (const metric of metrics) {
      const { name } = /** @type {any} */ (metric);
      if (register.getSingleMetric(name) === metric) register.removeSingleMetric(name);
    }
  });
}

/**
 * @param {import('./table').Metric} metric
 * @param {string} prefix
 * @param {Readings} readings
 */
function labelled({ prometheus, help, type, column }, prefix, readings) {
  const labelNames = column === 'removed' ? ['kind', 'name', 'reason'] : ['kind', 'name'];
  const what = { name: prefix + prometheus, help, labelNames, registers: [] };
  const points = () => readings.read().points.get(prometheus) ?? [];
  if (type === 'counter') {
    return new Counter({
      ...what,
      collect() {
        this.reset();
        for (const { labels, value } of points()) this.inc(/** @type {any} */ (labels), value);
      },
    });
  }
  return new Gauge({
    ...what,
    collect() {
      this.reset();
      for (const { labels, value } of points()) this.set(/** @type {any} */ (labels), value);
    },
  });
}

/**
 * @param {typeof PROCESS[number]} metric
 * @param {string} prefix
 * @param {Readings} readings
 */
function plain({ prometheus, help, read: figure }, prefix, readings) {
  return new Gauge({
    name: prefix + prometheus,
    help,
    registers: [],
    collect() {
      this.set(figure(readings.read().report));
    },
  });
}

exports.registerMetrics = registerMetrics;
