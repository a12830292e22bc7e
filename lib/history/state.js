'use strict';

// One history: the array that users see, what was known of it at the last look, and its native part.

const { native } = require('./native');
const { schedule } = require('./idle');
const { Living } = require('../living');
const { Map, Set } = globalThis; // as they were: a program may put our classes in their place

/** Of these an idle pass looks whether they have changed. */
const MOST_YOUNG = 64;

/** Characters of texts that were read and stay JavaScript strings, in one history and in all. */
const MOST_READ = 128 * 1024;
const MOST_READ_IN_ALL = 4 * 1024 * 1024;
/** How many more may stay. */
let room = MOST_READ_IN_ALL;

/** @typedef {{ text: import('./texts').AnyText, length: number }} Read */

class State {
  /**
   * @param {any[]} array
   * @param {Readonly<import('./options').HistoryLimits>} options
   */
  constructor(array, options) {
    this.array = array;
    this.options = options;
    const { maxMessages, maxTokens, maxBytes, keepFirst, sealAfter } = options;
    this.limits = Float64Array.of(maxMessages, maxTokens, maxBytes, keepFirst, sealAfter);
    /** Its collection frees the native memory. */
    this.hold = native.hold(this.limits);
    this.id = this.hold.id;
    this.status = this.hold.status;
    this.closed = false;
    /** The array as it was at the last look, to see what native methods did to it meanwhile. @type {any[]} */
    this.known = [];
    /** What callbacks put into the array while it was looked at for the last time: the next call puts it back. @type {any[] | undefined} */
    this.aside = undefined;
    /** Elements that calls may have compared since all were. */
    this.credit = 0;
    /** Texts written since Rust was told. @type {Set<import('./texts').AnyText>} */
    this.dirty = new Set();
    /** Texts that Rust has and that are still here, since they may go on growing. @type {import('./texts').AnyText[]} */
    this.warm = [];
    /** Texts that were read lately, and their characters. @type {Read[]} */
    this.read = [];
    this.readChars = 0;
    /** Messages of which a text was replaced by something else. @type {Set<import('./texts').Record>} */
    this.stale = new Set();
    /** Texts of theirs that Rust still has. @type {{ record: import('./texts').Record, t: number }[]} */
    this.orphans = [];
    /**
     * The last messages, as long as no idle pass has come: they are the ones that still change. With what Rust
     * was told of each.
     * @type {Map<any, Readonly<import('./adopt').Descriptor> | undefined>}
     */
    this.young = new Map();
    /** Messages that `pin` keeps. @type {Set<import('./texts').Record>} */
    this.pinned = new Set();
    /** Moves with every message that comes or goes. */
    this.version = 0;
    /** Whether other threads may look on. */
    this.shared = false;
    /** The message that was given to others last. @type {{ m: number, text: string } | undefined} */
    this.shown = undefined;
    /** Of the placeholders that others get. @type {string | undefined} */
    this.nonce = undefined;
    /** Messages trimmed and not yet told to `onTrim`. @type {any[]} */
    this.trimmed = [];
    this.telling = false;
    /** Whether a macrotask will tell it more. */
    this.late = false;
    /** The session it belongs to. @type {{ store: object, id: any, used: () => void } | undefined} */
    this.user = undefined;
    /** In the list of those that wait for an idle pass. */
    this.waiting = false;
    this.weak = new WeakRef(this);
  }

  /** A message came. @param {any} message @param {import('./adopt').Descriptor | undefined} told */
  follow(message, told) {
    this.young.set(message, told);
    if (this.young.size > MOST_YOUNG) this.young.delete(/** @type {any} */ (this.young.keys().next().value));
    if (!this.waiting) schedule(this);
  }

  /** A text was assigned. @param {import('./texts').AnyText} text */
  wrote(text) {
    this.dirty.add(text);
    if (!this.waiting) schedule(this);
    this.user?.used();
  }

  /**
   * A text was read: it stays a JavaScript string until the idle pass, or until others were read. Whoever
   * reads the last messages reads them more than once: counts their tokens, maps them, writes them.
   * @param {import('./texts').AnyText} text @param {string} value
   */
  wasRead(text, value) {
    const { length } = value;
    const { read } = this;
    if (length > MOST_READ) return;
    while (read.length > 0 && this.readChars + length > MOST_READ) this.cool(/** @type {Read} */ (read.shift()));
    if (length > room) return;
    text.value = value;
    read.push({ text, length });
    this.readChars += length;
    room -= length;
    if (!this.waiting) schedule(this);
  }

  /** All that was read. */
  coolDown() {
    for (const one of this.read) this.cool(one);
    this.read = [];
  }

  /** @param {Read} read */
  cool({ text, length }) {
    this.readChars -= length;
    room += length;
    if (text.t !== -1 && !this.dirty.has(text)) text.value = undefined;
  }

  /** A text was replaced by what is no text. @param {import('./texts').AnyText} text */
  lost(text) {
    const record = /** @type {import('./texts').Record} */ ('record' in text ? text.record : text);
    this.dirty.delete(text);
    const { t } = text;
    text.t = -1;
    text.value = undefined;
    if (record.m === -1 || this.closed) return;
    if (t !== -1) this.orphans.push({ record, t });
    this.stale.add(record);
  }

}

/** No history has an idle pass to come: those that were collected gave nothing back. */
function allCool() {
  room = MOST_READ_IN_ALL;
}

/** All of this thread that are open. @type {Living<State>} */
const histories = new Living(() => native.ids());

exports.State = State;
exports.allCool = allCool;
exports.histories = histories;
