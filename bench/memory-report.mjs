// `npm run bench:report`: how long memoryReport() takes with 10,000 maps, on Node and on Bun.

import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { bun } from '../scripts/bun.mjs';

const MAPS = 10_000;
const ENTRIES = 10;
const ROUNDS = 25;
const TARGET = 50;
const file = fileURLToPath(import.meta.url);

function measure() {
  const { RobustSessionMap, memoryReport } = createRequire(import.meta.url)('../index.js');
  const maps = [];
  for (let n = 0; n < MAPS; n += 1) {
    const map = new RobustSessionMap({ name: `map ${n}` });
    for (let key = 0; key < ENTRIES; key += 1) map.set(key, key);
    maps.push(map);
  }
  const times = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now();
    const { totals } = memoryReport();
    times.push(performance.now() - start);
    if (totals.entries !== MAPS * ENTRIES) throw new Error(`${totals.entries} entries`);
  }
  const [first] = times;
  const sorted = times.toSorted((a, b) => a - b);
  const row = { first, median: sorted[ROUNDS >> 1], least: sorted[0] };
  const words = Object.entries(row).map(([name, ms]) => `${name} ${ms?.toFixed(1)} ms`);
  const runtime = process.versions.bun === undefined ? `Node ${process.versions.node}` : `Bun ${process.versions.bun}`;
  console.log(`${runtime}: a report of ${MAPS} maps of ${ENTRIES} entries: ${words.join(', ')} (target: < ${TARGET} ms)`);
}

if (process.argv[2] === 'measure') measure();
else {
  for (const command of [process.execPath, bun]) {
    const { status } = spawnSync(command, [file, 'measure'], { stdio: 'inherit' });
    if (status !== 0) process.exitCode = 1;
  }
}
