// `npm run soak -- [--minutes 10] [--runtime node|bun|/path/to/another]`, on a fresh clone too; `bun scripts/soak.mjs`
// works as well. The import is dynamic because what the soak imports lives in node_modules, which may not be there before `ensure`.

import { ensure } from './ensure.mjs';
import { bun } from './bun.mjs';
import { run } from './run.mjs';

const args = process.argv.slice(2);
const at = args.indexOf('--runtime');
const name = at === -1 ? undefined : args.splice(at, 2)[1];

await ensure({ prebuilt: args.includes('--prebuilt') });
if (name === undefined) {
  const { soak } = await import('../bench/soak/main.mjs');
  process.exitCode = await soak(args.filter((arg) => arg !== '--prebuilt'));
} else {
  const self = process.versions.bun === undefined ? process.execPath : (process.env.npm_node_execpath ?? 'node');
  const command = name === 'node' ? self : name === 'bun' ? bun : name;
  const { code } = await run(command, [process.argv[1], ...args]);
  process.exitCode = code;
}
