// A bar on a terminal, a line every ten seconds elsewhere.

import { SingleBar } from 'cli-progress';

/** @param {{ seconds: number }} given */
export function soakBar({ seconds }) {
  const bar = new SingleBar({
    format: '{bar} {percentage}%  {value}/{total} s  {ops} ops/s  {memory} MB  {sessions} sessions  {audits} audits',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    stream: process.stdout,
    hideCursor: true,
    noTTYOutput: true,
    notTTYSchedule: 10_000,
    emptyOnZero: true,
  });
  bar.start(Math.ceil(seconds), 0, { ops: 0, memory: 0, sessions: 0, audits: 0 });
  let shown = 0;
  return {
    /** @param {{ seconds: number, ops: number, sessions: number, audits: number }} now */
    show({ seconds: at, ops, sessions, audits }) {
      if (at - shown < 0.25) return;
      shown = at;
      const { rss } = process.memoryUsage();
      bar.update(Math.min(Math.floor(at), Math.ceil(seconds)), {
        ops: Math.round(ops).toLocaleString('en'), memory: Math.round(rss / 2 ** 20), sessions, audits,
      });
    },
    stop() {
      bar.stop();
    },
  };
}
