'use strict';

/** `set` would exceed `hardMaxSize` and everything is busy or pinned. */
class SessionLimitError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.code = 'ERR_SESSION_LIMIT';
  }
}

/** Something was to be stored after `close`. */
class SessionClosedError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.code = 'ERR_SESSION_CLOSED';
  }
}

/** The history behind a handle, a message or a call was closed, or its owner was collected. */
class HistoryGoneError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.code = 'ERR_HISTORY_GONE';
  }
}

for (const type of [SessionLimitError, SessionClosedError, HistoryGoneError]) {
  Object.defineProperty(type.prototype, 'name', { value: type.name, writable: true, configurable: true });
}

/**
 * A value as an error message shows it. Runs none of the value's code.
 * @param {unknown} value
 */
function show(value) {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
    case 'bigint':
      return `${value}n`;
    case 'symbol':
      return value.toString();
    case 'function':
      return 'a function';
    case 'object':
      if (value === null) return 'null';
      return isArray(value) ? 'an array' : 'an object';
    default:
      return Object.is(value, -0) ? '-0' : String(value);
  }
}

/** Of a proxy that was revoked nothing can be asked. @param {object} value */
function isArray(value) {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

let leaving = false;

/** The process is about to end: what is told from now on is told at once. */
function leave() {
  leaving = true;
}

/**
 * Tells about trouble that has no caller to go to.
 * @param {unknown} error
 * @param {string} where
 */
function warn(error, where) {
  const told = error instanceof Error ? error : new Error(`${where} threw ${show(error)}`);
  const host = globalThis.process;
  // A warning is printed a tick later: there is none after the last.
  if (leaving) globalThis.console?.error(told);
  else if (typeof host?.emitWarning === 'function') host.emitWarning(told);
  else globalThis.console?.warn(told);
}

exports.SessionLimitError = SessionLimitError;
exports.SessionClosedError = SessionClosedError;
exports.HistoryGoneError = HistoryGoneError;
exports.show = show;
exports.warn = warn;
exports.leave = leave;
