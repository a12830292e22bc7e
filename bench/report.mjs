// What is told: sections of text and tables, the same for the terminal and for Markdown.

import { SUBJECT, contender, contenders } from './contenders.mjs';
import { ratio, timeOf } from './figures.mjs';
import { FLAT, growthOf, titleOf } from './targets.mjs';
import { scenarioSection } from './scenario-report.mjs';
import { scenarios } from './stall.mjs';
import { lives } from './report-lives.mjs';
import { winners } from './words.mjs';

/** @typedef {{ title: string, text?: string[], head?: string[], rows?: string[][] }} Section */

const KB = 1024;
const PASS = '✔ pass';
const MISS = '✘ MISS';

/** @param {number | undefined} value */
const times = (value) => (value === undefined ? '–' : value.toFixed(2));
/** @param {number | undefined} ns */
const nanoseconds = (ns) => (ns === undefined ? '–' : Math.round(ns).toLocaleString('en'));
/** @param {number} size */
const entries = (size) => size.toLocaleString('en');
/** @param {string} id */
const named = (id) => contender(id).title;

/**
 * @param {import('./figures.mjs').Results[]} all
 * @param {import('./targets.mjs').Verdict[]} verdicts
 * @returns {Section[]}
 */
export function sections(all, verdicts) {
  /** @type {Section[]} */
  const found = [
    failures(all),
    leftOut(all),
    targets(verdicts),
    ...all.map(operations),
    ...all.map(flatness),
    newMaps(all),
    stalls(all),
    ...lives(all),
    ...all.map(scenarioSection),
    ...all.map((results) => ({ title: `Who wins where, ${results.name}`, text: winners(results) })),
  ];
  return found.filter(({ rows, text }) => (rows === undefined ? text !== undefined && text.length > 0 : rows.length > 0));
}

/** @param {import('./figures.mjs').Results[]} all @returns {Section} */
function failures(all) {
  const text = all.flatMap(({ name, failures: found }) => found.map((failure) => `${name}: ${failure}`));
  return { title: 'Wrong answers', text };
}

/** @param {import('./figures.mjs').Results[]} all @returns {Section} */
function leftOut(all) {
  /** @type {Map<string, string[]>} */
  const where = new Map();
  for (const { name, out } of all) for (const why of out) where.set(why, [...where.get(why) ?? [], name]);
  return {
    title: 'Left out: what other contenders fail at',
    text: [...where].map(([why, names]) => `${why}${names.length < all.length ? ` (${names.join(', ')})` : ''}`),
  };
}

/** @param {import('./targets.mjs').Verdict[]} verdicts @returns {Section} */
function targets(verdicts) {
  const cells = (/** @type {import('./targets.mjs').Verdict} */ { found }, /** @type {string} */ mode) => {
    const one = found.find((each) => each.mode === mode);
    if (one === undefined) return ['', ''];
    return [one.shown, one.pass ? `${PASS}${one.goal ? ', goal too' : ''}` : MISS];
  };
  return {
    title: 'Targets',
    text: ['“interleaved”: all contenders in one process, round by round in turn. “alone”: each in a process of its own.'],
    head: ['runtime', 'RobustSessionMap', 'limit', 'interleaved', '', 'alone', ''],
    rows: verdicts.map((verdict) => [
      verdict.runtime, verdict.title, verdict.limit, ...cells(verdict, 'interleaved'), ...cells(verdict, 'alone'),
    ]),
  };
}

/** @param {import('./figures.mjs').Results} results @returns {Section} */
function operations(results) {
  const others = contenders.filter(({ id }) => id === 'map' || id === 'lru');
  const shown = results.measured.filter(({ row }) => row !== 'new-map');
  const modes = /** @type {const} */ (['interleaved', 'alone']);
  return {
    title: `Time per operation, ${results.name}`,
    text: ['Medians, in nanoseconds. A ratio below 1: RobustSessionMap is faster. “–”: takes no part, see above and',
      'the claims in bench/contenders.mjs; of a million entries only those with time and order do. “fewest rounds” is below 9 where a round takes long.'],
    head: [
      'operation', 'entries', ...contenders.map(({ title }) => `${title} ns`),
      ...modes.flatMap((mode) => others.map(({ title }) => `÷ ${title}, ${mode}`)), 'fewest rounds',
    ],
    rows: shown.filter(({ mode }) => mode === 'interleaved').map(line),
  };

  /** @param {import('./figures.mjs').Measured} measured */
  function line({ row, size, times: measured }) {
    const over = (/** @type {string} */ id, /** @type {'interleaved' | 'alone'} */ mode) => (
      times(ratio(timeOf(results, row, size, SUBJECT, mode), timeOf(results, row, size, id, mode)))
    );
    return [
      titleOf(row),
      entries(size),
      ...contenders.map(({ id }) => nanoseconds(measured[id]?.median)),
      ...modes.flatMap((mode) => others.map(({ id }) => over(id, mode))),
      String(Math.min(...Object.values(measured).map(({ rounds }) => rounds))),
    ];
  }
}

/** @param {import('./figures.mjs').Results} results @returns {Section} */
function flatness(results) {
  const large = 'at 1,000,000 ÷ at 1,000:';
  return {
    title: `Flatness, ${results.name}`,
    text: [
      'How many times dearer an operation is in the large map. Cache misses make everybody dearer; what counts is the last',
      'column, RobustSessionMap’s growth over that of Map (of lru-cache for evictions, which Map does not have).',
    ],
    head: ['operation', `${large} ${named(SUBJECT)}`, named('map'), named('lru'), 'RobustSessionMap’s over Map’s', ''],
    rows: FLAT.rows.flatMap(({ row, base }) => {
      const growth = growthOf(results, row, base);
      if (growth === undefined) return [];
      const map = growth.beside === named('map') ? times(growth.other) : '–';
      return [[
        titleOf(row), times(growth.own), map, times(growth.lru),
        `${times(growth.relative)}${map === '–' ? ' (over lru-cache’s)' : ''}`, growth.relative <= FLAT.most ? PASS : MISS,
      ]];
    }),
  };
}

/** @param {import('./figures.mjs').Results[]} all @returns {Section} */
function newMaps(all) {
  return {
    title: 'A new map with one entry',
    text: [
      'Limit 1,000 entries. lru-cache reserves its tables for all of them at once, so a small limit is cheaper there.',
      'Resident bytes have native memory in them, and the room that a growing heap takes beyond its need: Map has that too.',
    ],
    head: ['runtime', 'contender', 'µs, interleaved', 'µs, alone', 'bytes on the heap', 'bytes resident'],
    rows: all.flatMap((results) => Object.entries(results.bytes).map(([id, { heap, resident }]) => {
      const us = (/** @type {'interleaved' | 'alone'} */ mode) => ((timeOf(results, 'new-map', 1, id, mode) ?? NaN) / 1000).toFixed(2);
      return [results.name, named(id), us('interleaved'), us('alone'), kb(heap), kb(resident)];
    })),
  };
}

/** @param {number} bytes */
function kb(bytes) {
  return `${(bytes / KB).toFixed(2).replace('-0.00', '0.00')} KB`;
}

/** @param {import('./figures.mjs').Results[]} all @returns {Section} */
function stalls(all) {
  return {
    title: 'A million entries due',
    text: [
      'How long the timer’s sweep holds the event loop at a stretch. The longest gap between two turns of the loop has the',
      'runtime’s own work in it too, garbage collection above all. lru-cache holds nothing here: it has no such sweep unless',
      'each entry gets a timer of its own (ttlAutopurge), so what expired stays in memory until it is used or pushed out.',
      ...all.flatMap(({ name, shrink }) => (shrink === undefined ? [] : [
        `${name}: a plain Map of a million entries that is emptied by delete takes ${shrink.ms.toFixed(1)} ms for one of them`,
        `(${entries(shrink.left)} left), moving to a smaller table; a sweep of single entries has that in it.`,
      ])),
    ],
    head: ['runtime', 'a million entries …', 'wake-ups', 'longest ms', 'p99 ms', 'longest gap ms', 'all gone after ms'],
    rows: all.flatMap((results) => results.stalls.map(({ scenario, wakes, max, p99, gap, tookMs }) => [
      results.name,
      scenarios.find(({ id }) => id === scenario)?.title ?? scenario,
      String(wakes), max.toFixed(1), p99.toFixed(1), gap.toFixed(1), tookMs.toFixed(0),
    ])),
  };
}
