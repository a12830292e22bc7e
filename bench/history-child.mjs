// The process in which one thing about histories is measured: `history-child.mjs '{"kind":"memory", …}'`.
// Its last line of output is the result as JSON.

import { memory, returned } from './history-memory.mjs';
import { speed } from './history-speed.mjs';
import { churn, stall } from './history-time.mjs';

/** @type {Record<string, (job: any) => unknown>} */
const kinds = { memory, returned, speed, stall, churn };

const job = JSON.parse(process.argv[2] ?? '{}');
const result = await kinds[job.kind]?.(job);
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit());
