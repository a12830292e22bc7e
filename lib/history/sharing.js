'use strict';

// What other threads see of a history: the JSON of each message with placeholders for its texts, given to
// Rust by the owner from the moment that its handle was asked for.

const { native } = require('./native');
const { newNonce, skeleton } = require('./json');
const { recordAt } = require('./texts');

/** @typedef {import('./state').State} State */

/**
 * Gives others a message as it is now, unless it is the one shown last and still looks the same.
 *
 * @param {State} state @param {any} message @param {number} m
 */
function show(state, message, m) {
  state.nonce ??= newNonce();
  const text = written(state, message, state.nonce);
  // Writing it may have run code of its owner, which has taken it out.
  if (state.closed || recordAt(message)?.m !== m) return;
  if (state.shown?.m === m && state.shown.text === text) return;
  native.skeleton(state.id, m, text, state.nonce);
  state.shown = { m, text };
}

/**
 * A message whose `toJSON`, or that of an object within, makes something of its texts is written with them.
 * @param {State} state @param {any} message @param {string} nonce
 */
function written(state, message, nonce) {
  if (typeof message.toJSON !== 'function') {
    const { text, count } = skeleton(state, message, nonce);
    if (text.split(`"${nonce}`).length - 1 === count && text.split(nonce).length - 1 === count) return text;
  }
  return JSON.stringify(message) ?? 'null';
}

/** From now on others may look on. @param {State} state */
function share(state) {
  if (state.shared) return;
  native.share(state.id);
  state.shared = true;
  for (const message of state.known) show(state, message, recordAt(message).m);
}

exports.share = share;
exports.show = show;
