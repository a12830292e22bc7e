// One variant in a process of its own: lives the day, and writes a line of JSON after each round.

import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { Day } from './day.mjs';
import { memoryTable } from './memory.mjs';
import { ours } from './stores.mjs';
import { story } from './story.mjs';
import { textFiles } from './text.mjs';

const [variant, rounds, report] = [process.argv[2], Number(process.argv[3]), process.argv[4]];
const root = fileURLToPath(new URL('../../', import.meta.url));
const files = textFiles(root);
const day = new Day(variant, rounds, files);

let samples = 0;
const tell = () => process.stderr.write(`\n${variant}, after ${samples} rounds\n${memoryTable()}\n`);
// Windows has no such signal.
if (process.platform !== 'win32') process.on('SIGUSR2', tell);

for (let round = 1; round <= rounds; round += 1) {
  day.work(round);
  await sample(round, 'work');
}
if (report === 'report' && ours.includes(variant)) tell();
for (let round = rounds + 1; round <= rounds + story.quietRounds; round += 1) {
  day.rest();
  await sample(round, 'quiet');
}
send({ type: 'end', ...ending() });

/**
 * @param {number} round
 * @param {'work' | 'quiet'} phase
 */
async function sample(round, phase) {
  const rss = await settledRss();
  samples += 1;
  // Memory is read before anything is counted: `size` would remove what is due, and a sample must not clean up.
  send({
    type: 'sample',
    round,
    phase,
    rss,
    live: day.manager.sessions.size,
    longest: day.manager.longest,
    children: day.children.open,
    timers: day.clock.pending,
  });
}

/** Resident memory without garbage. A pause lets the allocator give back what a collection has freed. */
async function settledRss() {
  for (let i = 0; i < 2; i += 1) {
    if (globalThis.Bun === undefined) globalThis.gc();
    else globalThis.Bun.gc(true);
    await sleep(10);
  }
  return process.memoryUsage().rss;
}

function ending() {
  const { sessions, sessionAgentMap, toolResultCache, notified } = day.manager;
  const counts = [...day.hooks.values()];
  if (ours.includes(variant)) {
    for (const structure of [sessions, sessionAgentMap, toolResultCache, notified]) structure.validate();
  }
  return {
    started: day.started,
    ended: day.ended,
    files: files.length,
    text: day.tools.bytes,
    isMap: sessions instanceof Map,
    losses: day.losses,
    removed: counts.length,
    hooksMost: Math.max(0, ...counts),
    hooksRun: counts.reduce((sum, count) => sum + count, 0),
    longestIdle: day.longestIdle,
    entries: [sessions, sessionAgentMap, toolResultCache, notified].reduce((sum, { size }) => sum + size, 0),
  };
}

/** @param {object} message */
function send(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
