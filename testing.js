'use strict';

// `robust-session-map/testing`: what tests of users, and ours, need.

const { ManualClock } = require('./lib/manual-clock');
const { expectNoLeak } = require('./lib/testing/leak');
const { SessionLeakError } = require('./lib/testing/leak-error');
const { binding } = require('./lib/native');

/** What this process holds natively, all threads together. */
function nativeUsage() {
  return JSON.parse(binding.usage());
}

module.exports = { ManualClock, SessionLeakError, expectNoLeak, nativeUsage };
