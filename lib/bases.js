'use strict';

// The native methods that maps and sets call on their own inherited slot. Taken once: a program may put
// our classes in place of the global ones.

const { prototype: map } = Map;
const { prototype: set } = Set;

/** @type {import('./slots').Base} */
const MAP = {
  isSet: false,
  store: map.set,
  delete: map.delete,
  clear: map.clear,
  has: map.has,
  keys: map.keys,
  entries: map.entries,
  read: map.get,
};

/** @type {import('./slots').Base} */
const SET = {
  isSet: true,
  store: set.add,
  delete: set.delete,
  clear: set.clear,
  has: set.has,
  keys: set.values,
  entries: set.entries,
  read: (value) => value,
};

exports.MAP = MAP;
exports.SET = SET;
