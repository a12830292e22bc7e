'use strict';

// Plain copies: what is handed out stays as it is, whatever the history does later.

const { isPlain } = require('./survey');

/**
 * Copies plain objects and arrays to the bottom; texts become ordinary strings. Objects of classes are
 * cloned where the runtime can, as `structuredClone` does, else taken as JSON says.
 *
 * @param {any} value
 * @returns {any}
 */
function plainCopy(value) {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plainCopy);
  if (!isPlain(value)) return cloneOf(value);
  /** @type {Record<string, unknown>} */
  const copy = {};
  for (const key of Object.keys(value)) {
    const found = value[key];
    const copied = typeof found === 'object' ? plainCopy(found) : found;
    if (key === '__proto__') Object.defineProperty(copy, key, { value: copied, writable: true, enumerable: true, configurable: true });
    else copy[key] = copied;
  }
  return copy;
}

/** @param {object} value */
function cloneOf(value) {
  try {
    return structuredClone(value);
  } catch {
    const json = JSON.stringify(value);
    return json === undefined ? undefined : JSON.parse(json);
  }
}

/**
 * A plain object that stands for one that cannot be adopted: frozen, made by a class, of another history.
 *
 * @param {any} message
 */
function copyMessage(message) {
  if (typeof message.toJSON === 'function') {
    const json = message.toJSON('');
    if (typeof json === 'object' && json !== null) checkCycles(json, [], []);
    // What it answers is the message, whatever it is; the check of messages comes after.
    return json === message ? plainFields(message) : plainCopy(json);
  }
  return plainFields(message);
}

/** @param {any} message */
function plainFields(message) {
  /** @type {Record<string, unknown>} */
  const copy = {};
  checkCycles(message, [], []);
  for (const key of Object.keys(message)) {
    const value = plainCopy(message[key]);
    Object.defineProperty(copy, key, { value, writable: true, enumerable: true, configurable: true });
  }
  return copy;
}

/**
 * Before a copy goes down without end.
 * @param {any} value @param {object[]} objects @param {string[]} path
 */
function checkCycles(value, objects, path) {
  if (objects.includes(value)) throw new TypeError(`message${path.join('')} is a cycle: it contains itself`);
  objects.push(value);
  for (const key of Object.keys(value)) {
    const found = value[key];
    if (typeof found !== 'object' || found === null || !(Array.isArray(found) || isPlain(found))) continue;
    path.push(Array.isArray(value) ? `[${key}]` : `.${key}`);
    checkCycles(found, objects, path);
    path.pop();
  }
  objects.pop();
}

exports.copyMessage = copyMessage;
exports.plainCopy = plainCopy;
