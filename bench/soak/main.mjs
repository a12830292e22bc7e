// The soak: `npm run soak`, `-- --minutes 30`, `-- --runtime bun`. Mixed traffic for a while, and memory that must stay flat.

import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { settings } from './options.mjs';
import { chart, summary } from './report.mjs';
import { run } from './run.mjs';
import { picture } from './picture.mjs';
import { soakBar } from './bar.mjs';

const results = fileURLToPath(new URL('../results/', import.meta.url));
const isBun = process.versions.bun !== undefined;
const runtime = { name: isBun ? 'bun' : 'node', title: isBun ? `Bun ${process.versions.bun}` : `Node ${process.versions.node}` };

/**
 * @param {readonly string[]} args
 * @returns {Promise<number>} the exit code: 1 for growth, a failed audit or an error that nobody expected
 */
export async function soak(args) {
  const given = settings(args);
  const machine = `${cpus()[0]?.model.trim() ?? 'a processor'}, ${availableParallelism()} cores`;
  console.log(`${runtime.title}, ${machine}; load ${loadavg()[0].toFixed(2)}; seed ${given.seed}`);
  console.log(`${given.sessions.toLocaleString('en')} sessions, ${given.rate.toLocaleString('en')} operations a second, ${given.seconds} s, ${given.warmup.toFixed(0)} of them to warm up; a simulated minute of it takes ${(60 / given.speed).toFixed(2)} s`);
  const bar = soakBar(given);
  let found;
  try {
    found = await run(given, bar.show);
  } finally {
    bar.stop();
  }
  const { series, verdict, failures } = found;
  console.log(`\n${chart(series)}\n\n${summary(found)}`);
  for (const message of [...verdict.messages, ...failures]) console.error(`✘ ${message}`);
  const files = save(given, machine, found);
  console.log(`Written: ${files.join(', ')}`);
  const passed = verdict.growing.length === 0 && failures.length === 0;
  console.log(passed ? '✔ memory is flat, all audits passed' : '✘ FAILED');
  return passed ? 0 : 1;
}

/**
 * @param {ReturnType<typeof settings>} given
 * @param {string} machine
 * @param {Awaited<ReturnType<typeof run>>} found
 */
function save(given, machine, { series, verdict, failures, counts }) {
  const folder = given.out ?? results;
  mkdirSync(folder, { recursive: true });
  // Only a complete run replaces what is kept in the repository.
  const name = given.complete ? `soak-${runtime.name}` : `partial-soak-${runtime.name}`;
  const until = (/** @type {Float64Array} */ values, digits = 0) => Array.from(values.subarray(0, series.count), (value) => Number(value.toFixed(digits)));
  const { rss, heap, javascript, native } = series.memory;
  const data = {
    date: new Date().toISOString(), runtime: runtime.title, machine, load: loadavg()[0], given, counts, failures,
    trends: verdict.trends, growing: verdict.growing, structures: verdict.structures,
    series: { seconds: until(series.at, 1), rss: until(rss), heap: until(heap), javascript: until(javascript), native: until(native) },
  };
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(data, undefined, 1).replaceAll(/\n {3,}(?=[-\d])/g, ' ')}\n`);
  writeFileSync(join(folder, `${name}.svg`), picture(data));
  return [`${name}.json`, `${name}.svg`];
}
