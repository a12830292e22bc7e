// The benchmark: `npm run bench`, `npm run bench -- --quick`, `npm run bench -- get evict`,
// `npm run bench -- --node /path/to/node` (may be given several times).

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chart } from './chart.mjs';
import { SUBJECT, contender, contenders } from './contenders.mjs';
import { add } from './figures.mjs';
import { names, plan } from './plan.mjs';
import { progress } from './progress.mjs';
import { markdown, terminal } from './render.mjs';
import { sections } from './report.mjs';
import { scenarioChart } from './scenario-chart.mjs';
import { findRuntimes, runJob } from './runtimes.mjs';
import { judge } from './targets.mjs';

const folder = new URL('./results/', import.meta.url);

/**
 * @param {readonly string[]} args
 * @returns {Promise<number>} the exit code: a missed target is no failure, a wrong answer is
 */
export async function bench(args) {
  const { values, positionals: only } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { quick: { type: 'boolean', default: false }, node: { type: 'string', multiple: true, default: [] } },
  });
  const unknown = only.find((word) => !names.some((name) => name === word || name.startsWith(`${word}-`)));
  if (unknown !== undefined) {
    console.error(`there is no ${unknown} here, but ${names.join(', ')}`);
    return 2;
  }
  const before = machine();
  console.log(`${before.cpu}, ${before.cores} cores, ${before.memory}, ${before.system}; load ${before.load}`);
  const runtimes = findRuntimes(values.node);
  const { all, took } = await measureAll(runtimes, { quick: values.quick, only });
  const verdicts = all.flatMap(judge);
  const report = sections(all, verdicts);
  console.log(terminal(report));

  const missed = verdicts.flatMap(({ found }) => found).filter(({ pass }) => !pass).length;
  const wrong = all.flatMap(({ failures }) => failures).length;
  const total = verdicts.flatMap(({ found }) => found).length;
  const summary = `${total - missed} of ${total} figures meet their targets, ${missed} miss. ${wrong} wrong answers of ours. Took ${took}.`;
  // Only a complete run replaces the results that are kept in the repository.
  const name = values.quick || only.length > 0 ? 'partial' : 'results';
  save(name, { date: new Date().toISOString(), ...about(before), took, runtimes: all, verdicts }, report, summary);
  console.log(`\n${summary}\nWritten: bench/results/${name}.json, .md, .svg`);
  return wrong === 0 ? 0 : 1;
}

/**
 * @param {import('./runtimes.mjs').Runtime[]} runtimes
 * @param {{ quick: boolean, only: string[] }} choice
 */
async function measureAll(runtimes, choice) {
  const ids = contenders.map(({ id }) => id);
  // What the smoke throws out makes it shorter, nothing makes it longer.
  const bar = progress((plan(choice, {}).length + 1) * runtimes.length);
  const all = [];
  let took = '';
  try {
    for (const runtime of runtimes) {
      /** @type {import('./figures.mjs').Results} */
      const results = {
        name: runtime.name, kind: runtime.kind, measured: [], bytes: {}, stalls: [], failures: [], out: [], expiry: [], weight: {}, churn: {}, collectable: {},
      };
      bar.begin(`${runtime.name}: correctness smoke`);
      const failed = await runJob(runtime, { kind: 'smoke', contenders: ids });
      for (const [id, wrong] of Object.entries(failed)) {
        for (const [claim, why] of Object.entries(wrong)) (id === SUBJECT ? results.failures : results.out).push(`${contender(id).title}, “${claim}”: ${why}`);
      }
      bar.end();
      for (const job of plan(choice, failed)) {
        bar.begin(`${runtime.name}: ${job.title}`);
        try {
          add(results, job, await runJob(runtime, job, { patience: job.patience }));
        } catch (error) {
          // The rest can still be measured.
          results.failures.push(`${job.title}: ${error instanceof Error ? error.message : error}`);
        }
        bar.end();
      }
      all.push(results);
    }
  } finally {
    took = bar.stop();
  }
  return { all, took };
}

function machine() {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown processor',
    cores: availableParallelism(),
    memory: `${(totalmem() / 2 ** 30).toFixed(0)} GB`,
    system: `${type()} ${release()} ${process.arch}`,
    load: load(),
  };
}

/** Of the last minute: who else was at work. */
function load() {
  return Number((loadavg()[0] ?? 0).toFixed(2));
}

/** @param {ReturnType<typeof machine>} before */
function about({ load: loadBefore, ...rest }) {
  const versions = Object.fromEntries(contenders.flatMap(({ module }) => (module === undefined ? [] : [[module, version(module)]])));
  return { machine: { ...rest, loadBefore, loadAfter: load() }, versions };
}

/** @param {string} module */
function version(module) {
  const path = module === 'robust-session-map' ? '../package.json' : `../node_modules/${module}/package.json`;
  return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')).version;
}

/**
 * @param {string} name
 * @param {any} data
 * @param {import('./report.mjs').Section[]} report
 * @param {string} summary
 */
function save(name, data, report, summary) {
  mkdirSync(folder, { recursive: true });
  const write = (/** @type {string} */ kind, /** @type {string} */ text) => {
    writeFileSync(fileURLToPath(new URL(`${name}.${kind}`, folder)), text);
  };
  const { machine: on, versions } = data;
  write('json', `${JSON.stringify(data, undefined, 1)}\n`);
  write('svg', chart(data.runtimes));
  const scenarios = scenarioChart(data.runtimes);
  if (scenarios !== undefined) write('scenarios.svg', scenarios);
  write('md', [
    '# Benchmark results',
    '',
    `Made by \`npm run bench\`${name === 'partial' ? ' (a part of it)' : ''} on ${data.date.slice(0, 16).replace('T', ' ')} UTC.`,
    '',
    `- ${on.cpu}, ${on.cores} cores, ${on.memory}, ${on.system}`,
    `- load of the machine just before ${on.loadBefore}, at the end ${on.loadAfter} (the benchmark itself is about 1)`,
    `- ${[...data.runtimes.map((/** @type {any} */ one) => one.name), ...Object.entries(versions).map((pair) => pair.join(' '))].join(', ')}`,
    ...contenders.map(({ title, options }) => `- ${title}: ${options}`),
    `- ${summary}`,
    '',
    `![Time per operation at 1,000 keys](${name}.svg)`,
    '',
    ...(scenarios === undefined ? [] : [`![Resident memory in the reports’ scenarios](${name}.scenarios.svg)`, '']),
    markdown(report),
  ].join('\n'));
}
