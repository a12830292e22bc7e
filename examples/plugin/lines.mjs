// How many lines of a plugin are there for clean-up: those between the marks, without blank ones.

import { readFileSync } from 'node:fs';

/** @param {string} name of a file beside this one */
export function cleanUpLines(name) {
  const source = readFileSync(new URL(name, import.meta.url), 'utf8');
  const marked = source.matchAll(/\/\/ <clean-up>\n(.*?)\/\/ <\/clean-up>/gs);
  return [...marked].flatMap(([, lines]) => lines.split('\n')).filter((line) => line.trim() !== '').length;
}
