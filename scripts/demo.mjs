// `npm run demo`, on a fresh clone too: first what the demo needs, then the demo. The import is dynamic
// because the demo's own imports live in node_modules, which may not be there before `ensure`.

import { ensure } from './ensure.mjs';

await ensure();
const { demo } = await import('../examples/demo/main.mjs');
process.exitCode = await demo(process.argv.slice(2));
