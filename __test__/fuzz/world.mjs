// What all fuzzed worlds share: the lots that are drawn, callbacks that come back, and the rule for errors.
//
// Rules: a callback may do anything the fuzzer itself does, a few levels deep; then it may throw. An error
// that reaches us is one that the fuzzer threw, at a place that belongs to the caller, or one that the
// operation documents. Everything else is a finding. Findings made inside callbacks are kept, since the
// library would take them for errors of the callback.

import { random } from '../support/random.mjs';

const MOST_DEEP = 4;
/** Operations that callbacks may carry out for one of ours. */
const ALLOWANCE = 8;

/** What the fuzzer throws from callbacks, getters and traps. */
export class Fault extends Error {
  constructor(place) {
    super(`fault in ${place}`);
    this.place = place;
  }
}

/** Places whose errors go to `onError` or a warning, never to the caller of a method. */
const BACKGROUND = new Set(['onRemove', 'onError', 'isBusy', 'pick', 'timer', 'onTrim']);

export class World {
  /** @param {number} seed */
  constructor(seed) {
    this.r = random(seed);
    this.depth = 0;
    this.allowance = 0;
    /** While it is above zero callbacks answer and do nothing else. */
    this.quiet = 0;
    /** Operations carried out, those of callbacks included. */
    this.steps = 0;
    this.findings = [];
  }

  /** @param {string} message */
  finding(message) {
    this.findings.push(new Error(message));
  }

  /** @param {unknown} holds @param {() => string} otherwise */
  ensure(holds, otherwise) {
    if (!holds) this.finding(otherwise());
  }

  /** What a callback does besides its job. @param {string} place */
  reenter(place, { throws = true } = {}) {
    const { r } = this;
    if (this.quiet > 0) return;
    if (this.depth < MOST_DEEP && this.allowance > 0 && r.chance(0.4)) {
      this.depth += 1;
      for (let left = 1 + r.below(3); left > 0 && this.allowance > 0; left -= 1) {
        this.allowance -= 1;
        this.act();
      }
      this.depth -= 1;
    }
    if (throws && r.chance(0.04)) throw new Fault(place);
  }

  /** One operation, drawn by lot. */
  act() {
    this.steps += 1;
    this.operate();
  }

  /** One operation of ours, with what its callbacks do. */
  top() {
    this.allowance = ALLOWANCE;
    this.act();
    if (this.findings.length > 0) throw this.findings[0];
  }

  /**
   * Runs an operation. Answers whether it came to its end, and what it answered.
   * @param {string} name
   * @param {() => any} fn
   * @param {(error: any) => boolean} [expected] the errors that it documents
   */
  attempt(name, fn, expected = () => false) {
    if (process.env.RSM_TRACE) console.log(`${' '.repeat(this.depth)}${name}`);
    try {
      return { done: true, answer: fn() };
    } catch (error) {
      // What a getter of a message threw stands behind the error that says where.
      const fault = error?.cause instanceof Fault ? error.cause : error;
      if (fault instanceof Fault) this.ensure(!BACKGROUND.has(fault.place), () => `${name}: ${error.message} reached the caller`);
      else if (!expected(error)) this.findings.push(Object.assign(error, { message: `${name}: ${error.message}` }));
      return { done: false, error };
    }
  }

  /** What reaches `onError` or a warning. @param {unknown} error @param {(error: any) => boolean} [expected] */
  background(error, expected = () => false) {
    if (error instanceof Fault || expected(error)) return;
    this.finding(`in the background: ${String(/** @type {any} */ (error)?.stack ?? error)}`);
  }

  /** Runs checks; callbacks only answer meanwhile. @template T @param {() => T} fn */
  calmly(fn) {
    this.quiet += 1;
    try {
      return fn();
    } finally {
      this.quiet -= 1;
    }
  }
}

/** Lets promises go on, as far as they do without anything but promises. */
export async function drain(rounds = 12) {
  for (let left = rounds; left > 0; left -= 1) await null;
}
