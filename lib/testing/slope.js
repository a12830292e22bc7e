'use strict';

// How fast a series grows, and how sure that is: the slope of Theil and Sen, the median of the slopes between
// any two samples, with the distribution-free bounds of Sen (1968). Up to 29 % of the samples may be anything
// without moving it far: one taken amid a compilation, one with a large buffer not collected yet.
//
// Steps that stay (code compiled, a table doubled) do move it. So the series is looked at a second time, without its
// extreme steps: what grows does so in most rounds. The lower of the two lower bounds counts; as upper bound also that of
// the second look, where the slope itself is below it.

/** Of the normal distribution: each bound holds with 99.5 %. */
const Z = 2.576;
/** One step in so many is levelled at either end, the largest and the smallest. */
const LEVELLED = 6;

/** @typedef {{ slope: number, low: number, high: number, start: number }} Trend `start`: the line's value at the first sample */

/**
 * @param {Float64Array} series
 * @param {number} from the first sample
 * @param {number} to after the last
 * @returns {Trend} per sample
 */
function trendOf(series, from, to) {
  const samples = series.subarray(from, to);
  const { slope, low, high } = theilSen(samples);
  const steady = theilSen(levelled(calmed(samples)));
  const starts = samples.map((value, i) => value - slope * i).sort();
  return { slope, low: Math.min(low, steady.low), high: Math.min(high, Math.max(slope, steady.high)), start: median(starts) };
}

/** @param {Float64Array} samples */
function theilSen(samples) {
  const n = samples.length;
  const slopes = new Float64Array((n * (n - 1)) / 2);
  let at = 0;
  for (let i = 0; i < n; i += 1) {
    for (let j = i + 1; j < n; j += 1) slopes[at++] = (samples[j] - samples[i]) / (j - i);
  }
  slopes.sort();
  // From the variance of Kendall's statistic; ties would make it smaller, so bounds are never too narrow.
  const spread = Z * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const low = slopes[Math.max(0, Math.floor((slopes.length - spread) / 2))];
  const high = slopes[Math.min(slopes.length - 1, Math.ceil((slopes.length + spread) / 2))];
  return { slope: median(slopes), low, high };
}

/**
 * Without what lasts one sample only: the running median of three.
 * @param {Float64Array} samples
 */
function calmed(samples) {
  return samples.map((value, i) => {
    const { [i - 1]: before = value, [i + 1]: after = value } = samples;
    return Math.max(Math.min(before, value), Math.min(Math.max(before, value), after));
  });
}

/**
 * With the usual step in place of the largest and of the smallest ones. As many at either end: a peak goes as it
 * came, and noise stays balanced.
 * @param {Float64Array} samples
 */
function levelled(samples) {
  const steps = samples.slice(1).map((value, i) => value - samples[i]);
  const sorted = steps.slice().sort();
  const cut = Math.floor(steps.length / LEVELLED);
  const usual = median(sorted);
  const least = sorted[cut];
  const most = sorted[steps.length - 1 - cut];
  const level = samples.slice();
  for (let i = 1; i < level.length; i += 1) {
    const step = steps[i - 1];
    level[i] = level[i - 1] + (step < least || step > most ? usual : step);
  }
  return level;
}

/** @param {Float64Array} sorted */
function median(sorted) {
  const { length } = sorted;
  return (sorted[(length - 1) >> 1] + sorted[length >> 1]) / 2;
}

exports.trendOf = trendOf;
