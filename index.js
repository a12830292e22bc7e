'use strict';

// The package's only entry for both `require` and `import`: one class identity, whoever loads it.

const { RobustSessionMap } = require('./lib/map');
const { RobustSessionSet } = require('./lib/set');
const { SessionGroup } = require('./lib/group/group');
const { SessionLimitError, SessionClosedError } = require('./lib/errors');

module.exports = { RobustSessionMap, RobustSessionSet, SessionGroup, SessionLimitError, SessionClosedError };
