'use strict';

// What is alive, for reports: objects by weak reference, which leave when they are collected.

const { Set } = globalThis; // as it was: a program may put our class in its place

/** @template {object} T */
class Living {
  constructor() {
    /** @type {Set<WeakRef<T>>} */
    const references = new Set();
    this.references = references;
    this.collected = new FinalizationRegistry((/** @type {WeakRef<T>} */ reference) => references.delete(reference));
  }

  /** @param {T} object @param {WeakRef<T>} [reference] */
  add(object, reference = new WeakRef(object)) {
    this.references.add(reference);
    this.collected.register(object, reference, reference);
  }

  /** @param {WeakRef<T>} reference */
  delete(reference) {
    this.references.delete(reference);
    this.collected.unregister(reference);
  }

  /** Those alive now, oldest first. @returns {T[]} */
  all() {
    /** @type {T[]} */
    const alive = [];
    for (const reference of this.references) {
      const object = reference.deref();
      if (object !== undefined) alive.push(object);
    }
    return alive;
  }
}

exports.Living = Living;
