'use strict';

// From the array that users hold to its state: a private field on the array, as on the messages.

const { HistoryGoneError, show } = require('../errors');

/** @typedef {import('./state').State} State */

class Given {
  /** @param {object} object */
  constructor(object) {
    return object;
  }
}

class Owner extends Given {
  /** @type {State} */
  #state;

  /** @param {object} array @param {State} state */
  constructor(array, state) {
    super(array);
    this.#state = state;
  }

  /** @param {unknown} value @returns {value is any[]} */
  static is(value) {
    return typeof value === 'object' && value !== null && #state in value;
  }

  /** @param {any} array @returns {State} */
  static state(array) {
    if (!Owner.is(array)) throw new TypeError(`this must be a BoundedHistory, not ${show(array)}`);
    return /** @type {any} */ (array).#state;
  }
}

/** @param {object} array @param {State} state */
function attach(array, state) {
  return new Owner(array, state);
}

/**
 * The state of a history that is to be changed.
 * @param {any} array
 */
function openState(array) {
  const state = Owner.state(array);
  if (state.closed) throw new HistoryGoneError('this history was closed');
  return state;
}

/** After callbacks, which may do anything. @param {State} state */
function checkOpen(state) {
  if (state.closed) throw new HistoryGoneError('this history was closed by one of its callbacks');
}

exports.attach = attach;
exports.checkOpen = checkOpen;
exports.isHistory = Owner.is;
exports.openState = openState;
exports.stateOf = Owner.state;
