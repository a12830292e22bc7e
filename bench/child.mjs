// The process in which one thing is measured: `child.mjs '{"kind":"row", …}'`. Its last line of output
// is the result as JSON.

import { expiry } from './expiry.mjs';
import { measure } from './measure.mjs';
import { weigh } from './bytes.mjs';
import { smoke } from './smoke.mjs';
import { shrink, stall } from './stall.mjs';
import { churn, collectable, weight } from './weight.mjs';

/** @type {Record<string, (job: any) => Promise<unknown>>} */
const kinds = {
  smoke: ({ contenders }) => smoke(contenders),
  row: measure,
  bytes: ({ contenders: [id] }) => weigh(id),
  stall: ({ scenario }) => stall(scenario),
  shrink: async () => shrink(),
  expiry,
  weight,
  churn,
  collectable,
  // Loads the demo, which nothing else that is measured should have in its process.
  scenario: async (job) => (await import('./scenarios.mjs')).scenario(job),
};

const job = JSON.parse(process.argv[2] ?? '{}');
const result = await kinds[job.kind]?.(job);
// The engine's timer is unref'd, but another contender's need not be.
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit());
