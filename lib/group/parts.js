'use strict';

const { Map, Set } = globalThis; // as they were: a program may put our classes in their place

/**
 * What each member holds or held of a session, by the member's name: of a map the value, of a set `true`;
 * with composite keys a Map or a Set of its entries. Members that hold nothing are absent.
 * @param {import('./session').Left[]} left
 * @returns {Record<string, any>}
 */
function partsOf(left) {
  // Without a prototype: a member may have any name.
  const parts = Object.create(null);
  for (const { member, entries } of left) parts[member.title] = partOf(member, entries);
  return parts;
}

/**
 * @param {import('./member').Member} member
 * @param {[any, any][]} entries
 */
function partOf({ base, composite }, entries) {
  if (!composite) return base.isSet ? true : entries[0][1];
  return base.isSet ? new Set(entries.map(([key]) => key)) : new Map(entries);
}

exports.partsOf = partsOf;
