'use strict';

// Iterators that skip what falls due while they run. They step the native iterator, so that order and
// liveness are the native ones; before each step everything due leaves.

const { Map, Set } = globalThis; // as they were: a program may put our classes in their place

/** Steps of an iteration that run hooks: later ones leave that to a macrotask, as hooks may store what comes next. */
const MOST_TOLD = 1000;

const MapIteratorPrototype = Object.getPrototypeOf(new Map().entries());
const SetIteratorPrototype = Object.getPrototypeOf(new Set().entries());
const inspect = Symbol.for('nodejs.util.inspect.custom');

/** @param {any} native the prototype of the native iterators */
function iteratorClass(native) {
  const nativeNext = native.next;

  class SessionIterator {
    #store;
    #steps;
    /** Tells the store of this one until it is done or collected. @type {{ open: number } | undefined} */
    #walk;
    /** Steps that ran hooks. */
    #told = 0;

    /**
     * @param {import('./store').Store} store
     * @param {IterableIterator<any>} steps
     */
    constructor(store, steps) {
      this.#store = store;
      this.#steps = steps;
      this.#walk = store.walk();
    }

    next() {
      const store = this.#store;
      if (!store.nothingDue()) {
        if (store.settle() > 0) this.#told += 1;
        if (this.#told < MOST_TOLD) store.finishAll();
        else store.finishLater();
      }
      const step = nativeNext.call(this.#steps);
      if (step.done && this.#walk !== undefined) {
        this.#walk.open -= 1;
        this.#walk = undefined;
      }
      return step;
    }

    /** `util.inspect` shows what is left, as it does for a native iterator. */
    [inspect]() {
      return this.#steps;
    }
  }

  Object.setPrototypeOf(SessionIterator.prototype, Object.getPrototypeOf(native));
  Object.defineProperty(SessionIterator.prototype, Symbol.toStringTag, {
    value: native[Symbol.toStringTag],
    configurable: true,
  });
  // @ts-expect-error: `constructor` of iterators is not visible, as natively.
  delete SessionIterator.prototype.constructor;
  return SessionIterator;
}

exports.SessionMapIterator = iteratorClass(MapIteratorPrototype);
exports.SessionSetIterator = iteratorClass(SetIteratorPrototype);
