'use strict';

// What other threads see of a history: the JSON of each message with placeholders for its texts, given to
// Rust by the owner from the moment that its handle was asked for.

const { native } = require('./native');
const { isBare } = require('./bare');
const { newNonce, skeleton } = require('./json');
const { recordAt } = require('./texts');

/** @typedef {import('./state').State} State */

/**
 * Gives others a message as it is now, unless it is the one shown last and still looks the same. May run code
 * that the message brings, so whoever calls has nothing half done.
 *
 * @param {State} state @param {any} message @param {number} m
 */
function show(state, message, m) {
  const text = isBare(message) ? skeleton(state, message, nonceOf(state)).text : written(message);
  // Writing it may have run code of its owner, which has taken it out.
  const record = recordAt(message);
  if (state.closed || record?.state !== state || record.m !== m) return;
  tell(state, m, text);
}

/**
 * The same without running any code, before texts of a message are freed: one that brings code is not there for
 * others until it is shown again.
 *
 * @param {State} state @param {any} message @param {number} m
 */
function showBare(state, message, m) {
  tell(state, m, isBare(message) ? skeleton(state, message, nonceOf(state)).text : '');
}

/** @param {State} state */
function nonceOf(state) {
  return (state.nonce ??= newNonce());
}

/** @param {State} state @param {number} m @param {string} text empty: others do not see it */
function tell(state, m, text) {
  if (state.shown?.m === m && state.shown.text === text) return;
  native.skeleton(state.id, m, text, nonceOf(state));
  state.shown = { m, text };
}

/** A message that brings code of its own is written with its texts; one that cannot be written is not shown. @param {any} message */
function written(message) {
  try {
    return JSON.stringify(message) ?? 'null';
  } catch {
    // Its owner made it so; `toJSONBuffer` and JSON.stringify say there what is wrong.
    return '';
  }
}

/** From now on others may look on. @param {State} state */
function share(state) {
  if (state.shared) return;
  native.share(state.id);
  state.shared = true;
  // Showing one may run code that takes out others.
  const messages = state.known.slice();
  for (const message of messages) {
    const record = recordAt(message);
    if (record?.state === state) show(state, message, record.m);
  }
}

exports.share = share;
exports.show = show;
exports.showBare = showBare;
