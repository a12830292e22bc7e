'use strict';

// Messages that other threads pushed: they come as JSON with placeholders for the texts that are in Rust
// already, and become messages of the owner's array.

const { native, STATUS } = require('./native');
const { Record, recordAt, stamp } = require('./texts');
const { bind, review } = require('./adopt');

/** @typedef {import('./state').State} State */

/** @param {State} state */
function adoptNews(state) {
  for (const item of native.news(state.id)) {
    const first = item.indexOf('\n');
    const second = item.indexOf('\n', first + 1);
    const m = Number(item.slice(0, first));
    const nonce = item.slice(first + 1, second);
    const message = JSON.parse(item.slice(second + 1));
    const record = new Record(state, m);
    const found = { holders: [], keys: [], values: [] };
    placeholders(message, nonce, found);
    bind(record, message, found, (value) => Number(value.slice(nonce.length)));
    stamp(message, record);
    insert(state, message, m);
    if (state.options.countTokens !== undefined || state.options.turnStart !== undefined) review(state, message, record, undefined);
    state.version += 1;
  }
}

/**
 * At the end; but what the owner pushed between this push and its arrival here comes after.
 * @param {State} state @param {any} message @param {number} m
 */
function insert({ array, known }, message, m) {
  let at = known.length;
  while (at > 0 && recordAt(known[at - 1]).m > m) at -= 1;
  known.splice(at, 0, message);
  Array.prototype.splice.call(array, at, 0, message);
}

/**
 * Finds the texts, the message's own first, as a survey does.
 * @param {any} object @param {string} nonce @param {{ holders: any[], keys: string[], values: string[] }} found
 */
function placeholders(object, nonce, found) {
  const keys = Object.keys(object);
  for (const key of keys) {
    const value = object[key];
    if (typeof value !== 'string' || !value.startsWith(nonce)) continue;
    found.holders.push(object);
    found.keys.push(key);
    found.values.push(value);
  }
  for (const key of keys) {
    const value = object[key];
    if (typeof value === 'object' && value !== null) placeholders(value, nonce, found);
  }
}

/** @param {State} state */
function hasNews(state) {
  return state.status[STATUS.NEWS] > 0;
}

exports.adoptNews = adoptNews;
exports.hasNews = hasNews;
