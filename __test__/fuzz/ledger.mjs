// The books of one collection: every value ever stored is there, or was reported as many times as it left.
//
// A value is stored once, unless the same one is stored again (`again`), when it may have left in between.

import { show } from '../../lib/errors.js';

const REASONS = new Set(['idle', 'age', 'lru', 'bytes', 'busy-timeout', 'pressure', 'delete', 'replace', 'clear', 'event', 'close']);

/** @typedef {{ key: any, stored: number, maybe: number, reported: number }} Line */

export class Ledger {
  /**
   * @param {import('./world.mjs').World} world
   * @param {(key: any) => any} held what the collection's inherited slot holds
   */
  constructor(world, held) {
    this.world = world;
    this.held = held;
    /** @type {Map<any, Line>} */
    this.lines = new Map();
    /** Reports by reason. @type {Record<string, number>} */
    this.reasons = {};
    /** How often something was stored, by our count. */
    this.stored = 0;
    this.unsure = 0;
  }

  /** @param {any} value @param {any} key */
  line(value, key) {
    let line = this.lines.get(value);
    if (line === undefined) this.lines.set(value, line = { key, stored: 0, maybe: 0, reported: 0 });
    return line;
  }

  /** A value is about to be stored. Its hook may come before the call returns. @param {any} value @param {any} key */
  begin(value, key) {
    this.line(value, key).maybe += 1;
  }

  /** How that ended; `undefined`: one cannot tell. @param {any} value @param {boolean | undefined} stored */
  end(value, stored) {
    const line = /** @type {Line} */ (this.lines.get(value));
    if (stored === undefined) {
      this.unsure += 1;
      return;
    }
    line.maybe -= 1;
    if (!stored) return;
    line.stored += 1;
    this.stored += 1;
  }

  /** The hook was called. @param {any} key @param {any} value @param {string} reason */
  report(key, value, reason) {
    const { world } = this;
    const line = this.lines.get(value);
    this.reasons[reason] = (this.reasons[reason] ?? 0) + 1;
    world.ensure(REASONS.has(reason), () => `reason ${reason}`);
    if (line === undefined) {
      world.finding(`the hook was told (${reason}) of a value that was never stored, or left before`);
      return;
    }
    line.reported += 1;
    world.ensure(Object.is(line.key, key) || line.key === key, () => `the hook was told of ${show(line.key)} as ${show(key)}`);
    world.ensure(line.reported <= line.stored + line.maybe, () => `the hook was told ${line.reported} times of a value stored ${line.stored} times`);
    world.ensure(line.stored + line.maybe > 1 || !Object.is(this.held(key), value), () => `the hook was told (${reason}) of a value that is still there`);
  }

  /**
   * Compares the books with what is there. Nothing may be under way.
   * @param {Iterable<[any, any]>} entries
   * @param {boolean} hooked whether removals are reported
   */
  balance(entries, hooked) {
    const { world } = this;
    const present = new Set();
    for (const [key, value] of entries) {
      present.add(value);
      const line = this.lines.get(value);
      world.ensure(line !== undefined && line.stored + line.maybe > 0, () => `a value under ${show(key)} that was never stored`);
    }
    for (const [value, line] of this.lines) {
      const there = present.has(value) ? 1 : 0;
      const { stored, maybe, reported } = line;
      if (hooked) {
        const least = stored > 0 ? 1 : 0;
        world.ensure(reported + there >= least, () => `a value under ${show(line.key)} was lost`);
        world.ensure(reported + there <= stored + maybe, () => `a value under ${show(line.key)}: stored ${stored} times, reported ${reported} times, and ${there ? '' : 'not '}there`);
      }
      if (there === 0) this.lines.delete(value);
    }
  }
}
