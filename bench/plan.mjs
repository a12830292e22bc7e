// What is run, in which order. A full run takes some ten minutes a runtime on two cores; a quick one has
// what has a target of the smallest sizes.

import { contenders } from './contenders.mjs';
import { rows } from './rows.mjs';
import { scenarioJobs } from './scenario-plan.mjs';
import { scenarios } from './stall.mjs';

export const SIZES = [1000, 100_000, 1_000_000];
const [SMALL, MIDDLE, LARGE] = SIZES;

/** Sizes at which a row says something new; all, unless listed. @type {Record<string, readonly number[]>} */
const sizes = {
  'get-fresh': [SMALL],
  'get-number': [SMALL],
  'get-zipf': [SMALL, MIDDLE],
  'get-mixed': [SMALL, MIDDLE],
  'get-hot': [LARGE],
  'set-hot': [LARGE],
  'new-map': [1],
};

/** Measured alone too: everything small, and `get` and `evict` at all sizes, by those that targets are about; these small ones by all. */
const aloneAtAllSizes = new Set(['get', 'evict']);
const aloneByAll = new Set(['get', 'set', 'fill', 'evict']);
const main = new Set(['map', 'rsm', 'lru']);
/** Who is worth the minutes that a million entries take. */
const large = new Set([...main, 'ttlcache', 'tiny']);

/** What is stored over this time falls due over it, ms. */
const MINUTE = 60_000;
const CHURN = 100_000_000;
const churning = ['rsm', 'lru', 'lrumin'];

/** The rows of a quick run: all with a target. @type {Record<string, readonly number[]>} */
const quickSizes = { get: SIZES, set: [SMALL], evict: [SMALL, MIDDLE], 'new-map': [1] };
const quickAlone = new Set([1, SMALL, MIDDLE]);
const quickScenarios = new Set(['together', 'all-but-some']);

/** @typedef {{ kind: string, title: string, row?: string, size?: number, contenders?: string[], scenario?: string } & Record<string, any>} Job */

/** Names by which a part of the benchmark can be asked for. */
export const names = [...rows.map(({ id }) => id), 'stall', 'expiry', 'minute', 'weight', 'churn', 'collectable', 'scenarios'];

/**
 * @param {{ quick: boolean, only: readonly string[] }} choice
 * @param {Record<string, Record<string, string>>} failed what the smoke found, by contender and claim
 * @returns {Job[]} for one runtime
 */
export function plan({ quick, only }, failed) {
  const chosen = (/** @type {string} */ id) => only.length === 0 || only.some((word) => id === word || id.startsWith(`${word}-`));
  /** @type {Job[]} */
  const jobs = [];
  for (const row of rows.filter(({ id }) => chosen(id))) {
    const able = contenders.filter(({ id, claims }) => claims.includes(row.needs) && !isOut(failed[id], row.needs)).map(({ id }) => id);
    for (const size of (quick ? quickSizes[row.id] : sizes[row.id] ?? SIZES) ?? []) {
      const taking = able.filter((id) => (quick ? main.has(id) : size < LARGE || large.has(id)));
      jobs.push(rowJob(row, size, taking, quick));
      const alone = quick ? quickAlone.has(size) : size <= SMALL || aloneAtAllSizes.has(row.id);
      if (alone) jobs.push(...taking.filter((id) => main.has(id) || (size <= SMALL && aloneByAll.has(row.id))).map((id) => rowJob(row, size, [id], quick)));
    }
    if (row.id === 'new-map') {
      jobs.push(...able.map((id) => ({ kind: 'bytes', title: `bytes of a new map, ${id}`, contenders: [id] })));
    }
  }
  if (chosen('stall') && !isOut(failed.rsm, 'ttl')) {
    for (const { id, title } of scenarios) {
      if (!quick || quickScenarios.has(id)) jobs.push({ kind: 'stall', title: `a million entries ${title}`, scenario: id });
    }
    jobs.push({ kind: 'shrink', title: 'a million deletes from a plain Map' });
  }
  if (!quick) jobs.push(...others(chosen, failed));
  if (chosen('scenarios') && (!quick || only.length > 0)) jobs.push(...scenarioJobs());
  return jobs;
}

/**
 * Jobs of one contender each.
 * @param {(id: string) => boolean} chosen
 * @param {Record<string, Record<string, string>>} failed
 * @returns {Job[]}
 */
function others(chosen, failed) {
  const maps = contenders.map(({ id }) => id).filter((id) => !isOut(failed[id], 'map'));
  const sweeping = contenders.filter((one) => one.sweeping !== undefined && !isOut(failed[one.id], 'ttl')).map(({ id }) => id);
  /** @type {(kind: string, title: string, ids: string[], more?: object) => Job[]} */
  const each = (kind, title, ids, more) => ids.map((id) => ({ kind, title: `${title}, ${id}`, contenders: [id], ...more }));
  return [
    ...(chosen('expiry') ? each('expiry', 'a million expire at one moment', sweeping, { over: 0 }) : []),
    // One at a time, as long as that takes: collectors use other cores, and two processes would make each other's gaps.
    ...(chosen('minute') ? each('expiry', 'a million expire over a minute', sweeping, { over: MINUTE }) : []),
    ...(chosen('weight') ? each('weight', 'bytes per entry', maps.filter((id) => large.has(id) || id === 'lrumin')) : []),
    ...(chosen('churn') ? each('churn', 'a hundred million sets', churning.filter((id) => !isOut(failed[id], 'bound')), { sets: CHURN }) : []),
    ...(chosen('collectable') ? each('collectable', '50 dropped', contenders.map(({ id }) => id)) : []),
  ];
}

/**
 * Who fails at being a map is out of everything.
 * @param {Record<string, string> | undefined} wrong
 * @param {string} needs
 */
function isOut(wrong, needs) {
  return wrong !== undefined && ('map' in wrong || needs in wrong || (needs === 'lru' && 'bound' in wrong));
}

/**
 * @param {import('./rows.mjs').Row} row
 * @param {number} size
 * @param {string[]} ids
 * @param {boolean} quick
 * @returns {Job}
 */
function rowJob(row, size, ids, quick) {
  const alone = ids.length === 1;
  return {
    kind: 'row',
    title: `${row.title}${size === 1 ? '' : `, ${size.toLocaleString('en')}`}, ${alone ? `${ids[0]} alone` : 'interleaved'}`,
    row: row.id,
    size,
    contenders: ids,
    mode: alone ? 'alone' : 'interleaved',
    rounds: 9,
    roundMs: quick ? 20 : 25,
    mostMs: 3000,
  };
}
