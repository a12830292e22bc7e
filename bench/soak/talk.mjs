// What is done with conversations: those of sessions, and those that a group keeps.

import robust from '../../index.js';

const { HistoryGoneError } = robust;
/** Answers that are being streamed at a time. */
const STREAMS = 32;

/**
 * @param {import('./world.mjs').World} world
 * @param {ReturnType<typeof import('../../__test__/support/random.mjs').random>} random
 * @param {import('./texts.mjs').Texts} texts
 */
export function talk({ sessions, talk: talks, streams }, random, texts) {
  let calls = 0;
  const historyOf = (/** @type {string} */ id) => sessions.get(id)?.history;

  function stream(/** @type {string} */ id) {
    const at = random.below(STREAMS);
    const message = streams[at];
    if (message === undefined || random.chance(0.1)) {
      streams[at] = { role: 'assistant', content: texts.text(400) };
      historyOf(id)?.push({ role: 'user', content: texts.text(400) }, streams[at]);
      return;
    }
    try {
      message.content += ' and more — →';
    } catch (error) {
      // Its history was closed meanwhile.
      if (!(error instanceof HistoryGoneError)) throw error;
      streams[at] = undefined;
    }
  }

  return {
    'history.push': { share: 12, run: (/** @type {string} */ id) => { calls += 1; historyOf(id)?.push(...texts.turn(calls)); } },
    'history.stream': { share: 12, run: stream },
    'history.window': { share: 3, run: (/** @type {string} */ id) => historyOf(id)?.window({ maxMessages: 8, maxTokens: 4000 }) },
    'history.read': { share: 8, run: (/** @type {string} */ id) => read(historyOf(id)) },
    'history.json': { share: 1, run: (/** @type {string} */ id) => same(historyOf(id), random.chance(0.1)) },
    'history.pop': { share: 1, run: (/** @type {string} */ id) => historyOf(id)?.pop() },
    'history.splice': { share: 0.5, run: (/** @type {string} */ id) => historyOf(id)?.splice(1, 2) },
    'history.empty': { share: 0.5, run: (/** @type {string} */ id) => empty(historyOf(id)) },
    'history.pin': { share: 0.5, run: (/** @type {string} */ id) => pin(historyOf(id), random) },
    'group.talk': { share: 6, run: (/** @type {string} */ id) => { calls += 1; talks.of(id).push(...texts.turn(calls)); } },
    'group.window': { share: 2, run: (/** @type {string} */ id) => talks.get(id)?.window({ maxMessages: 4 }) },
  };
}

/** @param {any} history */
function read(history) {
  return history?.at(-1)?.content.length;
}

/** @param {any} history @param {boolean} compare */
function same(history, compare) {
  if (history === undefined) return;
  const buffer = history.toJSONBuffer();
  if (compare && !buffer.equals(Buffer.from(JSON.stringify(history)))) throw new Error('toJSONBuffer differs from JSON.stringify');
}

/** @param {any} history */
function empty(history) {
  if (history !== undefined) history.length = 0;
}

/** @param {any} history @param {{ below(n: number): number, chance(p: number): boolean }} random */
function pin(history, random) {
  if (history !== undefined && history.length > 2) history.pin(random.below(history.length), random.chance(0.5));
}
