'use strict';

// How entries leave by the core's decision: one by one or all together, after whoever may refuse was
// asked; and how their hooks are then run.
//
// `isBusy` runs when tables and core agree; after it, slots are looked up anew and the collection may be
// closed. Hooks run in `finish`, when the operation is over.

const { Grants } = require('./grants');
const { stepsOf } = require('./engine');
const { isThenable } = require('./hooks');
const { channels, noteEvicted } = require('./watch/channels');
const { Spared } = require('./spared');
const { OP, STATUS, WORD, REASONS, SPARING, NO_SLOT } = require('./protocol');

/** How deep questions may nest: an `isBusy` that reads the map may have to ask about what it reads. */
const MOST_NESTED = 16;
/** Entries removed between two looks at the clock in the timer's sweep, if nobody has to be called. */
const SWEEP_BATCH = 64;

class Removals extends Grants {
  /** Everything has left together: the tables go whole. Answers how many entries that were. */
  takeAll() {
    const { engine, keys, values } = this;
    const count = engine.ctl[WORD.COUNT];
    const reason = REASONS[engine.ctl[WORD.A]];
    this.detach();
    if (channels.evict.hasSubscribers) noteEvicted(this, reason, count);
    if (this.hooked) {
      this.departed.push({ keys, values, reason, slots: [], at: 0, whole: false });
      engine.behind.add(this);
    }
    return count;
  }

  /** Empties the tables. */
  detach() {
    this.base.clear.call(this.owner);
    this.empty();
  }

  /** Runs the hooks of what left during the operation that ends here. */
  finish() {
    const { hooks } = this;
    if (this.crowded && this.asking === 0) {
      this.crowd(false);
      this.repeat(OP.SETTLE, Infinity);
    }
    if (hooks !== null && hooks.queue.length > 0) {
      this.engine.run += 1;
      hooks.run(this.most);
    }
  }

  /** As `finish`, and the hooks of all that left together before. */
  finishAll() {
    // What hooks fill and all of which then leaves waits for the timer, or they could go on for ever.
    if (this.departed.length > 0 && !this.runDeparted(Infinity)) this.engine.hurry();
    this.finish();
  }

  /** Leaves the hooks to a macrotask. */
  finishLater() {
    if (this.departed.length > 0) this.engine.hurry();
    this.hooks?.defer();
  }

  /** The next slots of those that left together, as the core keeps their order. */
  nextDeparted() {
    const { engine } = this;
    engine.call(OP.DEPARTED, this.id);
    return Array.from(engine.out.subarray(0, engine.ctl[WORD.COUNT]));
  }

  /** Takes over the order of all that left together: the core is about to forget the collection. */
  keepDeparted() {
    for (const group of this.departed) {
      for (let more = group.whole ? [] : this.nextDeparted(); more.length > 0; more = this.nextDeparted()) {
        group.slots = group.slots.concat(more);
      }
      group.whole = true;
    }
  }

  /**
   * Runs hooks of what left together before this, at least one and until a time. Answers whether all have run.
   * @param {number} until
   */
  runDeparted(until) {
    const { engine, departed } = this;
    for (let groups = departed.length; groups > 0 && !this.reporter().running;) {
      const [group] = departed;
      if (group.at === group.slots.length && !group.whole) {
        group.slots = this.nextDeparted();
        group.at = 0;
        group.whole = group.slots.length === 0;
      }
      if (group.at === group.slots.length) {
        departed.shift();
        groups -= 1;
        continue;
      }
      const slot = group.slots[group.at];
      group.at += 1;
      this.reporter().push(group.keys[slot], group.values[slot], group.reason);
      this.finish();
      engine.now = engine.readClock();
      if (engine.now >= until) break;
    }
    if (departed.length === 0) engine.behind.delete(this);
    return departed.length === 0;
  }

  /**
   * Asks the user whether the entry in a slot is busy.
   * @param {any} value
   * @param {any} key
   */
  isBusy(value, key) {
    // Too deep: whoever is not asked is kept until the recheck.
    if (this.asking === MOST_NESTED) return true;
    this.asking += 1;
    try {
      const answer = this.options.isBusy?.(value, key);
      if (!isThenable(answer)) return Boolean(answer);
      Promise.resolve(answer).catch(() => {});
      throw new TypeError('isBusy must answer at once, not by a promise; the entry counts as busy');
    } catch (error) {
      this.reporter().report(error, key, undefined);
      return true;
    } finally {
      this.asking -= 1;
    }
  }

  /**
   * Asks whether the entry in a slot is busy, and tells the core.
   * @param {number} slot
   */
  ask(slot) {
    const { engine } = this;
    const busy = this.isBusy(this.values[slot], this.keys[slot]);
    if (this.closed) return 0;
    engine.flush();
    engine.ctl[WORD.SLOT] = slot;
    engine.ctl[WORD.A] = busy ? 1 : 0;
    return this.call(OP.VERDICT) === STATUS.REMOVED ? this.take() : 0;
  }

  /**
   * Carries out what a step of the core asks for. Answers how many entries left, or −1 if it was the
   * last step.
   * @param {number} status
   */
  step(status) {
    if (status === STATUS.REMOVED) {
      const asked = this.engine.ctl[WORD.SLOT];
      const left = this.take();
      return asked === NO_SLOT ? left : left + this.ask(asked);
    }
    if (status === STATUS.ASK) return this.ask(this.engine.ctl[WORD.SLOT]);
    if (status === STATUS.ALL) return this.takeAll();
    return -1;
  }

  /**
   * Repeats a removal until the core has nothing more to do, or `most` entries left. A callback that
   * keeps adding entries cannot keep it going: there are no more steps than for those that there were. While a
   * question is open nothing is begun: its callback would be asked about all the others, one within
   * the other.
   * @param {number} op
   * @param {number} most
   */
  repeat(op, most) {
    let left = 0;
    if (this.asking > 0) return left;
    if (this.spared !== null) this.lookFor(null);
    this.engine.run += 1;
    for (let steps = stepsOf(this); left < most && steps > 0 && !this.closed; steps -= 1) {
      this.engine.ctl[WORD.COUNT] = Math.min(most - left, this.atOnce);
      this.engine.ctl[WORD.A] = this.hooked ? 1 : 0;
      this.engine.ctl[WORD.B] = 0;
      this.engine.ctl[WORD.C] = this.engine.run;
      const gone = this.step(this.call(op));
      if (gone < 0) break;
      left += gone;
    }
    return left;
  }

  /** Whether nothing can be due, as far as the cached time tells. */
  nothingDue() {
    const { engine } = this;
    if (--engine.credit < 0) engine.refresh();
    return this.ticket === null || engine.now < engine.horizons[this.id];
  }

  /** Removes everything that is due now. Answers how many. */
  settle() {
    if (this.ticket === null || this.asking > 0) return 0;
    this.engine.refresh();
    return this.engine.now < this.engine.horizons[this.id] ? 0 : this.repeat(OP.SETTLE, Infinity);
  }

  /**
   * As `settle`, and takes it back below its limits: an entry that was kept above them and has been used since is
   * looked at again only when it is due. Answers how many left.
   */
  sweepNow() {
    if (this.ticket === null || this.asking > 0) return 0;
    this.engine.refresh();
    return this.repeat(OP.SETTLE, Infinity);
  }

  /** A stretch of the timer's sweep. Answers how many left. */
  sweepSlice() {
    const { ctl } = this.engine;
    const { spared } = this;
    if (spared !== null && spared.missing.size > 0) {
      this.engine.long = spared.step();
      return 0;
    }
    this.engine.long = false;
    ctl[WORD.COUNT] = this.hooked || this.options.isBusy !== undefined ? 1 : SWEEP_BATCH;
    ctl[WORD.A] = this.hooked ? 1 : 0;
    ctl[WORD.B] = this.many || this.isWalked() ? 1 : SPARING;
    ctl[WORD.C] = this.engine.run;
    const status = this.call(OP.SETTLE);
    if (status === STATUS.DONE || status === STATUS.ALL) this.crowdSpared(false);
    const left = status === STATUS.STAY ? this.spare() : this.step(status);
    if (spared !== null && status !== STATUS.STAY) this.lookFor(null);
    this.finish();
    return Math.max(left, 0);
  }

  /** Whether an iterator may be under way: it would begin anew in tables that were dropped and filled again. */
  isWalked() {
    const walk = this.walks?.deref();
    return walk !== undefined && walk.open > 0;
  }

  /** All is due but a few entries: looks for them; once they are found, all others leave together. Answers how many. */
  spare() {
    const { engine, keys, values, owner, base } = this;
    const stay = engine.out.slice(0, engine.ctl[WORD.COUNT]);
    const { spared } = this;
    if (spared === null || stay.some((slot) => !spared.has(keys[slot]))) {
      this.lookFor(new Spared(base.keys.call(owner), Array.from(stay, (slot) => keys[slot])));
      return 0;
    }
    engine.ctl[WORD.A] = this.hooked ? 1 : 0;
    this.call(OP.SPARE);
    const count = engine.ctl[WORD.B];
    const reason = REASONS[engine.ctl[WORD.A]];
    this.putBack(engine.out.slice(0, engine.ctl[WORD.COUNT]), spared.order());
    this.lookFor(null);
    if (channels.evict.hasSubscribers) noteEvicted(this, reason, count);
    if (this.hooked) {
      this.departed.push({ keys, values, reason, slots: [], at: 0, whole: false });
      engine.behind.add(this);
    }
    return count;
  }

  /**
   * Queues the hooks of all there is, behind those of what left together before.
   * @param {'clear' | 'close' | 'exit'} reason
   */
  queueAll(reason) {
    const entries = this.base.entries.call(this.owner);
    if (this.departed.length === 0) {
      for (const [key, value] of entries) this.reporter().push(key, value, reason);
      return;
    }
    /** @type {import('./slots').Departed} */
    const group = { keys: [], values: [], reason, slots: [], at: 0, whole: true };
    for (const [key, value] of entries) {
      group.slots.push(group.keys.push(key) - 1);
      group.values.push(value);
    }
    this.departed.push(group);
    this.engine.behind.add(this);
  }
}

exports.Removals = Removals;
