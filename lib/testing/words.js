'use strict';

// Figures as messages and charts show them.

/** What decides, in words. */
const SERIES = Object.freeze({ heap: 'the JS heap', javascript: 'the JS heap with external memory', native: 'native memory' });

/**
 * @param {number} value
 * @param {string} [sign] before what is not negative
 */
function bytes(value, sign = '') {
  const size = Math.abs(value);
  const [unit, factor] = size < 10_000 ? ['B', 1] : size < 10_000_000 ? ['KB', 1000] : ['MB', 1_000_000];
  const shown = (size / factor).toLocaleString('en', { maximumFractionDigits: factor === 1 ? 0 : 1 });
  return `${value < 0 && shown !== '0' ? '−' : sign}${shown} ${unit}`;
}

/** @param {number} value */
function signed(value) {
  return bytes(value, '+');
}

/** A count a round, which need not be whole. @param {number} value */
function count(value) {
  const shown = Math.abs(value).toLocaleString('en', { maximumFractionDigits: 2 });
  return `${value < 0 ? '−' : '+'}${shown}`;
}

/** @param {import('../../testing').StructureGrowth} growth */
function structure({ kind, name, structures, entries, bytes: size, nativeBytes }) {
  const parts = [];
  if (structures !== 0) parts.push(`${count(structures)} structures`);
  if (entries !== 0) parts.push(`${count(entries)} entries`);
  if (size !== 0) parts.push(signed(size));
  if (nativeBytes !== 0) parts.push(`${signed(nativeBytes)} native`);
  return `${kind} ${JSON.stringify(name)}: ${parts.join(', ')} a round`;
}

exports.SERIES = SERIES;
exports.bytes = bytes;
exports.signed = signed;
exports.structure = structure;
