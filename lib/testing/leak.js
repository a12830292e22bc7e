'use strict';

// `expectNoLeak`: runs rounds of work, looks at memory after each, and fails if it grows with the rounds.

const { fail, isPlain, read, text, callback } = require('../options');
const { show } = require('../errors');
const { Samples } = require('./memory');
const { judge, MOST } = require('./verdict');
const { tally, growthOf } = require('./structures');
const { leakError } = require('./leak-error');

/** Fewer rounds than this leave no bound; of more, the slopes between any two are too many. */
const ROUNDS = [6, 1000];
const WARMUP = [0, 100_000];

const DEFAULTS = Object.freeze({ rounds: 16, warmup: 10, maxGrowthPerRound: 512, name: 'expectNoLeak', directory: undefined });

/** @type {Readonly<Record<string, (name: string, value: unknown) => any>>} */
const CHECKS = Object.freeze({
  __proto__: /** @type {any} */ (null),
  rounds: within(ROUNDS),
  warmup: within(WARMUP),
  maxGrowthPerRound(/** @type {string} */ name, /** @type {unknown} */ value) {
    if (typeof value === 'number' && value >= 0 && value < Infinity) return value;
    return fail(name, value, 'a finite number of bytes ≥ 0');
  },
  name: text,
  directory: text,
});

/** @param {number[]} range @returns {(name: string, value: unknown) => number} */
function within([least, most]) {
  return (name, value) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
    return fail(name, value, `an integer from ${least} to ${most}`);
  };
}

/** @typedef {{ rounds: number, warmup: number, maxGrowthPerRound: number, name: string, directory: string | undefined }} Options */

/** @param {unknown} given @returns {Readonly<Options>} */
function parse(given) {
  if (given === undefined || given === null) return DEFAULTS;
  if (!isPlain(given)) throw new TypeError(`expectNoLeak: options must be a plain object, not ${show(given)}`);
  return { ...DEFAULTS, ...read('expectNoLeak', /** @type {object} */ (given), CHECKS) };
}

/** Whether one is measuring: two at once would each find what the other holds. */
let measuring = false;

/**
 * @param {(round: number) => unknown} work
 * @param {import('../../testing').NoLeakOptions | null} [given]
 * @returns {Promise<import('../../testing').RoundGrowth>}
 */
async function expectNoLeak(work, given) {
  callback('expectNoLeak: the work of a round', work);
  const options = parse(given);
  if (measuring) throw new Error('expectNoLeak is measuring already: await it first, since two at once find what the other holds');
  measuring = true;
  try {
    return await measure(work, options);
  } finally {
    measuring = false;
  }
}

/**
 * @param {(round: number) => unknown} work
 * @param {Readonly<Options>} options
 */
async function measure(work, options) {
  const { rounds, warmup, maxGrowthPerRound } = options;
  const samples = new Samples(warmup + MOST * rounds + 1);
  /** @param {number} more */
  const run = async (more) => {
    for (let left = more; left > 0; left -= 1) {
      await work(samples.count - 1);
      await samples.take();
    }
  };
  await samples.take();
  await run(warmup);
  const before = tally();
  const { part, leaks } = await judge(samples, rounds, maxGrowthPerRound, run);
  const { heap, javascript, native, rss } = part.trends;
  const measured = samples.count - 1 - warmup;
  const growth = {
    rounds: measured, heap: heap.slope, external: javascript.slope - heap.slope, native: native.slope, rss: rss.slope,
  };
  if (leaks.length > 0) throw leakError(options, { samples, part, leaks, growth, structures: growthOf(before, tally(), measured) });
  return growth;
}

exports.expectNoLeak = expectNoLeak;
