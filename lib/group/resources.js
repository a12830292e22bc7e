'use strict';

// A member whose values have to be closed and tell when they are used: one a session, made when first
// asked for. This is where histories join a group: `history(name, options)` is `resources` with a `make`
// that makes one.

const { RobustSessionMap } = require('../map');
const { join } = require('./join');

/**
 * Of a session. `used` is to be called when it is used: that touches the session.
 * @template {{ close(): void }} R
 * @typedef {(id: any, used: () => void) => R} Make
 */

class SessionResources extends RobustSessionMap {
  /** @type {Make<any> | undefined} */
  #make;
  /** @type {import('./sessions').SessionStore | undefined} */
  #store;

  /**
   * @param {SessionResources} member
   * @param {import('./sessions').SessionStore} store
   * @param {Make<any>} make
   */
  static equip(member, store, make) {
    member.#store = store;
    member.#make = make;
  }

  /** The session's resource, made if there is none. Touches. @param {any} id */
  of(id) {
    return this.getOrInsertComputed(id, () => this.#make?.(id, () => void this.#store?.touch(id, undefined)));
  }
}

/**
 * @template {{ close(): void }} R
 * @param {import('./sessions').SessionStore} store
 * @param {string} kind as the group's method is called
 * @param {string} title
 * @param {Make<R>} make
 */
function resources(store, kind, title, make) {
  const known = store.members.length;
  const member = join(store, SessionResources, kind, title, undefined, (value) => value.close());
  if (store.members.length > known) SessionResources.equip(member, store, make);
  return member;
}

exports.resources = resources;
