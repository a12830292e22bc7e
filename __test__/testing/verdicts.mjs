// Runs workloads of the table and says what `expectNoLeak` made of them. As a program: some repetitions of all, one
// line of JSON each (`scripts/leaks.mjs` makes a table of it).

import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { behaved, leaking } from './workloads.mjs';

const require = createRequire(import.meta.url);
const { SessionLeakError, expectNoLeak } = require('../../testing.js');

/**
 * @param {string} name
 * @param {() => { round: (round: number) => unknown, end?: () => void }} make
 * @param {object} [options] of `expectNoLeak`
 * @returns {Promise<{ growth: object, error?: SessionLeakError }>}
 */
export async function verdict(name, make, options) {
  const { round, end } = make();
  try {
    return { growth: await expectNoLeak(round, { name, ...options }) };
  } catch (error) {
    if (!(error instanceof SessionLeakError)) throw error;
    return { growth: error.growth, error };
  } finally {
    end?.();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [repetitions, directory] = process.argv.slice(2);
  for (let n = 0; n < Number(repetitions); n += 1) {
    for (const [expected, table] of Object.entries({ flat: behaved, leak: leaking })) {
      for (const [name, make] of Object.entries(table)) {
        const start = performance.now();
        const { growth, error } = await verdict(name, make, { directory });
        const told = error === undefined ? 'flat' : 'leak';
        console.log(JSON.stringify({ name, expected, told, growth, ms: performance.now() - start }));
      }
    }
  }
}
