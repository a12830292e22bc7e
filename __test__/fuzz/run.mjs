// Sequences of steps until there are enough. A sequence is all that its seed says: it can be run alone.

import { setImmediate as macrotask } from 'node:timers/promises';
import { Collections } from './collections.mjs';
import { Groups } from './groups.mjs';
import { Histories } from './histories.mjs';
import { Parsing } from './parsing.mjs';
import { Fault } from './world.mjs';

const WORLDS = { collections: Collections, groups: Groups, histories: Histories, parsing: Parsing };
/** Operations of ours in a sequence; callbacks add theirs. */
const LENGTH = 120;

/** @param {keyof typeof WORLDS} kind @param {number} seed */
async function sequence(kind, seed) {
  const world = new WORLDS[kind](seed);
  const { emitWarning } = process;
  // A callback that fails in `onError`, and a timer that cannot be set.
  process.emitWarning = (warning) => world.background(warning);
  try {
    for (let left = LENGTH; left > 0; left -= 1) {
      world.top();
      if (left % 10 === 0) await world.settle();
      if (left % 30 === 0) world.check();
    }
    await world.finish();
  } finally {
    process.emitWarning = emitWarning;
  }
  return world.steps;
}

/**
 * @param {{ kind: keyof typeof WORLDS, steps: number, seed: number }} options
 * @returns {Promise<{ steps: number, sequences: number }>}
 */
export async function fuzz({ kind, steps, seed }) {
  let done = 0;
  let sequences = 0;
  for (; done < steps; sequences += 1) {
    const own = seed + sequences;
    try {
      done += await sequence(kind, own);
      // What a WeakRef was asked for lives until the turn is over.
      if (sequences % 16 === 0) await macrotask();
    } catch (error) {
      const failure = error instanceof Error && !(error instanceof Fault) ? error : new Error(`thrown: ${String(error)}`, { cause: error });
      failure.message = `seed ${own} (npm run fuzz:js -- --world ${kind} --steps 1 --seed ${own} repeats it): ${failure.message}`;
      throw failure;
    }
  }
  return { steps: done, sequences };
}

export const KINDS = /** @type {(keyof typeof WORLDS)[]} */ (Object.keys(WORLDS));
