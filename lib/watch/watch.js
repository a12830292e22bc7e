'use strict';

// `watchMemory()`: looks at the process's resident memory now and then, says when it becomes much, and above a
// limit has histories compressed and idle entries shed until it is below.
//
// Resident memory does not fall when JavaScript values are let go, but after a collection, with a delay, and not at
// all while what comes in takes their place. So each step above the limit is: collect, look; if that was not
// enough have the heap compacted, look; if that was not enough either shed a tenth of what is idle and collect again. Once so much is freed that memory will be below the limit
// it waits for the system to get it back. It ends below the limit, or when shedding does not help: two sheds in a
// row gained less than 2 %, since the memory is elsewhere; or what was freed does not come back. Only below the
// limit, by a margin, does it then begin anew.
//
// Below the limit it collects as well where the next collection, whoever asks for it, could lead far above: the
// runtime copies young objects. So the copies are made while there is room for them.

const { readFileSync } = require('node:fs');
const { binding } = require('../native');
const { warn } = require('../errors');
const { isThenable } = require('../hooks');
const { define } = require('../collection');
const { announce, channels } = require('./channels');
const { collect, compact, copied } = require('./collect');
const { containerLimit } = require('./container');
const { parseWatchOptions } = require('./options');
const { shedShare } = require('./shed');
const { Trend } = require('./trend');

/** What a shed has to gain, as a part of resident memory, to count as worth it. */
const GAIN = 0.02;
/** Sheds in a row without it that end the shedding. */
const MOST_FRUITLESS = 2;
/** Waits in a row for memory that was freed; then it counts as gone, and shedding goes on from there … */
const MOST_WAITS = 4;
/** … unless it was so three times without a gain: what is freed does not come back. */
const MOST_LOST = 3;
/** How far, as a part of the threshold, memory has to fall below it before it is told about again. */
const MARGIN = 0.05;
/** How far above the limit, as a part of it, a collection's copies may lead. */
const OVERSHOOT = 0.05;
/** Until the next step above the limit, ms: if enough was freed, time for the system to get it back … */
const SETTLE = 50;
/** … if it is not, little; and at least as long as the collections took, so that they have half of the time at most … */
const PAUSE = 25;
/** … and where none can be asked for, time for one to come by itself. */
const LONG_PAUSE = 5000;
/** Until the heap is compacted again, in times of what it took: it stops the program for that long. */
const COMPACT_AFTER = 8;

/**
 * What the watch needs of the world; tests have one of their own.
 * @typedef {object} Host
 * @property {() => number} now ms
 * @property {(fn: () => void, ms: number) => () => void} setTimer
 * @property {() => number} resident bytes
 * @property {() => number} inUse bytes that this thread's heap and the structures hold
 * @property {() => boolean} collect
 * @property {() => void} compact a longer collection, which also gives back the room that the heap keeps
 * @property {() => number} copied bytes that the next collection may take on top while it goes on
 * @property {() => void} seal
 * @property {(onError: (error: unknown) => void) => import('../../index').ShedRow[]} shed
 */

/**
 * Memory under pressure: as it began, sheds in a row that gained too little, and the last one until it is judged.
 * @typedef {object} Pressure
 * @property {{ rss: number, used: number }} from what is expected to come back is reckoned
 * @property {number} fruitless
 * @property {number} waits in a row, without a shed
 * @property {number} lost times in a row that what was freed did not come back
 * @property {{ before: number, after: number, used: number, usedAfter: number, structures: import('../../index').ShedRow[] }} [last]
 */

/** @type {Host} */
const host = {
  now: () => globalThis.performance.now(),
  setTimer(fn, ms) {
    const { setTimeout, clearTimeout } = globalThis;
    /** @type {any} */
    const timer = setTimeout(fn, ms);
    timer?.unref?.();
    return () => clearTimeout(timer);
  },
  resident: () => binding.resident(),
  inUse() {
    const { heapUsed, external } = globalThis.process.memoryUsage();
    // Bun's heap includes what is external.
    const heap = globalThis.process.versions.bun === undefined ? heapUsed + external : heapUsed;
    return heap + JSON.parse(binding.historyTotals()).residentBytes;
  },
  collect,
  compact,
  copied,
  seal: () => binding.historyHurry(),
  shed: shedShare,
};

class MemoryWatch {
  #options;
  #host;
  #trend = new Trend();
  #closed = false;
  #warned = false;
  /** Under pressure. @type {Pressure | undefined} */
  #pressure;
  /** It ended without success, and memory has not fallen since. */
  #ineffective = false;
  /** The time from which on the heap may be compacted again. */
  #compactFrom = -Infinity;
  /** @type {() => void} */
  #cancel = () => {};

  /**
   * @param {import('./options').WatchOptions} options
   * @param {Host} world
   */
  constructor(options, world) {
    this.#options = options;
    this.#host = world;
    this.#wait(options.interval);
  }

  get limit() {
    return this.#options.limit;
  }

  get warn() {
    return this.#options.warn;
  }

  close() {
    this.#closed = true;
    this.#cancel();
  }

  /** @param {number} ms */
  #wait(ms) {
    this.#cancel = this.#host.setTimer(() => this.#step(), ms);
  }

  /** Takes a sample, does what it asks for, and arms the next one whatever happens. */
  #step() {
    let pause = this.#options.interval;
    try {
      pause = this.#look();
    } catch (error) {
      this.#report(error);
    } finally {
      if (!this.#closed) this.#wait(pause);
    }
  }

  /** Answers how long to wait for the next sample. */
  #look() {
    const { interval, limit } = this.#options;
    const rss = this.#host.resident();
    this.#trend.add(this.#host.now(), rss);
    this.#tell('onSample', { rss, ...this.#figures() });
    if (!this.#closed) this.#warnAt(rss);
    this.#judge(rss);
    if (this.#closed) return interval;
    if (rss <= limit) {
      this.#pressure = undefined;
      if (rss <= limit * (1 - MARGIN)) this.#ineffective = false;
      return this.#ineffective || rss + this.#host.copied() <= limit * (1 + OVERSHOOT) ? interval : this.#copyNow();
    }
    return this.#ineffective ? interval : this.#relieve();
  }

  /** Just below the limit. Answers how long to wait for the next sample. */
  #copyNow() {
    const begun = this.#host.now();
    this.#collect();
    const took = this.#host.now() - begun;
    return Math.max(this.#options.interval, took);
  }

  #figures() {
    const { warn: threshold, limit } = this.#options;
    return { trend: this.#trend.slope, warn: threshold, limit };
  }

  /** @param {number} rss */
  #warnAt(rss) {
    const { warn: threshold } = this.#options;
    if (rss > threshold && !this.#warned) {
      this.#warned = true;
      this.#tell('onWarn', { rss, ...this.#figures() });
    } else if (rss <= threshold * (1 - MARGIN)) {
      this.#warned = false;
    }
  }

  /** A step above the limit. Answers how long to wait for the next. */
  #relieve() {
    const { limit, interval } = this.#options;
    const world = this.#host;
    const begun = world.now();
    if (this.#pressure === undefined) world.seal();
    const collected = this.#collect();
    let took = world.now() - begun;
    const [before, used] = [world.resident(), world.inUse()];
    if (before <= limit) {
      this.#pressure = undefined;
      return interval;
    }
    const pressure = this.#pressure ?? { from: { rss: before, used }, fruitless: 0, waits: 0, lost: 0 };
    this.#pressure = pressure;
    if (this.#expected(pressure, used) <= limit) {
      pressure.waits += 1;
      if (pressure.waits <= MOST_WAITS) return Math.max(SETTLE, took);
      pressure.lost = before <= pressure.from.rss * (1 - GAIN) ? 0 : pressure.lost + 1;
      pressure.from = { rss: before, used };
      if (pressure.lost === MOST_LOST) {
        this.#end({ before, after: before, freed: 0, rss: before, structures: [] }, true);
        return interval;
      }
    }
    pressure.waits = 0;
    const structures = world.shed((error) => this.#report(error));
    if (this.#closed) return interval;
    const shedAt = world.now();
    this.#collect();
    took += world.now() - shedAt;
    const usedAfter = world.inUse();
    pressure.last = { before, after: world.resident(), used, usedAfter, structures };
    if (!collected) return LONG_PAUSE;
    return Math.max(this.#expected(pressure, usedAfter) <= limit ? SETTLE : PAUSE, took);
  }

  /** Collects garbage; above the limit also what a heap keeps for itself. Answers whether it could. */
  #collect() {
    const world = this.#host;
    const collected = world.collect();
    const begun = world.now();
    if (begun >= this.#compactFrom && world.resident() > this.#options.limit) {
      world.compact();
      this.#compactFrom = begun + COMPACT_AFTER * (world.now() - begun);
    }
    return collected;
  }

  /**
   * Resident memory as it will be once the system has got back what was freed.
   * @param {Pressure} pressure @param {number} used
   */
  #expected({ from }, used) {
    return from.rss - (from.used - used);
  }

  /** What came of the last shed, now that there was time for memory to be given back. @param {number} rss */
  #judge(rss) {
    const pressure = this.#pressure;
    if (this.#closed || pressure?.last === undefined) return;
    const { before, structures, used, ...then } = pressure.last;
    pressure.last = undefined;
    // In between there may be new entries: what was freed at once counts as well.
    const after = Math.min(rss, then.after);
    const freed = Math.max(0, used - Math.min(this.#host.inUse(), then.usedAfter));
    const gained = Math.max(before - after, freed);
    pressure.fruitless = gained >= before * GAIN ? 0 : pressure.fruitless + 1;
    const ineffective = rss > this.#options.limit && pressure.fruitless >= MOST_FRUITLESS;
    this.#end({ before, after, freed, rss, structures }, ineffective);
  }

  /**
   * A shed is over, and with it all shedding if it is ineffective.
   * @param {Pick<import('../../index').MemoryPressure, 'before' | 'after' | 'freed' | 'rss' | 'structures'>} done
   * @param {boolean} ineffective
   */
  #end(done, ineffective) {
    this.#ineffective = ineffective;
    if (ineffective) this.#pressure = undefined;
    const shed = done.structures.reduce((sum, row) => sum + row.shed, 0);
    const message = { ...done, shed, ineffective, ...this.#figures() };
    if (channels.pressure.hasSubscribers) announce(channels.pressure, message);
    this.#tell('onPressure', message);
  }

  /**
   * @param {'onSample' | 'onWarn' | 'onPressure'} which
   * @param {any} message
   */
  #tell(which, message) {
    const callback = this.#options[which];
    if (callback === undefined) return;
    try {
      const result = callback(message);
      if (isThenable(result)) Promise.resolve(result).catch((error) => this.#report(error));
    } catch (error) {
      this.#report(error);
    }
  }

  /** @param {unknown} error */
  #report(error) {
    const { onError } = this.#options;
    if (onError === undefined) return warn(error, 'watchMemory: a callback');
    try {
      const result = onError(error);
      if (isThenable(result)) Promise.resolve(result).catch((failed) => warn(failed, 'watchMemory: onError'));
    } catch (failed) {
      warn(failed, 'watchMemory: onError');
    }
  }
}

if (Symbol.dispose !== undefined) define(MemoryWatch.prototype, Symbol.dispose, MemoryWatch.prototype.close);

/** @param {unknown} [options] */
function watchMemory(options = undefined) {
  return new MemoryWatch(parseWatchOptions(options, () => containerLimit((file) => readFileSync(file, 'utf8'))), host);
}

exports.MemoryWatch = MemoryWatch;
exports.watchMemory = watchMemory;
