'use strict';

// What both kinds of members have in common: a name, a hook, counters of their own, and weights that are
// summed up in the session.

const { readStats } = require('../stats');
const { SessionClosedError, show } = require('../errors');
const { REASONS } = require('../protocol');
const { weight: checkWeight } = require('../options');

/** @typedef {import('./direct').DirectStore | import('./entries').EntryStore} Member */

/** Entries stored under a new key, and entries that left. */
class Counts {
  constructor() {
    this.added = 0;
    /** @type {Record<string, number>} */
    this.removed = Object.fromEntries(REASONS.map((reason) => [reason, 0]));
  }
}

/**
 * @param {Member} member
 * @param {any} key
 * @param {any} value
 * @param {number | undefined} size
 */
function weighEntry({ group, name, sizeOf }, key, value, size) {
  if (size === undefined && sizeOf === undefined) return 0;
  const weight = size ?? checkWeight(`${name}: the result of sizeOf`, sizeOf?.(value, key));
  const { maxBytes } = group.options;
  if (weight > maxBytes) {
    throw new RangeError(`${name}: an entry of weight ${show(weight)} can never fit into the group's maxBytes (${maxBytes})`);
  }
  if (weight > 0) {
    if (!group.weighted) group.useWeights();
    group.settleWeights();
  }
  return weight;
}

/** @param {Member} member */
function closedError({ name, group }) {
  const who = group.closed ? group.name : name;
  return new SessionClosedError(`${name}: nothing can be stored after close() of ${who}`);
}

/**
 * A member's own figures; the rest are those of its group.
 * @param {Member} member
 * @returns {import('../../index').SessionStats}
 */
function memberStats({ group, title, index, counts, misses, closed, weights, loads: _loads }) {
  const { replace: _replace, ...removed } = counts.removed;
  const { size: _size, ...whole } = readStats(/** @type {any} */ (group));
  return {
    ...whole,
    name: title,
    size: index.size,
    bytes: weights === null ? 0 : weights.reduce((sum, weight) => sum + weight, 0),
    added: counts.added,
    removed: /** @type {any} */ (removed),
    misses,
    closed,
  };
}

/**
 * Gives an entry its weight, which its session's includes.
 * @param {Member} member
 * @param {number} slot
 * @param {import('./session').Session} session
 * @param {number} weight
 */
function setWeight(member, slot, session, weight) {
  if (weight === 0 && member.weights === null) return;
  member.weights ??= [];
  reach(member.weights, slot, 0);
  session.weight += weight - member.weights[slot];
  member.weights[slot] = weight;
}

/**
 * An entry is to go on the user's behalf: the last one ends its session. Answers whether it did.
 * @param {Member} member
 * @param {import('./session').Session} session
 * @param {import('../../index').RemoveReason} reason
 */
function endsSession({ group }, session, reason) {
  if (session.count > 1) return false;
  group.endFamily(session, reason);
  // Who deletes an entry may well be about to store another one.
  if (reason === 'delete') group.graves.lift(session.id);
  return true;
}

/**
 * @param {Member} member
 * @param {import('../../index').RemoveReason} reason
 */
function clearMember(member, reason) {
  member.loads = null;
  member.beSimple(member.isSimple());
  member.settle();
  for (const [key] of member.base.entries.call(member.owner)) {
    const slot = member.index.get(key);
    if (slot !== undefined) member.removeSlot(slot, reason);
  }
}

/**
 * Out of the group: its entries leave, and its name is free.
 * @param {Member} member
 */
function closeMember(member) {
  if (member.closed) return;
  member.clear('close');
  member.group.forget(member);
  member.shut();
  member.finishAll();
}

/**
 * Lengthens tables step by step: an array written far behind its end becomes a slow one.
 * @param {any[]} table
 * @param {number} slot
 * @param {any} filler
 */
function reach(table, slot, filler) {
  while (table.length <= slot) table.push(filler);
}

exports.Counts = Counts;
exports.clearMember = clearMember;
exports.closeMember = closeMember;
exports.endsSession = endsSession;
exports.setWeight = setWeight;
exports.weighEntry = weighEntry;
exports.closedError = closedError;
exports.memberStats = memberStats;
exports.reach = reach;
