// The demo: four variants of one worker, each in a process of its own, on Node and, if it is there, on Bun.

import { mkdirSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { figuresOf, mb } from './figures.mjs';
import { progress } from './progress.mjs';
import { chart, table, verdict } from './report.mjs';
import { run } from './run.mjs';
import { findRuntime } from './runtimes.mjs';
import { ours, titles, variants } from './stores.mjs';
import { burstRound, limits, minutesPerRound, reported, rounds, story } from './story.mjs';
import { picture } from './svg.mjs';
import { comparisons, expectations, leakShows, promises } from './verdict.mjs';

const results = new URL('../../demo-results/', import.meta.url);

/**
 * @param {readonly string[]} args
 * @returns {Promise<number>} The exit code.
 */
export async function demo(args) {
  const { values } = parseArgs({ args: [...args], options: { runtime: { type: 'string' }, report: { type: 'boolean', default: false } } });
  const names = values.runtime === undefined ? ['node', 'bun'] : [values.runtime];
  const unknown = names.find((name) => rounds[name] === undefined);
  if (unknown !== undefined) {
    console.error(`--runtime is node or bun, not ${unknown}`);
    return 2;
  }
  console.log(introduction());
  const start = performance.now();
  let met = true;
  for (const name of names) {
    const runtime = findRuntime(name);
    if (runtime !== undefined) {
      met = (await tell(runtime, values.report)) && met;
      continue;
    }
    console.log(`\n${name} is not installed here: left out.`);
    // Left out of a round trip is one thing, left out when asked for another.
    if (values.runtime !== undefined) met = false;
  }
  console.log(`\n${met ? 'All expectations are met' : 'NOT ALL expectations are met'}, ${seconds(start)} s.`);
  return met ? 0 : 1;
}

/** The story on one runtime. @param {import('./runtimes.mjs').Runtime} runtime @param {boolean} report */
async function tell(runtime, report) {
  const total = rounds[runtime.name];
  console.log('');
  const bar = progress(runtime.label, variants.length * (total + story.quietRounds));
  const all = [];
  try {
    for (const variant of variants) {
      all.push(figuresOf(await run(runtime, variant, total, (sample) => bar.step(variant, sample), report)));
    }
  } finally {
    bar.stop();
  }

  const [plain] = all;
  const kept = all.filter(({ variant }) => ours.includes(variant));
  console.log(`\nResident memory after each round, ${runtime.label}\n\n${chart(all)}\n\n${table(all)}\n`);
  console.log(`${verdict(all)}\n`);
  console.log(scale(plain));
  console.log(`Picture: ${draw(runtime, all)}`);
  if (!leakShows(plain)) {
    console.log('The plain Map did not grow round by round: this run proves nothing.');
    return false;
  }
  const [robust, bounded] = kept;
  return kept.every((figures) => [...expectations, ...promises].every(({ ask }) => ask(figures, plain).met))
    && comparisons.every(({ ask }) => ask(bounded, robust).met);
}

function introduction() {
  const { sessionsPerRound, toolCalls, steady, waiting, waitRounds, burst, quietRounds } = story;
  return [
    'A session worker on a platform where `session.deleted` never fires.',
    `A round is ${minutesPerRound} simulated minutes: ${sessionsPerRound} sessions start, make ${toolCalls} tool calls each on real files, and end unannounced.`,
    `${steady} more are worked on all day, ${waiting} wait for tool calls of ${waitRounds * minutesPerRound} minutes. Once, ${burst.sessions} short sessions come at a time.`,
    `At the end nobody works for ${quietRounds * minutesPerRound} minutes. Limits: ${limits.ttl / 60_000} minutes idle, ${limits.maxSize} sessions.`,
  ].join('\n');
}

/** How far this is from what was reported, said in numbers. @param {import('./figures.mjs').Figures} plain */
function scale(plain) {
  const { from, to } = reported.growthMb;
  const days = reported.daysGb / plain.dayGb;
  const { files, text } = plain.ending;
  return [
    `Text: ${mb(text).toFixed(0)} MB in each variant, from ${files.toLocaleString('en')} files.`,
    `Scale: ${titles.plain} grows by ${plain.growthMb.toFixed(0)} MB a round here; the second report saw ${from}–${to} MB, ${(from / plain.growthMb).toFixed(0)} to ${(to / plain.growthMb).toFixed(0)} times as much.`,
    `At this rate a day comes to ${plain.dayGb.toFixed(0)} GB, and the ${reported.daysGb} GB of the first report to ${days.toFixed(1)} days.`,
    'A map bounds how long sessions stay, not how long they get: conversations and outputs in use still grow; a history bounds and compresses those.',
  ].join('\n');
}

/** @returns {string} Where the picture is. */
function draw(runtime, all) {
  mkdirSync(results, { recursive: true });
  const file = new URL(`rss-${runtime.name}.svg`, results);
  writeFileSync(file, picture(runtime.label, all, burstRound(rounds[runtime.name])));
  return relative(process.cwd(), fileURLToPath(file));
}

/** @param {number} start */
function seconds(start) {
  return ((performance.now() - start) / 1000).toFixed(0);
}
