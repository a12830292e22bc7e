// One map or set under test, with callbacks that come back, and its books.

import { createRequire } from 'node:module';
import { Ledger } from './ledger.mjs';
import { disguised, wrong } from './hostile.mjs';

const require = createRequire(import.meta.url);
const { SessionClosedError, SessionLimitError } = require('../../index.js');

const nativeSize = { map: size(Map), set: size(Set) };
function size(Type) {
  return /** @type {() => number} */ (Object.getOwnPropertyDescriptor(Type.prototype, 'size')?.get);
}

const isClosed = (error) => error instanceof SessionClosedError;

export class Fixture {
  constructor(world, Type) {
    this.world = world;
    this.Type = Type;
    this.isMap = Type.prototype instanceof Map;
    this.base = this.isMap ? Map : Set;
    /** Weights by value; of a set by key. */
    this.weights = new Map();
    this.given = this.draw();
    this.hooked = this.given.onRemove !== undefined;
    const native = this.base.prototype;
    this.ledger = new Ledger(world, (key) => (this.isMap ? native.get.call(this.real, key) : native.has.call(this.real, key) ? key : Ledger));
    this.real = new Type({ ...this.given, clock: world.clock });
  }

  /** Options by lot. */
  draw() {
    const { world } = this;
    const { r } = world;
    const o = { ttl: r.pick([0, 1, 10, 100, 1000, Infinity]), maxSize: r.pick([1, 2, 3, 5, 8, Infinity]) };
    const come = (place, answer) => (...args) => {
      this.checkNow();
      world.reenter(place);
      return answer(...args);
    };
    if (r.chance(0.3)) o.maxAge = r.pick([0, 1, 50, 700]);
    if (r.chance(0.5)) o.isBusy = come('isBusy', (value, key) => (r.chance(0.03) ? Promise.resolve(true) : world.busy.has(key)));
    if (r.chance(0.5)) o.maxBusy = r.pick([0, 100, 2000, Infinity]);
    if (r.chance(0.3)) o.sizeOf = come('sizeOf', (value) => this.weights.get(value) ?? 0.25);
    if (o.sizeOf && r.chance(0.7)) o.maxBytes = r.pick([0.75, 1, 2.5]);
    if (r.chance(0.2)) o.hardMaxSize = Math.max(o.maxSize, r.pick([2, 4, 10]));
    if (r.chance(0.3)) o.touchOnHas = r.chance(0.5);
    if (r.chance(0.8)) o.onRemove = (key, value, reason) => this.removed(key, value, reason);
    o.onError = (error) => {
      world.background(error, (other) => other instanceof TypeError && other.message.includes('isBusy must answer at once'));
      world.reenter('onError');
    };
    return o;
  }

  removed(key, value, reason) {
    const { world } = this;
    this.ledger.report(key, value, reason);
    this.checkNow();
    world.reenter('onRemove');
    if (!world.r.chance(0.15)) return undefined;
    return Promise.resolve().then(() => world.reenter('onRemove, later'));
  }

  /** What holds at any time, whatever is under way. */
  checkNow() {
    const { world, given, real } = this;
    if (real === undefined) return;
    const now = nativeSize[this.isMap ? 'map' : 'set'].call(real);
    world.ensure(now <= (given.hardMaxSize ?? Infinity), () => `${now} entries, hardMaxSize ${given.hardMaxSize}`);
  }

  options(plain) {
    return disguised(this.world, plain);
  }

  /** A value that nothing else is. Of a set it is the key. */
  value(key) {
    return this.isMap ? { of: typeof key } : key;
  }

  store(key, value, ...options) {
    return this.isMap ? this.real.set(key, value, ...options) : this.real.add(key, ...options);
  }

  /** Errors that `set` documents, for a weight. */
  expected(weight = 0) {
    return (error) => isClosed(error)
      || (error instanceof SessionLimitError && this.given.hardMaxSize !== undefined)
      || (error instanceof RangeError && this.given.maxBytes !== undefined && weight > this.given.maxBytes);
  }

  /** @param {string} name @param {any} key @param {any} value @param {() => any} fn @param {number} [weight] */
  record(name, key, value, fn, weight) {
    const { ledger, world } = this;
    const line = Object.is(key, -0) ? 0 : key;
    ledger.begin(this.isMap ? value : line, line);
    const result = world.attempt(name, fn, this.expected(weight));
    ledger.end(this.isMap ? value : line, result.done && result.answer !== false);
    return result;
  }

  put(key) {
    const value = this.value(key);
    const weight = this.weigh(value);
    this.record('put', key, value, () => this.store(key, value) && true, weight);
  }

  /** Sets what `sizeOf` will say. Of a set the weight belongs to the key, and stays. */
  weigh(value) {
    if (this.given.sizeOf === undefined) return 0;
    const weight = this.isMap ? this.world.r.pick([0, 0.25, 0.5, 1, 3]) : 0.25;
    this.weights.set(value, weight);
    return weight;
  }

  putWith(key) {
    const { r } = this.world;
    const value = this.value(key);
    let weight = this.weigh(value);
    const plain = {};
    if (r.chance(0.5)) plain.ttl = r.pick([0, 2, 30, 3000, Infinity]);
    if (r.chance(0.4)) plain.maxAge = r.pick([0, 3, 400, Infinity]);
    if (r.chance(0.3)) weight = plain.size = r.pick([0, 0.25, 0.5, 5]);
    this.record('putWith', key, value, () => this.store(key, value, this.options(plain)) && true, weight);
  }

  putWrong(key) {
    const { world } = this;
    const { done } = world.attempt('putWrong', () => this.store(key, this.value(key), wrong(world)), (error) => error instanceof TypeError || error instanceof RangeError || isClosed(error));
    world.ensure(!done, () => 'wrong options were taken');
  }

  /** The value that is there is stored again. */
  again(key) {
    const { world, real } = this;
    const { answer } = world.attempt('peek', () => real.peek(key));
    if (answer === undefined || answer === false) return;
    const value = this.isMap ? answer : key;
    this.record('again', key, value, () => this.store(key, value) && true, this.weights.get(value) ?? 0);
  }

  insert(key) {
    const value = this.value(key);
    const weight = this.weigh(value);
    this.record('insert', key, value, () => this.real.getOrInsert(key, value) === value, weight);
  }

  compute(key) {
    const value = this.value(key);
    const weight = this.weigh(value);
    this.record('compute', key, value, () => this.real.getOrInsertComputed(key, () => {
      this.world.reenter('a callback of getOrInsertComputed');
      return value;
    }) === value, weight);
  }

  load(key) {
    const { world, ledger } = this;
    const value = this.value(key);
    this.weigh(value);
    const line = Object.is(key, -0) ? 0 : key;
    const loader = () => {
      ledger.begin(value, line);
      ledger.end(value, undefined);
      world.reenter('a loader');
      if (world.r.chance(0.5)) return value;
      return Promise.resolve().then(() => (world.reenter('a loader, later'), value));
    };
    world.loads += 1;
    const { done, answer } = world.attempt('load', () => this.real.getOrLoad(key, loader));
    const ended = () => {
      world.loads -= 1;
    };
    if (!done) ended();
    else {
      answer.then(ended, (error) => {
        ended();
        // Whoever asked first for the key has weighed it.
        world.attempt('load', () => { throw error; }, this.expected(Infinity));
      });
    }
  }

  /** With nothing under way. @param {number} loads under way in all collections */
  check() {
    const { world, real, base, given, ledger, isMap } = this;
    const native = base.prototype;
    real.validate();
    real.sweep();
    const entries = [...real.entries()];
    const inherited = [...native.entries.call(real)];
    const same = entries.length === inherited.length && entries.every(([key, value], at) => Object.is(key, inherited[at][0]) && Object.is(value, inherited[at][1]));
    world.ensure(same, () => `iteration shows ${entries.length} entries, the inherited slot ${inherited.length}, or others`);
    const stats = real.stats();
    world.ensure(real.size === entries.length && stats.size === entries.length, () => `size ${real.size}, stats().size ${stats.size}, ${entries.length} entries`);
    for (const [key, value] of entries) {
      world.ensure(isMap ? Object.is(real.peek(key), value) : real.peek(key), () => 'an entry that iteration shows is not found');
    }
    ledger.balance(entries, this.hooked);
    this.checkStats(stats);
    const kept = stats.busy + stats.pinned;
    const free = given.isBusy === undefined && stats.pinned === 0;
    if (free) world.ensure(stats.size <= given.maxSize, () => `${stats.size} entries, maxSize ${given.maxSize}, and nothing is kept`);
    world.ensure(stats.size <= given.maxSize || stats.size - given.maxSize <= kept, () => `${stats.size} entries, maxSize ${given.maxSize}, ${kept} kept`);
    if (free) world.ensure(stats.bytes <= (given.maxBytes ?? Infinity) + 1e-9, () => `${stats.bytes} bytes of ${given.maxBytes}, and nothing is kept`);
    if (entries.length === 0) world.ensure(stats.bytes === 0 && stats.busy === 0 && stats.pinned === 0, () => `an empty one: ${JSON.stringify(stats)}`);
    real.validate();
  }

  checkStats(stats) {
    const { world, ledger } = this;
    const left = Object.values(stats.removed).reduce((sum, n) => sum + n, 0);
    world.ensure(stats.added - left === stats.size, () => `${stats.added} added, ${left} left, ${stats.size} there`);
    const calls = stats.added + stats.updated;
    world.ensure(calls >= ledger.stored && calls <= ledger.stored + ledger.unsure, () => `${calls} added and updated, ${ledger.stored} stored, ${ledger.unsure} uncertain`);
    world.ensure(stats.removed.exit === 0, () => 'reason exit');
    if (!this.hooked) return;
    for (const [reason, count] of Object.entries(stats.removed)) {
      const told = ledger.reasons[reason] ?? 0;
      world.ensure(told === count, () => `${count} left for reason ${reason}, hooks were told of ${told}`);
    }
  }

  checkClosed() {
    const { world, real, base } = this;
    real.validate();
    const stats = real.stats();
    world.ensure(stats.closed && real.size === 0 && stats.size === 0 && [...real].length === 0, () => 'closed, and not empty');
    world.ensure(nativeSize[this.isMap ? 'map' : 'set'].call(real) === 0 && [...base.prototype.keys.call(real)].length === 0, () => 'closed, and the inherited slot is not empty');
    this.ledger.balance([], this.hooked);
    this.checkStats(stats);
    real.close();
    real.validate();
  }
}
