'use strict';

const { show } = require('./errors');
const { Map } = globalThis; // as they were: a program may put our classes in their place

/** A clock that a test moves by hand. */
class ManualClock {
  #now;
  /** @type {Map<number, { at: number, fn: () => void }>} */
  #timers = new Map();
  #next = 1;
  #advancing = false;

  /** @param {number} [start] */
  constructor(start = 0) {
    this.#now = duration('ManualClock: start', start);
  }

  now() {
    return this.#now;
  }

  /**
   * @param {() => void} fn
   * @param {number} ms
   */
  setTimer(fn, ms) {
    const id = this.#next;
    this.#next += 1;
    // At least 1 ms from within a timer, as with real ones: else one that sets itself again would never let `advance` end.
    this.#timers.set(id, { at: this.#now + (this.#advancing ? Math.max(ms, 1) : ms), fn });
    return () => {
      this.#timers.delete(id);
    };
  }

  get pending() {
    return this.#timers.size;
  }

  /** @param {number} ms */
  advance(ms) {
    const end = this.#now + duration('ManualClock.advance: ms', ms);
    const within = this.#advancing;
    this.#advancing = true;
    try {
      for (let due = this.#earliest(end); due !== undefined; due = this.#earliest(end)) {
        const [id, { at, fn }] = due;
        this.#timers.delete(id);
        this.#now = Math.max(this.#now, at);
        fn();
      }
    } finally {
      this.#advancing = within;
    }
    this.#now = Math.max(this.#now, end);
  }

  /**
   * The next timer due until `end`; of those due together the one set first.
   * @param {number} end
   */
  #earliest(end) {
    let found;
    for (const timer of this.#timers) {
      if (timer[1].at <= end && (found === undefined || timer[1].at < found[1].at)) found = timer;
    }
    return found;
  }
}

/**
 * @param {string} name
 * @param {unknown} value
 */
function duration(name, value) {
  if (typeof value === 'number' && value >= 0 && value < Infinity) return value;
  const Type = typeof value === 'number' ? RangeError : TypeError;
  throw new Type(`${name} must be a finite number of milliseconds ≥ 0, not ${show(value)}`);
}

exports.ManualClock = ManualClock;
