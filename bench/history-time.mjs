// What takes time to show: the event loop while much is held and sealed, and memory under churn.

import { Gaps } from './gaps.mjs';
import { corpus, fresh } from './history-text.mjs';
import { BoundedHistory, MB, MESSAGES, binding, pause, resident, turn } from './history-support.mjs';

/** @param {any} history @param {Buffer[]} cuts @param {number} from */
function fill(history, cuts, from) {
  for (let n = 0; n < MESSAGES; n += 1) {
    history.push({ role: n % 2 === 0 ? 'user' : 'assistant', content: fresh(cuts[(from + n) % cuts.length]) });
  }
}

/** Gaps between turns of a loop that does nothing, for some time, or until `done`. */
async function gapsOf(milliseconds, done = () => false) {
  const begin = performance.now();
  const gaps = new Gaps();
  let last = begin;
  while (last - begin < milliseconds) {
    await turn();
    const now = performance.now();
    gaps.add(now - last);
    last = now;
    if (gaps.count % 20_000 === 0) {
      if (done()) break;
      last = performance.now();
    }
  }
  return gaps;
}

/**
 * The longest gap between two turns of the loop while the background thread seals what is held. The loop does
 * nothing else: what is seen is what the histories, the runtime and the machine do.
 *
 * @param {{ megabytes: number }} job of text
 */
export async function stall({ megabytes }) {
  const cuts = corpus();
  const empty = await gapsOf(6000);
  const held = [];
  let bytes = 0;
  while (bytes < megabytes * MB) {
    const history = new BoundedHistory({ maxMessages: Infinity, sealAfter: 1000 });
    fill(history, cuts, held.length * MESSAGES);
    bytes += history.byteLength;
    held.push(history);
    await turn();
  }
  await resident();
  const begin = performance.now();
  let sealed = 0;
  let before = -1;
  const gaps = await gapsOf(60_000, () => {
    before = sealed;
    ({ sealedBytes: sealed } = JSON.parse(binding.historyTotals()));
    return sealed > 0 && sealed === before && performance.now() - begin > 6000;
  });
  return {
    megabytes: bytes / MB, longest: gaps.max, p999: gaps.percentile(99.9), empty: empty.max, sealed, held: held.length, seconds: (performance.now() - begin) / 1000,
  };
}

/**
 * Sessions come and go at a fixed number for minutes.
 * @param {{ megabytes: number, seconds: number }} job
 */
export async function churn({ megabytes, seconds }) {
  const cuts = corpus();
  const count = Math.max(4, Math.round((megabytes * MB) / (MESSAGES * 3000)));
  const held = Array.from({ length: count }, () => undefined);
  const samples = [];
  const begin = performance.now();
  let next = 0;
  let made = 0;
  while (performance.now() - begin < seconds * 1000) {
    const history = new BoundedHistory({ maxMessages: MESSAGES });
    fill(history, cuts, made * 31);
    // Half are closed, half are left to the collector.
    if (made % 2 === 0) held[next]?.close();
    held[next] = history;
    next = (next + 1) % count;
    made += 1;
    await turn();
    if (made % count === 0) samples.push({ at: (performance.now() - begin) / 1000, rss: process.memoryUsage().rss });
    if (made % 50 === 0) await pause(1);
  }
  const settled = samples.slice(Math.floor(samples.length / 4));
  const half = settled.length >> 1;
  const mean = (list) => list.reduce((sum, { rss }) => sum + rss, 0) / Math.max(1, list.length);
  return { made, count, first: mean(settled.slice(0, half)), second: mean(settled.slice(half)), end: await resident(), rounds: samples.length };
}
