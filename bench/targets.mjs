// What was promised, and whether it holds.

import { SUBJECT, contender } from './contenders.mjs';
import { ratio, timeOf } from './figures.mjs';
import { rows } from './rows.mjs';
import { scenarios } from './stall.mjs';

const KB = 1024;

/**
 * Ratios of medians. Where two apply (to one runtime, or of a contender with the same semantics) the
 * smaller stands.
 * @type {readonly { row: string, size: number, over: string, most: { node: number, bun: number } }[]}
 */
export const ratios = [
  { row: 'get', size: 1000, over: 'lru', most: { node: 0.5, bun: 0.33 } },
  { row: 'get', size: 1000, over: 'map', most: { node: 1.8, bun: 1.8 } },
  { row: 'set', size: 1000, over: 'lru', most: { node: 0.6, bun: 0.6 } },
  { row: 'fill', size: 1000, over: 'lru', most: { node: 1.2, bun: 1.5 } },
  { row: 'fill', size: 100_000, over: 'lru', most: { node: 1.5, bun: 1.5 } },
  { row: 'evict', size: 1000, over: 'lru', most: { node: 1.2, bun: 1.5 } },
  { row: 'evict', size: 100_000, over: 'lru', most: { node: 1.5, bun: 1.5 } },
  ...['lru', 'ttlcache'].flatMap((over) => [1000, 100_000].flatMap((size) => ['get', 'miss', 'has', 'set']
    .filter((row) => !(over === 'lru' && size === 1000 && (row === 'get' || row === 'set')))
    .map((row) => ({ row, size, over, most: { node: 1, bun: 1 } })))),
];

/** Bytes per entry beyond key and value, over lru-cache's. */
const HEAVIEST = 1.7;

const newMap = { most: { us: 8, bytes: 8 * KB }, goal: { us: 3, bytes: 4 * KB } };
const LONGEST_STALL = 5;

/**
 * Flat but for cache misses: these grow for everybody, so the growth from the smallest to the largest
 * map is set against that of the plain `Map` (of lru-cache where `Map` has no such operation). With hot
 * keys the caches hold what is used, and so little is left to grow.
 */
export const FLAT = {
  most: 1.5,
  from: 1000,
  to: 1_000_000,
  rows: [
    { row: 'get' }, { row: 'get-hot', base: 'get' }, { row: 'miss' }, { row: 'has' }, { row: 'set' },
    { row: 'set-hot', base: 'set' }, { row: 'delete-set' }, { row: 'fill' }, { row: 'evict' },
  ],
};

/**
 * @typedef {object} Verdict
 * @property {string} runtime
 * @property {string} title
 * @property {string} limit
 * @property {{ mode: string, value: number, shown: string, pass: boolean, goal?: boolean }[]} found
 */

/** @param {import('./figures.mjs').Results} results @returns {Verdict[]} */
export function judge(results) {
  return [...ratioVerdicts(results), ...newMapVerdicts(results), ...flatVerdicts(results), ...stallVerdicts(results), ...otherVerdicts(results)]
    .filter(({ found }) => found.length > 0)
    .map(({ title, limit, found }) => ({ runtime: results.name, title, limit, found }));
}

/** @param {import('./figures.mjs').Results} results */
function ratioVerdicts(results) {
  return ratios.map(({ row, size, over, most }) => ({
    title: `${titleOf(row)}, ${size.toLocaleString('en')} keys, ÷ ${contender(over).title}`,
    limit: `≤ ${most[results.kind]}`,
    found: /** @type {const} */ (['interleaved', 'alone']).flatMap((mode) => {
      const value = rounded(ratio(timeOf(results, row, size, SUBJECT, mode), timeOf(results, row, size, over, mode)));
      return value === undefined ? [] : [{ mode, value, shown: value.toFixed(2), pass: value <= most[results.kind] }];
    }),
  }));
}

/** @param {import('./figures.mjs').Results} results */
function newMapVerdicts(results) {
  const weight = results.bytes[SUBJECT];
  return [
    {
      title: 'new map with one entry, time',
      limit: `≤ ${newMap.most.us} µs (goal ${newMap.goal.us})`,
      found: /** @type {const} */ (['interleaved', 'alone']).flatMap((mode) => {
        const ns = timeOf(results, 'new-map', 1, SUBJECT, mode);
        if (ns === undefined) return [];
        const value = ns / 1000;
        return [{ mode, value, shown: `${value.toFixed(1)} µs`, pass: value <= newMap.most.us, goal: value <= newMap.goal.us }];
      }),
    },
    {
      title: 'new map with one entry, bytes (the larger of heap and resident)',
      limit: `≤ ${newMap.most.bytes / KB} KB (goal ${newMap.goal.bytes / KB})`,
      found: (weight === undefined ? [] : [Math.max(weight.heap, weight.resident)]).map((value) => ({
        mode: 'alone', value, shown: `${(value / KB).toFixed(1)} KB`, pass: value <= newMap.most.bytes, goal: value <= newMap.goal.bytes,
      })),
    },
  ];
}

/** @param {import('./figures.mjs').Results} results */
function flatVerdicts(results) {
  return FLAT.rows.map(({ row, base }) => {
    const growth = growthOf(results, row, base);
    return {
      title: `${titleOf(row)}: growth from 1,000 to 1,000,000 entries ÷ that of ${growth?.beside ?? ''}`,
      limit: `≤ ${FLAT.most}`,
      found: growth === undefined ? [] : [{
        mode: 'interleaved', value: growth.relative, shown: growth.relative.toFixed(2), pass: growth.relative <= FLAT.most,
      }],
    };
  });
}

/**
 * How an operation's cost grows, next to the growth of another contender's.
 * @param {import('./figures.mjs').Results} results
 * @param {string} row
 * @param {string} [base] the row that has its cost in a small map
 */
export function growthOf(results, row, base = row) {
  const growth = (/** @type {string} */ id) => ratio(timeOf(results, row, FLAT.to, id), timeOf(results, base, FLAT.from, id));
  const own = growth(SUBJECT);
  const other = ['map', 'lru'].find((id) => growth(id) !== undefined);
  if (own === undefined || other === undefined) return undefined;
  const beside = /** @type {number} */ (growth(other));
  return { own, other: beside, beside: contender(other).title, relative: Number(rounded(own / beside)), lru: growth('lru') };
}

/** @param {import('./figures.mjs').Results} results */
function stallVerdicts({ stalls }) {
  return stalls.map(({ scenario, max }) => ({
    title: `longest stretch of the timer's sweep, a million entries ${scenarios.find(({ id }) => id === scenario)?.title}`,
    limit: `≤ ${LONGEST_STALL} ms`,
    found: [{ mode: 'alone', value: max, shown: `${max.toFixed(1)} ms`, pass: max <= LONGEST_STALL }],
  }));
}

/** @param {import('./figures.mjs').Results} results */
function otherVerdicts({ expiry, weight, collectable }) {
  const gaps = (/** @type {number} */ over, /** @type {boolean} */ own) => (
    expiry.filter((one) => one.over === over && one.left === 0 && (one.id === SUBJECT) === own).map(({ max }) => max)
  );
  const alone = (/** @type {number} */ value, /** @type {string} */ shown, /** @type {boolean} */ pass) => ({ mode: 'alone', value, shown, pass });
  const entry = (/** @type {string} */ id) => weight[id]?.perEntry.resident;
  const heavier = rounded(ratio(entry(SUBJECT), entry('lru')));
  const own = collectable[SUBJECT];
  return [
    ...[0, 60_000].map((over) => ({
      title: `longest gap of the event loop, a million entries due ${over === 0 ? 'at one moment' : 'over a minute'}`,
      limit: '< every other that sweeps',
      found: gaps(over, true).map((max) => alone(max, `${max.toFixed(1)} ms`, gaps(over, false).every((other) => max < other))),
    })),
    {
      title: 'resident bytes per entry beyond key and value, ÷ lru-cache',
      limit: `≤ ${HEAVIEST}`,
      found: heavier === undefined ? [] : [alone(heavier, heavier.toFixed(2), heavier <= HEAVIEST)],
    },
    {
      title: 'dropped instances that are collected',
      limit: own === undefined ? '' : `all ${own.of} (Bun: 48)`,
      found: own === undefined ? [] : [alone(own.collected, `${own.collected} of ${own.of}`, own.collected >= own.of - 2)],
    },
  ];
}

/**
 * To two digits, as it is shown: nothing is told that the eye cannot check.
 * @param {number | undefined} value
 */
function rounded(value) {
  return value === undefined ? undefined : Number(value.toFixed(2));
}

/** @param {string} id */
export function titleOf(id) {
  return rows.find((row) => row.id === id)?.title ?? id;
}
