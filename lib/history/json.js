'use strict';

// JSON without the texts' going through JavaScript: the structure is written here, with placeholders where
// texts stand, and Rust puts them in.

const { native } = require('./native');
const { skeletonMode } = require('./texts');

const SIGNS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** A placeholder must not occur in the text around it by chance: 62¹⁶ possibilities. */
const NONCE_LENGTH = 16;

function newNonce() {
  let nonce = '';
  for (let at = 0; at < NONCE_LENGTH; at += 1) nonce += SIGNS[Math.floor(Math.random() * SIGNS.length)];
  return nonce;
}

/**
 * `JSON.stringify` with the texts of this history as placeholders.
 *
 * @param {import('./state').State} state
 * @param {unknown} value
 * @param {string} [nonce]
 */
function skeleton(state, value, nonce = newNonce()) {
  const before = { ...skeletonMode };
  skeletonMode.state = state;
  skeletonMode.nonce = nonce;
  skeletonMode.count = 0;
  try {
    const text = JSON.stringify(value);
    return { text, nonce, count: skeletonMode.count };
  } finally {
    Object.assign(skeletonMode, before);
  }
}

/**
 * As `Buffer.from(JSON.stringify(array))`.
 *
 * @param {import('./state').State} state
 * @returns {Buffer}
 */
function toBuffer(state) {
  // What a `toJSON` makes of a text it must make of the text itself.
  if (state.array.some((message) => typeof message.toJSON === 'function')) return Buffer.from(JSON.stringify(state.array));
  const { text, nonce, count } = skeleton(state, state.array);
  if (count === 0) return Buffer.from(text);
  try {
    return native.json(state.id, text, nonce, count);
  } catch {
    // A `toJSON` of the user's read a text and wrote something else, so placeholders are missing.
    return Buffer.from(JSON.stringify(state.array));
  }
}

exports.newNonce = newNonce;
exports.skeleton = skeleton;
exports.toBuffer = toBuffer;
