'use strict';

// The last net: one pair of process listeners, there only while a live collection has a hook.
// Collections are reached weakly; one that is collected takes no part.

const errors = require('./errors');
const { Set, WeakMap } = globalThis; // as they were: a program may put our classes in their place

/** How many there are decides about the listeners. @type {Set<WeakRef<import('./store').Store>>} */
const watched = new Set();
/** @type {WeakMap<import('./store').Store, WeakRef<import('./store').Store>>} */
const references = new WeakMap();
const collected = new FinalizationRegistry((/** @type {WeakRef<any>} */ reference) => forget(reference));
let waited = false;

/** @param {import('./store').Store} store */
function watch(store) {
  if (references.has(store)) return;
  const reference = new WeakRef(store);
  references.set(store, reference);
  collected.register(store, reference, reference);
  watched.add(reference);
  if (watched.size === 1) listen();
}

/** @param {import('./store').Store} store */
function unwatch(store) {
  const reference = references.get(store);
  if (reference === undefined) return;
  references.delete(store);
  collected.unregister(reference);
  forget(reference);
}

/** @param {WeakRef<import('./store').Store>} reference */
function forget(reference) {
  watched.delete(reference);
  if (watched.size > 0) return;
  globalThis.process?.off?.('beforeExit', beforeExit);
  globalThis.process?.off?.('exit', atExit);
}

function listen() {
  globalThis.process?.on?.('beforeExit', beforeExit);
  globalThis.process?.on?.('exit', atExit);
}

function live() {
  const stores = [];
  for (const reference of watched) {
    const store = reference.deref();
    if (store !== undefined) stores.push(store);
  }
  return stores;
}

/** Runs the hooks of all that is left. @param {import('./store').Store[]} stores */
function leave(stores) {
  for (const store of stores) {
    // Nothing to do: not even the clock is looked at, so that no timer is armed in the last round.
    if (store.size === 0 && store.departed.length === 0 && !store.hooks?.late) continue;
    try {
      store.leave('exit');
      store.hooks?.runLate();
    } catch (error) {
      // The user's clock, most likely: neither the other collections nor the exit code are to suffer.
      errors.warn(error, 'leaving at exit');
    }
  }
}

/** Nothing keeps the process any more: run the hooks, and wait for the async ones, once. */
function beforeExit() {
  const stores = live();
  leave(stores);
  const pending = stores.filter((store) => store.hooks !== null && store.hooks.pending > 0);
  if (waited || pending.length === 0) return;
  waited = true;
  for (const store of pending) {
    // A timer that is not unref'd is what holds the exit: each map's for as long as that map allows.
    const timer = globalThis.setTimeout(() => {}, Math.min(store.options.exitTimeout, 2 ** 31 - 1));
    store.hooks?.settled().then(() => globalThis.clearTimeout(timer));
  }
}

/** Too late for anything asynchronous: the hooks of what is left run as far as they do at once. */
function atExit() {
  errors.leave();
  leave(live());
}

exports.watch = watch;
exports.unwatch = unwatch;
