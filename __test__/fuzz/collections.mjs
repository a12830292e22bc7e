// Maps and sets that share a clock, whose callbacks come back into any of them.

import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { Fixture } from './fixture.mjs';
import { World, drain } from './world.mjs';
import { keys, source, entry } from './hostile.mjs';
import { clockOf } from './clocks.mjs';

const require = createRequire(import.meta.url);
const { RobustSessionMap, RobustSessionSet } = require('../../index.js');

const KINDS = [
  ...Array.from({ length: 10 }, () => 'put'), 'get', 'get', 'get', 'get', 'get', 'has', 'has', 'peek', 'delete', 'delete', 'deleteIf', 'touch', 'touchTtl', 'putWith', 'putWith', 'putWrong',
  'again', 'clear', 'close', 'size', 'iterate', 'step', 'step', 'forEach', 'pin', 'pin', 'release', 'release', 'remaining', 'sweep', 'shed', 'stats', 'validate',
  'advance', 'advance', 'advance', 'busy', 'busy', 'insert', 'compute', 'load', 'subscribe', 'emit', 'emit', 'unsubscribe', 'settled', 'build', 'misuse',
];

export class Collections extends World {
  constructor(seed) {
    super(seed);
    const { r } = this;
    this.keys = keys(() => this.finding('code of a key was run')).filter(() => r.chance(0.7));
    this.keys.push('k');
    this.busy = new Set();
    this.emitter = new EventEmitter();
    this.emitter.setMaxListeners(0);
    this.clock = clockOf(this);
    this.all = Array.from({ length: 1 + r.below(3) }, () => new Fixture(this, r.chance(0.7) ? RobustSessionMap : RobustSessionSet));
    this.leases = [];
    this.iterators = [];
    this.unsubscribes = [];
    this.loads = 0;
  }

  operate() {
    const { r } = this;
    const fixture = r.pick(this.all);
    const { real, isMap } = fixture;
    const kind = r.pick(KINDS);
    const key = r.pick(this.keys);
    const run = (fn, expected) => this.attempt(kind, fn, expected);
    switch (kind) {
      case 'get': return run(() => (isMap ? real.get(key) : real.has(key)));
      case 'has': return run(() => real.has(key));
      case 'peek': return run(() => real.peek(key));
      case 'put': return fixture.put(key);
      case 'putWith': return fixture.putWith(key);
      case 'putWrong': return fixture.putWrong(key);
      case 'again': return fixture.again(key);
      case 'delete': return run(() => real.delete(key));
      case 'deleteIf': return isMap && run(() => real.deleteIf(key, r.chance(0.7) ? real.peek(key) : {}));
      case 'touch': return run(() => real.touch(key));
      case 'touchTtl': return run(() => real.touch(key, fixture.options({ ttl: r.pick([0, 1, 50, Infinity]) })));
      case 'clear': return r.chance(0.3) && run(() => real.clear());
      case 'close': return r.chance(0.06) && run(() => real.close());
      case 'size': return run(() => real.size);
      case 'iterate': return run(() => this.walk(real));
      case 'step': return run(() => this.step(real));
      case 'forEach': return run(() => this.visit(real));
      case 'pin': return run(() => this.leases.push(real.pin(key)));
      case 'release': return run(() => this.release());
      case 'remaining': return run(() => this.ensure(!(real.remaining(key) < 0), () => 'remaining below zero'));
      case 'sweep': return run(() => real.sweep());
      case 'shed': return run(() => real.shed(r.below(4)));
      case 'stats': return run(() => real.stats());
      case 'validate': return run(() => real.validate());
      case 'advance': return run(() => this.clock.advance(r.pick([0, 1, 5, 51, 260, 1001, 40_000])));
      case 'busy': return this.busy.delete(key) || this.busy.add(key);
      case 'insert': return isMap && fixture.insert(key);
      case 'compute': return isMap && fixture.compute(key);
      case 'load': return isMap && fixture.load(key);
      case 'subscribe': return run(() => this.subscribe(real));
      case 'emit': return run(() => this.emitter.emit('gone', key));
      case 'unsubscribe': return run(() => this.unsubscribes.splice(r.below(4), 1)[0]?.());
      case 'settled': return run(() => void real.settled());
      case 'build': return this.build();
      case 'misuse': return run(() => real.shed(r.pick([-1, 1.5, '1', undefined])), (error) => error instanceof RangeError || error instanceof TypeError);
      default: throw new Error(kind);
    }
  }

  /** An iteration whose body does anything; it ends, because the body may not go on for ever. */
  walk(real) {
    let most = 40;
    for (const _ of real.entries()) {
      this.reenter('a body');
      most -= 1;
      if (most === 0) break;
    }
  }

  /** One step of an iterator that was begun some time ago, perhaps of a map that is closed by now. */
  step(real) {
    const { r, iterators } = this;
    if (iterators.length < 4) iterators.push(real[r.pick(['keys', 'values', 'entries'])]());
    const at = r.below(iterators.length);
    if (iterators[at].next().done) iterators.splice(at, 1);
  }

  visit(real) {
    let most = 40;
    real.forEach(() => {
      this.reenter('forEach');
      most -= 1;
      if (most < 0 && this.quiet === 0) this.allowance = 0;
    });
  }

  release() {
    const { r, leases } = this;
    const [lease] = leases.splice(r.below(leases.length), 1);
    if (lease === undefined) return;
    if (r.chance(0.3)) lease.held;
    lease.release();
    this.ensure(lease.held === false, () => 'a lease that was given back is held');
  }

  subscribe(real) {
    if (this.unsubscribes.length >= 4) return;
    this.unsubscribes.push(real.deleteOn(this.emitter, 'gone', (key) => {
      this.reenter('pick');
      return key;
    }));
  }

  /** A map or a set from a source that comes back; it takes no part afterwards, but must be sound. */
  build() {
    const { r } = this;
    const entries = Array.from({ length: r.below(5) }, () => (r.chance(0.3) ? entry(this, r.pick(this.keys), {}) : [r.pick(this.keys), {}]));
    if (r.chance(0.1)) entries.push(/** @type {any} */ (5));
    const Type = r.pick([RobustSessionMap, RobustSessionSet]);
    const { done, answer } = this.attempt('build', () => new Type({ clock: this.clock, maxSize: 3 }, source(this, entries)), (error) => error instanceof TypeError);
    if (!done) return;
    this.attempt('build', () => answer.validate());
    if (r.chance(0.5)) this.attempt('build, close', () => answer.close());
  }

  /** Nothing is under way: the books are compared. */
  check() {
    this.calmly(() => {
      for (const fixture of this.all) fixture.check(this.loads);
    });
    if (this.findings.length > 0) throw this.findings[0];
    this.all = this.calmly(() => this.all.map((fixture) => (fixture.real.stats().closed ? new Fixture(this, fixture.Type) : fixture)));
  }

  async settle() {
    await drain();
    if (this.findings.length > 0) throw this.findings[0];
  }

  /** Everything ends, and all that was stored has been told of. */
  async finish() {
    for (let rounds = 40; rounds > 0 && (this.loads > 0 || this.pending() > 0); rounds -= 1) await drain();
    this.ensure(this.loads === 0 && this.pending() === 0, () => `${this.loads} loads and ${this.pending()} hooks never end`);
    this.quiet += 1;
    this.check();
    for (const { real } of this.all) real.close();
    for (const fixture of this.all) fixture.checkClosed();
    if (this.findings.length > 0) throw this.findings[0];
  }

  pending() {
    return this.calmly(() => this.all.reduce((sum, { real }) => sum + real.stats().pendingHooks, 0));
  }
}
