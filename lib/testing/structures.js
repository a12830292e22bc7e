'use strict';

// Which of the program's structures grew. What is compared are numbers by kind and name: nothing of a structure is
// kept, and structures that come and go under one name count together.

const { binding } = require('../native');
const { Map } = globalThis; // as it was: a program may put our classes in its place

/** @typedef {{ kind: string, name: string, structures: number, entries: number, bytes: number }} Tally */

/** @returns {Map<string, Tally>} */
function tally() {
  /** @type {Map<string, Tally>} */
  const tallies = new Map();
  const { maps, entries, bytes } = JSON.parse(binding.usage());
  const { histories, messages, residentBytes } = JSON.parse(binding.historyTotals());
  tallies.set('maps', { kind: 'maps', name: 'all', structures: maps, entries, bytes });
  tallies.set('histories', { kind: 'histories', name: 'all', structures: histories, entries: messages, bytes: residentBytes });
  return tallies;
}

/**
 * @param {Map<string, Tally>} before
 * @param {Map<string, Tally>} after
 * @param {number} rounds between the two
 * @returns {import('../../testing').StructureGrowth[]} those that grew, the largest first
 */
function growthOf(before, after, rounds) {
  const grown = [];
  for (const [key, now] of after) {
    const was = before.get(key) ?? { structures: 0, entries: 0, bytes: 0 };
    const structures = (now.structures - was.structures) / rounds;
    const entries = (now.entries - was.entries) / rounds;
    const bytes = (now.bytes - was.bytes) / rounds;
    if (structures > 0 || entries > 0 || bytes > 0) grown.push({ kind: now.kind, name: now.name, structures, entries, bytes });
  }
  return grown.sort((a, b) => b.bytes - a.bytes || b.entries - a.entries || b.structures - a.structures);
}

exports.tally = tally;
exports.growthOf = growthOf;
