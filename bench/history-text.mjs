// The text that histories are measured with: what lies in node_modules anyway and was written by people for
// people, Markdown and TypeScript's messages in thirteen languages. A message is a cut of 1 to 5 KB.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { random } from '../__test__/support/random.mjs';

const modules = fileURLToPath(new URL('../node_modules/', import.meta.url));
/** Characters of all texts together: more would be in memory without being seen twice. */
const MOST = 12e6;

/** @param {string} folder @param {RegExp} name @returns {string[]} */
function find(folder, name) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => name.test(file)).toSorted().map((file) => join(folder, file));
}

/** What it is, for the report. */
export const SOURCE = 'Markdown of node_modules and TypeScript’s messages in 13 languages, in cuts of 1,000–5,000 characters';

/** As buffers, so that what is measured makes its own strings. */
export function corpus() {
  const files = [
    ...find(modules, /\.md$/i),
    ...find(join(modules, 'typescript-5.9', 'lib'), /diagnosticMessages\.generated\.json$/),
  ];
  const rng = random(1);
  /** @type {Buffer[]} */
  const cuts = [];
  let total = 0;
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    for (let at = 0; at + 1000 < text.length;) {
      const length = 1000 + rng.below(4000);
      cuts.push(Buffer.from(text.slice(at, at + length), 'utf16le'));
      at += length;
    }
    total += text.length;
    if (total > MOST * 3) break;
  }
  // From everywhere, in an order that mixes languages as sessions do.
  for (let at = cuts.length - 1; at > 0; at -= 1) {
    const other = rng.below(at + 1);
    [cuts[at], cuts[other]] = [cuts[other], cuts[at]];
  }
  let kept = 0;
  return cuts.filter(({ length }) => {
    kept += length / 2;
    return kept < MOST;
  });
}

/**
 * A string of its own, one byte a character where that is enough, as a response's text would be.
 * @param {Buffer} cut
 */
export function fresh(cut) {
  return JSON.parse(JSON.stringify(cut.toString('utf16le')));
}
