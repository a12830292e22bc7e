'use strict';

// `deleteOn`: removal by events. The emitter holds a listener that reaches the collection weakly, and
// we hold the emitter weakly: neither keeps the other. `pick` may reach either of them, so only the
// collection holds it; and no function in here names it, since closures made together share what any
// of them names.

const { callback } = require('./options');
const { show } = require('./errors');
const { Map } = globalThis; // as they were: a program may put our classes in their place

/** What is left to do once a collection is gone; reaches neither the collection nor `pick`. */
const collected = new FinalizationRegistry((/** @type {() => void} */ detach) => detach());

/**
 * @param {any} emitter
 * @returns {{ on: string, off: string }}
 */
function methodsOf(emitter) {
  const usable = (typeof emitter === 'object' && emitter !== null) || typeof emitter === 'function';
  if (usable && typeof emitter.on === 'function') {
    if (typeof emitter.off === 'function') return { on: 'on', off: 'off' };
    if (typeof emitter.removeListener === 'function') return { on: 'on', off: 'removeListener' };
  }
  if (usable && typeof emitter.addEventListener === 'function' && typeof emitter.removeEventListener === 'function') {
    return { on: 'addEventListener', off: 'removeEventListener' };
  }
  throw new TypeError(`deleteOn: the emitter must have on and off, or addEventListener and removeEventListener, not be ${show(emitter)}`);
}

/**
 * @param {import('./store').Store} store
 * @param {any} emitter
 * @param {string | symbol} event
 * @param {(...args: any[]) => any} pick
 */
function subscribe(store, emitter, event, pick) {
  const { on, off } = methodsOf(emitter);
  if (typeof event !== 'string' && typeof event !== 'symbol') {
    throw new TypeError(`deleteOn: the event must be a string or a symbol, not ${show(event)}`);
  }
  callback('deleteOn: pick', pick);
  const source = new WeakRef(emitter);
  const target = new WeakRef(store);

  /** @type {(...args: any[]) => void} */
  const listener = (...args) => {
    const reached = target.deref();
    const picks = reached?.subscriptions?.get(unsubscribe);
    if (reached === undefined || picks === undefined) return unsubscribe();
    try {
      const key = picks(...args);
      if (key !== undefined) reached.remove(key, 'event');
    } catch (error) {
      reached.reporter().report(error, undefined, 'event');
    }
  };
  const attached = new WeakRef(listener);
  const detach = () => {
    const heard = attached.deref();
    if (heard !== undefined) source.deref()?.[off](event, heard);
  };
  const unsubscribe = () => {
    collected.unregister(unsubscribe);
    target.deref()?.subscriptions?.delete(unsubscribe);
    detach();
  };
  Object.defineProperty(unsubscribe, Symbol.dispose ?? Symbol.for('Symbol.dispose'), { value: unsubscribe });

  if (store.closed) return unsubscribe;
  store.subscriptions ??= new Map();
  store.subscriptions.set(unsubscribe, pick);
  try {
    emitter[on](event, listener);
  } catch (error) {
    store.subscriptions?.delete(unsubscribe);
    throw error;
  }
  collected.register(store, detach, unsubscribe);
  return unsubscribe;
}

exports.subscribe = subscribe;
