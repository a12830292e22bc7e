'use strict';

// What a handle looks like: a plain object, so that every clone carries it. It holds nothing.

/** What a handle is recognised by. */
const HANDLE = 'robust-session-map/history';

/** @param {number} id of the history within this process */
function handleOf(id) {
  return { kind: HANDLE, process: process.pid, history: id };
}

exports.HANDLE = HANDLE;
exports.handleOf = handleOf;
