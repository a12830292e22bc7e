// A bar on a terminal, a line every few seconds elsewhere: the library does both.

import { SingleBar } from 'cli-progress';
import { titles } from './stores.mjs';

/**
 * @param {string} label
 * @param {number} total Samples to come.
 */
export function progress(label, total) {
  const bar = new SingleBar({
    format: `${label}  {bar} {percentage}%  {variant} {memory}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 28,
    stream: process.stdout,
    hideCursor: true,
    noTTYOutput: true,
    notTTYSchedule: 4000,
    emptyOnZero: true,
  });
  bar.start(total, 0, { variant: '', memory: '' });
  return {
    /**
     * @param {string} variant
     * @param {{ rss: number }} sample
     */
    step(variant, { rss }) {
      bar.increment(1, { variant: titles[variant].padEnd(16), memory: `${(rss / 2 ** 20).toFixed(0).padStart(5)} MB` });
    },
    stop() {
      bar.stop();
    },
  };
}
