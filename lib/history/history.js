'use strict';

// BoundedHistory: a real plain array with methods of its own. What it answers to `Array.isArray`, equality,
// spread and clone is what any array answers, because it is one.

const { State, histories } = require('./state');
const { parseArguments } = require('./options');
const { adopt, plan } = require('./adopt');
const { finish } = require('./settle');
const { methods } = require('./methods');
const { attach, isHistory } = require('./owner');
const { Set } = globalThis; // as they were: a program may put our classes in their place

/** @typedef {import('./options').HistoryLimits} HistoryLimits */

class BoundedHistory {
  /** @param {unknown[]} args */
  constructor(...args) {
    if (new.target !== BoundedHistory) {
      throw new TypeError('BoundedHistory cannot be extended: what its constructor makes is a plain array with methods of its own');
    }
    const { options, messages } = parseArguments(args);
    // Of the kind that holds objects, from the start.
    /** @type {any[]} */
    const array = [undefined];
    array.length = 0;
    const state = new State(array, options);
    if (messages !== undefined) {
      try {
        fill(state, messages);
      } catch (error) {
        state.hold.close();
        throw error;
      }
    }
    attach(array, state);
    histories.add(state.id, state.weak);
    // eslint-disable-next-line no-constructor-return -- the array is the history
    return /** @type {any} */ (Object.defineProperties(array, methods));
  }

  /** @param {unknown} value */
  static [Symbol.hasInstance](value) {
    return isHistory(value);
  }
}

/** @param {State} state @param {Iterable<any>} messages */
function fill(state, messages) {
  const seen = new Set();
  const planned = Array.from(messages, (message, at) => {
    const twice = seen.has(message);
    seen.add(message);
    return plan(state, message, `messages[${at}]`, twice);
  });
  for (const each of planned) {
    adopt(state, each);
    state.follow(each.message, each.told);
    state.array.push(each.message);
    state.known.push(each.message);
  }
  finish(state);
}

exports.BoundedHistory = BoundedHistory;
