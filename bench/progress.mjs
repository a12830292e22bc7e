// A bar on a terminal, a line per job elsewhere.

import { SingleBar } from 'cli-progress';

/** @param {number} total jobs that are certain to come */
export function progress(total) {
  const start = performance.now();
  const bar = process.stdout.isTTY === true ? new SingleBar({
    format: '{bar} {percentage}%  {value}/{total}  {job}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 28,
    hideCursor: true,
    clearOnComplete: true,
    linewrap: false,
  }) : undefined;
  let done = 0;
  bar?.start(total, 0, { job: '' });
  return {
    /** @param {string} job that begins */
    begin(job) {
      if (bar === undefined) console.log(`${seconds(start).padStart(7)}  ${String(done + 1).padStart(3)}/${total}  ${job}`);
      else bar.update(done, { job });
    },
    end() {
      done += 1;
      bar?.update(done);
    },
    stop() {
      bar?.stop();
      return seconds(start);
    },
  };
}

/** @param {number} since */
function seconds(since) {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
