// What is run, in which order. A full run takes some five minutes on two cores for Node and Bun, and
// half as long again for each further Node; a quick one has what has a target, in 90 seconds.

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
  'get-hot': [LARGE],
  'set-hot': [LARGE],
  'new-map': [1],
};

/** Measured alone too: everything small, and these at all sizes. */
const aloneAtAllSizes = new Set(['get', 'evict']);

/** The rows of a quick run: all with a target. @type {Record<string, readonly number[]>} */
const quickSizes = { get: SIZES, set: [SMALL], evict: [SMALL, MIDDLE], 'new-map': [1] };
const quickAlone = new Set([1, SMALL, MIDDLE]);
const quickScenarios = new Set(['together', 'all-but-one']);

/** @typedef {{ kind: string, title: string, row?: string, size?: number, contenders?: string[], scenario?: string } & Record<string, any>} Job */

/** Names by which a part of the benchmark can be asked for. */
export const names = [...rows.map(({ id }) => id), 'stall', 'scenarios'];

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
      jobs.push(rowJob(row, size, able, quick));
      const alone = quick ? quickAlone.has(size) : size <= SMALL || aloneAtAllSizes.has(row.id);
      if (alone) jobs.push(...able.map((id) => rowJob(row, size, [id], quick)));
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
  if (chosen('scenarios') && (!quick || only.length > 0)) jobs.push(...scenarioJobs());
  return jobs;
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
