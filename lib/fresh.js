'use strict';

// Fresh entries: those that took an evicted one's place and that nobody has asked for yet. A full map
// through which entries stream mostly evicts them before anybody does, so they are spared the index,
// an insertion and a deletion there being half of what an eviction costs. They are found by a hash of
// some of the key's characters, which is only a guess at where to look; the first look-up moves the
// entry to the index, as does another entry that wants its cell.
//
// Invariant: an entry is either in the index or here.

/** 2³² divided by the golden ratio: the upper bits of a product depend on all bits of a hash. */
const GOLDEN = 0x9e3779b1;
/** Up to this many cells, as a power of two, four characters of a key tell enough. */
const FEW_BITS = 13;

class Fresh {
  /** @param {number} most slots from this number on are not taken */
  constructor(most) {
    const bits = 33 - Math.clz32(Math.max(most, 2) - 1);
    this.shift = 32 - bits;
    this.more = bits > FEW_BITS;
    /** Slot + 1 by hash; 0 where there is none. */
    this.cells = new Int32Array(2 ** bits);
    /** The cell last taken, by slot. */
    this.where = new Int32Array(most);
    this.count = 0;
  }

  /**
   * Where an entry with this key would be; −1 if it cannot be here.
   * @param {unknown} key
   */
  cellOf(key) {
    if (typeof key === 'string') return Math.imul(sample(key, this.more), GOLDEN) >>> this.shift;
    // NaN is not equal to itself.
    if (typeof key !== 'number' || key !== key) return -1;
    return Math.imul((key | 0) ^ ((key / 0x1_0000_0000) | 0), GOLDEN) >>> this.shift;
  }

  /**
   * Takes an entry up, or puts it into the index if it cannot be here.
   * @param {unknown} key
   * @param {number} slot
   * @param {Map<any, number>} index
   * @param {readonly unknown[]} keys by slot
   */
  put(key, slot, index, keys) {
    const { cells } = this;
    let cell = slot < this.where.length ? this.cellOf(key) : -1;
    if (cell < 0) {
      index.set(key, slot);
      return;
    }
    if (cells[cell] !== 0) cell ^= 1;
    const other = cells[cell] - 1;
    if (other >= 0) index.set(keys[other], other);
    else this.count += 1;
    cells[cell] = slot + 1;
    this.where[slot] = cell;
  }

  /**
   * The slot of a key that is here.
   * @param {unknown} key
   * @param {readonly unknown[]} keys by slot
   * @returns {number | undefined}
   */
  find(key, keys) {
    const cell = this.count === 0 ? -1 : this.cellOf(key);
    if (cell < 0) return undefined;
    const first = this.cells[cell] - 1;
    if (first >= 0 && keys[first] === key) return first;
    const second = this.cells[cell ^ 1] - 1;
    return second >= 0 && keys[second] === key ? second : undefined;
  }

  /** Takes an entry out. Answers whether it was here. @param {number} slot */
  drop(slot) {
    const { cells, where } = this;
    if (slot >= where.length) return false;
    const cell = where[slot];
    if (cells[cell] !== slot + 1) return false;
    cells[cell] = 0;
    this.count -= 1;
    return true;
  }
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
