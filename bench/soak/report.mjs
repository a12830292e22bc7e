// What the terminal shows in the end.

import asciichart from 'asciichart';
import Table from 'cli-table3';
import { TITLES } from './series.mjs';
import { rate } from './verdict.mjs';

const COLUMNS = 72;
const ROWS = 14;
const MB = 2 ** 20;

/** @param {import('./series.mjs').Series} series */
export function chart({ memory, count }) {
  const lines = [memory.rss, memory.javascript, memory.native].map((values) => stretched(values.subarray(0, count)));
  const plot = asciichart.plot(lines, { height: ROWS, min: 0, format: (/** @type {number} */ value) => `${value.toFixed(0)} MB`.padStart(9) });
  return `Resident memory (top), JS heap with external memory, native memory, after a collection each\n\n${plot}`;
}

/** As many values as the chart has columns, in MB. @param {Float64Array} values */
function stretched(values) {
  return Array.from({ length: COLUMNS }, (_, column) => values[Math.round((column * (values.length - 1)) / (COLUMNS - 1))] / MB);
}

/** @param {Awaited<ReturnType<typeof import('./run.mjs').run>>} found */
export function summary({ series, verdict, counts, warmup }) {
  const from = series.from(warmup);
  const table = new Table({
    head: ['after the warm-up', 'first', 'last', 'slope', 'at least', 'at most'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  const mb = (/** @type {number} */ bytes) => `${(bytes / MB).toFixed(1)} MB`;
  for (const [name, title] of Object.entries(TITLES)) {
    const values = series.memory[/** @type {'rss'} */ (name)];
    const { slope, low, high } = verdict.trends[name];
    table.push([title, mb(values[from]), mb(values[series.count - 1]), rate(slope), rate(low), rate(high)]);
  }
  const { operations, rate: ops, sessions, hooks, audits, audited, workers, watched, planned } = counts;
  const n = (/** @type {number} */ value) => Math.round(value).toLocaleString('en');
  return `${table}
${n(operations)} operations, ${n(ops)} a second; ${n(sessions)} sessions, ${n(hooks)} ended with their hook, ${n(planned)} errors of hooks came where they belong.
${n(workers.ended)} workers ended, ${n(workers.terminated)} were terminated; ${n(audits)} audits of ${n(audited)} structures; the watch took ${n(watched)} samples.`;
}
