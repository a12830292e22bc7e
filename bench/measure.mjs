// Measures one row in this process: the contenders given, round by round in turn, or a single one.

import { contender } from './contenders.mjs';
import { freshKeys, makeLoad } from './load.mjs';

const HOUR = 3_600_000;
const WARM_ROUNDS = 2;
/** A row that is slow may have fewer rounds than asked for, but not fewer than this. */
const FEWEST_ROUNDS = 3;
const FIRST_COUNT = 500;
/** Fresh key strings are made between rounds; more of them would take longer to make than to use. */
const MOST_FRESH = 60_000;
/** What a map in the row of new maps is limited to, as if it were to be filled later. */
const NEW_MAP_MAX = 1000;

/**
 * @typedef {object} RowJob
 * @property {string} row
 * @property {number} size
 * @property {readonly string[]} contenders
 * @property {number} rounds
 * @property {number} roundMs
 * @property {number} mostMs after which no round is begun that need not be
 */

/** Collects garbage, on both runtimes, and lets finalizers run. */
export async function collect() {
  const { Bun: bun, gc } = /** @type {any} */ (globalThis);
  if (bun === undefined) gc?.();
  else bun.gc(true);
  await pause();
}

/** @param {number} [ms] */
export function pause(ms = 1) {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** Bytes on the heap and in the process, once nothing more is given back at once. */
export async function settled() {
  for (let round = 0; round < 6; round += 1) await collect();
  const { heapUsed, rss } = process.memoryUsage();
  return { heap: heapUsed, resident: rss };
}

/** @param {{ heap: number, resident: number }} a @param {{ heap: number, resident: number }} b @param {number} by what the difference is divided by */
export function between(a, b, by) {
  return { heap: (b.heap - a.heap) / by, resident: (b.resident - a.resident) / by };
}

/**
 * @param {RowJob} job
 * @returns {Promise<Record<string, { ns: number[], count: number, wrong?: string }>>} by contender: time per operation of each round
 */
export async function measure({ row: rowId, size, contenders, rounds, roundMs, mostMs }) {
  const runners = [];
  let load;
  for (const id of contenders) {
    const { rows } = await import(`./rows.mjs?for=${id}`);
    const row = rows.find((/** @type {import('./rows.mjs').Row} */ one) => one.id === rowId);
    load ??= makeLoad(row, size);
    runners.push(await runner(id, row, load));
  }
  for (const one of runners) {
    await one.calibrate(roundMs);
    for (let i = 0; i < WARM_ROUNDS && !one.slow; i += 1) await one.round();
  }
  const start = performance.now();
  for (let i = 0; i < rounds; i += 1) {
    if (i >= FEWEST_ROUNDS && performance.now() - start > mostMs) break;
    // Who goes first changes: nobody always comes after the same neighbour.
    for (let at = 0; at < runners.length; at += 1) {
      const one = runners[(i + at) % runners.length];
      one.ns.push((await one.round()) * 1e6 / one.count);
    }
  }
  return Object.fromEntries(runners.map(({ id, ns, count, wrong }) => [id, { ns, count, wrong: wrong() }]));
}

/**
 * @param {string} id
 * @param {import('./rows.mjs').Row} row
 * @param {import('./rows.mjs').Load} load
 */
async function runner(id, row, load) {
  const { size } = load;
  const construct = await contender(id).load();
  const max = row.id === 'new-map' ? NEW_MAP_MAX : size;
  const make = () => construct({ max, ttl: HOUR });
  const map = row.run === undefined ? undefined : make();
  if (map !== undefined) for (let i = 0; i < size; i += 1) map.set(load.keys[i], i);
  // Maps are filled to the brim, so a row of fills counts in whole maps.
  const unit = row.id === 'fill' ? size : 1;
  let from = 0;
  let failed = '';

  /** One stretch of `count` operations; answers its milliseconds. */
  async function stretch(/** @type {number} */ count) {
    if (row.fresh) load.fresh = freshKeys(load, from, count);
    if (row.build !== undefined) {
      await collect();
      const start = performance.now();
      const made = row.build(make, load, count);
      const took = performance.now() - start;
      if (!row.built?.(made, load, count)) failed = `the maps made by "${row.title}" are not as they must be`;
      return took;
    }
    await pause();
    const start = performance.now();
    const right = row.run?.(map, load, from, count);
    const took = performance.now() - start;
    from += count;
    if (right !== count) failed = `${right} of ${count} operations of "${row.title}" went as they must`;
    return took;
  }

  return {
    id,
    /** @type {number[]} */
    ns: [],
    count: 0,
    /** Whether one round takes so long that it is warm after the first. */
    slow: false,
    async calibrate(/** @type {number} */ roundMs) {
      if (row.count !== undefined) {
        this.count = row.count;
        return;
      }
      const most = row.fresh ? MOST_FRESH : Infinity;
      let count = Math.ceil(FIRST_COUNT / unit) * unit;
      let took = await stretch(count);
      while (took < roundMs / 2 && count < most) {
        count *= 2;
        took = await stretch(count);
      }
      // Once more, compiled by now: the first stretches were slower than what is to come.
      took = Math.min(took, await stretch(count));
      this.slow = took > roundMs * 4;
      this.count = Math.max(1, Math.round(Math.min((count * roundMs) / took, most) / unit)) * unit;
    },
    round() {
      return stretch(this.count);
    },
    wrong() {
      if (failed === '' && map !== undefined && map.size !== size) return `holds ${map.size} entries instead of ${size}`;
      return failed === '' ? undefined : failed;
    },
  };
}
