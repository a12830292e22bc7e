'use strict';

// What a group hands to the constructor of a member in place of options. It cannot be forged: a private
// name marks it. Alone in its file because maps and sets load it, and a group loads maps and sets.

class Membership {
  #join;

  /** @param {(owner: any, base: import('../slots').Base) => any} join answers the store of the new member */
  constructor(join) {
    this.#join = join;
  }

  /**
   * @param {any} owner the new map or set
   * @param {import('../slots').Base} base
   */
  join(owner, base) {
    return this.#join(owner, base);
  }

  /** @param {unknown} value */
  static is(value) {
    return typeof value === 'object' && value !== null && #join in value;
  }
}

/** @type {(value: unknown) => value is Membership} */
const isMembership = (value) => Membership.is(value);

exports.Membership = Membership;
exports.isMembership = isMembership;
