'use strict';

// Removal hooks: what left waits here until the operation that removed it is over; then the hooks run
// one after the other, in a loop. What they remove queues behind.

const { warn } = require('./errors');
const { announce, channels } = require('./watch/channels');

class Hooks {
  /** @param {Readonly<import('./options').Options>} options */
  constructor({ onRemove, onError, name }) {
    this.onRemove = onRemove;
    this.onError = onError;
    this.name = name;
    /** @type {{ key: unknown, value: unknown, reason: import('../index').RemoveReason }[]} */
    this.queue = [];
    this.next = 0;
    this.running = false;
    /** Async hooks under way. */
    this.pending = 0;
    this.errors = 0;
    /** @type {(() => void)[]} */
    this.waiting = [];
  }

  /**
   * @param {unknown} key
   * @param {unknown} value
   * @param {import('../index').RemoveReason} reason
   */
  push(key, value, reason) {
    this.queue.push({ key, value, reason });
  }

  /** Runs what waits; a call from within a hook leaves it to the loop that is running. */
  run() {
    if (this.running) return;
    this.running = true;
    try {
      while (this.next < this.queue.length) {
        const removal = this.queue[this.next];
        this.next += 1;
        // The head of a long queue is cut off now and then, or hooks that remove would pile it up.
        if (this.next > 1024) {
          this.queue.splice(0, this.next);
          this.next = 0;
        }
        this.runOne(removal);
      }
    } finally {
      this.queue.length = 0;
      this.next = 0;
      this.running = false;
    }
  }

  /** @param {{ key: unknown, value: unknown, reason: import('../index').RemoveReason }} removal */
  runOne({ key, value, reason }) {
    const { onRemove } = this;
    try {
      const result = /** @type {any} */ (onRemove?.(key, value, reason));
      if (isThenable(result)) this.track(result, key, reason);
    } catch (error) {
      this.report(error, key, reason);
    }
  }

  /**
   * @param {PromiseLike<unknown>} result
   * @param {unknown} key
   * @param {import('../index').RemoveReason} reason
   */
  track(result, key, reason) {
    this.pending += 1;
    Promise.resolve(result).then(
      () => this.finish(),
      (error) => {
        this.report(error, key, reason);
        this.finish();
      },
    );
  }

  finish() {
    this.pending -= 1;
    if (this.pending > 0) return;
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  /** @returns {Promise<void>} */
  settled() {
    if (this.pending === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.waiting.push(resolve);
    });
  }

  /**
   * An error that nobody waits for.
   * @param {unknown} error
   * @param {unknown} key
   * @param {import('../index').RemoveReason | undefined} reason
   */
  report(error, key, reason) {
    this.errors += 1;
    if (channels.hookError.hasSubscribers) announce(channels.hookError, { name: this.name ?? 'robust-session-map', error, key, reason });
    const where = `${this.name ?? 'robust-session-map'}: a callback`;
    if (this.onError === undefined) return warn(error, where);
    try {
      const { onError } = this;
      const result = /** @type {any} */ (onError(error, { key, reason }));
      if (isThenable(result)) Promise.resolve(result).catch((failed) => warn(failed, where));
    } catch (failed) {
      warn(failed, where);
    }
  }
}

/** @param {any} value */
function isThenable(value) {
  return value !== null && (typeof value === 'object' || typeof value === 'function') && typeof value.then === 'function';
}

exports.Hooks = Hooks;
exports.isThenable = isThenable;
