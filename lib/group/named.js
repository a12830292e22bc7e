'use strict';

// Groups by name, so that module-level state reaches a group made elsewhere. Names hold their groups
// weakly: a group lives as long as somebody has it or one of its members, and a name whose group was
// closed or collected is free. Of two groups with one name the one made last is found.

const { Map } = globalThis; // as they were: a program may put our classes in their place

/** @type {Map<string, WeakRef<any>>} */
const groups = new Map();
const collected = new FinalizationRegistry((/** @type {{ name: string, reference: WeakRef<any> }} */ { name, reference }) => {
  if (groups.get(name) === reference) groups.delete(name);
});

/**
 * @param {string} name
 * @param {any} group
 */
function register(name, group) {
  const reference = new WeakRef(group);
  groups.set(name, reference);
  collected.register(group, { name, reference });
}

/**
 * @param {string} name
 * @param {any} group
 */
function unregister(name, group) {
  if (groups.get(name)?.deref() === group) groups.delete(name);
}

/** @param {string} name */
function lookUp(name) {
  return groups.get(name)?.deref();
}

exports.register = register;
exports.unregister = unregister;
exports.lookUp = lookUp;
