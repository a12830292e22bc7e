// The benchmark of histories: `npm run bench:history`, `-- --quick`, `-- --node /path/to/node` (several times),
// `-- --only memory,speed`, `-- --megabytes 1024` (what is held for `returned` and `stall`), `-- --minutes 10` (churn).

import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { sections } from './history-report.mjs';
import { progress } from './progress.mjs';
import { markdown, terminal } from './render.mjs';
import { findRuntimes, runJob } from './runtimes.mjs';

const file = fileURLToPath(new URL('./history-child.mjs', import.meta.url));
const folder = new URL('./results/', import.meta.url);
/** Megabytes of text in a session of 200 messages, about. */
const SESSION_MB = 0.6;
const KINDS = ['memory', 'returned', 'speed', 'stall', 'churn'];

/** @param {{ quick: boolean, megabytes: number, minutes: number, only: readonly string[] }} choice */
function plan({ quick, megabytes, minutes, only }) {
  const count = quick ? 50 : 1000;
  const memory = [false, true].flatMap((parts) => [
    { kind: 'memory', what: 'arrays', parts, sealed: false, count },
    { kind: 'memory', what: 'histories', parts, sealed: false, count },
    { kind: 'memory', what: 'histories', parts, sealed: true, count },
  ]);
  const others = ['buffers', 'zstd'].map((what) => ({ kind: 'memory', what, parts: false, sealed: false, count }));
  const returned = ['arrays', 'histories'].map((what) => ({ kind: 'returned', what, count: Math.ceil(megabytes / SESSION_MB) }));
  const all = [
    ...memory, ...others, ...returned, { kind: 'speed', quick }, { kind: 'stall', megabytes }, ...(minutes > 0 ? [{ kind: 'churn', megabytes: Math.min(megabytes, 100), seconds: minutes * 60 }] : []),
  ];
  return all.filter(({ kind }) => only.includes(kind));
}

/**
 * @param {readonly string[]} args
 * @returns {Promise<number>} the exit code: a missed target is no failure, a broken job is
 */
export async function benchHistory(args) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      node: { type: 'string', multiple: true, default: [] },
      only: { type: 'string', default: KINDS.join() },
      megabytes: { type: 'string' },
      minutes: { type: 'string', default: '0' },
    },
  });
  const only = values.only.split(',');
  const unknown = only.filter((kind) => !KINDS.includes(kind));
  if (unknown.length > 0) {
    console.error(`there is no ${unknown.join()} here, but ${KINDS.join(', ')}`);
    return 2;
  }
  const choice = { quick: values.quick, megabytes: Number(values.megabytes ?? (values.quick ? 60 : 300)), minutes: Number(values.minutes), only };
  const machine = `${cpus()[0]?.model ?? 'a processor'}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GB; load ${loadavg()[0].toFixed(2)}`;
  console.log(machine);
  const runtimes = findRuntimes(values.node);
  const jobs = plan(choice);
  const bar = progress(jobs.length * runtimes.length);
  const all = [];
  const failures = [];
  for (const runtime of runtimes) {
    const results = { name: runtime.name, kind: runtime.kind, memory: [], returned: [], speed: undefined, stall: undefined, churn: undefined };
    for (const job of jobs) {
      bar.begin(`${runtime.name}: ${Object.values(job).filter((value) => typeof value === 'string').join(' ')}${job.sealed ? ', sealed' : ''}${job.parts ? ', parts' : ''}`);
      try {
        const result = await runJob(runtime, job, { file, patience: 600_000 + choice.minutes * 60_000 });
        if (result === null) continue; // this runtime has no such thing
        if (Array.isArray(results[job.kind])) results[job.kind].push({ job, result });
        else results[job.kind] = result;
      } catch (error) {
        failures.push(String(error));
      }
      bar.end();
    }
    all.push(results);
  }
  const took = bar.stop();
  const report = sections(all);
  console.log(terminal(report));
  for (const failure of failures) console.error(failure);
  const complete = !values.quick && only.length === KINDS.length;
  const name = complete ? 'history' : 'partial-history';
  mkdirSync(folder, { recursive: true });
  const summary = `${machine}. Took ${took}.`;
  writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify({ date: new Date().toISOString(), machine, took, choice, runtimes: all }, undefined, 1)}\n`);
  writeFileSync(new URL(`${name}.md`, folder), `# Benchmark of histories\n\n${summary}\n\n${markdown(report)}\n`);
  console.log(`\n${summary}\nWritten: bench/results/${name}.json, .md`);
  return failures.length === 0 ? 0 : 1;
}
