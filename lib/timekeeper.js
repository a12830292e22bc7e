'use strict';

// An engine's clock, and the one timer that wakes it.

const { show, warn } = require('./errors');

/** The longest delay timers can express; longer ones are armed again on the way. */
const MAX_DELAY = 2 ** 31 - 1;

class Timekeeper {
  /** @param {import('../index').SessionClock | undefined} clock */
  constructor(clock) {
    this.clock = clock;
    /** Whether every operation reads the clock. */
    this.exact = clock !== undefined;
    /** Which function was the default clock at the last look. */
    this.reader = performance.now;
    this.now = 0;
    this.offset = 0;
    this.lastReading = 0;
    this.armedFor = Infinity;
    /** @type {(() => void) | undefined} */
    this.disarm = undefined;
    /** What the timer runs. */
    this.onWake = () => {};
    /** Whether the last timer could not be set. */
    this.timerless = false;
    /** Whether a clock's own code sets a timer or takes one back: tables and core may not agree just then. */
    this.arming = false;
  }

  /** Reads the clock. Going back counts as standing still, so that time never stops for long. */
  readClock() {
    const reading = this.clock === undefined ? performance.now() : this.clock.now();
    if (typeof reading !== 'number') {
      throw new TypeError(`clock.now() must return a number, not ${show(reading)}`);
    }
    if (!(reading >= 0 && reading < Infinity)) {
      throw new RangeError(`clock.now() must return a finite number ≥ 0, not ${show(reading)}`);
    }
    // Fake timers may have come or gone: how far two clocks are apart is no time that has passed.
    if (this.clock === undefined && performance.now !== this.reader) {
      this.reader = performance.now;
      this.offset += this.lastReading - reading;
      this.lastReading = reading;
    }
    if (reading < this.lastReading) this.offset += this.lastReading - reading;
    this.lastReading = reading;
    return reading + this.offset;
  }

  /** @param {number} at */
  arm(at) {
    this.cancel();
    this.armedFor = at;
    const delay = Math.min(Math.max(at - this.now, 1), MAX_DELAY);
    this.arming = this.clock !== undefined;
    this.disarm = this.setTimer(this.onWake, delay);
    this.arming = false;
  }

  /** Takes the wake-up back. */
  cancel() {
    const { disarm } = this;
    this.disarm = undefined;
    this.armedFor = Infinity;
    this.arming = this.clock !== undefined;
    try {
      disarm?.();
    } catch (error) {
      warn(error, 'cancelling a timer');
    } finally {
      this.arming = false;
    }
  }

  /**
   * A timer that cannot be set (the user's `setTimer` throws) must not spoil the operation that wanted
   * it: tables and core agree only at its end. Told once, until one can be set again.
   * @param {() => void} fn
   * @param {number} delay
   */
  setTimer(fn, delay) {
    try {
      const disarm = this.newTimer(fn, delay);
      this.timerless = false;
      return disarm;
    } catch (error) {
      if (!this.timerless) warn(error, 'setting a timer');
      this.timerless = true;
      return undefined;
    }
  }

  /**
   * @param {() => void} fn
   * @param {number} delay
   * @returns {(() => void) | undefined}
   */
  newTimer(fn, delay) {
    if (this.clock?.setTimer !== undefined) {
      const cancel = this.clock.setTimer(fn, delay);
      return typeof cancel === 'function' ? cancel : undefined;
    }
    // Both now: fake timers that come or go until it is cleared do not know it, and may warn.
    const { setTimeout, clearTimeout } = globalThis;
    // Rounded up: a timer that fires a hair early finds nothing due.
    const timer = setTimeout(fn, Math.ceil(delay));
    unref(timer);
    return () => clearTimeout(timer);
  }

  /** Hooks wait: the timer is to fire as soon as may be. */
  hurry() {
    this.arm(this.now);
  }
}

/** @param {any} timer */
function unref(timer) {
  if (typeof timer === 'object' && timer !== null) timer.unref?.();
}

exports.Timekeeper = Timekeeper;
