'use strict';

// One look at the memory report for all metrics of a scrape, with counters that do not go back while a structure of
// the name lives: one that is closed or collected takes its counts along, and that must not look like a restart.

const { memoryReport } = require('../watch/report');
const { METRICS } = require('./table');
const { Map } = globalThis; // as it was: a program may put our classes in its place

/**
 * @typedef {{ kind: string, name: string, reason?: string }} Labels
 * @typedef {{ labels: Labels, value: number }} Point
 * @typedef {{ report: import('../../index').MemoryReport, points: Map<string, Point[]> }} Reading points by the metric's name in Prometheus
 */

class Readings {
  /** Counted so far, by metric and labels, of what was in the last look. @type {Map<string, { last: number, total: number }>} */
  #counted = new Map();
  /** For as long as the current job runs. @type {Reading | undefined} */
  #now;

  /** @returns {Reading} */
  read() {
    if (this.#now === undefined) {
      this.#now = this.#look();
      // Metrics of one scrape are asked for in one go: they are to show one state.
      globalThis.queueMicrotask(() => {
        this.#now = undefined;
      });
    }
    return this.#now;
  }

  #look() {
    const report = memoryReport();
    const before = this.#counted;
    this.#counted = new Map();
    /** @type {Map<string, Point[]>} */
    const points = new Map();
    for (const metric of METRICS) {
      const read = pointsOf(report.rows, metric);
      if (metric.type === 'counter') {
        for (const point of read) point.value = this.#count(`${metric.prometheus}\n${keyOf(point.labels)}`, point.value, before);
      }
      points.set(metric.prometheus, read);
    }
    return { report, points };
  }

  /**
   * @param {string} key
   * @param {number} value
   * @param {Map<string, { last: number, total: number }>} before
   */
  #count(key, value, before) {
    const { last, total } = before.get(key) ?? { last: 0, total: 0 };
    const counted = { last: value, total: total + Math.max(0, value - last) };
    this.#counted.set(key, counted);
    return counted.total;
  }
}

/** @param {Labels} labels */
function keyOf({ kind, name, reason }) {
  return `${kind}\n${reason}\n${name}`;
}

/**
 * @param {readonly import('../../index').MemoryRow[]} rows
 * @param {import('./table').Metric} metric
 * @returns {Point[]}
 */
function pointsOf(rows, { column, type, scale = 1 }) {
  /** @type {Map<string, Point>} */
  const points = new Map();
  /** @param {Labels} labels @param {number} value */
  const add = (labels, value) => {
    const key = keyOf(labels);
    const point = points.get(key);
    if (point === undefined) points.set(key, { labels, value });
    else point.value = type === 'gauge' ? Math.max(point.value, value) : point.value + value;
  };
  for (const row of rows) {
    const { kind, name } = row;
    if (column === 'structures') add({ kind, name }, 1);
    else if (column === 'removed') {
      for (const [reason, count] of Object.entries(row.removed)) add({ kind, name, reason }, count);
    } else if (typeof row[column] === 'number') add({ kind, name }, /** @type {number} */ (row[column]) / scale);
  }
  return [...points.values()];
}

exports.Readings = Readings;
exports.keyOf = keyOf;
