'use strict';

/** The history behind a handle, a message or a call was closed, or its owner was collected. */
class HistoryGoneError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.code = 'ERR_HISTORY_GONE';
  }
}
Object.defineProperty(HistoryGoneError.prototype, 'name', { value: 'HistoryGoneError', writable: true, configurable: true });

exports.HistoryGoneError = HistoryGoneError;
