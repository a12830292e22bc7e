'use strict';

// Which of the program's structures grew. What is compared are numbers by kind and name: nothing of a structure is
// kept, and structures that come and go under one name count together.

const { memoryReport } = require('../watch/report');
const { Map } = globalThis; // as it was: a program may put our classes in its place

/** @typedef {import('../../testing').StructureGrowth} Tally as a sum, or as growth a round */

/** Sums by kind and name; of a group's members as well, as `group/member`. @returns {Map<string, Tally>} */
function tally() {
  /** @type {Map<string, Tally>} */
  const tallies = new Map();
  /** @param {Tally['kind']} kind @param {string} name @param {{ entries: number, bytes: number, nativeBytes: number }} row */
  const add = (kind, name, { entries, bytes, nativeBytes }) => {
    const key = `${kind} ${name}`;
    const sum = tallies.get(key) ?? { kind, name, structures: 0, entries: 0, bytes: 0, nativeBytes: 0 };
    sum.structures += 1;
    sum.entries += entries;
    sum.bytes += bytes;
    sum.nativeBytes += nativeBytes;
    tallies.set(key, sum);
  };
  for (const row of memoryReport().rows) {
    add(row.kind, row.name, row);
    for (const member of row.members ?? []) add(member.kind, `${row.name}/${member.name}`, member);
  }
  return tallies;
}

/**
 * @param {Map<string, Tally>} before
 * @param {Map<string, Tally>} after
 * @param {number} rounds between the two
 * @returns {import('../../testing').StructureGrowth[]} those that grew, the largest first
 */
function growthOf(before, after, rounds) {
  const none = { structures: 0, entries: 0, bytes: 0, nativeBytes: 0 };
  const grown = [];
  for (const [key, now] of after) {
    const was = before.get(key) ?? none;
    const growth = {
      kind: now.kind,
      name: now.name,
      structures: (now.structures - was.structures) / rounds,
      entries: (now.entries - was.entries) / rounds,
      bytes: (now.bytes - was.bytes) / rounds,
      nativeBytes: (now.nativeBytes - was.nativeBytes) / rounds,
    };
    if (growth.structures > 0 || growth.entries > 0 || growth.bytes > 0 || growth.nativeBytes > 0) grown.push(growth);
  }
  return grown.sort((a, b) => weight(b) - weight(a) || b.entries - a.entries || b.structures - a.structures);
}

/** The text of a history is part of its native memory. @param {Tally} tally */
function weight({ bytes, nativeBytes }) {
  return Math.max(bytes, nativeBytes);
}

exports.tally = tally;
exports.growthOf = growthOf;
