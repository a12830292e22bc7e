'use strict';

// Fresh entries: those that took an evicted one's place and that nobody has asked for yet. A full map
// through which entries stream mostly evicts them before anybody does, so they are spared the index:
// an insertion and a deletion there are half of what an eviction costs, and more in a large map.
//
// At first they wait in a log, in the order in which they came. A look-up of a key that is in the
// collection and neither in the index nor in a cell goes back through the log, newest entry first, and
// gives those on its way their cells: each once. A cell is found by a hash of some of the key's
// characters, which is only a guess at where to look. A look-up that finds an entry moves it to the
// index, as does another entry that wants its cell.
//
// Invariant: an entry is either in the index, or here: in the log or in a cell.

/** 2³² divided by the golden ratio: the upper bits of a product depend on all bits of a hash. */
const GOLDEN = 0x9e3779b1;
/** Up to this many cells, as a power of two, four characters of a key tell enough. */
const FEW_BITS = 13;
/** Cells of a bucket, as a power of two: eight of four bytes share a line of the processor's cache. */
const WAYS_BITS = 3;
const WAYS = 2 ** WAYS_BITS;
/** Bits of a cell that name a slot; the others are of its key's hash. */
const SLOT_BITS = 21;
const SLOT = 2 ** SLOT_BITS - 1;
/** The longest way back through the log, which one look-up may have to go: some milliseconds. */
const MOST_WAITING = 2 ** 17;
/** No cells yet: none are needed while nobody asks. */
const NO_CELLS = new Int32Array(0);
const NOWHERE = -1;

class Fresh {
  /** @param {number} most slots from this number on are not taken */
  constructor(most) {
    const bits = 33 - Math.clz32(Math.max(most, WAYS) - 1);
    this.shift = 32 - bits + WAYS_BITS;
    this.more = bits > FEW_BITS;
    this.size = 2 ** bits;
    /** Slot + 1 and a part of its key's hash, by bucket; 0 where there is none. */
    this.cells = NO_CELLS;
    /** By slot: its cell, or its place in the log behind all cells. */
    this.where = new Int32Array(most).fill(NOWHERE);
    /** Slots in the order in which they came; those whose `where` is not their place here have left. */
    this.log = new Int32Array(most + (most >> 2) + 1);
    /** The hashes of their keys. */
    this.hashes = new Int32Array(this.log.length);
    this.logged = 0;
    /** How many of the log's have not left. */
    this.waiting = 0;
    this.count = 0;
  }

  /**
   * Takes an entry up, or puts it into the index if it cannot be here.
   * @param {unknown} key
   * @param {number} slot
   * @param {Map<any, number>} index
   * @param {readonly unknown[]} keys by slot
   */
  put(key, slot, index, keys) {
    if (slot >= this.where.length || !hasHash(key)) {
      index.set(key, slot);
      return;
    }
    this.count += 1;
    const hash = hashOf(key, this.more);
    if (this.waiting >= MOST_WAITING) {
      this.seat(slot, hash, index, keys);
      return;
    }
    if (this.logged === this.log.length) this.compact();
    const at = this.logged++;
    this.log[at] = slot;
    this.hashes[at] = hash;
    this.where[slot] = this.size + at;
    this.waiting += 1;
  }

  /**
   * Gives an entry its cell. If there is none left in its bucket, one that has a cell there goes to the index.
   * @param {number} slot
   * @param {number} hash
   * @param {Map<any, number>} index
   * @param {readonly unknown[]} keys
   */
  seat(slot, hash, index, keys) {
    const { cells, where } = this;
    let cell = (hash >>> this.shift) << WAYS_BITS;
    const last = cell + WAYS - 1;
    while (cell < last && cells[cell] !== 0) cell += 1;
    const other = (cells[cell] & SLOT) - 1;
    if (other >= 0) {
      index.set(keys[other], other);
      where[other] = NOWHERE;
      this.count -= 1;
    }
    cells[cell] = (hash << SLOT_BITS) | (slot + 1);
    where[slot] = cell;
  }

  /**
   * The slot of a key that is here. The index does not have it.
   * @param {any} key
   * @param {import('./slots').Slots} slots whose entries these are
   * @returns {number | undefined}
   */
  find(key, slots) {
    const { cells, waiting } = this;
    if (!hasHash(key) || (waiting > 0 && !slots.base.has.call(slots.owner, key))) return undefined;
    const hash = hashOf(key, this.more);
    if (this.count > waiting) {
      const bucket = (hash >>> this.shift) << WAYS_BITS;
      for (let cell = bucket; cell < bucket + WAYS; cell += 1) {
        const held = cells[cell];
        if (held === 0 || held >> SLOT_BITS !== (hash << SLOT_BITS) >> SLOT_BITS) continue;
        const slot = (held & SLOT) - 1;
        if (slots.keys[slot] === key) return slot;
      }
    }
    return waiting > 0 ? this.goBack(key, hash, slots) : undefined;
  }

  /**
   * Goes back through the log to the entry of a key.
   * @param {unknown} key
   * @param {number} hash
   * @param {import('./slots').Slots} slots
   * @returns {number | undefined}
   */
  goBack(key, hash, { keys, index }) {
    const { log, hashes, where } = this;
    if (this.cells === NO_CELLS) this.cells = new Int32Array(this.size);
    while (this.logged > 0) {
      const at = this.logged - 1;
      const slot = log[at];
      if (where[slot] === this.size + at) {
        if (hashes[at] === hash && keys[slot] === key) return slot;
        this.waiting -= 1;
        this.seat(slot, hashes[at], index, keys);
      }
      this.logged = at;
    }
    return undefined;
  }

  /** Takes an entry out. Answers whether it was here. @param {number} slot */
  drop(slot) {
    const { where } = this;
    if (slot >= where.length) return false;
    const at = where[slot];
    if (at < 0) return false;
    where[slot] = NOWHERE;
    this.count -= 1;
    if (at < this.size) this.cells[at] = 0;
    else this.waiting -= 1;
    return true;
  }

  /** Forgets those of the log that have left. */
  compact() {
    const { log, hashes, where, size } = this;
    let kept = 0;
    for (let at = 0; at < this.logged; at += 1) {
      const slot = log[at];
      if (where[slot] !== size + at) continue;
      where[slot] = size + kept;
      log[kept] = slot;
      hashes[kept++] = hashes[at];
    }
    this.logged = kept;
  }

  /** The slots of all entries that are here. */
  slots() {
    const waiting = this.log.subarray(0, this.logged).filter((slot, at) => this.where[slot] === this.size + at);
    return [...waiting, ...this.cells.filter((held) => held !== 0).map((held) => (held & SLOT) - 1)];
  }
}

/** NaN is not equal to itself. @param {unknown} key */
function hasHash(key) {
  return typeof key === 'string' || (typeof key === 'number' && key === key);
}

/**
 * @param {any} key
 * @param {boolean} more see `sample`
 */
function hashOf(key, more) {
  const hash = Math.imul(typeof key === 'string' ? sample(key, more) : (key | 0) ^ ((key / 0x1_0000_0000) | 0), GOLDEN);
  return hash ^ (hash >>> 15);
}

/**
 * A hash of a key's end and middle, where ids differ: a counter at the end, a random part between fixed ones.
 * @param {string} key
 * @param {boolean} more whether four characters of hexadecimal digits are too few
 */
function sample(key, more) {
  const { length } = key;
  const middle = (length >> 1) - 1; // not a dash in a UUID
  if (length < 8) return brief(key);
  const few = (key.charCodeAt(length - 1) << 21) ^ (key.charCodeAt(length - 2) << 14) ^ (key.charCodeAt(length - 3) << 7) ^ key.charCodeAt(middle);
  if (!more) return few;
  return Math.imul(few, 31) + (key.charCodeAt(length - 4) << 21) + (key.charCodeAt(length - 5) << 14) + (key.charCodeAt(middle - 1) << 7) + key.charCodeAt(middle >> 1);
}

/** @param {string} key */
function brief(key) {
  let hash = 0;
  for (let at = 0; at < key.length; at += 1) hash = Math.imul(hash, 31) + key.charCodeAt(at);
  return hash;
}

/** Of a collection that has no fresh entries. */
const NONE = new Fresh(0);

exports.Fresh = Fresh;
exports.NONE = NONE;
