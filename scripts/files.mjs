// The test files, for every script that runs them.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.mjs';

/** @returns {string[]} relative to the root, in order */
export function testFiles() {
  return readdirSync(join(root, '__test__'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.mjs'))
    .map((name) => join('__test__', name))
    .toSorted();
}
