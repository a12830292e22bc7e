// `npm run bench:history`, on a fresh clone too; see scripts/bench.mjs.

import { ensure } from './ensure.mjs';

await ensure();
const { benchHistory } = await import('../bench/history.mjs');
process.exitCode = await benchHistory(process.argv.slice(2));
