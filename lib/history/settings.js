'use strict';

// Limits from the settings files and environments that the first users have: numbers as strings are how
// such files look, so they are read here, and here only.

const { show } = require('../errors');

const MINUTE = 60_000;

/**
 * @param {string} name
 * @param {unknown} value
 * @param {number} least
 * @param {boolean} whole
 */
function read(name, value, least, whole) {
  const number = typeof value === 'string' && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value;
  const wanted = `${whole ? 'an integer' : 'a number'} ≥ ${least}`;
  if (typeof number !== 'number') throw new TypeError(`setting ${name} must be ${wanted}, not ${show(value)}`);
  if (!(number >= least && number < Infinity) || (whole && !Number.isInteger(number))) {
    throw new RangeError(`setting ${name} must be ${wanted}, not ${show(value)}`);
  }
  return number;
}

/**
 * @param {unknown} settings
 * @returns {Record<string, unknown>}
 */
function source(settings) {
  if (settings === undefined || settings === null) return process.env;
  if (typeof settings === 'string') {
    let parsed;
    try {
      parsed = JSON.parse(settings);
    } catch (cause) {
      throw new TypeError(`limitsFromSettings: the settings are no JSON: ${cause instanceof Error ? cause.message : ''}`, { cause });
    }
    return checkObject(parsed);
  }
  return checkObject(settings);
}

/**
 * @param {unknown} settings
 * @returns {Record<string, unknown>}
 */
function checkObject(settings) {
  if (typeof settings === 'object' && settings !== null && !Array.isArray(settings)) return /** @type {any} */ (settings);
  throw new TypeError(`limitsFromSettings: the settings must be an object, its JSON or undefined (the environment), not ${show(settings)}`);
}

/**
 * @param {unknown} settings
 * @param {unknown} prefix
 * @returns {import('../../index').SettingsLimits}
 */
function limitsFromSettings(settings, prefix) {
  if (typeof prefix !== 'string' || prefix === '') {
    throw new TypeError(`limitsFromSettings: the prefix must be a string like "CLAUDE_MEM", not ${show(prefix)}`);
  }
  const found = source(settings);
  /** @type {import('../../index').SettingsLimits} */
  const limits = { sessions: {}, history: {}, window: {}, windows: {} };
  for (const name of Object.keys(found)) {
    if (!name.startsWith(`${prefix}_`)) continue;
    const value = found[name];
    // An absent key and one that is undefined are the same, as in options.
    if (value !== undefined) take(limits, name, name.slice(prefix.length + 1), value);
  }
  return limits;
}

/**
 * @param {import('../../index').SettingsLimits} limits
 * @param {string} name
 * @param {string} rest without the prefix
 * @param {unknown} value
 */
function take(limits, name, rest, value) {
  switch (rest) {
    case 'SESSION_TTL_MINUTES':
      limits.sessions.ttl = read(name, value, 0, false) * MINUTE;
      return;
    case 'MAX_ACTIVE_SESSIONS':
      limits.sessions.maxSize = read(name, value, 1, true);
      return;
    case 'MAX_CONVERSATION_HISTORY':
      limits.history.maxMessages = read(name, value, 1, true);
      return;
    default:
  }
  const match = /^(?:(.+)_)?(MAX_CONTEXT_MESSAGES|MAX_TOKENS)$/s.exec(rest);
  if (match === null) return;
  const option = match[2] === 'MAX_TOKENS' ? 'maxTokens' : 'maxMessages';
  const number = read(name, value, 1, true);
  if (match[1] !== undefined) {
    // A provider may have any name, `__proto__` too: only own properties are asked and made.
    if (!Object.hasOwn(limits.windows, match[1])) {
      Object.defineProperty(limits.windows, match[1], { value: {}, writable: true, enumerable: true, configurable: true });
    }
    limits.windows[match[1]][option] = number;
  }
  // What suits all providers: the smallest.
  limits.window[option] = Math.min(limits.window[option] ?? Infinity, number);
}

exports.limitsFromSettings = limitsFromSettings;
