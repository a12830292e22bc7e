'use strict';

// The log of what maps do on their own, one for all engines of the thread, and the words about it that
// every fast path looks at. They are constants of a module because the compilers then know where they
// lie: two loads fewer for each of them than through the engine (`docs/performance.md`).

const { LOG_WORDS } = require('./protocol');

/** Records, which the core replays. */
const LOG = new Uint32Array(new ArrayBuffer(LOG_WORDS * 4));
/** What is at which index, below. */
const HOT = new Int32Array(new ArrayBuffer(12));
/** How many words of the log are in use. */
const LOGGED = 0;
/** Words in the log at which to look at the clock again. */
const LIMIT = 1;
/** The mark of the map that may log on its own. */
const CURRENT = 2;

/** No map's mark. */
const NOBODY = -1;
/** The mark of a collection that the core does not know: never current. */
const UNMARKED = -2;

/** Marks given back. @type {number[]} */
const free = [];
let marks = 0;

/** A number that no other live map of this thread has, whichever its clock. */
function takeMark() {
  return free.pop() ?? marks++;
}

/** @param {number} mark */
function giveMark(mark) {
  free.push(mark);
}

HOT[CURRENT] = NOBODY;

exports.LOG = LOG;
exports.HOT = HOT;
exports.LOGGED = LOGGED;
exports.LIMIT = LIMIT;
exports.CURRENT = CURRENT;
exports.NOBODY = NOBODY;
exports.UNMARKED = UNMARKED;
exports.takeMark = takeMark;
exports.giveMark = giveMark;
