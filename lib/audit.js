'use strict';

// The audit of the face: tables, inherited slot and core hold the same entries. The core audits itself.

const { PARKED } = require('./grants');
const { OP, WORD, STAT, STATUS } = require('./protocol');
const { Map, Set } = globalThis; // as they were: a program may put our classes in their place

/**
 * @param {import('./store').Store} store
 * @returns {true}
 */
function audit(store) {
  const { base, owner, index, fresh, engine, size } = store;
  const entries = [...base.entries.call(owner)];
  ensure(entries.length === size, `${entries.length} entries in the base, ${size} in the index`);
  if (store.ticket === null) {
    ensure(size === 0, 'entries without a native record');
    return true;
  }
  engine.flush();
  engine.call(OP.AUDIT, store.id);
  engine.call(OP.STATS, store.id);
  const live = engine.ctl[WORD.STATS + STAT.LIVE];
  ensure(live === size, `${live} entries in the core, ${size} in the index`);

  // Found without a look-up, which may move entries.
  const unindexed = new Map(fresh.slots().map((slot) => [store.keys[slot], slot]));
  ensure(unindexed.size === fresh.count, `${unindexed.size} fresh entries, ${fresh.count} counted`);
  const slots = new Set();
  const granted = new Set(store.granted.slice(store.next, store.grants));
  for (const [key, value] of entries) {
    const slot = /** @type {number} */ (index.get(key) ?? unindexed.get(key));
    ensure(slot !== undefined && !slots.has(slot), `slot ${slot} is missing or taken twice`);
    slots.add(slot);
    const parked = store.victims && granted.has(slot);
    ensure(same(store.values[slot], parked ? PARKED : value), `slot ${slot} holds another value than the base`);
    ensure(same(store.keys[slot], key), `slot ${slot} has another key than the base`);
    engine.ctl[WORD.SLOT] = slot;
    ensure(engine.call(OP.REMAINING, store.id) === STATUS.DONE, `slot ${slot} is free in the core`);
  }
  for (let slot = 0; slot < store.keys.length; slot += 1) {
    if (slots.has(slot)) continue;
    ensure(store.keys[slot] === undefined && store.values[slot] === undefined, `free slot ${slot} keeps something alive`);
  }
  return true;
}

/** @type {(a: unknown, b: unknown) => boolean} */
function same(a, b) {
  return a === b || Object.is(a, b);
}

/**
 * @param {boolean} holds
 * @param {string} otherwise
 */
function ensure(holds, otherwise) {
  if (!holds) throw new Error(`audit: ${otherwise}`);
}

exports.audit = audit;
