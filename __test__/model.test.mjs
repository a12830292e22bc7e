// Same work, same answers: random operations on the library and on the naive reference. A failing run
// prints its seed; RSM_SEED=<seed> repeats it.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { describe, test } from './harness.mjs';
import { outcome } from './support/outcome.mjs';
import { Reference } from './support/reference.mjs';
import { random, SEED } from './support/random.mjs';
import { blame, bySeed } from './support/blame.mjs';

const require = createRequire(import.meta.url);
const { RobustSessionMap, RobustSessionSet } = require('../index.js');
const { ManualClock } = require('../testing.js');
const { engineOf } = require('../lib/engine.js');

const SEQUENCES = 2000;
const STEPS = 200; // together 400,000 steps for each of the two ways of reading the clock

const KINDS = ['get', 'get', 'get', 'has', 'peek', 'set', 'set', 'set', 'set', 'setWith', 'delete', 'touch', 'touchTtl',
  'advance', 'advance', 'size', 'entries', 'pin', 'release', 'busy', 'remaining', 'sweep', 'shed', 'clear', 'insert', 'deleteIf'];

const KEYS = ['a', 'b', 'c', 'd', 'e', 0, -0, NaN, undefined, null, 7n, Symbol('s'), { k: 1 }, 'f', 'g', 'h', 'i', 'j', 'k', 'l'];

/** Options at random; `busy` holds the values that are in use. */
function options(r, busy) {
  const o = { ttl: r.pick([1, 10, 100, 1000, 60_000, Infinity]), maxSize: r.pick([1, 2, 3, 5, 8, 16, Infinity]) };
  if (r.chance(0.3)) o.maxAge = r.pick([1, 50, 700, 5000]);
  if (r.chance(0.4)) o.isBusy = (value) => busy.has(value);
  if (r.chance(0.4)) o.maxBusy = r.pick([0, 100, 2000, 40_000, Infinity]);
  if (r.chance(0.25)) o.sizeOf = (value) => (value % 7) * 0.125;
  if (o.sizeOf && r.chance(0.6)) o.maxBytes = r.pick([0.75, 1, 2.5]);
  if (r.chance(0.2)) o.hardMaxSize = Math.max(o.maxSize, r.pick([4, 10, 20]));
  if (r.chance(0.2)) o.touchOnHas = r.chance(0.5);
  return o;
}

const entryOptions = (r) => {
  const o = {};
  if (r.chance(0.5)) o.ttl = r.pick([2, 30, 3000, Infinity]);
  if (r.chance(0.4)) o.maxAge = r.pick([3, 400, Infinity]);
  if (r.chance(0.3)) o.size = r.pick([0, 0.25, 0.5]);
  return o;
};

/** Both sides of one sequence, and the operations on them. */
class Pair {
  constructor(r, kind, lagging) {
    this.r = r;
    this.busy = new Set();
    this.clock = new ManualClock();
    // Every third sequence is what the fast paths are for: bursts of reads and writes in a map with plain limits.
    this.bursts = r.chance(0.35);
    const given = this.bursts ? { ttl: r.pick([100, 60_000, Infinity]), maxSize: r.pick([2, 3, 5, 8, 16]) } : options(r, this.busy);
    this.log = [];
    this.hooked = r.chance(this.bursts ? 0.2 : 0.7);
    const hook = this.hooked ? { onRemove: (key, value, reason) => this.log.push([key, value, reason]) } : {};
    const Type = kind === 'map' ? RobustSessionMap : RobustSessionSet;
    this.isSet = kind === 'set';
    this.real = new Type({ ...given, ...hook, clock: this.clock });
    this.model = new Reference(given, kind);
    this.leases = [];
    this.lagging = lagging;
    // The engine of a manual clock reads it at every operation; here it lags as the default one does.
    if (lagging) lag(this.clock, r);
    this.given = given;
  }

  value(key) {
    return this.isSet ? key : this.r.below(50);
  }

  store(key, value, o) {
    if (this.isSet) this.real.add(key, o);
    else this.real.set(key, value, o);
  }

  /** Runs both sides; they must both throw or both answer the same. */
  both(name, real, model) {
    const [found, expected] = [outcome(real), outcome(model)];
    if (process.env.RSM_TRACE) console.log(this.clock.now(), name, found, expected);
    assert.deepStrictEqual(found, expected, name);
  }

  step() {
    if (!this.bursts || this.r.chance(0.4)) return this.any();
    const read = this.isSet ? 'has' : 'get';
    for (let left = 1 + this.r.below(12); left > 0; left -= 1) this.carryOut(this.r.pick(['set', 'set', 'set', read]));
    return undefined;
  }

  any() {
    this.carryOut(this.r.pick(KINDS));
  }

  carryOut(kind) {
    const { r, real, model } = this;
    const key = r.pick(KEYS);
    const value = this.value(key);
    const weighed = this.isSet && this.given.sizeOf !== undefined;
    const read = this.isSet ? 'has' : 'get';
    if (process.env.RSM_TRACE) console.log(kind, key, value);
    switch (kind) {
      case 'get': return this.both(kind, () => real[read](key), () => model[read](key));
      case 'has': return this.both(kind, () => real.has(key), () => model.has(key));
      case 'peek': return this.both(kind, () => real.peek(key), () => (this.isSet ? model.peekKey(key) : model.peek(key)));
      case 'set': if (weighed) return undefined;
        return this.both(kind, () => void this.store(key, value), () => model.set(key, value));
      case 'setWith': {
        const o = entryOptions(r);
        if (weighed) o.size ??= 0.25;
        return this.both(kind, () => void this.store(key, value, o), () => model.set(key, value, o));
      }
      case 'delete': return this.both(kind, () => real.delete(key), () => model.delete(key));
      case 'touch': return this.both(kind, () => real.touch(key), () => model.touch(key));
      case 'touchTtl': {
        const ttl = r.pick([2, 40, 900, Infinity]);
        return this.both(kind, () => real.touch(key, { ttl }), () => model.touch(key, ttl));
      }
      case 'advance': return this.advance(r.pick([1, 1, 5, 49, 260, 999, 5000, 31_000]));
      case 'size': return this.both(kind, () => real.size, () => model.size());
      case 'entries': return this.both(kind, () => [...real.entries()], () => model.state());
      case 'pin': this.leases.push([real.pin(key), model.pin(key)]); return undefined;
      case 'release': {
        const [lease, reference] = this.leases.splice(r.below(this.leases.length), 1)[0] ?? [];
        if (lease === undefined) return undefined;
        return this.both(kind, () => lease.release(), () => model.release(reference));
      }
      case 'busy': {
        const one = this.isSet ? key : r.below(50);
        if (!this.busy.delete(one)) this.busy.add(one);
        return undefined;
      }
      case 'remaining': return this.both(kind, () => real.remaining(key), () => model.remaining(key));
      case 'sweep': return this.both(kind, () => real.sweep(), () => model.sweep());
      case 'shed': {
        const n = r.below(3);
        return this.both(kind, () => real.shed(n), () => model.shed(n));
      }
      case 'clear': if (r.chance(0.8)) return undefined;
        return this.both(kind, () => real.clear(), () => model.clear());
      case 'insert': if (this.isSet) return undefined;
        return this.both(kind, () => real.getOrInsert(key, value), () => {
          const held = model.get(key);
          if (held !== undefined) return held;
          model.set(key, value);
          return value;
        });
      case 'deleteIf': if (this.isSet) return undefined;
        return this.both(kind, () => real.deleteIf(key, value), () => {
          const entry = model.present(key);
          if (entry === undefined || entry.value !== value) return false;
          return model.delete(key);
        });
      default: throw new Error(kind);
    }
  }

  advance(ms) {
    // A lagging engine stamps what was logged at its next look at the clock: have it look now.
    if (this.lagging) this.both('size', () => this.real.size, () => this.model.size());
    this.clock.advance(ms);
    this.model.advance(ms);
  }

  /** Removals of one step come in the same multiset; those of `clear` in the same order. */
  compareLogs(step) {
    const order = (log) => log.map(([key, value, reason]) => `${KEYS.indexOf(key)} ${String(value)} ${reason}`).sort();
    if (this.hooked) assert.deepStrictEqual(order(this.log), order(this.model.log), `hooks of step ${step}`);
    this.log.length = 0;
    this.model.log.length = 0;
  }

  compareStats() {
    const { model } = this;
    this.both('size', () => this.real.size, () => model.size());
    const s = this.real.stats();
    const removed = Object.fromEntries(Object.entries(s.removed).filter(([, n]) => n > 0));
    const found = {
      size: s.size, added: s.added, updated: s.updated, hits: s.hits, misses: s.misses, busy: s.busy, pinned: s.pinned,
      overflows: s.overflows, bytes: Number(s.bytes.toFixed(6)), removed,
    };
    const { added, updated, hits, misses, overflows } = model.counts;
    assert.deepStrictEqual(found, {
      size: model.entries.length, added, updated, hits, misses, busy: model.busy(), pinned: model.pinned(),
      overflows, bytes: Number(model.bytes().toFixed(6)), removed: model.counts.removed,
    });
    this.both('state', () => [...this.real.entries()], () => model.state());
  }
}

Reference.prototype.peekKey = function peekKey(key) {
  return this.present(key) !== undefined;
};

/** Has a clock read as the default one is, with logs of one stretch, of few or of many. */
function lag(clock, r) {
  const engine = engineOf(clock);
  engine.exact = false;
  engine.span = r.pick([2, 7, 192]);
}

function run(kind, lagging, seed) {
  const r = random(seed);
  const pair = new Pair(r, kind, lagging);
  for (let step = 0; step < STEPS; step += 1) {
    pair.step();
    pair.compareLogs(step);
  }
  pair.compareStats();
  assert.strictEqual(pair.real.validate(), true);
  pair.real.close();
  pair.model.clear('close');
  pair.compareLogs('close');
  assert.strictEqual(pair.real.validate(), true);
}

describe('the library agrees with the naive reference', () => {
  for (const kind of ['map', 'set']) {
    for (const lagging of [false, true]) {
      test(`${kind}, ${lagging ? 'cached' : 'exact'} clock: ${SEQUENCES * STEPS / 2} steps`, () => {
        for (let n = 0; n < SEQUENCES / 2; n += 1) {
          const seed = SEED + n;
          try {
            run(kind, lagging, seed);
          } catch (error) {
            throw blame(error, bySeed(seed));
          }
        }
      });
    }
  }
});
