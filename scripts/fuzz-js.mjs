// `npm run fuzz:js -- --steps N --seed S [--world NAME]`: random operations with callbacks that come back, in
// whichever runtime runs this (`bun scripts/fuzz-js.mjs …`). A failing run says how to repeat it.

import { parseArgs } from 'node:util';
import { ensure } from './ensure.mjs';
import { seconds } from './run.mjs';

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    world: { type: 'string' },
  },
});

await ensure({ prebuilt: true });
const { KINDS, fuzz } = await import('../__test__/fuzz/run.mjs');
const kinds = values.world === undefined ? KINDS : KINDS.filter((kind) => kind === values.world);
if (kinds.length === 0) throw new Error(`--world takes ${KINDS.join(', ')}, not ${values.world}`);

const seed = Number(values.seed);
const steps = Math.ceil(Number(values.steps) / kinds.length);
for (const kind of kinds) {
  const start = performance.now();
  const found = await fuzz({ kind, steps, seed });
  console.log(`${kind}: ${found.steps} steps, seeds ${seed} to ${seed + found.sequences - 1}, no finding, ${seconds(start)}`);
}
