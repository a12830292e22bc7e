// A collection with the options of a combination beside the naive reference with the same ones. Each
// operation is carried out on both; answers, the hooks' log, state and figures must agree.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { outcome } from '../support/outcome.mjs';
import { Reference } from '../support/reference.mjs';

const require = createRequire(import.meta.url);
const { RobustSessionMap, RobustSessionSet } = require('../../index.js');
const { ManualClock } = require('../../testing.js');
const { engineOf } = require('../../lib/engine.js');

/** How long "busy" may keep an entry here; it is asked again every 250 ms. */
export const MAX_BUSY = 400;
const FAILURE = new Error('of a callback');

/** Who is busy; a throw counts as busy. By key, so that maps and sets are alike. */
const BUSY = {
  none: undefined,
  some: (key) => key % 3 === 0,
  all: () => true,
  throwing: () => {
    throw FAILURE;
  },
};

/** Whole numbers, so that sums are exact. */
const weightOf = (_, key) => key % 3;

const HOOKS = { none: undefined, sync: () => undefined, async: async () => {}, throwing: () => {
  throw FAILURE;
} };

/** The axes that maps and sets have. */
export const AXES = {
  hooks: ['none', 'sync', 'async', 'throwing'],
  busy: ['none', 'some', 'all', 'throwing'],
  pins: ['none', 'some'],
  ttl: [Infinity, 100, 0],
  maxAge: [Infinity, 250],
  limit: ['none', '1', '25', '25 to 40'],
  bytes: ['none', '20'],
  population: [0, 1, 25, 50],
};

const LIMITS = { none: {}, 1: { maxSize: 1 }, 25: { maxSize: 25 }, '25 to 40': { maxSize: 25, hardMaxSize: 40 } };

/** @param {any} combination */
function limitsOf({ ttl, maxAge, limit, bytes, busy }) {
  const options = { ttl, maxAge, maxSize: Infinity, maxBusy: MAX_BUSY, ...LIMITS[limit] };
  if (bytes !== 'none') Object.assign(options, { maxBytes: Number(bytes), sizeOf: weightOf });
  if (BUSY[busy] !== undefined) options.isBusy = (_, key) => BUSY[busy](key);
  return options;
}

/** One of each for all: an engine costs more than what a combination does with it. */
const CLOCKS = { exact: new ManualClock(), cached: new ManualClock() };
engineOf(CLOCKS.cached).exact = false;

const text = (line) => line.map(String).join(' ');

export class Pair {
  /** @param {any} combination of {@link AXES}, with `kind` and `clock` */
  constructor(combination) {
    const { kind, clock, hooks, pins, population } = combination;
    this.isSet = kind === 'set';
    this.lagging = clock === 'cached';
    this.clock = CLOCKS[clock];
    /** @type {any[][]} */
    this.log = [];
    /** @type {any[]} */
    this.errors = [];
    /** Calls of hooks and throws of theirs that are not compared any more. */
    this.told = 0;
    this.hooks = hooks;
    this.reported = 0;
    const hook = HOOKS[hooks];
    const limits = limitsOf(combination);
    const options = { ...limits, clock: this.clock, name: 'of the product', onError: (error, context) => void this.errors.push({ error, ...context }) };
    if (hook !== undefined) {
      options.onRemove = (...removal) => {
        this.log.push(removal);
        return hook();
      };
    }
    this.real = new (this.isSet ? RobustSessionSet : RobustSessionMap)(options);
    const { isBusy } = limits;
    this.asked = 0;
    this.model = new Reference({ ...limits, ...(isBusy && { isBusy: (value, key) => this.keeps(isBusy, value, key) }) }, kind);
    this.model.now = this.clock.now();
    this.busyThrows = combination.busy === 'throwing';
    this.leases = [];
    for (let key = 0; key < population; key += 1) {
      this.set(key);
      if (pins === 'some' && key % 4 === 1) this.pin(key);
    }
  }

  keeps(isBusy, value, key) {
    try {
      return isBusy(value, key);
    } catch {
      this.asked += 1;
      return true;
    }
  }

  /** Runs both sides; both must throw the same kind of error or answer the same. */
  both(name, real, model) {
    const [found, expected] = [outcome(real), outcome(model)];
    const agree = Object.is(found.answer, expected.answer) && found.error === expected.error;
    if (!agree) assert.deepStrictEqual(found, expected, name);
    return found.answer;
  }

  valueOf(key) {
    return this.isSet ? key : 100 + key;
  }

  // What a user does, on both sides.

  set(key, value = this.valueOf(key), options = undefined) {
    this.both(`set ${key}`, () => void (this.isSet ? this.real.add(key, options) : this.real.set(key, value, options)), () => this.model.set(key, value, options));
  }

  /** The read that touches. */
  get(key) {
    if (this.isSet) return this.has(key);
    return this.both(`get ${key}`, () => this.real.get(key), () => this.model.get(key));
  }

  has(key) {
    return this.both(`has ${key}`, () => this.real.has(key), () => this.model.has(key));
  }

  peek(key) {
    return this.both(`peek ${key}`, () => this.real.peek(key), () => (this.isSet ? this.model.present(key) !== undefined : this.model.peek(key)));
  }

  delete(key) {
    return this.both(`delete ${key}`, () => this.real.delete(key), () => this.model.delete(key));
  }

  touch(key, ttl = undefined) {
    return this.both(`touch ${key}, ttl ${ttl}`, () => this.real.touch(key, { ttl }), () => this.model.touch(key, ttl));
  }

  remaining(key) {
    return this.both(`remaining ${key}`, () => this.real.remaining(key), () => this.model.remaining(key));
  }

  pin(key) {
    const lease = [this.real.pin(key), this.model.pin(key)];
    this.leases.push(lease);
    this.both(`pin ${key}`, () => lease[0].held, () => lease[1].entry !== undefined);
    return lease;
  }

  release([real, model]) {
    return this.both('release', () => real.release(), () => this.model.release(model));
  }

  sweep() {
    return this.both('sweep', () => this.real.sweep(), () => this.model.sweep());
  }

  shed(n) {
    return this.both(`shed ${n}`, () => this.real.shed(n), () => this.model.shed(n));
  }

  clear() {
    this.both('clear', () => this.real.clear(), () => this.model.clear());
  }

  advance(ms) {
    // A cached time stamps what was logged at its next look at the clock: it looks now.
    if (this.lagging) this.size();
    this.clock.advance(ms);
    this.model.advance(ms);
  }

  size() {
    return this.both('size', () => this.real.size, () => this.model.size());
  }

  // What is compared.

  /** Hooks, once per removal, with its reason; `ordered` where the order is promised. */
  compareLog(ordered) {
    const { model, log } = this;
    if (this.hooks !== 'none') {
      const [found, expected] = [log.map(text), model.log.map(text)];
      if (!ordered) for (const list of [found, expected]) list.sort();
      if (found.join() !== expected.join()) assert.deepStrictEqual(found, expected, 'hooks');
      this.told += log.length;
    }
    this.compareErrors();
    log.length = 0;
    model.log.length = 0;
  }

  /** What hooks and `isBusy` threw, each with its key and reason. */
  compareErrors() {
    const { errors, asked } = this;
    const own = errors.filter(({ reason }) => reason !== undefined);
    const expected = this.hooks === 'throwing' ? this.log.map(([key, , reason]) => `${key} ${reason}`) : [];
    const found = own.map(({ key, reason }) => `${key} ${reason}`);
    if (found.join() !== expected.join()) assert.deepStrictEqual(found, expected, 'errors of hooks');
    assert.ok(errors.every(({ error }) => error === FAILURE), 'another error than the callback’s was reported');
    const refused = errors.length - own.length;
    assert.ok(this.busyThrows || refused === 0, 'isBusy was reported and did not throw');
    // Once per entry and recheck: how often depends on when it was asked, that it was asked does not.
    assert.strictEqual(refused > 0, asked > 0, `isBusy threw ${refused} times, in the reference ${asked}`);
    this.reported += errors.length;
    this.asked = 0;
    errors.length = 0;
  }

  /** Order, values and all figures. */
  compareState() {
    const { real, model, isSet } = this;
    this.size();
    const entries = model.state();
    const found = [...real.entries()];
    const same = found.length === entries.length && found.every(([key, value], at) => Object.is(key, entries[at][0]) && Object.is(value, isSet ? key : entries[at][1]));
    if (!same) assert.deepStrictEqual(found, entries, 'entries');
    const s = real.stats();
    const figures = [s.size, s.bytes, s.added, s.updated, s.hits, s.misses, s.busy, s.pinned, s.overflow, s.overflows, s.oldestIdle];
    const { added, updated, hits, misses, overflows } = model.counts;
    const expected = [entries.length, model.bytes(), added, updated, hits, misses, model.busy(), model.pinned(),
      Math.max(0, entries.length - model.o.maxSize), overflows, this.oldestIdle()];
    if (figures.join() !== expected.join()) assert.deepStrictEqual(figures, expected, 'size bytes added updated hits misses busy pinned overflow overflows oldestIdle');
    for (const [reason, n] of Object.entries(s.removed)) {
      if (n !== (model.counts.removed[reason] ?? 0)) assert.strictEqual(n, model.counts.removed[reason] ?? 0, `removed by ${reason}`);
    }
    assert.strictEqual(s.name, 'of the product');
  }

  oldestIdle() {
    const { entries, now } = this.model;
    return entries.reduce((oldest, { touched }) => Math.max(oldest, now - touched), 0);
  }

  /** The audit of both sides, and the comparison of all there is. */
  audit(ordered = false) {
    this.compareLog(ordered);
    this.compareState();
    this.compareLog(ordered);
    const { errors, pendingHooks } = this.real.stats();
    const expected = this.hooks === 'async' ? this.told : 0;
    if (pendingHooks !== expected) assert.strictEqual(pendingHooks, expected, 'hooks under way');
    if (errors !== this.reported) assert.strictEqual(errors, this.reported, 'errors counted');
    if (this.real.validate() !== true) throw new Error('validate');
  }

  /** Everything leaves, in insertion order; what is left is empty and audited too. */
  close() {
    const { real, model } = this;
    this.size();
    this.compareLog(false);
    real.close();
    model.clear('close');
    this.compareLog(true);
    assert.strictEqual(real.size + [...real].length, 0, 'closed, and not empty');
    assert.strictEqual(real.stats().removed.close, model.counts.removed.close ?? 0, 'removed by close');
    if (real.validate() !== true) throw new Error('validate');
    return this.hooks === 'async' ? this.settled() : undefined;
  }

  async settled() {
    await this.real.settled();
    assert.strictEqual(this.real.stats().pendingHooks, 0, 'hooks under way after settled()');
  }
}
