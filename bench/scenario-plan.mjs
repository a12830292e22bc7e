// What is run of the reports' scenarios: each with what they had, with what the second one proposed, and with this
// package, in a process of its own.

import { titles, variants } from '../examples/demo/stores.mjs';

export const ROUNDS = 20;
/** The first report's measure. */
export const WEEK = { days: 5, sessions: 40, observations: 100 };

/** @type {readonly { id: 'rounds' | 'week', title: string }[]} */
const stories = [
  { id: 'rounds', title: `${ROUNDS} rounds` },
  { id: 'week', title: `a week of ${WEEK.days} days × ${WEEK.sessions} sessions × ${WEEK.observations} observations` },
];

/** They live through a whole day, which takes 5 s on a machine with nothing else to do; ms. */
const PATIENCE = 600_000;

/** @returns {import('./plan.mjs').Job[]} */
export function scenarioJobs() {
  return stories.flatMap(({ id, title }) => variants.map((variant) => ({
    kind: 'scenario', title: `${title}, ${titles[/** @type {'plain'} */ (variant)]}`, scenario: id, variant, patience: PATIENCE,
  })));
}

/**
 * @typedef {{ at: number, phase: string, rss: number, heap: number, live: number }} Sample bytes; `at`: the round, or the day
 * @typedef {{ scenario: 'rounds' | 'week', variant: string, samples: Sample[], children: number, lost: number, text: number }} Scenario
 */
