'use strict';

// What makes a store of sessions of an ordinary store: the table that it keeps them in, and its options.

const { prototype: native } = Map;

/** @type {import('../slots').Base} */
const TABLE = {
  isSet: false,
  store: native.set,
  delete: native.delete,
  clear: native.clear,
  entries: native.entries,
  read: native.get,
};

/**
 * The group's options as its store has them: `isBusy` asks the group, hooks are its own affair.
 * @param {Readonly<import('./options').GroupOptions>} options
 * @param {{ store: import('./sessions').SessionStore | undefined }} self
 */
function policyOf(options, self) {
  const { parentOf: _parentOf, tombstone: _tombstone, directory: _directory, ...rest } = options;
  return { ...rest, onRemove: undefined, isBusy: (/** @type {import('./session').Session} */ session) => self.store?.keeps(session) };
}

exports.TABLE = TABLE;
exports.policyOf = policyOf;
