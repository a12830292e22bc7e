// The picture: resident memory over the rounds, and over the evenings and mornings of the week, by runtime.

import { FAINT, gridLine, round, sheet, stepFor, text } from '../examples/demo/drawing.mjs';
import { titles } from '../examples/demo/stores.mjs';
import { ROUNDS, WEEK } from './scenario-plan.mjs';

const MB = 2 ** 20;
const LEFT = 84;
const WIDE = { rounds: 420, week: 250 };
const NAMES = 200;
const GAP = 60;
const HIGH = 240;
const TOP = 110;
const EACH = HIGH + 100;
/** As in the demo's picture. @type {Record<string, string>} */
const colours = { plain: '#c2410c', proposed: '#6d28d9', robust: '#047857', bounded: '#1d4ed8' };
const WIDTH = LEFT + WIDE.rounds + GAP + WIDE.week + NAMES;

/** @param {import('./figures.mjs').Results[]} all @returns {string | undefined} `undefined` if there is nothing to show */
export function scenarioChart(all) {
  const shown = all.filter(({ scenarios = [] }) => scenarios.length > 0);
  if (shown.length === 0) return undefined;
  const height = TOP + shown.length * EACH;
  return sheet(WIDTH, height, 'Resident memory in the reports’ scenarios', [
    text(LEFT, 34, 'The reports’ scenarios: resident memory, MB', 'font-size="19" font-weight="600"'),
    text(LEFT, 56, `Left: ${ROUNDS} rounds of the session worker. Right: a week of ${WEEK.days} days × ${WEEK.sessions} sessions × ${WEEK.observations} observations, evenings and nights after.`, `fill="${FAINT}"`),
    ...shown.map((results, row) => pair(results, TOP + row * EACH)),
  ]);
}

/** @param {import('./figures.mjs').Results} results @param {number} top */
function pair({ name, scenarios = [] }, top) {
  const most = Math.max(...scenarios.flatMap(({ samples }) => samples.map(({ rss }) => rss))) / MB;
  const step = stepFor(most / (HIGH / 40));
  const max = Math.ceil(most / step) * step;
  const of = (/** @type {string} */ story) => scenarios.filter(({ scenario }) => scenario === story);
  const right = LEFT + WIDE.rounds + GAP;
  return [
    text(LEFT, top - 12, name, 'font-weight="600" font-size="15"'),
    panel(of('rounds'), { left: LEFT, wide: WIDE.rounds, top, step, max, label: 'Round', marks: ticks(0, ROUNDS, 5), place: ({ at }) => at / ROUNDS }),
    panel(of('week'), {
      left: right, wide: WIDE.week, top, step, max, label: 'Day', marks: ticks(0, WEEK.days, 1),
      place: ({ at, phase }) => (at - (phase === 'evening' ? 0.55 : 0)) / WEEK.days,
    }),
    names(of('week'), { left: right + WIDE.week + 8, top, max }),
  ].join('\n');
}

/** @typedef {import('./scenario-plan.mjs').Scenario} Scenario */

/**
 * @param {readonly Scenario[]} scenarios
 * @param {{ left: number, wide: number, top: number, step: number, max: number, label: string, marks: { value: number, share: number }[], place: (sample: import('./scenario-plan.mjs').Sample) => number }} frame
 */
function panel(scenarios, { left, wide, top, step, max, label, marks, place }) {
  const bottom = top + HIGH;
  const y = (/** @type {number} */ amount) => bottom - (HIGH * amount) / max;
  const parts = [];
  for (let amount = 0; amount <= max; amount += step) {
    parts.push(gridLine(left, left + wide, y(amount), amount));
    parts.push(text(left - 8, y(amount) + 4, amount.toLocaleString('en'), `text-anchor="end" fill="${FAINT}"`));
  }
  for (const { value, share } of marks) parts.push(text(left + wide * share, bottom + 20, String(value), `text-anchor="middle" fill="${FAINT}"`));
  parts.push(text(left + wide / 2, bottom + 42, label, 'text-anchor="middle"'));
  for (const { variant, samples } of scenarios) {
    const points = samples.map((sample) => `${round(left + wide * place(sample))},${round(y(sample.rss / MB))}`).join(' ');
    parts.push(`<polyline points="${points}" fill="none" stroke="${colours[variant]}" stroke-width="2.5" stroke-linejoin="round"/>`);
  }
  return parts.join('\n');
}

/**
 * At the ends of the lines, apart from their neighbours.
 * @param {readonly Scenario[]} scenarios
 * @param {{ left: number, top: number, max: number }} frame
 */
function names(scenarios, { left, top, max }) {
  let above = Infinity;
  return scenarios
    .map(({ variant, samples }) => ({ variant, amount: (samples.at(-1)?.rss ?? 0) / MB }))
    .sort((a, b) => a.amount - b.amount)
    .map(({ variant, amount }) => {
      above = Math.min(top + HIGH - (HIGH * amount) / max + 4, above - 18);
      return text(left, above, `${titles[/** @type {'plain'} */ (variant)]} ${amount.toFixed(0)}`, `fill="${colours[variant]}" font-weight="600"`);
    })
    .join('\n');
}

/** @param {number} from @param {number} to @param {number} step */
function ticks(from, to, step) {
  return Array.from({ length: (to - from) / step + 1 }, (_, at) => ({ value: from + at * step, share: (at * step) / (to - from) }));
}
