'use strict';

// Leases on a session, which count across its members, and scopes: a lease for as long as a block runs,
// whose end ends the session.

const { ENDED, SLOT, SessionLease } = require('../lease');

class GroupLease extends SessionLease {
  #session;
  #slot;

  /**
   * @param {import('./sessions').SessionStore} store
   * @param {any} key as the user named it
   * @param {import('./session').Session | undefined} session
   */
  constructor(store, key, session) {
    super(store, key, session?.slot);
    this.#session = session;
    this.#slot = session?.slot;
    if (session !== undefined) session.pins += 1;
  }

  /** The key may be an entry's, the lease is the session's. @override */
  [SLOT]() {
    return this.#slot;
  }

  /** @override */
  [ENDED]() {
    if (this.#session !== undefined) this.#session.pins -= 1;
    this.#session = undefined;
  }
}

class SessionScope {
  #store;
  #id;
  #open;
  #ended = false;

  /**
   * @param {import('./sessions').SessionStore} store
   * @param {any} id
   */
  constructor(store, id) {
    this.#store = store;
    this.#id = id;
    const known = store.scopes.get(id);
    const open = known ?? { count: 0, lease: undefined };
    open.count += 1;
    this.#open = open;
    if (known === undefined && !store.closed) store.scopes.set(id, open);
    if (!open.lease?.held) open.lease = store.pin(id);
  }

  get key() {
    return this.#id;
  }

  get held() {
    return !this.#ended && this.#open.lease?.held === true;
  }

  /** Ends the block; the last one to end drops the session. Answers whether this one did. */
  release() {
    if (this.#ended) return false;
    this.#ended = true;
    const open = this.#open;
    open.count -= 1;
    if (open.count > 0) return false;
    const current = this.#store.scopes.get(this.#id);
    // It held for `maxBusy`, and others have begun since: the session is theirs.
    if (current !== undefined && current !== open) return false;
    this.#store.scopes.delete(this.#id);
    const dropped = this.#store.remove(this.#id, 'delete');
    open.lease?.release();
    return dropped;
  }
}

if (Symbol.dispose !== undefined) {
  Object.defineProperty(SessionScope.prototype, Symbol.dispose, {
    /** @this {SessionScope} */
    value: function dispose() {
      this.release();
    },
    writable: true,
    configurable: true,
  });
}

exports.GroupLease = GroupLease;
exports.SessionScope = SessionScope;
