// A fake of what the default clock asks its host for: `performance.now`, `setTimeout`, `clearTimeout`.
// While it is installed nothing asynchronous may run, since a test runner has timers of its own.

import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const lib = fileURLToPath(new URL('../../lib/', import.meta.url));
const index = fileURLToPath(new URL('../../index.js', import.meta.url));

/**
 * A second copy of the library, with a default engine that nobody has used: the engine is a singleton
 * of its module, and the time it has seen would stay in it.
 */
export function freshLibrary() {
  const own = Object.keys(require.cache).filter((file) => file === index || (file.startsWith(lib) && !file.endsWith('native.js')));
  const kept = own.map((file) => [file, require.cache[file]]);
  for (const file of own) delete require.cache[file];
  const fresh = require('../../index.js');
  for (const [file, module] of kept) require.cache[file] = module;
  return fresh;
}

export class FakeHost {
  /** @param {number} now */
  constructor(now = 0) {
    this.time = now;
    /** Looks at the clock. */
    this.looks = 0;
    /** All delays that were asked for. @type {number[]} */
    this.delays = [];
    /** @type {Set<any>} */
    this.timers = new Set();
    /** Timers of others that were to be cleared here. */
    this.strangers = 0;
    this.saved = undefined;
  }

  install() {
    const { performance, setTimeout, clearTimeout } = globalThis;
    const own = Object.getOwnPropertyDescriptor(performance, 'now');
    this.saved = () => {
      if (own === undefined) delete performance.now;
      else Object.defineProperty(performance, 'now', own);
      Object.assign(globalThis, { setTimeout, clearTimeout });
    };
    const now = () => {
      this.looks += 1;
      return this.time;
    };
    Object.defineProperty(performance, 'now', { value: now, writable: true, configurable: true, enumerable: true });
    globalThis.setTimeout = (fn, delay) => this.set(fn, delay);
    globalThis.clearTimeout = (timer) => {
      if (timer?.host === this) this.timers.delete(timer);
      else this.strangers += 1;
    };
    return this;
  }

  uninstall() {
    this.saved?.();
    this.saved = undefined;
  }

  set(fn, delay) {
    this.delays.push(delay);
    const timer = { host: this, fn, at: this.time + delay, referenced: true };
    timer.unref = () => {
      timer.referenced = false;
      return timer;
    };
    this.timers.add(timer);
    return timer;
  }

  /** Fires one timer now, due or not. */
  fire(timer) {
    this.timers.delete(timer);
    timer.fn();
  }

  /** The timer that is due next. */
  next() {
    let first;
    for (const timer of this.timers) if (first === undefined || timer.at < first.at) first = timer;
    return first;
  }

  /** The timer that is due last: the wake-up, since the other one lives for a millisecond. */
  last() {
    let last;
    for (const timer of this.timers) if (last === undefined || timer.at >= last.at) last = timer;
    return last;
  }

  /** Moves the time on and fires what falls due. */
  advance(ms) {
    const end = this.time + ms;
    for (let timer = this.next(); timer !== undefined && timer.at <= end; timer = this.next()) {
      this.time = Math.max(this.time, timer.at);
      this.fire(timer);
    }
    this.time = end;
  }
}

/**
 * Runs `fn` with a library of its own on a fake host.
 * @param {(library: any, host: FakeHost) => void} fn synchronous
 */
export function onFakeHost(fn, now = 0) {
  const host = new FakeHost(now).install();
  try {
    fn(freshLibrary(), host);
  } finally {
    host.uninstall();
  }
}
