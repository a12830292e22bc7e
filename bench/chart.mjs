// The picture: time per operation at 1,000 keys, each against lru-cache.

import { FAINT, INK, line, round, sheet, text } from '../examples/demo/drawing.mjs';
import { contender, contenders } from './contenders.mjs';
import { ratio, timeOf } from './figures.mjs';
import { ratios, titleOf } from './targets.mjs';

const SIZE = 1000;
const UNIT = 'lru';
const ROWS = ['get', 'get-fresh', 'get-number', 'miss', 'has', 'set', 'fill', 'evict', 'delete-set'];
const LEFT = 190;
const PANEL = 380;
const GAP = 64;
const BAR = 12;
const TOP = 128;
/** Longer bars are cut; their labels tell how long they would be. */
const MOST = 2.5;

/** @param {import('./figures.mjs').Results[]} all */
export function chart(all) {
  const bars = contenders.filter(({ id }) => id !== UNIT && all.some((results) => ROWS.some((row) => value(results, row, id) !== undefined)));
  const rows = ROWS.filter((row) => all.some((results) => bars.some(({ id }) => value(results, row, id) !== undefined)));
  const values = all.flatMap((results) => rows.flatMap((row) => bars.map(({ id }) => value(results, row, id) ?? 0)));
  const most = Math.min(MOST, Math.max(1.25, Math.ceil(Math.max(1, ...values) * 4) / 4));
  const step = bars.length * (BAR + 2) + 16;
  const bottom = TOP + rows.length * step;
  const width = LEFT + all.length * (PANEL + GAP) + 10;
  const panels = all.map((results, at) => panel(results, rows, bars, LEFT + at * (PANEL + GAP), { most, step, bottom }));
  const names = rows.map((row, at) => text(LEFT - 14, TOP + at * step + step / 2 - 2, titleOf(row), 'text-anchor="end"'));
  return sheet(width, bottom + 56, 'Time per operation at 1,000 keys, relative to lru-cache', [
    text(24, 34, `Time per operation at 1,000 keys, ${contender(UNIT).title} = 1`, 'font-size="19" font-weight="600"'),
    text(24, 56, 'Shorter is faster. Medians, contenders interleaved.', `fill="${FAINT}"`),
    legend(bars),
    ...names,
    ...panels,
  ]);
}

/**
 * @param {import('./figures.mjs').Results} results
 * @param {string} row
 * @param {string} id
 */
function value(results, row, id) {
  return ratio(timeOf(results, row, SIZE, id), timeOf(results, row, SIZE, UNIT));
}

/**
 * @param {import('./figures.mjs').Results} results
 * @param {string[]} rows
 * @param {readonly import('./contenders.mjs').Contender[]} bars
 * @param {number} left
 * @param {{ most: number, step: number, bottom: number }} scale
 */
function panel(results, rows, bars, left, { most, step, bottom }) {
  const x = (/** @type {number} */ amount) => left + (PANEL * Math.min(amount, most)) / most;
  const parts = [text(left, TOP - 16, results.name, 'font-weight="600" font-size="15"')];
  for (let amount = 0; amount <= most; amount += 0.25) {
    const strong = amount === 0 || amount === 1;
    parts.push(line(x(amount), TOP - 6, x(amount), bottom, `stroke="${strong ? INK : '#cbd2d9'}" stroke-width="${strong ? 1.5 : 1}"`));
    if (amount % 0.5 === 0) parts.push(text(x(amount), bottom + 18, String(amount), `text-anchor="middle" fill="${FAINT}"`));
  }
  /** @type {string[]} */
  const labels = [];
  rows.forEach((row, at) => {
    const top = TOP + at * step + 2;
    bars.forEach(({ id, colour }, nth) => {
      const amount = value(results, row, id);
      const y = top + nth * (BAR + 2);
      if (amount === undefined) {
        parts.push(text(x(0) + 6, y + BAR - 2, `${contender(id).title} takes no part`, `font-size="11" fill="${FAINT}"`));
        return;
      }
      parts.push(`<rect x="${round(x(0))}" y="${round(y)}" width="${round(x(amount) - x(0))}" height="${BAR}" fill="${colour}"/>`);
      labels.push(text(x(amount) + 5, y + BAR - 2, amount > most ? `${amount.toFixed(1)} →` : amount.toFixed(2), 'font-size="11" stroke="#ffffff" stroke-width="3" paint-order="stroke"'));
    });
    const target = ratios.find((one) => one.row === row && one.size === SIZE && one.over === UNIT);
    if (target !== undefined) {
      const limit = x(target.most[results.kind]);
      parts.push(line(limit, top - 4, limit, top + bars.length * (BAR + 2) + 2, 'stroke="#b91c1c" stroke-width="2.5"'));
    }
  });
  // Last and on white, so that they can be read where a line crosses them.
  parts.push(...labels, text(left + PANEL / 2, bottom + 40, `× ${contender(UNIT).title}`, `text-anchor="middle" fill="${FAINT}"`));
  return parts.join('\n');
}

/** @param {readonly import('./contenders.mjs').Contender[]} bars */
function legend(bars) {
  let left = 24;
  const parts = bars.map(({ title, colour }) => {
    const part = `<rect x="${left}" y="72" width="12" height="12" fill="${colour}"/>${text(left + 18, 83, title, '')}`;
    left += 44 + title.length * 8;
    return part;
  });
  // Beside the line above: this one is full.
  parts.push(`${line(420, 43, 420, 59, 'stroke="#b91c1c" stroke-width="2.5"')}${text(430, 56, 'target of RobustSessionMap', `fill="${FAINT}"`)}`);
  return parts.join('\n');
}
