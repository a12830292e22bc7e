'use strict';

// What a test is told when memory grows: how fast, in which structures, and where the picture is.

const { mkdirSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { chart } = require('./chart');
const { bytes, signed, structure, SERIES } = require('./words');

/** As many are named in a message; the error has them all. */
const NAMED = 5;

/** What `expectNoLeak` measured grew with the rounds. */
class SessionLeakError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.code = 'ERR_SESSION_LEAK';
    /** @type {import('../../testing').RoundGrowth | undefined} */
    this.growth = undefined;
    /** @type {import('../../testing').StructureGrowth[]} */
    this.structures = [];
    /** @type {string | undefined} */
    this.chart = undefined;
  }
}
Object.defineProperty(SessionLeakError.prototype, 'name', { value: 'SessionLeakError', writable: true, configurable: true });

/**
 * @typedef {object} Found
 * @property {import('./memory').Samples} samples
 * @property {import('./verdict').Part} part
 * @property {import('./verdict').Series[]} leaks
 * @property {import('../../testing').RoundGrowth} growth
 * @property {import('../../testing').StructureGrowth[]} structures
 */

let charts = 0;

/**
 * @param {Readonly<import('./leak').Options>} options
 * @param {Found} found
 */
function leakError(options, found) {
  const { part, leaks, growth, structures } = found;
  const { slope, low } = part.trends[leaks[0]];
  const { file, line } = draw(options, found);
  const named = structures.slice(0, NAMED).map((grown) => `\n    ${structure(grown)}`);
  const error = new SessionLeakError([
    `${options.name}: ${SERIES[leaks[0]]} grows by ${bytes(slope)} a round, certainly by ${bytes(low)}; maxGrowthPerRound is ${bytes(options.maxGrowthPerRound)}.`,
    `  Rounds: ${options.warmup} to warm up, ${growth.rounds} measured.`,
    `  A round: JS heap ${signed(growth.heap)}, external ${signed(growth.external)}, native ${signed(growth.native)}, resident ${signed(growth.rss)}.`,
    `  Structures that grew:${named.length > 0 ? named.join('') : ' none of this library; what grows is held by something else.'}`,
    `  Chart: ${line}`,
  ].join('\n'));
  error.growth = growth;
  error.structures = structures;
  error.chart = file;
  return error;
}

/**
 * Writes the picture. A folder that cannot be written to must not hide the leak.
 * @param {Readonly<import('./leak').Options>} options
 * @param {Found} found
 */
function draw(options, found) {
  const { name, directory = tmpdir() } = options;
  charts += 1;
  const file = join(directory, `${name.replaceAll(/[^\w.-]+/g, '-').slice(0, 60)}-${globalThis.process.pid}-${charts}.svg`);
  try {
    mkdirSync(directory, { recursive: true });
    writeFileSync(file, chart(options, found));
    return { file, line: file };
  } catch (error) {
    return { file: undefined, line: `not written (${error instanceof Error ? error.message : error})` };
  }
}

exports.SessionLeakError = SessionLeakError;
exports.leakError = leakError;
