'use strict';

// One engine for all maps that share a clock: the cached time, the log of what the maps did on their
// own, the one call into the core, and the one timer that wakes them.
//
// One log serves all engines of a thread (`log.js`); whoever has records in it has them replayed before
// another engine writes there. An engine with an injected clock never leaves any.
//
// Time. The default clock is looked at every 256 reads, every millisecond of use, before everything that
// must be exact. Records logged between two looks are stamped with the later one, so an entry may live a
// moment too long, never too short. Up to 32 such stretches wait in the log to be replayed together. An
// injected clock is read, and the log replayed, at every operation.
//
// Being current. A map logs on its own only while it is `current`: nothing in it is due at `now`, and
// the log's last records are its own. That is what a read checks, by one comparison. Every call of the
// core ends it, since it may have moved the time or a horizon.

const { binding } = require('./native');
const { warn } = require('./errors');
const { Timekeeper } = require('./timekeeper');
const { HOT, LOG, LOGGED, LIMIT, CURRENT, NOBODY, takeMark, giveMark } = require('./log');
const { Living } = require('./living');
const { announce, channels } = require('./watch/channels');
const { RECORD, OP, STATUS, WORD, TIMES, OUT_WORDS } = require('./protocol');
const { Map, Set, WeakMap } = globalThis; // as they were: a program may put our classes in their place

/** Reads that log nothing (misses, `has`) between two looks at the default clock … */
const CREDIT = 64;
/** … of which so many are paid for ahead by a map in which they are misses in a row … */
const MOST_PAID = 32;
/** … and records of those that do: together no more than 256. */
const SPAN = 192;
/** Life of a cached time in ms. */
const RESOLUTION = 1;
/** What a sweep may take of the event loop at a stretch, ms. */
const BUDGET = 4;
/** What the one step takes in which a large map is replaced by the few entries that stay, ms. */
const LONG_STEP = 3;
const FIRST_HORIZONS = 16;

/** @typedef {{ id: number, mark: number, store: WeakRef<import('./store').Store> }} Ticket */

/** Whose records are in the log, if there are any. @type {Engine | null} */
let writer = null;

class Engine extends Timekeeper {
  /** @param {import('../index').SessionClock | undefined} clock */
  constructor(clock) {
    super(clock);
    this.credit = 0;
    /** Whose misses are paid for ahead. @type {Ticket | null} */
    this.payer = null;
    /** Words logged between two looks at the clock. */
    this.span = SPAN;
    /** Looks at the clock since the log was last replayed. */
    this.turns = 0;
    this.ctl = new Float64Array(new ArrayBuffer(WORD.WORDS * 8));
    this.log = LOG;
    this.out = new Uint32Array(new ArrayBuffer(OUT_WORDS * 4));
    this.horizons = new Float64Array(new ArrayBuffer(FIRST_HORIZONS * 8));
    this.native = binding.open(this.ctl, this.log, this.out, this.horizons);
    /** @type {Map<number, Ticket>} */
    this.stores = new Map();
    this.collected = new FinalizationRegistry((/** @type {Ticket} */ ticket) => this.drop(ticket));
    /** Collections whose hooks are behind: they run in slices. @type {Set<import('./removals').Removals>} */
    this.behind = new Set();
    this.ticking = false;
    /** @type {unknown} */
    this.timerOf = undefined;
    this.onWake = weakly(this, 'wake');
    this.onTick = weakly(this, 'tick');
    /** Whether a long step comes next in the sweep. */
    this.long = false;
    /** Numbers the runs of questions: answers of `isBusy` stand until another callback has run. */
    this.run = 0;
    /** While it holds, the time stands still: a clock's own code would come between two halves of one step. */
    this.steady = false;
  }

  /** Brings time and core up to date. */
  refresh() {
    if (!this.steady) this.look();
    this.call(OP.DRAIN, 0);
  }

  /**
   * Moves the time on, as far as maps that log on their own need it: what was logged is stamped, to be
   * replayed together with what follows. Of an entry that is used again and again only the last use
   * then counts, and the fewer calls of the core there are.
   */
  turn() {
    if (this.turns === TIMES) {
      this.refresh();
      return;
    }
    this.look();
    this.ctl[WORD.TIMES + this.turns] = this.now;
    LOG[HOT[LOGGED]++] = RECORD.TIME | this.turns++;
    HOT[LIMIT] = HOT[LOGGED] + this.span;
    HOT[CURRENT] = NOBODY;
  }

  /** Moves the time on after operations that logged nothing. */
  pass() {
    if (this.exact) this.refresh();
    else if (writer === this && HOT[LOGGED] > 0) this.turn();
    else this.look();
  }

  /** The next misses of one map, and of no other, are paid for ahead. Answers how many. @param {Ticket} ticket */
  pay(ticket) {
    if (this.payer !== ticket) this.takeBack();
    this.payer = ticket;
    const paid = Math.min(this.credit, MOST_PAID);
    this.credit -= paid;
    return paid;
  }

  takeBack() {
    if (this.payer === null) return;
    this.payer.store.deref()?.unpay();
    this.payer = null;
  }

  /** Moves the time on. The caller stamps the log or calls the core before anything else is logged. */
  look() {
    this.now = this.readClock();
    if (this.exact) {
      this.credit = 0;
      return;
    }
    this.credit = CREDIT;
    this.takeBack();
    // Fake timers may have come or gone since: what was armed with others never fires.
    if (this.timerOf !== globalThis.setTimeout) {
      this.timerOf = globalThis.setTimeout;
      this.ticking = false;
      if (this.armedFor !== Infinity) this.arm(this.armedFor);
    }
    if (!this.ticking) {
      this.ticking = true;
      this.setTimer(this.onTick, RESOLUTION);
    }
  }

  /** The cached time has had its life: what was logged is stamped, and the next use reads the clock. */
  tick() {
    this.ticking = false;
    // Below zero, or a hit would not look: nothing would stamp it before the next wake-up.
    this.credit = -1;
    try {
      this.now = this.readClock();
      this.call(OP.DRAIN, 0);
    } catch (error) {
      warn(error, 'reading the clock');
    }
  }

  /**
   * The one call into the core: replays the log, carries out `op` on a map, answers a status. Further
   * arguments and answers are in `ctl` and `out`.
   * @param {number} op
   * @param {number} map
   * @returns {number}
   */
  call(op, map) {
    if (this.arming) {
      throw new Error('robust-session-map: clock.setTimer, and what it returns, must not use a collection of the same clock');
    }
    const { ctl } = this;
    this.claim();
    ctl[WORD.STATUS] = op;
    ctl[WORD.MAP] = map;
    ctl[WORD.NOW] = this.now;
    ctl[WORD.LOG] = HOT[LOGGED];
    ctl[WORD.WAKE] = this.armedFor;
    HOT[LOGGED] = 0;
    HOT[LIMIT] = this.span;
    HOT[CURRENT] = NOBODY;
    this.turns = 0;
    // Not one with an injected clock, which is the user's, and may reach a map.
    writer = this.exact ? null : this;
    const broken = this.native.call();
    if (typeof broken === 'string') {
      throw new Error(`robust-session-map: the policy core refused: ${broken}. This is a defect, please report it.`);
    }
    if (ctl[WORD.WAKE] !== Infinity) this.arm(ctl[WORD.WAKE]);
    return ctl[WORD.STATUS];
  }

  /** What is in the log is stamped and replayed before others write there, or the core is asked for something else. */
  flush() {
    if (writer !== this || HOT[LOGGED] === 0) return;
    try {
      if (!this.steady) this.look();
    } catch (error) {
      warn(error, 'reading the clock');
    }
    this.call(OP.DRAIN, 0);
  }

  /** Makes the log this engine's. */
  claim() {
    if (writer === this) return;
    if (writer !== null) writer.flush();
    writer = this;
    HOT[LIMIT] = this.span;
  }

  /**
   * As `enter`, of a map that may be current.
   * @param {{ id: number, mark: number, own: boolean }} store
   */
  admits(store) {
    return (HOT[CURRENT] === store.mark && HOT[LOGGED] < HOT[LIMIT] && this.credit >= 0) || this.enter(store);
  }

  /**
   * Makes a map current, if nothing in it is due. Answers whether it is.
   * @param {{ id: number, mark: number, own: boolean }} store
   */
  enter({ id, mark, own }) {
    if (this.exact) return false;
    this.claim();
    if (HOT[LOGGED] >= HOT[LIMIT] || this.credit < 0) this.turn();
    if (!(this.now < this.horizons[id])) return false;
    HOT[CURRENT] = mark;
    LOG[HOT[LOGGED]++] = RECORD.MAP | id;
    // A `set` that takes an entry's own, longer limit away makes it due earlier than the horizon says:
    // the core is to hear of it before the time moves on.
    if (own) this.turns = TIMES;
    return true;
  }

  /**
   * Logs what a map did on the slow path. The core hears of it before the time moves on: it may have
   * made something due earlier than the horizon says. An injected clock's core hears of it at once.
   * @param {number} map
   * @param {number} word
   */
  record(map, word) {
    this.claim();
    LOG[HOT[LOGGED]++] = RECORD.MAP | map;
    LOG[HOT[LOGGED]++] = word;
    HOT[CURRENT] = NOBODY;
    this.turns = TIMES;
    if (this.exact || HOT[LOGGED] >= HOT[LIMIT]) this.call(OP.DRAIN, 0);
  }

  /**
   * Gives a store its native record.
   * @param {import('./store').Store} store
   * @param {readonly number[]} limits
   */
  add(store, limits) {
    this.flush();
    for (;;) {
      this.ctl.set(limits, WORD.A);
      if (this.call(OP.CREATE, 0) !== STATUS.GROW) break;
      const horizons = new Float64Array(new ArrayBuffer(this.horizons.byteLength * 2));
      horizons.set(this.horizons);
      this.native.grow(horizons);
      this.horizons = horizons;
    }
    const ticket = { id: this.ctl[WORD.MAP], mark: takeMark(), store: new WeakRef(store) };
    this.stores.set(ticket.id, ticket);
    this.collected.register(store, ticket);
    return ticket;
  }

  /**
   * Frees a store's native record: it was closed, or collected. Ids are used again, tickets are not.
   * @param {Ticket} ticket
   */
  drop(ticket) {
    const { id } = ticket;
    if (id < 0) return;
    ticket.id = -1;
    giveMark(ticket.mark);
    this.stores.delete(id);
    try {
      this.flush();
      this.call(OP.DROP, id);
    } catch (error) {
      warn(error, 'freeing a map');
    }
    if (this.stores.size === 0 && this.behind.size === 0) this.cancel();
  }

  /** The timer fired: sweep what is due, within the budget, and arm it anew whatever happens. */
  wake() {
    if (this.arming) throw new Error('robust-session-map: clock.setTimer must call its function later, not at once');
    // Not before the sweep is over: until then the deadline that is past would be the next one.
    this.armedFor = -Infinity;
    this.disarm = undefined;
    this.run += 1;
    try {
      this.refresh();
      const begun = this.now;
      const removed = this.sweep(begun + BUDGET);
      if (channels.sweep.hasSubscribers) announce(channels.sweep, { removed, ms: this.now - begun });
    } catch (error) {
      warn(error, 'a sweep');
    } finally {
      this.rearm();
      if (this.behind.size > 0) this.hurry();
    }
  }

  rearm() {
    this.armedFor = Infinity;
    try {
      this.call(OP.DRAIN, 0);
    } catch (error) {
      warn(error, 'arming the timer');
    }
  }

  /** Answers how many left. @param {number} until */
  sweep(until) {
    let removed = 0;
    this.long = false;
    // No more of a map than it holds now: what its hooks add, due at once, waits for the next sweep,
    // or a clock that stands still would keep this one going. It does not starve the others: the core
    // names what has been due for longest. Nor of more maps than there are: hooks may make some.
    /** @type {Map<Ticket, number>} */
    const most = new Map();
    const maps = this.stores.size;
    // Always at least one step, however late it is.
    while (this.call(OP.NEXT_DUE, 0) === STATUS.DUE) {
      const ticket = /** @type {Ticket} */ (this.stores.get(this.ctl[WORD.MAP]));
      const store = ticket.store.deref();
      if (store === undefined) this.drop(ticket);
      else {
        const left = most.get(ticket) ?? (most.size < maps ? stepsOf(store) : 0);
        if (left === 0) break;
        most.set(ticket, left - 1);
        removed += store.sweepSlice();
      }
      this.now = this.readClock();
      if (this.now >= (this.long ? until - LONG_STEP : until)) break;
    }
    for (const store of Array.from(this.behind)) {
      if (!store.runDeparted(until)) break;
    }
    return removed;
  }
}

/**
 * The most steps that the removal of what a map holds can take: each entry is asked about and goes, and one
 * finds that there is nothing more. What callbacks add meanwhile is not for this removal.
 * @param {{ size: number }} store
 */
function stepsOf({ size }) {
  return 2 * size + 1;
}

/**
 * A timer's callback that does not keep the engine alive: its clock is the user's, and may reach a map.
 * @param {Engine} engine
 * @param {'wake' | 'tick'} method
 */
function weakly(engine, method) {
  const reference = new WeakRef(engine);
  return () => reference.deref()?.[method]();
}

/** All of this thread. @type {Living<Engine>} */
const living = new Living();
let nextEngine = 0;
/** @type {Engine | undefined} */
let main;
/** @type {WeakMap<object, Engine>} */
const engines = new WeakMap();

/**
 * The engine of a clock; of the default clock, if there is none.
 * @param {import('../index').SessionClock | undefined} clock
 * @returns {Engine}
 */
function engineOf(clock) {
  if (clock === undefined) {
    main ??= enlist(new Engine(undefined));
    return main;
  }
  let engine = engines.get(clock);
  if (engine === undefined) {
    engine = enlist(new Engine(clock));
    engines.set(clock, engine);
  }
  return engine;
}

/** @param {Engine} engine */
function enlist(engine) {
  nextEngine += 1;
  living.add(nextEngine, new WeakRef(engine));
  return engine;
}

exports.Engine = Engine;
exports.living = living;
exports.engineOf = engineOf;
exports.stepsOf = stepsOf;
