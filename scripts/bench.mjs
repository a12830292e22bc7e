// `npm run bench`, on a fresh clone too. The import is dynamic because the benchmark's own imports live
// in node_modules, which may not be there before `ensure`.

import { ensure } from './ensure.mjs';

await ensure();
const { bench } = await import('../bench/main.mjs');
process.exitCode = await bench(process.argv.slice(2));
