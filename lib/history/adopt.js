'use strict';

// How a message enters a history: planned first, which may fail and changes nothing, then adopted, which
// cannot fail halfway. And how it is looked at again when its owner may have changed it.

const { native, FLAG, STATUS } = require('./native');
const { joinIds, shapeOf, simpleFlags } = require('./shapes');
const { COPY, checkIsMessage, isSimple, surveyAgain, surveyNew } = require('./survey');
const { checkTokens } = require('./options');
const { copyMessage, plainCopy } = require('./copy');
const { Record, Text, accessorOf, detach, hasAccessor, install, materialise, slotOf, stamp, textsOf } = require('./texts');
const { checkOpen } = require('./owner');
const { showBare } = require('./sharing');
const { Map, Set } = globalThis; // as they were: a program may put our classes in their place

/** Messages whose code is running: what it does is no reason to look at them anew. @type {Set<Record>} */
const asked = new Set();

/** @typedef {import('./state').State} State */
/** @typedef {import('./texts').AnyText} AnyText */

/**
 * What Rust knows of a message beside its texts.
 *
 * @typedef {object} Descriptor
 * @property {number} flags
 * @property {number} tokens −1: a quarter of the characters
 * @property {number} fixedBytes of the strings that stay in JavaScript
 * @property {number} fixedChars
 * @property {string} calls
 * @property {string} answers
 * @property {string | undefined} role of a message that was nothing but a role and a text
 */

/** @typedef {{ message: any, survey: import('./survey').Survey | undefined, told: Descriptor }} Plan no survey: the message is a role and a text */

/**
 * Everything that can fail: the checks and the callbacks.
 *
 * @param {State} state
 * @param {any} given
 * @param {string} where
 * @param {boolean} [twice] it has been planned once already, so this one is to be a copy
 * @returns {Plan}
 */
function plan(state, given, where, twice = false) {
  checkIsMessage(given, where);
  const { countTokens, turnStart } = state.options;
  let message = given;
  if (countTokens === undefined && turnStart === undefined && !twice && isSimple(given)) {
    return { message, survey: undefined, told: simpleDescriptor(given.role) };
  }
  // The callbacks before the walk: they may do anything, and nothing of the user's runs after it.
  const tokens = countTokens === undefined ? -1 : checkTokens(countTokens(given));
  const turn = turnStart === undefined ? undefined : Boolean(turnStart(given));
  checkOpen(state);
  let survey = twice ? COPY : surveyNew(message);
  if (survey === COPY) {
    message = copyMessage(given);
    checkIsMessage(message, where);
    survey = surveyNew(message);
    if (survey === COPY) throw new TypeError(`${where}: the message cannot be copied`);
  }
  const found = /** @type {import('./survey').Survey} */ (survey);
  const told = describe(message, found, tokens, turn);
  // Getters and `toJSON` are callbacks too.
  checkOpen(state);
  return { message, survey: found, told };
}

/** Of roles that most messages have. @type {Map<string, Descriptor>} */
const simple = new Map(['user', 'assistant', 'model', 'system', 'developer', 'tool', 'function'].map((role) => [role, describeSimple(role)]));

/**
 * Of a message that is a role and a text: one for all of that role, since one for each would live just long enough to leave
 * holes behind among what stays.
 * @param {string} role @returns {Descriptor}
 */
function simpleDescriptor(role) {
  return simple.get(role) ?? describeSimple(role);
}

/** @param {string} role @returns {Readonly<Descriptor>} */
function describeSimple(role) {
  return Object.freeze({ flags: simpleFlags(role), tokens: -1, fixedBytes: 0, fixedChars: 0, calls: '', answers: '', role });
}

/**
 * @param {any} message @param {{ fixedBytes: number, fixedChars: number }} survey
 * @param {number} tokens @param {boolean | undefined} turn
 * @returns {Descriptor}
 */
function describe(message, { fixedBytes, fixedChars }, tokens, turn) {
  const shape = shapeOf(message);
  let { flags } = shape;
  if (turn !== undefined) flags = turn ? flags | FLAG.TURN : flags & ~FLAG.TURN;
  return { flags, tokens, fixedBytes, fixedChars, calls: joinIds(shape.calls), answers: joinIds(shape.answers), role: undefined };
}

/**
 * Moves the texts to Rust and makes the message the history's own. Does not place it in the array.
 *
 * @param {State} state
 * @param {Plan} planned
 */
function adopt(state, planned) {
  // Two messages planned together may hold the same part; and a callback may have pushed what was planned.
  if (isTaken(planned)) replan(planned);
  else if (isStale(planned)) surveyed(planned);
  const { message, survey } = planned;
  if (survey === undefined) return adoptSimple(state, message, planned.told.flags);
  const { flags, tokens, fixedBytes, fixedChars, calls, answers } = planned.told;
  const { values } = survey;
  /** @type {number[] | Uint32Array} */
  let ts;
  if (values.length === 1 && values[0] !== '') {
    ts = [native.push(state.id, flags, tokens, fixedBytes, fixedChars, calls, answers, values[0])];
  } else {
    const filled = values.filter((value) => value !== '');
    ts = native.pushMany(state.id, flags, tokens, fixedBytes, fixedChars, calls, answers, filled);
  }
  const record = new Record(state, state.status[STATUS.NEXT] - 1);
  let next = 0;
  bind(record, message, survey, (/** @type {string} */ value) => (value === '' ? -1 : ts[next++]));
  // Last: a stamp before would keep V8 from putting accessors in place of properties cheaply.
  stamp(message, record);
  copyShorts(survey.shorts);
  state.version += 1;
  return record;
}

/** Whether something of a message has become another's since it was planned. @param {Plan} planned */
function isTaken({ message, survey }) {
  if (slotOf(message) !== undefined) return true;
  for (const holder of survey?.holders ?? []) if (slotOf(holder) !== undefined) return true;
  return false;
}

/** Whether a callback about another message wrote to a text since this one was planned. @param {Plan} planned */
function isStale({ survey }) {
  return survey !== undefined && survey.values.some((value, at) => survey.holders[at][survey.keys[at]] !== value);
}

/** Looks at the texts anew. A message that is none any more enters as it was. @param {Plan} planned */
function surveyed(planned) {
  let survey;
  try {
    survey = surveyNew(planned.message);
  } catch {
    return;
  }
  if (survey === COPY) return replan(planned);
  planned.survey = /** @type {import('./survey').Survey} */ (survey);
  const { fixedBytes, fixedChars } = planned.survey;
  planned.told = { ...planned.told, fixedBytes, fixedChars };
}

/** A copy instead, which can fail no more. @param {Plan} planned */
function replan(planned) {
  planned.message = plainCopy(planned.message);
  if (planned.survey !== undefined) planned.survey = /** @type {import('./survey').Survey} */ (surveyNew(planned.message));
}

/**
 * A role and a text.
 * @param {State} state @param {any} message @param {number} flags
 */
function adoptSimple(state, message, flags) {
  const t = native.push(state.id, flags, -1, 0, 0, '', '', message.content);
  const record = new Record(state, state.status[STATUS.NEXT] - 1);
  record.key = 'content';
  record.t = t;
  // As `install` does.
  delete message.content;
  Object.defineProperty(message, 'content', accessorOf('content'));
  stamp(message, record);
  state.version += 1;
  return record;
}

/**
 * Whether a message is still the role and the text that Rust was told of.
 * @param {any} message @param {Record} record @param {Descriptor | undefined} last
 */
function isUnchanged(message, record, last) {
  if (last === undefined || last.role === undefined || record.key !== 'content' || record.texts !== undefined) return false;
  const names = Object.keys(message);
  return names.length === 2 && names[0] === 'role' && names[1] === 'content' && message.role === last.role && hasAccessor(message, 'content');
}

/**
 * Puts accessors where the texts were that a walk found.
 *
 * @param {Record} record
 * @param {any} message
 * @param {{ holders: any[], keys: string[], values: string[] }} found
 * @param {(value: string) => number} place answers the number of a text in Rust
 */
function bind(record, message, { holders, keys, values }, place) {
  /** @type {Text[]} */
  const made = [];
  for (let at = 0; at < keys.length;) {
    const holder = holders[at];
    const begin = at;
    while (at < keys.length && holders[at] === holder) at += 1;
    install(holder, keys.slice(begin, at));
    /** @type {Text[]} */
    const inside = [];
    for (let one = begin; one < at; one += 1) {
      /** @type {AnyText} */
      let text = record;
      if (holder !== message || record.key !== undefined) inside.push(text = new Text(record, holder, keys[one]));
      text.key = keys[one];
      text.t = place(values[one]);
      text.value = text.t === -1 ? '' : undefined;
    }
    made.push(...inside);
    if (holder !== message) stampTexts(holder, inside);
  }
  if (made.length === 0) return;
  // The message's own first; copied, since a list that grew has room that nobody needs.
  const all = record.texts === undefined ? made : record.texts.concat(made);
  const own = all.filter(({ holder }) => holder === message);
  record.texts = own.length === 0 ? all.slice() : own.concat(all.filter(({ holder }) => holder !== message));
}

/** @param {any} holder an object within a message @param {Text[]} texts that it holds from now on */
function stampTexts(holder, texts) {
  const slot = slotOf(holder);
  const before = slot === undefined ? [] : /** @type {Text[]} */ (Array.isArray(slot) ? slot : [slot]);
  const all = before.concat(texts);
  stamp(holder, all.length === 1 ? all[0] : all);
}

/**
 * Strings that stay are copied: a slice would keep alive what it was cut from.
 * @param {any[]} shorts
 */
function copyShorts(shorts) {
  for (let at = 0; at < shorts.length; at += 2) {
    const holder = shorts[at];
    const key = shorts[at + 1];
    const found = Object.getOwnPropertyDescriptor(holder, key);
    if (found?.writable === true && typeof found.value === 'string') holder[key] = copyString(found.value);
  }
}

/**
 * Unit by unit: joining and cutting makes no copy on JavaScriptCore.
 * @param {string} text
 */
function copyString(text) {
  const units = [];
  for (let at = 0; at < text.length; at += 1) units.push(text.charCodeAt(at));
  return String.fromCharCode(...units);
}

/**
 * Looks at an adopted message again: texts that came or went, parts, tool calls.
 *
 * @param {State} state
 * @param {any} message
 * @param {Record} record
 * @param {Descriptor | undefined} last what Rust has been told, if that is known
 * @returns {Descriptor | undefined} what it has been told now; nothing if the message is no JSON any more
 */
function review(state, message, record, last) {
  if (isUnchanged(message, record, last) || asked.has(record)) return last;
  asked.add(record);
  try {
    return reviewed(state, message, record, last);
  } finally {
    asked.delete(record);
  }
}

/**
 * @param {State} state @param {any} message @param {Record} record @param {Descriptor | undefined} last
 * @returns {Descriptor | undefined}
 */
function reviewed(state, message, record, last) {
  let survey;
  try {
    survey = surveyAgain(message, record);
  } catch {
    // Its owner made it so after it was pushed; `toJSONBuffer` and JSON.stringify will say what is wrong.
    return last;
  }
  if (isGone(state, record)) return last;
  const changed = takeTexts(state, message, record, survey);
  const { countTokens, turnStart } = state.options;
  const same = last !== undefined && !changed && survey.fixedBytes === last.fixedBytes && survey.fixedChars === last.fixedChars;
  const tokens = countTokens === undefined ? -1 : same ? last.tokens : checkTokens(countTokens(message));
  const turn = turnStart === undefined ? undefined : Boolean(turnStart(message));
  const now = describe(message, survey, tokens, turn);
  if (isGone(state, record)) return last;
  if (state.pinned.has(record)) now.flags |= FLAG.PINNED;
  if (same && now.flags === last.flags && now.tokens === last.tokens && now.calls === last.calls && now.answers === last.answers) return last;
  native.update(state.id, record.m, now.flags, now.tokens, now.fixedBytes, now.fixedChars, now.calls, now.answers);
  return now;
}

/**
 * Whether a callback (`countTokens`, a getter, a `toJSON`) has taken the message out.
 * @param {State} state @param {Record} record
 */
function isGone(state, record) {
  checkOpen(state);
  return record.m === -1;
}

/**
 * @param {State} state @param {any} message @param {Record} record @param {import('./survey').Survey} survey
 * @returns {boolean} whether texts came or went
 */
function takeTexts(state, message, record, survey) {
  const { met } = survey;
  const gone = textsOf(record).filter((text) => met === undefined || !met.has(text));
  if (gone.length === 0 && survey.keys.length === 0) return false;
  const ts = gone.map((text) => letGo(state, message, record, text)).filter((t) => t !== -1);
  // Nobody else may look for a text that is no more.
  if (state.shared && ts.length > 0) showBare(state, message, record.m);
  for (const t of ts) native.dropText(state.id, record.m, t);
  bind(record, message, survey, (value) => (value === '' ? -1 : native.addText(state.id, record.m, value)));
  return true;
}

/**
 * A text that its message no longer reaches: a part taken out, a property deleted. Answers its number.
 * @param {State} state @param {any} message @param {Record} record @param {AnyText} text
 */
function letGo(state, message, record, text) {
  const { t } = text;
  const holder = text instanceof Record ? message : text.holder;
  const value = text.value ?? native.text(state.id, t);
  state.dirty.delete(text);
  if (!materialise(holder, text, value)) detach(text);
  if (text instanceof Record) {
    // The message itself stays.
    record.state = state;
    record.t = -1;
    record.value = undefined;
  }
  return t;
}

exports.adopt = adopt;
exports.bind = bind;
exports.plan = plan;
exports.review = review;
