// Who wins, in words: a table of ratios hides what is lost.

import { SUBJECT, contender, contenders } from './contenders.mjs';
import { ratio, timeOf } from './figures.mjs';
import { titleOf } from './targets.mjs';

/** Closer than this is a draw: the same run twice differs by as much. */
const DRAW = 0.05;

/** @param {import('./figures.mjs').Results} results @returns {string[]} */
export function winners(results) {
  return contenders.filter(({ id }) => id !== SUBJECT).flatMap(({ id }) => against(results, id));
}

/**
 * @param {import('./figures.mjs').Results} results
 * @param {string} id
 */
function against(results, id) {
  /** @type {Record<'wins' | 'loses' | 'draws', string[]>} */
  const found = { wins: [], loses: [], draws: [] };
  for (const { row, size, mode } of results.measured) {
    if (mode !== 'interleaved') continue;
    const over = ratio(timeOf(results, row, size, SUBJECT), timeOf(results, row, size, id));
    if (over === undefined) continue;
    const alone = ratio(timeOf(results, row, size, SUBJECT, 'alone'), timeOf(results, row, size, id, 'alone'));
    const where = size === 1 ? titleOf(row) : `${titleOf(row)} at ${size.toLocaleString('en')}`;
    // Alone may say something else than side by side; then it is said.
    const differs = alone !== undefined && outcome(alone) !== outcome(over) ? `, alone ${alone.toFixed(2)}` : '';
    found[outcome(over)].push(`${where} (${over.toFixed(2)}${differs})`);
  }
  const { title } = contender(id);
  const robust = contender(SUBJECT).title;
  return [
    list(`${title} is faster than ${robust} at`, found.loses),
    list(`${robust} is faster than ${title} at`, found.wins),
    list(`${robust} and ${title} are about equal at`, found.draws),
  ].filter((text) => text !== '');
}

/** @param {number} over */
function outcome(over) {
  if (over > 1 + DRAW) return 'loses';
  return over < 1 - DRAW ? 'wins' : 'draws';
}

/**
 * @param {string} start
 * @param {string[]} where
 */
function list(start, where) {
  return where.length === 0 ? '' : `${start}: ${where.join(', ')}.`;
}
