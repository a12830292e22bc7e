'use strict';

// Options of groups and members, read as those of maps are: nothing is coerced, unknown names throw.

const { CHECKS, DEFAULTS, read, isPlain, callback, duration, finiteDuration, text, parseOptions } = require('../options');
const { show } = require('../errors');

/** Told with the name of an option that a member does not have. */
const LIMITS_OF_GROUPS = 'all other limits are the group’s';
/** Entries of a session in a member with composite keys, unless it says otherwise. */
const MOST_PER_SESSION = 1000;

/**
 * @typedef {object} OwnGroupOptions
 * @property {number} tombstone
 * @property {string | undefined} directory
 * @property {((id: any) => any) | undefined} parentOf
 * @property {((id: any, parts: any) => unknown) | undefined} isBusy
 * @property {((id: any, reason: import('../../index').RemoveReason, parts: any) => unknown) | undefined} onRemove
 */
/** @typedef {Omit<import('../options').Options, 'isBusy' | 'onRemove'> & OwnGroupOptions} GroupOptions */

/**
 * @typedef {object} MemberOptions
 * @property {number} ttl
 * @property {number} maxPerSession
 * @property {boolean | undefined} touchOnHas
 * @property {((key: any) => any) | undefined} sessionOf
 * @property {((value: any, key: any) => number) | undefined} sizeOf
 * @property {((key: any, value: any, reason: import('../../index').RemoveReason) => unknown) | undefined} onRemove
 */

const { sizeOf: _sizeOf, touchOnHas: _touchOnHas, ...shared } = CHECKS;
/** @type {Readonly<Record<string, (name: string, value: unknown) => any>>} */
const GROUP_CHECKS = Object.freeze({
  __proto__: /** @type {any} */ (null),
  ...shared,
  tombstone: finiteDuration,
  parentOf: callback,
  directory: text,
});

/** @type {Readonly<Record<string, (name: string, value: unknown) => any>>} */
const MEMBER_CHECKS = Object.freeze({
  __proto__: /** @type {any} */ (null),
  sessionOf: callback,
  maxPerSession: CHECKS.maxSize,
  ttl: duration,
  sizeOf: callback,
  onRemove: callback,
  touchOnHas: CHECKS.touchOnHas,
});

/** @type {Readonly<GroupOptions>} */
const GROUP_DEFAULTS = Object.freeze({ ...DEFAULTS, tombstone: 0, directory: undefined, parentOf: undefined });

/**
 * @param {unknown} given
 * @returns {Readonly<GroupOptions>}
 */
function parseGroupOptions(given) {
  if (given === undefined || given === null) return GROUP_DEFAULTS;
  if (!isPlain(given)) throw new TypeError(`new SessionGroup: options must be a plain object, not ${show(given)}`);
  return parseOptions('new SessionGroup', /** @type {object} */ (given), GROUP_CHECKS, GROUP_DEFAULTS);
}

/**
 * @param {string} what
 * @param {unknown} given
 * @returns {Readonly<MemberOptions>}
 */
function parseMemberOptions(what, given) {
  if (given !== undefined && given !== null && !isPlain(given)) {
    throw new TypeError(`${what}: options must be a plain object, not ${show(given)}`);
  }
  const found = read(what, /** @type {object} */ (given ?? {}), MEMBER_CHECKS, LIMITS_OF_GROUPS);
  const { sessionOf, sizeOf, onRemove, touchOnHas, ttl = Infinity } = found;
  const maxPerSession = found.maxPerSession ?? (sessionOf === undefined ? Infinity : MOST_PER_SESSION);
  return { sessionOf, sizeOf, onRemove, touchOnHas, ttl, maxPerSession };
}

/**
 * The group's options as its store of sessions has them: `isBusy` asks the group, hooks are its own affair.
 * @param {Readonly<GroupOptions>} options
 * @param {{ store: import('./sessions').SessionStore | undefined }} self
 */
function policyOf(options, self) {
  const { parentOf: _parentOf, tombstone: _tombstone, directory: _directory, ...rest } = options;
  return { ...rest, onRemove: undefined, isBusy: (/** @type {import('./session').Session} */ session) => self.store?.keeps(session) };
}

exports.LIMITS_OF_GROUPS = LIMITS_OF_GROUPS;
exports.GROUP_DEFAULTS = GROUP_DEFAULTS;
exports.parseGroupOptions = parseGroupOptions;
exports.parseMemberOptions = parseMemberOptions;
exports.policyOf = policyOf;
