// Resident memory: of arrays and of histories with the same real text, and what comes back.

import { corpus, fresh } from './history-text.mjs';
import { ways } from './history-ways.mjs';
import { BoundedHistory, MESSAGES, calmResident, resident, sealAll } from './history-support.mjs';

/** Makes sessions; `parts`: the content is an array of parts; `hold`: what is kept of a message in an array. */
function sessions(cuts, count, bounded, parts, sealAfter = 2000, hold = (message) => message) {
  const made = [];
  let next = 0;
  for (let session = 0; session < count; session += 1) {
    const history = bounded ? new BoundedHistory({ maxMessages: Infinity, sealAfter }) : [];
    for (let n = 0; n < MESSAGES; n += 1) {
      const text = fresh(cuts[next]);
      next = (next + 1) % cuts.length;
      const message = { role: n % 2 === 0 ? 'user' : 'assistant', content: parts ? [{ type: 'text', text }] : text };
      history.push(bounded ? message : hold(message));
    }
    made.push(history);
  }
  return made;
}

/** The code is compiled, and the room for young objects has its size, before anything is weighed. */
function warm(cuts, bounded, parts) {
  sessions(cuts, 2, bounded, parts);
  let length = 0;
  for (let round = 0; round < 8; round += 1) for (const cut of cuts) length += fresh(cut).length;
  return length;
}

/** @param {{ what: 'arrays' | 'histories' | 'buffers' | 'zstd', parts: boolean, sealed: boolean, count: number }} job */
export async function memory({ what, parts, sealed, count }) {
  const cuts = corpus();
  const plain = what === 'arrays' || what === 'histories';
  if (!plain && ways[what] === undefined) return null;
  warm(cuts, what === 'histories', parts);
  const before = await calmResident();
  const heapBefore = process.memoryUsage().heapUsed;
  const made = sessions(cuts, count, what === 'histories', parts, sealed ? 2000 : Infinity, ways[what]?.hold);
  if (sealed) sealAll();
  const after = await calmResident();
  const heap = process.memoryUsage().heapUsed - heapBefore;
  let [chars, bytes, wide] = [0, 0, 0];
  for (let at = 0; at < cuts.length; at += 1) {
    const text = fresh(cuts[at]);
    chars += text.length;
    bytes += Buffer.byteLength(text);
    if (/[^\0-\u00ff]/.test(text)) wide += 1;
  }
  return { perMessage: (after - before) / (made.length * MESSAGES), heap: heap / (made.length * MESSAGES), messages: made.length * MESSAGES, chars: chars / cuts.length, bytes: bytes / cuts.length, wide: wide / cuts.length };
}

/**
 * Drops 90 % of what was held; how much of that left the process.
 * @param {{ what: 'arrays' | 'histories', count: number, close?: boolean }} job
 */
export async function returned({ what, count }) {
  const cuts = corpus();
  warm(cuts, what === 'histories', false);
  const before = await resident();
  let made = sessions(cuts, count, what === 'histories', false, Infinity);
  const full = await resident();
  made = made.filter((_, at) => at % 10 === 0);
  const after = await resident();
  return { held: full - before, left: after - before, kept: made.length, share: (full - after) / (0.9 * (full - before)) };
}
