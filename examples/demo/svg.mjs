// The picture: resident memory, and child processes, over the rounds.

import { FAINT, gridLine, line, round as at, sheet, stepFor, text } from './drawing.mjs';
import { mb } from './figures.mjs';
import { titles } from './stores.mjs';
import { minutesPerRound, reported } from './story.mjs';

const WIDTH = 960;
const LEFT = 84;
const RIGHT = 742;
const GREY = 'stroke="#9aa5b1"';

/** Told apart by any eye, and by dashes where two lines lie upon each other. */
const strokes = {
  plain: { colour: '#c2410c', dash: '' },
  proposed: { colour: '#6d28d9', dash: '7 4' },
  robust: { colour: '#047857', dash: '' },
  bounded: { colour: '#1d4ed8', dash: '' },
};

/**
 * @param {string} runtime
 * @param {readonly import('./figures.mjs').Figures[]} all
 * @param {number} burst The round of the burst.
 */
export function picture(runtime, all, burst) {
  const [{ samples, rounds, growthMb }] = all;
  const x = (round) => LEFT + ((RIGHT - LEFT) * round) / samples.length;
  const memory = panel({ all, x, top: 92, bottom: 396, value: ({ rss }) => mb(rss), unit: ' MB', title: 'Resident memory, MB' });
  const children = panel({ all, x, top: 452, bottom: 572, value: (round) => round.children, unit: '', title: 'Child processes held' });
  const { from, to } = reported.repairedMb;
  return sheet(WIDTH, 650, `Resident memory of a session worker on ${runtime}: ${all.map(({ variant }) => titles[variant]).join(', ')}`, [
    text(LEFT, 34, 'A session worker in which session.deleted never fires', 'font-size="19" font-weight="600"'),
    text(LEFT, 56, `${runtime}. Sessions come and go for ${rounds} rounds; plain Map keeps them all: +${growthMb.toFixed(0)} MB a round.`, `fill="${FAINT}"`),
    rect(x(rounds), memory.top, x(samples.length), children.bottom, '#eef1f4'),
    rect(LEFT, memory.y(to), RIGHT, memory.y(from), '#d9f2e6'),
    text(RIGHT - 8, memory.y(to) - 7, `expected after the repair: ${from}–${to} MB`, `text-anchor="end" fill="${strokes.robust.colour}" font-size="12"`),
    text((x(rounds) + x(samples.length)) / 2, memory.top - 8, 'nobody works', `text-anchor="middle" fill="${FAINT}" font-size="12"`),
    line(x(burst), memory.top, x(burst), children.bottom, `${GREY} stroke-dasharray="2 4"`),
    text(x(burst), memory.top - 8, 'burst of sessions', `text-anchor="middle" fill="${FAINT}" font-size="12"`),
    memory.svg,
    children.svg,
    ticks(x, samples.length, children.bottom),
    text((LEFT + RIGHT) / 2, children.bottom + 44, `Round (${minutesPerRound} simulated minutes each)`, 'text-anchor="middle"'),
  ]);
}

/** One diagram: grid, axis, a line for each variant, and the names at the ends of the lines. */
function panel({ all, x, top, bottom, value, unit, title }) {
  const highest = Math.max(...all.flatMap(({ samples }) => samples.map(value)));
  const step = stepFor(highest / ((bottom - top) / 40)); // a label about every 40 pixels
  const max = Math.ceil(highest / step) * step;
  const y = (amount) => bottom - ((bottom - top) * amount) / max;
  const grid = [];
  for (let amount = 0; amount <= max; amount += step) {
    grid.push(gridLine(LEFT, RIGHT, y(amount), amount));
    grid.push(text(LEFT - 8, y(amount) + 4, amount.toLocaleString('en'), `text-anchor="end" fill="${FAINT}"`));
  }
  const lines = all.map(({ variant, samples }) => {
    const { colour, dash } = strokes[variant];
    const points = samples.map((sample) => `${at(x(sample.round))},${at(y(value(sample)))}`).join(' ');
    const style = dash === '' ? '' : ` stroke-dasharray="${dash}"`;
    return `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="2.5" stroke-linejoin="round"${style}/>`;
  });
  const middle = (top + bottom) / 2;
  const name = text(26, middle, title, `text-anchor="middle" font-weight="600" transform="rotate(-90 26 ${at(middle)})"`);
  return { top, bottom, y, svg: [...grid, name, ...lines, names(all, value, y, unit)].join('\n') };
}

/** The legend, where the eye is: each name at the end of its line, apart from its neighbours. */
function names(all, value, y, unit) {
  const ends = all
    .map(({ variant, samples }) => ({ variant, amount: value(samples.at(-1)) }))
    .sort((a, b) => a.amount - b.amount);
  let above = Infinity;
  return ends
    .map(({ variant, amount }) => {
      above = Math.min(y(amount) + 4, above - 18);
      const { colour } = strokes[variant];
      const end = `${Math.round(amount).toLocaleString('en')}${unit}`;
      return text(RIGHT + 10, above, `${titles[variant]} ${end}`, `fill="${colour}" font-weight="600"`);
    })
    .join('\n');
}

function ticks(x, rounds, bottom) {
  const marks = [];
  for (let round = 0; round <= rounds; round += 5) {
    marks.push(line(x(round), bottom, x(round), bottom + 5, GREY));
    marks.push(text(x(round), bottom + 20, String(round), `text-anchor="middle" fill="${FAINT}"`));
  }
  return marks.join('\n');
}

function rect(left, top, right, bottom, fill) {
  return `<rect x="${at(left)}" y="${at(top)}" width="${at(right - left)}" height="${at(bottom - top)}" fill="${fill}"/>`;
}
