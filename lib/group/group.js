'use strict';

// SessionGroup: what users see of a group. Sessions are entries of one store (`sessions.js`); members
// are maps and sets whose stores are views of it (`direct.js`) or live within its sessions (`entries.js`).

const { RobustSessionMap } = require('../map');
const { RobustSessionSet } = require('../set');
const { SessionStore } = require('./sessions');
const { join } = require('./join');
const { joinHistories } = require('./histories');
const { SessionScope } = require('./lease');
const { parseGroupOptions } = require('./options');
const { readEvent, follow } = require('./events');
const { register, lookUp } = require('./named');
const { SessionMapIterator } = require('../iterator');
const { subscribe } = require('../subscribe');
const { define } = require('../collection');
const { parseTouchOptions, isPlain, text, integer } = require('../options');
const { show } = require('../errors');

const { keys: mapKeys } = Map.prototype;

/** The store of a group; throws for anything else. @type {(group: any) => SessionStore} */
let storeOf;

class SessionGroup {
  #store;

  static {
    storeOf = (group) => group.#store;
  }

  /** @param {unknown} [options] */
  constructor(options = undefined) {
    const parsed = parseGroupOptions(options);
    this.#store = new SessionStore(parsed);
    this.#store.face = this;
    if (parsed.name !== undefined) register(parsed.name, this);
  }

  /**
   * @param {string} name
   * @param {unknown} [options]
   */
  static named(name, options = undefined) {
    text('SessionGroup.named: name', name);
    const group = lookUp(name);
    if (group === undefined) return new SessionGroup({ ...ownOptions(options), name });
    if (options !== undefined && options !== null) {
      const parsed = parseGroupOptions({ ...ownOptions(options), name });
      const store = storeOf(group);
      if (store.ticket !== null || store.configured) {
        throw new TypeError(`SessionGroup.named(${show(name)}): the group has its options already; give them once, before its first session`);
      }
      store.configure(parsed);
    }
    return group;
  }

  get size() {
    const store = this.#store;
    store.settle();
    store.finishAll();
    return store.index.size;
  }

  /**
   * @param {string} name
   * @param {unknown} [options]
   */
  map(name, options = undefined) {
    return join(this.#store, RobustSessionMap, 'map', name, options);
  }

  /**
   * @param {string} name
   * @param {unknown} [options]
   */
  set(name, options = undefined) {
    return join(this.#store, RobustSessionSet, 'set', name, options);
  }

  /**
   * @param {string} name
   * @param {unknown} [options]
   */
  history(name, options = undefined) {
    return joinHistories(this.#store, name, options);
  }

  /** @param {any} id */
  has(id) {
    const store = this.#store;
    const found = store.findNow(id) !== undefined;
    store.finish();
    return found;
  }

  /** @param {any} id */
  touch(id, options = undefined) {
    const store = this.#store;
    return store.touch(id, options === undefined ? undefined : parseTouchOptions(`${store.name}.touch`, options));
  }

  /** @param {any} id */
  remaining(id) {
    return this.#store.remaining(id);
  }

  /** @param {any} id */
  pin(id) {
    return this.#store.pin(id);
  }

  /** @param {any} id */
  scope(id) {
    return new SessionScope(this.#store, id === 0 ? 0 : id);
  }

  /** @param {any} id */
  drop(id) {
    return this.#store.remove(id, 'delete');
  }

  /** @returns {any} */
  keys() {
    const store = this.#store;
    store.settle();
    store.finishAll();
    return new SessionMapIterator(store, mapKeys.call(store.owner));
  }

  /** @param {unknown} event */
  handleEvent(event) {
    const store = this.#store;
    const notice = store.closed ? undefined : readEvent(event);
    if (notice !== undefined) follow(store, notice);
  }

  /**
   * @param {any} emitter
   * @param {string | symbol} event
   * @param {(...args: any[]) => any} pick
   */
  deleteOn(emitter, event, pick) {
    return subscribe(this.#store, emitter, event, pick);
  }

  sweep() {
    return this.#store.sweepAll();
  }

  /** @param {number} n */
  shed(n) {
    const store = this.#store;
    return store.shed(integer(`${store.name}.shed: n`, n));
  }

  settled() {
    const store = this.#store;
    store.finishAll();
    return store.reporter().settled();
  }

  stats() {
    const store = this.#store;
    store.settle();
    store.finishAll();
    return store.stats();
  }

  validate() {
    return this.#store.audit();
  }

  clear() {
    this.#store.leave('clear');
  }

  close() {
    this.#store.close();
  }
}

define(SessionGroup.prototype, Symbol.iterator, SessionGroup.prototype.keys);
if (Symbol.dispose !== undefined) {
  const disposal = {
    /** @this {any} */
    dispose() {
      storeOf(this);
      this.close();
    },
  };
  define(SessionGroup.prototype, Symbol.dispose, disposal.dispose);
}
if (Symbol.asyncDispose !== undefined) {
  const disposal = {
    /** @this {any} */
    async asyncDispose() {
      const store = storeOf(this);
      this.close();
      await store.reporter().settled();
    },
  };
  define(SessionGroup.prototype, Symbol.asyncDispose, disposal.asyncDispose);
}

/**
 * Options to be read together with a name.
 * @param {unknown} options
 * @returns {object}
 */
function ownOptions(options) {
  if (options === undefined || options === null) return {};
  return isPlain(options) ? /** @type {object} */ (options) : parseGroupOptions(options);
}

exports.SessionGroup = SessionGroup;
exports.storeOf = (/** @type {any} */ group) => storeOf(group);
