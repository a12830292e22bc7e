'use strict';

// The picture of a leak: memory over rounds with the slope that decided, resident memory below it.

const { bytes, signed, structure, SERIES } = require('./words');

const WIDTH = 900;
const LEFT = 96;
const RIGHT = 868;
const INK = '#1f2933';
const FAINT = '#5f6b76';
const LINES = Object.freeze({ javascript: '#1d4ed8', native: '#047857', rss: '#6b7280', trend: '#c2410c' });
/** Structures listed below the diagrams. */
const LISTED = 6;

/**
 * @param {Readonly<import('./leak').Options>} options
 * @param {import('./leak-error').Found} found
 */
function chart(options, { samples, part, leaks, growth, structures }) {
  const last = samples.count - 1;
  /** @param {number} round */
  const x = (round) => LEFT + ((RIGHT - LEFT) * round) / last;
  const [leak] = leaks;
  const { slope, low, start } = part.trends[leak];
  const base = start + slope * (options.warmup - part.from);
  const list = structures.slice(0, LISTED);
  const height = 580 + 20 * Math.max(1, list.length);
  const shown = leak === 'native' ? 'native' : 'javascript';
  const series = samples[leak === 'native' ? 'native' : leak];
  const upper = panel({ series, base, count: samples.count, x, top: 104, bottom: 372, colour: LINES[shown] });
  const lower = panel({ series: samples.rss, base: samples.rss[options.warmup], count: samples.count, x, top: 424, bottom: 492, colour: LINES.rss });
  const end = part.to - 1;
  const trend = `<line x1="${at(x(part.from))}" y1="${at(upper.y(start))}" x2="${at(x(end))}" y2="${at(upper.y(start + slope * (end - part.from)))}" stroke="${LINES.trend}" stroke-width="2.5" stroke-dasharray="8 5"/>`;
  const limit = `<line x1="${at(x(part.from))}" y1="${at(upper.y(start))}" x2="${at(x(end))}" y2="${at(upper.y(start + options.maxGrowthPerRound * (end - part.from)))}" stroke="${FAINT}" stroke-width="1.5" stroke-dasharray="2 4"/>`;
  const names = list.length > 0 ? list.map(structure) : ['No structure of this library grew.'];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif" font-size="13" fill="${INK}">
<title>${escape(options.name)}: ${SERIES[leak]} grows by ${bytes(slope)} a round</title>
<rect width="100%" height="100%" fill="#ffffff"/>
${text(LEFT, 34, escape(options.name), 'font-size="19" font-weight="600"')}
${text(LEFT, 58, `${SERIES[leak]} grows by ${bytes(slope)} a round (certainly by ${bytes(low)}); allowed ${bytes(options.maxGrowthPerRound)}`, `fill="${LINES.trend}" font-weight="600"`)}
<rect x="${LEFT}" y="${upper.top}" width="${at(x(options.warmup) - LEFT)}" height="${lower.bottom - upper.top}" fill="#eef1f4"/>
${options.warmup > 0 ? text((LEFT + x(options.warmup)) / 2, upper.top - 8, 'warm-up', `text-anchor="middle" fill="${FAINT}" font-size="12"`) : ''}
${text(RIGHT, upper.top - 8, `measured after each round (line), its slope (dashed), maxGrowthPerRound (dotted)`, `text-anchor="end" fill="${FAINT}" font-size="12"`)}
${upper.svg}
${trend}
${limit}
${text(LEFT, lower.top - 10, `Resident memory, which decides nothing: ${signed(growth.rss)} a round`, `fill="${FAINT}" font-size="12"`)}
${lower.svg}
${ticks(x, last, lower.bottom)}
${text((LEFT + RIGHT) / 2, lower.bottom + 40, 'Round', 'text-anchor="middle"')}
${names.map((name, row) => text(LEFT, lower.bottom + 68 + 20 * row, escape(name), row === 0 ? '' : `fill="${FAINT}"`)).join('\n')}
</svg>
`;
}

/**
 * One diagram: what a series was above `base`.
 * @param {{ series: Float64Array, base: number, count: number, x: (round: number) => number, top: number, bottom: number, colour: string }} what
 */
function panel({ series, base, count, x, top, bottom, colour }) {
  const values = Array.from(series.subarray(0, count), (value) => value - base);
  const lowest = Math.min(0, ...values);
  const step = stepFor(Math.max(1, Math.max(...values) - lowest), (bottom - top) / 34);
  const min = Math.floor(lowest / step) * step;
  const max = Math.max(min + step, Math.ceil(Math.max(...values) / step) * step);
  /** @param {number} value above `base` */
  const place = (value) => bottom - ((bottom - top) * (value - min)) / (max - min);
  const grid = [];
  for (let value = min; value <= max; value += step) {
    const style = value === 0 ? '' : 'stroke-opacity="0.35"';
    grid.push(`<line x1="${LEFT}" y1="${at(place(value))}" x2="${RIGHT}" y2="${at(place(value))}" stroke="#9aa5b1" ${style}/>`);
    grid.push(text(LEFT - 8, place(value) + 4, signed(value), `text-anchor="end" fill="${FAINT}"`));
  }
  const points = values.map((value, round) => `${at(x(round))},${at(place(value))}`).join(' ');
  const line = `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="2" stroke-linejoin="round"/>`;
  return { top, bottom, svg: [...grid, line].join('\n'), y: (/** @type {number} */ amount) => place(amount - base) };
}

/**
 * A round step of which there are about so many.
 * @param {number} range
 * @param {number} wanted
 */
function stepFor(range, wanted) {
  const least = range / wanted;
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least) ?? least;
}

/**
 * @param {(round: number) => number} x
 * @param {number} last
 * @param {number} bottom
 */
function ticks(x, last, bottom) {
  const step = Math.max(1, stepFor(last, 12));
  const marks = [];
  for (let round = 0; round <= last; round += step) marks.push(text(x(round), bottom + 20, String(round), 'text-anchor="middle"'));
  return marks.join('\n');
}

/**
 * @param {number} x
 * @param {number} y
 * @param {string} content
 * @param {string} style
 */
function text(x, y, content, style) {
  return `<text x="${at(x)}" y="${at(y)}" ${style}>${content}</text>`;
}

/** @param {string} content */
function escape(content) {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Tenths of a pixel are enough. @param {number} number */
function at(number) {
  return Number(number.toFixed(1));
}

exports.chart = chart;
