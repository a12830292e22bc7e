'use strict';

// JSON without the texts' going through JavaScript: the structure is written here, with placeholders where
// texts stand, and Rust puts them in.

const { native } = require('./native');
const { isBare } = require('./bare');
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
 * `JSON.stringify` with the texts of this history as placeholders. Of bare values only.
 *
 * @param {import('./state').State} state
 * @param {unknown} value
 * @param {string} [nonce]
 */
function skeleton(state, value, nonce = newNonce()) {
  skeletonMode.state = state;
  skeletonMode.nonce = nonce;
  skeletonMode.count = 0;
  try {
    const text = JSON.stringify(value);
    return { text, nonce, count: skeletonMode.count };
  } finally {
    skeletonMode.state = undefined;
  }
}

/**
 * As `Buffer.from(JSON.stringify(array))`.
 *
 * @param {import('./state').State} state
 * @returns {Buffer}
 */
function toBuffer(state) {
  const { array } = state;
  if (!isBare(array)) return Buffer.from(JSON.stringify(array));
  const { text, nonce, count } = skeleton(state, array);
  return count === 0 ? Buffer.from(text) : native.json(state.id, text, nonce, count);
}

exports.newNonce = newNonce;
exports.skeleton = skeleton;
exports.toBuffer = toBuffer;
