'use strict';

// What is told to metrics systems, once for all of them: the names after each one's convention, and where in the
// memory report the figure is. Structures of one kind and name count together, so that there are as many series as
// names, however many structures come and go.

const REMOVED = 'removed';

/**
 * @typedef {object} Metric
 * @property {string} prometheus after the prefix; base units, counters end in `_total`
 * @property {string} opentelemetry after `robust_session_map.`
 * @property {string} unit of OpenTelemetry, after UCUM
 * @property {'gauge' | 'sum' | 'counter'} type a `sum` adds up over series, a `gauge` does not
 * @property {string} help
 * @property {keyof import('../../index').MemoryRow | 'structures'} column
 * @property {number} [scale] from the report's unit
 */

/** By kind and name; `removed` by reason too. @type {readonly Metric[]} */
const METRICS = Object.freeze([
  { prometheus: 'structures', opentelemetry: 'structure.count', unit: '{structure}', type: 'sum', column: 'structures', help: 'Live maps, sets, groups and histories.' },
  { prometheus: 'entries', opentelemetry: 'entry.count', unit: '{entry}', type: 'sum', column: 'entries', help: 'Entries; of a group those of all members, of a history its messages.' },
  { prometheus: 'sessions', opentelemetry: 'session.count', unit: '{session}', type: 'sum', column: 'sessions', help: 'Sessions of groups.' },
  { prometheus: 'weight_bytes', opentelemetry: 'entry.weight', unit: 'By', type: 'sum', column: 'bytes', help: 'Weight of the entries as sizeOf says; of histories their text in UTF-8.' },
  { prometheus: 'native_bytes', opentelemetry: 'memory.native', unit: 'By', type: 'sum', column: 'nativeBytes', help: 'Native memory.' },
  { prometheus: 'busy_entries', opentelemetry: 'entry.busy', unit: '{entry}', type: 'sum', column: 'busy', help: 'Entries that refused to go and are kept for now; of a group sessions.' },
  { prometheus: 'pinned_entries', opentelemetry: 'entry.pinned', unit: '{entry}', type: 'sum', column: 'pinned', help: 'Entries with a lease; of a group sessions, of a history messages that stay.' },
  { prometheus: 'oldest_idle_seconds', opentelemetry: 'entry.oldest_idle', unit: 's', type: 'gauge', column: 'oldestIdle', scale: 1000, help: 'Idle time of the least recently used entry.' },
  { prometheus: 'oldest_busy_seconds', opentelemetry: 'entry.oldest_busy', unit: 's', type: 'gauge', column: 'oldestBusy', scale: 1000, help: 'Longest refusal to go that is going on.' },
  { prometheus: 'oldest_pin_seconds', opentelemetry: 'entry.oldest_pin', unit: 's', type: 'gauge', column: 'oldestPin', scale: 1000, help: 'How long the oldest lease has been held.' },
  { prometheus: 'removed_total', opentelemetry: 'entry.removed', unit: '{entry}', type: 'counter', column: REMOVED, help: 'What left, by reason; of a group sessions, of a history messages that were trimmed.' },
  { prometheus: 'overflows_total', opentelemetry: 'overflows', unit: '{overflow}', type: 'counter', column: 'overflows', help: 'Times something was stored above a limit because all the rest was kept.' },
  { prometheus: 'hook_errors_total', opentelemetry: 'hook.errors', unit: '{error}', type: 'counter', column: 'hookErrors', help: 'Callbacks that threw or rejected in the background.' },
]);

/**
 * Of the process, without labels.
 * @type {readonly { prometheus: string, opentelemetry: string, unit: string, help: string, read: (report: import('../../index').MemoryReport) => number }[]}
 */
const PROCESS = Object.freeze([
  { prometheus: 'process_native_bytes', opentelemetry: 'process.memory.native', unit: 'By', help: 'Native memory of all structures of all threads.', read: (report) => report.process.nativeBytes },
  { prometheus: 'other_threads_entries', opentelemetry: 'other_threads.entry.count', unit: '{entry}', help: 'Entries in maps, sets and groups of other threads, as of their last native calls.', read: (report) => report.otherThreads.entries },
  { prometheus: 'other_threads_native_bytes', opentelemetry: 'other_threads.memory.native', unit: 'By', help: 'Native memory of the structures of other threads.', read: (report) => report.otherThreads.bytes },
]);

exports.METRICS = METRICS;
exports.PROCESS = PROCESS;
