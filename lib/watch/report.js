'use strict';

// `memoryReport()`: everything this thread holds, structure by structure, what the others hold in sum, and
// the figures of the process. Structures are reached through the weak references that engines and histories
// have anyway; the report itself is made of numbers and strings, so it keeps nothing alive.

const { binding } = require('../native');
const { living } = require('../engine');
const { histories } = require('../history/state');
const { EntryStore } = require('../group/entries');
const { NONE, rowOf, historyRow } = require('./rows');
const { warn } = require('../errors');
const { Map } = globalThis; // as it was: a program may put our class in its place

/** @typedef {import('../../index').MemoryRow} MemoryRow */

const REASONS = /** @type {readonly (keyof typeof NONE)[]} */ (Object.keys(NONE));
/** Numbers that Rust gives of a history. */
const WIDTH = 6;

/** All stores with a record in the core, those of members included; their engines are up to date. */
function liveStores() {
  /** @type {import('../store').Store[]} */
  const stores = [];
  const engines = living.all().filter((engine) => engine.stores.size > 0);
  // The clocks are the users': all are read before anything is.
  for (const engine of engines) {
    try {
      engine.refresh();
    } catch (error) {
      warn(error, 'reading the clock');
    }
  }
  for (const engine of engines) {
    for (const ticket of engine.stores.values()) {
      const store = ticket.store.deref();
      if (store !== undefined) stores.push(store);
    }
  }
  return stores;
}

/** What Rust says of this thread's histories, by id. */
function heldByHistories() {
  const numbers = binding.historyUsages();
  /** @type {Map<number, import('./rows').Held & { messages: number }>} */
  const held = new Map();
  for (let at = 0; at < numbers.length; at += WIDTH) {
    const [id, messages, , resident, sealed, idle] = numbers.subarray(at, at + WIDTH);
    held.set(id, { messages, resident, sealed, idle });
  }
  return held;
}

/** @returns {import('../../index').MemoryReport} */
function memoryReport() {
  const held = heldByHistories();
  const rows = liveStores().filter((store) => !(store instanceof EntryStore)).map((store) => rowOf(store, held));
  for (const state of histories.all()) {
    if (state.user === undefined) rows.push(historyRow(state, held));
  }
  const { maps, entries, bytes } = JSON.parse(binding.usageOfOthers());
  const all = JSON.parse(binding.historyTotals());
  const own = { histories: held.size, messages: 0, bytes: 0 };
  for (const { messages, resident } of held.values()) {
    own.messages += messages;
    own.bytes += resident;
  }
  // Another thread may be at work between two looks.
  const rest = (/** @type {number} */ whole, /** @type {number} */ part) => Math.max(0, whole - part);
  return {
    rows,
    totals: totalsOf(rows),
    otherThreads: {
      thread: 'other',
      maps,
      entries,
      histories: rest(all.histories, own.histories),
      messages: rest(all.messages, own.messages),
      bytes: bytes + rest(all.residentBytes, own.bytes),
    },
    process: {
      rss: binding.resident(),
      heapUsed: globalThis.process.memoryUsage().heapUsed,
      nativeBytes: JSON.parse(binding.usage()).bytes + all.residentBytes,
    },
  };
}

/**
 * Whether anything has left. Written out: in a first report, not compiled yet, a loop over the reasons of 10,000
 * structures takes a tenth of its time.
 * @param {import('../../index').RemovedCounts} removed
 */
function hasRemoved({ idle, age, lru, bytes, 'busy-timeout': busy, pressure, delete: deleted, clear, event, close, exit, trim }) {
  return idle + age + lru + bytes + busy + pressure + deleted + clear + event + close + exit + trim > 0;
}

/**
 * @param {readonly MemoryRow[]} rows
 * @returns {import('../../index').MemoryTotals}
 */
function totalsOf(rows) {
  const totals = {
    structures: rows.length, entries: 0, bytes: 0, nativeBytes: 0, busy: 0, pinned: 0, overflows: 0, hookErrors: 0,
    removed: { ...NONE },
  };
  for (const row of rows) {
    totals.entries += row.entries;
    totals.bytes += row.bytes;
    totals.nativeBytes += row.nativeBytes;
    totals.busy += row.busy;
    totals.pinned += row.pinned;
    totals.overflows += row.overflows;
    totals.hookErrors += row.hookErrors;
    if (hasRemoved(row.removed)) for (const reason of REASONS) totals.removed[reason] += row.removed[reason];
  }
  return totals;
}

exports.liveStores = liveStores;
exports.memoryReport = memoryReport;
