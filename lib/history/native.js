'use strict';

// All that the histories ask of the native part, and the only file here that names the binding. Tests put
// a naive model in its place (`__test__/history/support/naive.mjs`), so functions are looked up at each call.

const { binding } = require('../native');

/**
 * @typedef {object} Hold keeps a history's native memory; the history goes when this object is collected
 * @property {number} id
 * @property {Float64Array} status see `STATUS`
 * @property {unknown} owner the native object
 * @property {() => void} close
 */

/** Bits of a message's descriptor. */
const FLAG = Object.freeze({ SYSTEM: 1, TURN: 2, ASSISTANT: 4, RESULT: 8, USER: 16, PINNED: 32 });

/** Words of `Hold.status`: written by every call of the owner that changes something. */
const STATUS = Object.freeze({
  MESSAGES: 0, BYTES: 1, CHARS: 2, TOKENS: 3, WAITING: 4, NEXT: 5, NEWS: 6,
  DROPPED_MESSAGES: 7, DROPPED_BYTES: 8, DROPPED_TOKENS: 9,
});
const STATUS_WORDS = 10;

/**
 * Arguments: `id` a history, `m` a message's number in it, `t` a text's number in it.
 *
 * @typedef {object} Native
 * @property {(limits: Float64Array) => Hold} hold `[maxMessages, maxTokens, maxBytes, keepFirst, sealAfter]`
 * @property {(id: number, flags: number, tokens: number, fixedBytes: number, fixedChars: number, calls: string, answers: string, text: string) => number} push
 * @property {(id: number, flags: number, tokens: number, fixedBytes: number, fixedChars: number, calls: string, answers: string, texts: string[]) => Uint32Array} pushMany
 * @property {(id: number) => Float64Array} waiting what was decided to go
 * @property {(id: number) => void} forget frees what `waiting` listed
 * @property {(id: number, t: number) => string} text
 * @property {(id: number, ts: Uint32Array) => string[]} texts
 * @property {(id: number, m: number, t: number, text: string) => void} setText
 * @property {(id: number, m: number, text: string) => number} addText
 * @property {(id: number, m: number, t: number) => void} dropText
 * @property {(id: number, m: number, flags: number, tokens: number, fixedBytes: number, fixedChars: number, calls: string, answers: string) => void} update
 * @property {(id: number, ms: Float64Array) => void} remove
 * @property {(id: number, ms: Float64Array) => void} reorder
 * @property {(id: number, m: number, on: boolean) => void} pin
 * @property {(id: number, maxMessages: number, maxTokens: number) => Float64Array} window
 * @property {(id: number, limits: Float64Array) => void} limits
 * @property {(id: number) => string | undefined | null} validate
 * @property {(id: number, skeleton: string, nonce: string, count: number) => Buffer} json
 * @property {(id: number) => void} share
 * @property {(id: number, m: number, skeleton: string, nonce: string) => void} skeleton
 * @property {(id: number) => string[]} news
 * @property {(id: number) => number[] | undefined | null} join
 * @property {(id: number, flags: number, tokens: number, fixedBytes: number, fixedChars: number, calls: string, answers: string, skeleton: string, nonce: string, texts: string[]) => number | undefined | null} sharedPush
 * @property {(id: number, index: number) => string | undefined | null} sharedAt
 * @property {(id: number, maxMessages: number, maxTokens: number) => string | undefined | null} sharedWindow
 * @property {(id: number) => Buffer | undefined | null} sharedJson
 * @property {() => Float64Array} ids of this thread's histories, ascending
 */

/** @type {Native} */
const native = {
  hold(limits) {
    // The buffer first, the view after: Bun moves small views when their buffer is asked for.
    const status = new Float64Array(new ArrayBuffer(STATUS_WORDS * 8));
    const owner = new binding.HistoryHold(limits, status);
    return { id: owner.id, status, owner, close: () => owner.close() };
  },
  push: binding.historyPush,
  pushMany: binding.historyPushMany,
  waiting: binding.historyWaiting,
  forget: binding.historyForget,
  text: binding.historyText,
  texts: binding.historyTexts,
  setText: binding.historySetText,
  addText: binding.historyAddText,
  dropText: binding.historyDropText,
  update: binding.historyUpdate,
  remove: binding.historyRemove,
  reorder: binding.historyReorder,
  pin: binding.historyPin,
  window: binding.historyWindow,
  limits: binding.historyLimits,
  validate: binding.historyValidate,
  json: binding.historyJson,
  share: binding.historyShare,
  skeleton: binding.historySkeleton,
  news: binding.historyNews,
  join: binding.historyJoin,
  sharedPush: binding.historySharedPush,
  sharedAt: binding.historySharedAt,
  sharedWindow: binding.historySharedWindow,
  sharedJson: binding.historySharedJson,
  ids: binding.historyIds,
};

exports.native = native;
exports.FLAG = FLAG;
exports.STATUS = STATUS;
