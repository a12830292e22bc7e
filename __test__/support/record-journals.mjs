// Records what Rust's own tests replay (`tests/policy/journals`), from the same traffic as the test of the boundary:
// `node __test__/support/record-journals.mjs`. Needed when answers of the core change on purpose.

import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { record } from './journal.mjs';
import { random } from './random.mjs';
import { traffic } from './traffic.mjs';

const require = createRequire(import.meta.url);
const { ManualClock } = require('../../testing.js');
const { engineOf } = require('../../lib/engine.js');

const { WORD } = require('../../lib/protocol.js');

/** Without what says nothing: words behind the last that is not 0, and times, which are not answered. */
function short(line) {
  const call = JSON.parse(line);
  while (call.ctl.at(-1) === 0) call.ctl.pop();
  call.answer.length = WORD.TIMES;
  while (call.answer.at(-1) === 0) call.answer.pop();
  return JSON.stringify(call);
}

const folder = new URL('../../tests/policy/journals/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const name of ['exact', 'cached']) {
  const clock = new ManualClock();
  const engine = engineOf(clock);
  engine.exact = name === 'exact';
  engine.span = 5;
  const journal = record(engine);
  traffic(random(20_261_129), clock, 700);
  writeFileSync(new URL(`${name}.jsonl`, folder), `${journal.map(short).join('\n')}\n`);
  console.log(`${name}: ${journal.length} calls`);
}
