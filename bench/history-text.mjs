// The text that histories are measured with: what lies in node_modules anyway and was written by people for
// people, Markdown and TypeScript's messages in thirteen languages. A message is a cut of 1 to 5 KB.
//
// A conversation keeps to its subject for a while, so messages come in runs from one place. Runs of twenty make
// blocks of 64 KB that zstd-1 packs 3.2 times smaller, as it did the real text that the store was designed with;
// with every message from somewhere else it is 2.7, with sessions of one document each 3.3.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { random } from '../__test__/support/random.mjs';

const modules = fileURLToPath(new URL('../node_modules/', import.meta.url));
/** Characters of all texts together: more would be in memory without being seen twice. */
const MOST = 12e6;
/** Messages that follow one another in the document they are taken from. */
const RUN = 20;

/** @param {string} folder @param {RegExp} name @returns {string[]} */
function find(folder, name) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => name.test(file)).toSorted().map((file) => join(folder, file));
}

/** What it is, for the report. */
export const SOURCE = `Markdown of node_modules and TypeScript’s messages in 13 languages, in cuts of 1,000–5,000 characters, ${RUN} in a row from one place`;

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
  // From everywhere: runs in an order that mixes languages.
  const runs = [];
  for (let at = 0; at < cuts.length; at += RUN) runs.push(cuts.slice(at, at + RUN));
  for (let at = runs.length - 1; at > 0; at -= 1) {
    const other = rng.below(at + 1);
    [runs[at], runs[other]] = [runs[other], runs[at]];
  }
  let kept = 0;
  return runs.flat().filter(({ length }) => {
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
