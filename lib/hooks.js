'use strict';

// Removal hooks: what left waits here until the operation that removed it is over; then the hooks run
// one after the other, in a loop. What they remove queues behind.
//
// A hook that stores again can remove for ever. So the operation runs no more hooks than it has queued, one for
// each entry that the collection held beside, and some; the rest runs in macrotasks, in the same order. Until then
// each further operation runs as many as it queues.

const { warn } = require('./errors');
const { announce, channels } = require('./watch/channels');

/** Hooks that hooks have caused, at a stretch. */
const MOST_CAUSED = 1000;

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
    /** How many in the queue are left over from operations that had caused too many. */
    this.late = 0;
    /** Whether a macrotask will run those. */
    this.planned = false;
    /** Async hooks under way, and that macrotask. */
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

  /**
   * Runs what waits; a call from within a hook leaves it to the loop that is running.
   * @param {number} held how many entries there are whose hooks it may still cause
   */
  run(held) {
    const queued = this.queue.length - this.late;
    this.work(this.late > 0 ? queued : queued + held + MOST_CAUSED);
  }

  /** Before the process ends: what is left over, too. */
  runLate() {
    this.work(this.queue.length + MOST_CAUSED);
  }

  /** What waits is left over, all of it. */
  defer() {
    if (this.running) return;
    this.late = this.queue.length;
    if (this.late > 0 && !this.planned) this.postpone();
  }

  /** @param {number} most */
  work(most) {
    if (this.running) return;
    this.running = true;
    try {
      for (let left = most; left > 0 && this.next < this.queue.length; left -= 1) {
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
      if (this.next === this.queue.length) this.queue.length = 0;
      else this.queue.splice(0, this.next);
      this.next = 0;
      this.running = false;
      this.defer();
    }
  }

  /** Counts as a hook under way: `settled()` and the exit wait for it. */
  postpone() {
    this.planned = true;
    this.pending += 1;
    /** @type {any} */
    const timer = globalThis.setTimeout(() => {
      this.planned = false;
      this.work(MOST_CAUSED);
      this.finish();
    }, 0);
    timer?.unref?.();
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
