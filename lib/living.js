'use strict';

// What is alive, for reports: objects by number and weak reference. The numbers of what was collected are thrown
// out when the list has doubled, so they are never much more than half of it: a finalizer for each would cost more.
// Who is there is asked of others, if they know: looking through a weak reference keeps its object until the end of
// the job, and garbage with it.

const { Map } = globalThis; // as it was: a program may put our class in its place

/** Below so many nothing is thrown out. */
const FEW = 64;

/** @template {object} T */
class Living {
  /** @param {() => Iterable<number>} [known] the numbers that may still be there */
  constructor(known) {
    this.known = known;
    /** @type {Map<number, WeakRef<T>>} */
    this.references = new Map();
    this.most = FEW;
  }

  /** @param {number} id @param {WeakRef<T>} reference */
  add(id, reference) {
    this.references.set(id, reference);
    if (this.references.size <= this.most) return;
    if (this.known === undefined) this.all();
    else this.keep(this.known());
    this.most = Math.max(FEW, 2 * this.references.size);
  }

  /** @param {Iterable<number>} ids */
  keep(ids) {
    const kept = new Map();
    for (const id of ids) {
      const reference = this.references.get(id);
      if (reference !== undefined) kept.set(id, reference);
    }
    this.references = kept;
  }

  /** @param {number} id */
  delete(id) {
    this.references.delete(id);
  }

  /** Those alive now. @returns {T[]} */
  all() {
    /** @type {T[]} */
    const alive = [];
    for (const [id, reference] of this.references) {
      const object = reference.deref();
      if (object === undefined) this.references.delete(id);
      else alive.push(object);
    }
    return alive;
  }
}

exports.Living = Living;
