'use strict';

// What the process holds, sampled into memory that was taken beforehand: samples must not be growth themselves.

const { binding } = require('../native');
const idle = require('../history/idle');
const { collect } = require('./collect');

const { process } = globalThis;
/** Bun counts what lies outside of the heap, as strings and buffers do, into `heapUsed`. */
const HEAP_HAS_EXTERNAL = process.versions.bun !== undefined;

/**
 * Bytes in Rust: the records of maps and sets, and the texts of histories as long as they are, not as much memory as
 * they occupy, which grows by chunks and shrinks when a thread compresses them.
 */
function nativeBytes() {
  return JSON.parse(binding.usage()).bytes + JSON.parse(binding.historyTotals()).bytes;
}

class Samples {
  /** @param {number} most */
  constructor(most) {
    this.count = 0;
    /** Objects of this thread. */
    this.heap = new Float64Array(most);
    /** The same, and what they hold outside of the heap: buffers, and strings in Bun. */
    this.javascript = new Float64Array(most);
    this.native = new Float64Array(most);
    this.rss = new Float64Array(most);
  }

  /** Collects garbage, and writes down what is left. */
  async take() {
    // Histories move their texts half a second after use: do it now, or it shows in a later round.
    idle.passNow();
    const { heapUsed, external, rss } = await collect(process.memoryUsage);
    const at = this.count;
    this.heap[at] = HEAP_HAS_EXTERNAL ? heapUsed - external : heapUsed;
    this.javascript[at] = HEAP_HAS_EXTERNAL ? heapUsed : heapUsed + external;
    this.native[at] = nativeBytes();
    this.rss[at] = rss;
    this.count += 1;
  }
}

exports.Samples = Samples;
