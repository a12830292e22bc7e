// One soak from the beginning to the end: cycles of traffic with workers in it, a sample after each.

import { createRequire } from 'node:module';
import { setImmediate as macrotask } from 'node:timers/promises';
import robust from '../../index.js';
import { random } from '../../__test__/support/random.mjs';
import { Crew } from './crew.mjs';
import { Failures } from './failures.mjs';
import { planted, sabotage } from './leak.mjs';
import { FEWEST, Series } from './series.mjs';
import { Texts } from './texts.mjs';
import { Traffic } from './traffic.mjs';
import { judge } from './verdict.mjs';
import { World } from './world.mjs';

const require = createRequire(import.meta.url);
const { collect } = require('../../lib/testing/collect.js');
const { memoryReport, watchMemory } = robust;
const GB = 2 ** 30;
/** Operations between two turns of the event loop. */
const BATCH = 200;
/** Seconds of traffic that may be made up for after a pause. */
const MOST_LATE = 1;
/** Turns of collection that finalizers get in the end. */
const LAST_TURNS = 40;

/**
 * @param {ReturnType<typeof import('./options.mjs').settings>} given
 * @param {(now: { seconds: number, ops: number, sessions: number, audits: number }) => void} show
 */
export async function run(given, show) {
  const failures = new Failures();
  failures.listen();
  const chance = random(given.seed);
  const world = new World(given, failures);
  const traffic = new Traffic(world, given, chance, new Texts(chance));
  const crew = new Crew(world, chance, given.workers);
  const leak = planted(given.leak.place, given.leak.rate);
  sabotage(given.sabotage, world);
  const watched = { samples: 0 };
  const watch = watchMemory({
    limit: 4 * GB, interval: 250,
    onSample: () => { watched.samples += 1; },
    onWarn: ({ rss }) => failures.add('watch', new Error(`${rss} bytes`)),
  });

  const series = new Series(Math.ceil(given.seconds / given.interval) + 2 + FEWEST);
  const begin = performance.now();
  const elapsed = () => (performance.now() - begin) / 1000;
  const pace = { late: 0 };
  let audits = 0;
  let audited = 0;
  // On a machine under load longer, until there is something to judge by.
  const enough = () => elapsed() >= given.seconds && series.count - series.from(given.warmup) > FEWEST;
  for (let next = given.interval; !enough(); next = Math.max(next + given.interval, elapsed() + given.interval / 2)) {
    const crewed = crew.work((next - elapsed()) * 1000);
    while (elapsed() < next || crew.working) await trafficFor();
    await crewed;
    await series.take(elapsed());
    if (elapsed() >= (audits + 1) * given.auditEvery) {
      try {
        audited += await world.audit();
      } catch (error) {
        failures.add('audit', error);
      }
      audits += 1;
    }
  }
  const seconds = elapsed();
  const verdict = judge(series, given.warmup, given.allow);
  watch.close();
  await end(world, failures, given.leak.rate > 0);
  const counts = {
    seconds, operations: traffic.done, rate: traffic.done / seconds, sessions: traffic.generations, hooks: world.ended, audits, audited,
    workers: { ended: crew.ended, terminated: crew.terminated }, watched: watched.samples, planned: failures.planned,
  };
  return { series, verdict, failures: failures.list, counts, warmup: given.warmup };

  /** Until traffic is as far as it should be, then a pause. */
  async function trafficFor() {
    leak();
    const due = elapsed() * given.rate - pace.late;
    if (due - traffic.done > MOST_LATE * given.rate) pace.late += due - traffic.done - MOST_LATE * given.rate;
    show({ seconds: elapsed(), ops: traffic.done / elapsed(), sessions: world.sessions.size, audits });
    if (traffic.done < due) {
      traffic.run(Math.min(BATCH, Math.ceil(due - traffic.done)));
      await macrotask();
      return;
    }
    await new Promise((resolve) => {
      setTimeout(resolve, 2);
    });
  }
}

/**
 * All is closed: nothing may be left of anything.
 * @param {World} world
 * @param {Failures} failures
 * @param {boolean} leaking
 */
async function end(world, failures, leaking) {
  try {
    await world.close();
    let left = '';
    for (let turn = 0; turn < LAST_TURNS; turn += 1) {
      await collect(() => undefined);
      left = remains(leaking);
      if (left === '') return;
    }
    throw new Error(`after the end there are still ${left}`);
  } catch (error) {
    failures.add('end', error);
  }
}

/** @param {boolean} leaking */
function remains(leaking) {
  const { rows, otherThreads: { maps, histories } } = memoryReport();
  // What streams and leases hold of histories that are gone is empty.
  const ours = rows.filter(({ name, entries }) => entries > 0 && !(leaking && name === 'planted leak'));
  const names = [...new Set(ours.map(({ kind, name }) => `${kind} ${name}`))];
  if (maps + histories > 0) names.push(`${maps} maps and ${histories} histories of workers`);
  return names.join(', ');
}
