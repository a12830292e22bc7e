'use strict';

/**
 * What members held of a session when it ended.
 * @typedef {{ member: import('./member').Member, entries: [any, any][] }} Left
 */

/** A session as its group keeps it: the value under its id. What it holds stands in the members. */
class Session {
  /** @param {any} id */
  constructor(id) {
    this.id = id;
    /** In the group's tables, and in those of members with one entry a session. */
    this.slot = -1;
    /** Entries in all members. */
    this.count = 0;
    /** Their weight, and the weight that the core was told. */
    this.weight = 0;
    this.told = 0;
    /** Leases held on it. */
    this.pins = 0;
    /** Writes to it under way: room for them is not made at the price of its ancestors. */
    this.writes = 0;
    /** The lease that the host's events hold. @type {import('../lease').SessionLease | undefined} */
    this.running = undefined;
    /** Ids of its parent, the parent's parent, and so on. @type {readonly any[]} */
    this.ancestors = [];
    /** What it held when it ended, for the hooks. @type {Left[] | undefined} */
    this.left = undefined;
    /** Whether it ever had an entry. */
    this.begun = false;
    this.gone = false;
  }
}

exports.Session = Session;
