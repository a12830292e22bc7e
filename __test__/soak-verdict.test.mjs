// What the soak calls growth: what is certain, lasts, and is more than allowed.

import assert from 'node:assert';
import { Series } from '../bench/soak/series.mjs';
import { judge } from '../bench/soak/verdict.mjs';
import { describe, test } from './harness.mjs';
import { SEED, random } from './support/random.mjs';

const COUNT = 120;
const EVERY = 5;
const KB = 1000;

/**
 * A run of ten minutes: 100 MB with noise, and what `rss` adds after so many seconds.
 * @param {(seconds: number) => number} rss
 */
function runOf(rss) {
  const chance = random(SEED);
  const series = new Series(COUNT);
  for (let i = 0; i < COUNT; i += 1) {
    series.at[i] = (i + 1) * EVERY;
    const noise = () => 100e6 + 100 * KB * (chance.next() - 0.5);
    series.memory.rss[i] = noise() + rss(series.at[i]);
    series.memory.javascript[i] = noise();
    series.memory.heap[i] = noise();
    series.memory.native[i] = noise();
  }
  series.memory.count = COUNT;
  return series;
}

const growing = (/** @type {(seconds: number) => number} */ rss) => judge(runOf(rss), 120, 1024).growing;

describe(`the verdict of a soak, seed ${SEED}`, () => {
  test('flat is flat', () => assert.deepStrictEqual(growing(() => 0), []));

  test('4 KB a second are found, and by how much', () => {
    const { growing: found, trends, messages } = judge(runOf((seconds) => 4 * KB * seconds), 120, 1024);
    assert.deepStrictEqual(found, ['rss']);
    assert.ok(trends.rss.low > 1.5 * KB && trends.rss.slope > 3.7 * KB && trends.rss.slope < 4.3 * KB, JSON.stringify(trends.rss));
    assert.match(messages[0], /^memory grows: resident memory by [34](\.\d+)? KB\/s/);
  });

  test('half a KB a second is allowed', () => assert.deepStrictEqual(growing((seconds) => 0.5 * KB * seconds), []));
  test('growth before the warm-up is over is none', () => assert.deepStrictEqual(growing((seconds) => 300 * KB * Math.min(seconds, 110)), []));
  test('growth that fades is none', () => assert.deepStrictEqual(growing((seconds) => 10 * KB * Math.min(seconds, 350)), []));
  test('growth that begins late is found', () => assert.deepStrictEqual(growing((seconds) => 20 * KB * Math.max(0, seconds - 300)), ['rss']));
  test('too few samples are an error', () => {
    const series = runOf(() => 0);
    series.memory.count = 26;
    assert.throws(() => judge(series, 120, 1024), /too few for a slope/);
  });
});
