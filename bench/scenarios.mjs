// The reports' scenarios end to end: the demo's worker, its rounds and a week of it, with one variant of its stores.

import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { Day } from '../examples/demo/day.mjs';
import { textFiles } from '../examples/demo/text.mjs';
import { ROUNDS, WEEK } from './scenario-plan.mjs';
import { Week } from './scenario-week.mjs';

/** Collections before memory is read: with the heap that a plain Map leaves behind, more would take most of the time. */
const COLLECTIONS = 2;
const root = fileURLToPath(new URL('../', import.meta.url));

/**
 * @param {{ scenario: 'rounds' | 'week', variant: string }} job
 * @returns {Promise<Pick<import('./scenario-plan.mjs').Scenario, 'samples' | 'children' | 'lost' | 'text'>>}
 */
export async function scenario({ scenario: name, variant }) {
  const files = textFiles(root);
  /** @type {import('./scenario-plan.mjs').Sample[]} */
  const samples = [];
  const lived = name === 'week' ? await week() : await rounds();
  return { samples, children: lived.children.open, lost: lived.losses.sessions, text: lived.tools.bytes };

  async function rounds() {
    const day = new Day(variant, ROUNDS, files);
    for (let round = 1; round <= ROUNDS; round += 1) {
      day.work(round);
      await sample(day, round, 'work');
    }
    return day;
  }

  async function week() {
    const lives = new Week(variant, files);
    for (let day = 1; day <= WEEK.days; day += 1) {
      lives.day();
      await sample(lives, day, 'evening');
      lives.night();
      await sample(lives, day, 'morning');
    }
    return lives;
  }

  /**
   * Memory before anything is counted: `size` would remove what is due, and a sample must not clean up.
   * @param {Day | Week} of
   * @param {number} at
   * @param {string} phase
   */
  async function sample(of, at, phase) {
    const { rss, heapUsed: heap } = await settled();
    samples.push({ at, phase, rss, heap, live: of.manager.sessions.size });
  }
}

/** Without garbage. A pause lets the allocator give back what a collection has freed. */
async function settled() {
  for (let i = 0; i < COLLECTIONS; i += 1) {
    if (globalThis.Bun === undefined) globalThis.gc?.();
    else globalThis.Bun.gc(true);
    await sleep(10);
  }
  return process.memoryUsage();
}
