// The expectations of the reports, each asked of each variant.

import { conversation, limits, reported, story } from './story.mjs';

const MINUTE = 60_000;

/**
 * @typedef {import('./figures.mjs').Figures} Figures
 * @typedef {{ met: boolean, figure: string }} Answer
 * @typedef {object} Expectation
 * @property {string} text
 * @property {(figures: Figures, plain: Figures) => Answer} ask
 */

/** Allowed growth, as a part of the growth without repair: 100 instead of 600 MB. */
const GROWTH_LEFT = reported.repairedGrowthMb.to / reported.growthMb.from;

/** @type {readonly Expectation[]} */
export const expectations = [
  {
    text: `memory stays below ${reported.repairedMb.to} MB`,
    ask: ({ peakMb }) => answer(peakMb <= reported.repairedMb.to, `${peakMb.toFixed(0)} MB at most`),
  },
  {
    text: `growth at most ${reported.repairedGrowthMb.to}/${reported.growthMb.from} of that of a plain Map`,
    ask: ({ growthMb }, plain) => answer(growthMb <= plain.growthMb * GROWTH_LEFT, `${signed(growthMb)} MB a round`),
  },
  {
    text: 'idle sessions leave without any event',
    ask: ({ restedLive, ending }) => answer(restedLive === 0 && ending.ended === ending.started, `${restedLive} stay`),
  },
  {
    text: `never more than ${limits.maxSize} sessions`,
    ask: ({ peakLive }) => answer(peakLive <= limits.maxSize, `${peakLive} at most`),
  },
  {
    text: 'busy sessions keep identity and state',
    ask: ({ ending: { losses } }) => answer(losses.sessions === 0, lossOf(losses)),
  },
  {
    text: 'child processes end with their session',
    ask: ({ openChildren }) => answer(openChildren === 0, `${openChildren} left`),
  },
  {
    text: 'no timer stays when nothing is due',
    ask: ({ openTimers }) => answer(openTimers === 0, `${openTimers} left`),
  },
];

/** What only a variant with a removal hook can answer. @type {readonly Expectation[]} */
export const promises = [
  {
    text: 'the removal hook ran exactly once for each session',
    ask: ({ ending: { removed, hooksRun, hooksMost, started } }) =>
      answer(removed === started && hooksRun === started && hooksMost === 1, `${hooksRun} of ${started}, at most ${hooksMost} each`),
  },
  {
    text: `no session stayed longer than its ${limits.ttl / MINUTE} minutes`,
    ask: ({ ending: { longestIdle } }) => answer(longestIdle <= limits.ttl, `${longestIdle / MINUTE} idle minutes at the longest`),
  },
  {
    text: 'nothing is left in any of the four structures',
    ask: ({ ending: { entries } }) => answer(entries === 0, `${entries} entries`),
  },
];

/** What a bounded history adds to a bounded map. @type {readonly Expectation[]} */
export const comparisons = [
  {
    text: `no conversation is longer than ${conversation.maxMessages} messages`,
    ask: ({ longestList }, robust) =>
      answer(longestList <= conversation.maxMessages && robust.longestList > longestList, `${longestList}, without it ${robust.longestList}`),
  },
  {
    text: 'the same sessions take at most half the memory above the first round\'s',
    ask: (bounded, robust) => {
      const [mine, theirs] = [bounded, robust].map(({ peakMb, firstMb }) => peakMb - firstMb);
      return answer(mine <= theirs / 2, `${mine.toFixed(0)} MB, without it ${theirs.toFixed(0)}`);
    },
  },
];

/** The leak itself. If it does not show, the rest proves nothing. */
export function leakShows(plain) {
  const everyRound = plain.samples
    .filter(({ phase }) => phase === 'work')
    .every(({ rss }, index, work) => index === 0 || rss > work[index - 1].rss * 0.98);
  return everyRound && plain.growthMb > story.sessionsPerRound;
}

/** @param {{ checks: number, sessions: number, messages: number }} losses */
function lossOf({ checks, sessions, messages }) {
  return sessions === 0 ? `${checks.toLocaleString('en')} checks` : `${sessions} lost, ${messages} messages`;
}

/** @returns {Answer} */
function answer(met, figure) {
  return { met, figure };
}

/** @param {number} number */
export function signed(number) {
  return `${number < 0 ? '−' : '+'}${Math.abs(number).toFixed(1)}`;
}
