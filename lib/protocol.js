'use strict';

// The boundary as the face sees it: a mirror of `src/core/protocol.rs`, which says what each word
// means. `__test__/boundary.test.mjs` compares the two files.

/** Kinds of log records, to be or-ed with a slot or a map's id. */
const RECORD = Object.freeze({
  TOUCH: 0,
  RESET: 1 << 29,
  ADMIT: 2 << 29,
  REMOVE: 3 << 29,
  MAP: 4 << 29,
  EVENT: 5 << 29,
  TIME: 6 << 29,
});

/** Operations. */
const OP = Object.freeze({
  DRAIN: 0,
  CREATE: 1,
  DROP: 2,
  GRANT: 3,
  SETTLE: 4,
  ROOM: 5,
  SHED: 6,
  LOOK: 7,
  VERDICT: 8,
  WRITE: 9,
  TOUCH: 10,
  PIN: 11,
  UNPIN: 12,
  REMAINING: 13,
  CLEAR: 14,
  STATS: 15,
  AUDIT: 16,
  NEXT_DUE: 17,
  HOLDS: 18,
  TAKE_BACK: 19,
  DEPARTED: 20,
  WEIGH: 21,
  SPARE: 22,
});

/** Answers. */
const STATUS = Object.freeze({
  DONE: 0,
  REMOVED: 1,
  ASK: 2,
  FULL: 3,
  FREE: 4,
  VICTIMS: 5,
  STEPWISE: 6,
  ABSENT: 7,
  GROW: 8,
  DUE: 9,
  ALL: 10,
  STAY: 11,
});

/** Control words. */
const WORD = Object.freeze({
  STATUS: 0,
  MAP: 1,
  NOW: 2,
  LOG: 3,
  WAKE: 4,
  SLOT: 5,
  COUNT: 6,
  A: 7,
  B: 8,
  C: 9,
  D: 10,
  E: 11,
  F: 12,
  G: 13,
  TIMES: 16,
  STATS: 48,
  WORDS: 80,
});

/** Counters, from the word STATS on. */
const STAT = Object.freeze({
  HITS: 0,
  ADMITTED: 1,
  OVERFLOWS: 2,
  LIVE: 3,
  WEIGHT: 4,
  KEPT: 5,
  PINNED: 6,
  OLDEST_IDLE: 7,
  OLDEST_BUSY: 8,
  BYTES: 9,
  UPDATED: 10,
  REMOVED: 11,
  OLDEST_PIN: 23,
  HELD: 24,
});

/** Reasons by number. */
/** @type {readonly import('../index').RemoveReason[]} */
const REASONS = Object.freeze([
  'idle',
  'age',
  'lru',
  'bytes',
  'busy-timeout',
  'pressure',
  'delete',
  'replace',
  'clear',
  'event',
  'close',
  'exit',
]);

const TIMES = 32;
const LOG_WORDS = 8192;
const OUT_WORDS = 512;
const SPARING = 2;
const NO_SLOT = -1;

exports.RECORD = RECORD;
exports.OP = OP;
exports.STATUS = STATUS;
exports.WORD = WORD;
exports.STAT = STAT;
exports.REASONS = REASONS;
exports.TIMES = TIMES;
exports.LOG_WORDS = LOG_WORDS;
exports.OUT_WORDS = OUT_WORDS;
exports.SPARING = SPARING;
exports.NO_SLOT = NO_SLOT;
