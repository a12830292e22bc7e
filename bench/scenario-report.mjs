// The table of the reports' scenarios.

import { titles } from '../examples/demo/stores.mjs';
import { ROUNDS, WEEK } from './scenario-plan.mjs';

const MB = 2 ** 20;
/** From here on a store that is bounded by time is full: its first sessions are idle for longer than that. */
const FULL = 7;

/** @param {number | undefined} bytes */
const mb = (bytes) => (bytes === undefined ? '–' : `${(bytes / MB).toFixed(0)} MB`);

/** @param {import('./figures.mjs').Results} results @returns {import('./report.mjs').Section} */
export function scenarioSection({ name, scenarios = [] }) {
  const variants = [...new Set(scenarios.map(({ variant }) => variant))];
  return {
    title: `The reports’ scenarios, ${name}`,
    text: [
      'Resident memory after a forced collection, each variant in a process of its own, on the same real text. A round is five simulated minutes of the',
      `demo’s worker (9 sessions of 100 tool calls, none announces its end). The week: ${WEEK.days} days × ${WEEK.sessions} sessions × ${WEEK.observations} observations.`,
      `“a round”: growth over the rounds from ${FULL} to ${ROUNDS}, when sessions leave as fast as they come where they leave at all.`,
    ],
    head: [
      '', 'round 1', 'round 5', `round ${ROUNDS}`, 'a round', `JS heap, round ${ROUNDS}`, 'sessions kept', 'after the week', 'a night later', 'JS heap then',
      'busy sessions lost', 'child processes left',
    ],
    rows: variants.map((variant) => {
      const of = (/** @type {string} */ story) => scenarios.find((one) => one.scenario === story && one.variant === variant);
      const [rounds, week] = [of('rounds'), of('week')];
      const at = (/** @type {number} */ round) => rounds?.samples.find((sample) => sample.at === round);
      const [evening, morning] = week?.samples.slice(-2) ?? [];
      return [
        titles[/** @type {'plain'} */ (variant)],
        mb(at(1)?.rss), mb(at(5)?.rss), mb(at(ROUNDS)?.rss), growth(rounds), mb(at(ROUNDS)?.heap), String(at(ROUNDS)?.live ?? '–'),
        mb(evening?.rss), mb(morning?.rss), mb(morning?.heap),
        `${(rounds?.lost ?? 0) + (week?.lost ?? 0)}`, String(week?.children ?? '–'),
      ];
    }),
  };
}

/** By the means of three rounds at either end, so that no single sample decides. @param {import('./scenario-plan.mjs').Scenario | undefined} rounds */
function growth(rounds) {
  if (rounds === undefined) return '–';
  const mean = (/** @type {import('./scenario-plan.mjs').Sample[]} */ samples, /** @type {'rss' | 'at'} */ what) => samples.reduce((sum, sample) => sum + sample[what], 0) / samples.length;
  const first = rounds.samples.slice(FULL - 1, FULL + 2);
  const last = rounds.samples.slice(-3);
  const each = (mean(last, 'rss') - mean(first, 'rss')) / (mean(last, 'at') - mean(first, 'at')) / MB;
  return `${each < 0 ? '−' : '+'}${Math.abs(each).toFixed(1)} MB`;
}
