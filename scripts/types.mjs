// Compiles the type tests with every compiler and library that the package promises to work with.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './run.mjs';

const COMPILERS = ['typescript-5.9', 'typescript-6', 'typescript'];
const LIBS = ['ES2022', 'ESNext'];
const EXACT = ['true', 'false'];
const PROJECT = join('__test__', 'types', 'tsconfig.json');

/** @param {string} compiler */
function version(compiler) {
  return JSON.parse(readFileSync(join(root, 'node_modules', compiler, 'package.json'), 'utf8')).version;
}

/** One compilation is one test. Returns how many passed and failed. */
export async function checkTypes() {
  const counts = { passed: 0, failed: 0 };
  for (const compiler of COMPILERS) {
    for (const lib of LIBS) {
      for (const exact of EXACT) {
        const tsc = join(root, 'node_modules', compiler, 'bin', 'tsc');
        const { code, output } = await run(
          process.execPath,
          [tsc, '-p', PROJECT, '--lib', lib, '--exactOptionalPropertyTypes', exact],
          { quiet: true },
        );
        counts[code === 0 ? 'passed' : 'failed'] += 1;
        console.log(`${code === 0 ? 'pass' : 'FAIL'}  TypeScript ${version(compiler)}, lib ${lib}, exactOptionalPropertyTypes ${exact}`);
        if (code !== 0) console.error(output);
      }
    }
  }
  return counts;
}
