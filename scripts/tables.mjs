// Tables of results, printed and kept in the documents that have a place for them.

import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.mjs';

/** @typedef {{ name: string, passed: number, failed: number, time: string, note?: string }} Row */

const HEAD = ['| runtime | passed | failed | time | |', '|---|--:|--:|--:|---|'];

/** @param {Row} row */
function lineOf({ name, passed, failed, time, note = '' }) {
  return `| ${name} | ${passed} | ${failed} | ${time} | ${note} |`;
}

/** @param {Row[]} rows */
export function table(rows) {
  return [...HEAD, ...rows.map(lineOf)].join('\n');
}

/**
 * Puts a row into a table, in place of the one of the same runtime: another version of it, perhaps.
 *
 * @param {string} text the table, or nothing yet
 * @param {string} key what the names of this runtime's rows begin with
 * @param {Row} row
 */
export function withRow(text, key, row) {
  const lines = text.split('\n').filter((line) => line.startsWith('| ') && !HEAD.includes(line));
  const at = lines.findIndex((line) => line.startsWith(`| ${key}`) && !/\d/.test(line.charAt(`| ${key}`.length)));
  if (at === -1) lines.push(lineOf(row));
  else lines[at] = lineOf(row);
  return [...HEAD, ...lines].join('\n');
}

/**
 * Keeps a row in the table between `<!-- name -->` and `<!-- /name -->`, in whichever document has them. Done for
 * each runtime as soon as it is through, so that a run which is interrupted keeps what it has.
 *
 * @param {string} name
 * @param {string} key
 * @param {Row} row
 */
export function keepRow(name, key, row) {
  const docs = join(root, 'docs');
  for (const file of readdirSync(docs).filter((one) => one.endsWith('.md'))) {
    const path = join(docs, file);
    const before = readFileSync(path, 'utf8');
    const place = new RegExp(`(<!-- ${name} -->\\n)([\\s\\S]*?)(<!-- /${name} -->)`);
    const after = before.replace(place, (_, begin, text, end) => `${begin}${withRow(text, key, row)}\n${end}`);
    if (after !== before) writeFileSync(path, after);
  }
}
