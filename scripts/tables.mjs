// Tables of results, printed and kept in the documents that have a place for them.

import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.mjs';

/**
 * @typedef {{ name: string, passed: number, failed: number, time: string, note?: string }} Row
 * @param {Row[]} rows
 */
export function table(rows) {
  const lines = rows.map(({ name, passed, failed, time, note = '' }) => `| ${name} | ${passed} | ${failed} | ${time} | ${note} |`);
  return ['| runtime | passed | failed | time | |', '|---|--:|--:|--:|---|', ...lines].join('\n');
}

/**
 * Puts text between `<!-- name -->` and `<!-- /name -->`, in whichever document has them.
 *
 * @param {string} name
 * @param {string} text
 */
export function keep(name, text) {
  const docs = join(root, 'docs');
  for (const file of readdirSync(docs).filter((one) => one.endsWith('.md'))) {
    const path = join(docs, file);
    const before = readFileSync(path, 'utf8');
    const place = new RegExp(`(<!-- ${name} -->\\n)[\\s\\S]*?(<!-- /${name} -->)`);
    const after = before.replace(place, (_, begin, end) => `${begin}${text}\n${end}`);
    if (after !== before) writeFileSync(path, after);
  }
}
