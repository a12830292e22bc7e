// The picture of a soak: memory over time, with its slope.

import { FAINT, gridLine, INK, line, round, sheet, stepFor, text } from '../../examples/demo/drawing.mjs';
import { rate } from './verdict.mjs';

const WIDTH = 980;
const LEFT = 84;
const RIGHT = 780;
const TOP = 96;
const BOTTOM = 420;
const MB = 2 ** 20;
const LINES = /** @type {const} */ ([
  { name: 'rss', title: 'resident memory', colour: '#c2410c' },
  { name: 'javascript', title: 'JS heap + external', colour: '#1d4ed8' },
  { name: 'native', title: 'native memory', colour: '#047857' },
]);

/**
 * @param {any} data what the JSON file of a run holds
 */
export function picture({ runtime, given: { sessions, warmup, seconds }, counts, series, trends, growing }) {
  const at = series.seconds;
  const last = at.at(-1);
  const most = Math.max(...series.rss) / MB;
  const step = stepFor(most / ((BOTTOM - TOP) / 40));
  const max = Math.ceil(most / step) * step;
  const x = (/** @type {number} */ time) => LEFT + ((RIGHT - LEFT) * time) / last;
  const y = (/** @type {number} */ amount) => BOTTOM - ((BOTTOM - TOP) * amount) / max;
  const grid = [];
  for (let amount = 0; amount <= max; amount += step) {
    grid.push(gridLine(LEFT, RIGHT, y(amount), amount));
    grid.push(text(LEFT - 8, y(amount) + 4, amount.toLocaleString('en'), `text-anchor="end" fill="${FAINT}"`));
  }
  const minute = stepFor(last / 60 / 12);
  for (let mark = 0; mark <= last / 60; mark += minute) grid.push(text(x(mark * 60), BOTTOM + 20, Number(mark.toFixed(2)).toLocaleString('en'), 'text-anchor="middle"'));
  let above = Infinity;
  const drawn = LINES.toReversed().map(({ name, title, colour }) => {
    const values = series[name];
    const points = values.map((/** @type {number} */ value, /** @type {number} */ n) => `${round(x(at[n]))},${round(y(value / MB))}`).join(' ');
    const { slope, start } = trends[name];
    const from = at.find((/** @type {number} */ time) => time >= warmup);
    const end = values.at(-1) / MB;
    above = Math.min(y(end) - 2, above - 36);
    return `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="2" stroke-linejoin="round"/>
${line(x(from), y(start / MB), x(last), y((start + slope * (last - from)) / MB), `stroke="${INK}" stroke-dasharray="6 4"`)}
${text(RIGHT + 8, above, `${title} ${end.toFixed(0)} MB`, `fill="${colour}" font-weight="600"`)}
${text(RIGHT + 8, above + 15, `${slope < 0 ? '' : '+'}${rate(slope)}`, `fill="${FAINT}" font-size="12"`)}`;
  });
  const title = growing.length === 0 ? 'A soak: memory is flat' : 'A soak: memory GROWS';
  return sheet(WIDTH, 480, title, [
    text(LEFT, 34, title, 'font-size="19" font-weight="600"'),
    text(LEFT, 56, `${runtime}, ${(seconds / 60).toFixed(seconds < 60 ? 2 : 0)} minutes, ${sessions.toLocaleString('en')} sessions, ${Math.round(counts.rate).toLocaleString('en')} operations a second. Dashed: the slope after the warm-up.`, `fill="${FAINT}"`),
    `<rect x="${LEFT}" y="${TOP}" width="${round(x(warmup) - LEFT)}" height="${BOTTOM - TOP}" fill="#eef1f4"/>`,
    text((LEFT + x(warmup)) / 2, TOP - 8, 'warm-up', `text-anchor="middle" fill="${FAINT}" font-size="12"`),
    text(26, (TOP + BOTTOM) / 2, 'Memory after a collection, MB', `text-anchor="middle" font-weight="600" transform="rotate(-90 26 ${(TOP + BOTTOM) / 2})"`),
    ...grid,
    ...drawn,
    text((LEFT + RIGHT) / 2, BOTTOM + 44, 'Minutes', 'text-anchor="middle"'),
  ]);
}
