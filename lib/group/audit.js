'use strict';

// The audit of a group beyond its tables: members and sessions agree about who holds what.

const { show } = require('../errors');
const { OP, STAT, WORD } = require('../protocol');
const { Map, Set } = globalThis; // as they were: a program may put our classes in their place

/**
 * @param {boolean} holds
 * @param {string} otherwise
 */
function ensure(holds, otherwise) {
  if (!holds) throw new Error(`audit: ${otherwise}`);
}

/** @param {import('./sessions').SessionStore} store */
function pinnedInCore(store) {
  if (store.ticket === null) return 0;
  store.engine.call(OP.STATS, store.id);
  return store.engine.ctl[WORD.STATS + STAT.PINNED];
}

/**
 * @param {import('./sessions').SessionStore} store
 * @returns {true}
 */
function auditGroup(store) {
  const { members, lineage, owner } = store;
  /** @type {Map<any, { count: number, weight: number }>} */
  const found = new Map();
  for (const member of members) {
    member.audit();
    for (const session of owner.values()) {
      const sum = found.get(session) ?? { count: 0, weight: 0 };
      sum.count += member.entriesOf(session)?.length ?? 0;
      found.set(session, sum);
    }
  }
  const total = members.reduce((sum, { index }) => sum + index.size, 0);
  let entries = 0;
  for (const session of owner.values()) {
    const { id, slot, count, pins, gone, weight, told } = session;
    ensure(store.values[slot] === session, `session ${show(id)} does not know its slot`);
    ensure(!gone && pins >= 0 && session.left === undefined, `session ${show(id)} is there and has ended`);
    const held = found.get(session)?.count ?? 0;
    ensure(held === count, `session ${show(id)} counts ${count} entries, its members ${held}`);
    ensure(Math.abs(weight - told) < 1e-6, `session ${show(id)} weighs ${weight}, the core was told ${told}`);
    entries += count;
  }
  const pinned = [...owner.values()].filter(({ pins }) => pins > 0).length;
  const inCore = pinnedInCore(store);
  ensure(inCore === pinned, `${pinned} sessions have leases, in the core ${inCore}`);
  ensure(entries === total, `${total} entries in the members, ${entries} in the sessions`);
  for (const [id, family] of lineage.descendants) {
    ensure(family.size > 0, `no descendants of ${show(id)}`);
    for (const session of family) {
      ensure(new Set(session.ancestors).size === session.ancestors.length, `${show(session.id)} has an ancestor twice`);
      ensure(!session.gone && session.ancestors.includes(id), `${show(session.id)} does not descend from ${show(id)}`);
    }
  }
  return true;
}

/**
 * @param {import('./direct').DirectStore} member
 * @returns {true}
 */
function auditDirect({ base, owner, index, values, sessions, group, name, closed }) {
  const entries = [...base.entries.call(owner)];
  ensure(entries.length === index.size, `${name}: ${entries.length} entries in the base, ${index.size} in the index`);
  ensure(!closed || index.size === 0, `${name}: closed, and not empty`);
  for (const [key, value] of entries) {
    const slot = /** @type {number} */ (index.get(key));
    ensure(slot !== undefined && Object.is(values[slot], value), `${name}: another value than the base under ${show(key)}`);
    ensure(sessions[slot] === group.session(key), `${name}: another session than the group’s under ${show(key)}`);
    ensure(sessions[slot]?.slot === slot, `${name}: ${show(key)} stands in slot ${slot}`);
  }
  const taken = sessions.filter((session) => session !== undefined);
  ensure(taken.length === index.size, `${name}: ${taken.length} sessions, ${index.size} in the index`);
  values.forEach((value, slot) => {
    ensure(sessions[slot] !== undefined || value === undefined, `${name}: free slot ${slot} keeps something alive`);
  });
  return true;
}

/**
 * @param {import('./entries').EntryStore} member
 * @returns {true}
 */
function auditEntries({ name, index, recency, group, maxPerSession }) {
  const { homes, buckets, next, previous, used } = recency;
  let linked = 0;
  buckets.forEach((bucket, at) => {
    if (bucket === undefined) return;
    const { session, first, count } = bucket;
    ensure(session.slot === at && group.session(session.id) === session, `${name}: entries of a session that is not there`);
    ensure(count > 0 && count <= maxPerSession, `${name}: ${count} entries of a session`);
    let steps = 0;
    let last = -1;
    let coldest = Infinity;
    for (let slot = first; slot !== -1 && steps <= count; slot = next[slot]) {
      ensure(previous[slot] === last && homes[slot] === session, `${name}: entry ${slot} is linked wrongly`);
      coldest = Math.min(coldest, used[slot]);
      last = slot;
      steps += 1;
    }
    ensure(steps === count, `${name}: ${steps} entries linked, ${count} counted`);
    ensure(used[recency.coldest(bucket)] === coldest, `${name}: not the coldest entry of a session would leave first`);
    linked += count;
  });
  ensure(linked === index.size, `${name}: ${linked} entries linked, ${index.size} in the index`);
  return true;
}

exports.auditGroup = auditGroup;
exports.auditDirect = auditDirect;
exports.auditEntries = auditEntries;
