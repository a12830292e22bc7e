'use strict';

// The package's only entry for both `require` and `import`: one class identity, whoever loads it.

const { RobustSessionMap } = require('./lib/map');
const { RobustSessionSet } = require('./lib/set');
const { SessionGroup } = require('./lib/group/group');
const { SessionLimitError, SessionClosedError, HistoryGoneError } = require('./lib/errors');
const { BoundedHistory } = require('./lib/history/history');
const { SharedHistory } = require('./lib/history/shared');
const { limitsFromSettings } = require('./lib/history/settings');
const { memoryReport } = require('./lib/watch/report');
const { watchMemory } = require('./lib/watch/watch');

module.exports = {
  RobustSessionMap,
  RobustSessionSet,
  BoundedHistory,
  SharedHistory,
  SessionGroup,
  SessionLimitError,
  SessionClosedError,
  HistoryGoneError,
  limitsFromSettings,
  memoryReport,
  watchMemory,
};
