// What the terminal shows at the end: chart, table, verdict.

import asciichart from 'asciichart';
import Table from 'cli-table3';
import { mb } from './figures.mjs';
import { ours, titles } from './stores.mjs';
import { comparisons, expectations, promises, signed } from './verdict.mjs';

const COLUMNS = 72;
const MOST_ROWS = 16;
const colours = { plain: 'red', proposed: 'yellow', robust: 'green', bounded: 'blue' };

/** Colour where there is a terminal that wants it. */
const coloured = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
const paint = (colour, text) => (coloured ? asciichart.colored(text, asciichart[colour]) : text);

/** @param {readonly import('./figures.mjs').Figures[]} all */
export function chart(all) {
  const series = all.map(({ samples }) => stretched(samples.map(({ rss }) => mb(rss))));
  const highest = Math.max(...all.map(({ peakMb }) => peakMb));
  const step = [25, 50, 100, 200].find((size) => highest / size <= MOST_ROWS) ?? highest / MOST_ROWS;
  const height = Math.ceil(highest / step);
  const options = { height, min: 0, max: height * step, format: (value) => `${value.toFixed(0)} MB`.padStart(8) };
  if (coloured) options.colors = all.map(({ variant }) => asciichart[colours[variant]]);
  const rows = asciichart.plot(series, options).split('\n');
  // Each line has its name where it ends: without colours nothing else tells them apart.
  for (const { variant, restedMb } of all) {
    const row = height - Math.round(restedMb / step);
    rows[row] += `${rows[row].includes('◂') ? ',' : ' ◂'} ${paint(colours[variant], titles[variant])}`;
  }
  return [...rows, axis(all[0])].join('\n');
}

/** As many values as the chart has columns, in between by straight lines. @param {readonly number[]} values */
function stretched(values) {
  return Array.from({ length: COLUMNS }, (_, column) => {
    const place = (column * (values.length - 1)) / (COLUMNS - 1);
    const left = Math.floor(place);
    const right = Math.min(left + 1, values.length - 1);
    return values[left] + (values[right] - values[left]) * (place - left);
  });
}

/** Where the work ends and the rest begins. */
function axis({ samples, rounds }) {
  const until = Math.round((COLUMNS * (rounds - 1)) / (samples.length - 1));
  const work = `└ ${rounds} rounds of work `.padEnd(until, '─');
  const rest = '└ nobody works '.padEnd(COLUMNS - until, '─');
  return `${' '.repeat(9)}${work}${rest}`;
}

/** @param {readonly import('./figures.mjs').Figures[]} all */
export function table(all) {
  const row = (text, cell) => [text, ...all.map(cell)];
  const head = ['', ...all.map(({ variant }) => titles[variant])];
  return grid(head, [
    row('memory, first round', ({ firstMb }) => `${firstMb.toFixed(0)} MB`),
    row('memory, last round', ({ lastMb }) => `${lastMb.toFixed(0)} MB`),
    row('memory after 35 minutes of rest', ({ restedMb }) => `${restedMb.toFixed(0)} MB`),
    row('growth a round', ({ growthMb }) => `${signed(growthMb)} MB`),
    row('a day of this', ({ dayGb }) => `${signed(dayGb)} GB`),
    row('sessions, at most / after the rest', ({ peakLive, restedLive }) => `${peakLive} / ${restedLive}`),
    row('longest list of messages', ({ longestList }) => longestList),
    row('child processes left', ({ openChildren }) => openChildren),
    row('timers left', ({ openTimers }) => openTimers),
    row('busy sessions lost', ({ ending }) => ending.losses.sessions),
    row('instanceof Map', ({ ending }) => (ending.isMap ? 'yes' : 'no')),
  ]);
}

/** @param {readonly import('./figures.mjs').Figures[]} all */
export function verdict(all) {
  const [plain] = all;
  const kept = all.filter(({ variant }) => ours.includes(variant));
  const [robust, bounded] = kept;
  const cell = ({ met, figure }) => `${mark(met)} ${figure}`;
  const head = ['expected by the reports', ...all.map(({ variant }) => titles[variant])];
  const asked = expectations.map(({ text, ask }) => [text].concat(all.map((figures) => cell(ask(figures, plain)))));
  const lines = kept.flatMap((figures) => [`${name(figures)}, beyond the reports:`].concat(told(promises, figures, plain)));
  const more = [`${name(bounded)}, against ${name(robust)}:`].concat(told(comparisons, bounded, robust));
  return `${grid(head, asked)}\n\n${lines.concat(more).join('\n')}`;
}

/** @param {import('./figures.mjs').Figures} figures */
function name({ variant }) {
  return variant === 'bounded' ? `${titles.robust} ${titles.bounded}` : titles[variant];
}

/**
 * @param {readonly import('./verdict.mjs').Expectation[]} list
 * @param {import('./figures.mjs').Figures} figures
 * @param {import('./figures.mjs').Figures} other what they are compared with
 */
function told(list, figures, other) {
  return list.map(({ text, ask }) => {
    const { met, figure } = ask(figures, other);
    return `${mark(met)} ${text}: ${figure}`;
  });
}

/** @param {boolean} met */
function mark(met) {
  return met ? paint('green', '✔') : paint('red', '✘');
}

function grid(head, rows) {
  const style = coloured ? { head: ['bold'], border: ['gray'] } : { head: [], border: [] };
  const drawn = new Table({ head, style: { ...style, compact: true } });
  drawn.push(...rows);
  return drawn.toString();
}
