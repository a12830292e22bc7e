// The README's figures: written between two marks from the results of the last complete run, so that
// none is copied by hand. `node bench/readme.mjs` writes them, `--check` fails if they are not current.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { SUBJECT, contenders } from './contenders.mjs';
import { ratio, timeOf } from './figures.mjs';
import { titleOf } from './targets.mjs';

const readme = new URL('../README.md', import.meta.url);
const resultsFile = new URL('./results/results.json', import.meta.url);
const BEGIN = '<!-- figures: node bench/readme.mjs -->';
const END = '<!-- end of figures -->';
const ROWS = ['get', 'miss', 'get-mixed', 'has', 'set', 'fill', 'evict', 'delete-set'];
const SIZE = 1000;
const KB = 1024;

/** @param {string[]} cells */
const line = (cells) => `| ${cells.join(' | ')} |`;

/** @param {number[]} values @param {(value: number) => string} show */
function range(values, show) {
  const [least, most] = [Math.min(...values), Math.max(...values)].map(show);
  return least === most ? least : `${least}–${most}`;
}

/** @param {any} data what a complete run has written */
export function figures(data) {
  const { runtimes, machine, versions, verdicts } = data;
  const found = verdicts.flatMap((/** @type {any} */ one) => one.found);
  const missed = found.filter((/** @type {any} */ one) => !one.pass).length;
  return [
    `From one run of \`npm run bench\` on ${data.date.slice(0, 10)}: ${machine.cpu}, ${machine.cores} shared cores, ${machine.system};`,
    `${runtimes.map((/** @type {any} */ one) => one.name).join(', ')}; ${Object.entries(versions).filter(([name]) => name !== 'robust-session-map').map((pair) => pair.join(' ')).join(', ')}.`,
    `Use the ratios. ${found.length - missed} of ${found.length} figures met their targets, ${missed} missed; all rows, who is left out of which and why, and`,
    'every target that is missed: [bench/results/results.md](bench/results/results.md).',
    '',
    ...runtimes.filter((/** @type {any} */ one) => !one.name.startsWith('Node 20')).flatMap(operations),
    ...runtimes.flatMap(wins),
    '',
    ...lives(runtimes),
  ].join('\n');
}

/** @param {import('./figures.mjs').Results} results */
function operations(results) {
  const taking = contenders.filter(({ id }) => timeOf(results, 'get', SIZE, id) !== undefined);
  const rows = ROWS.map((row) => {
    const times = taking.map(({ id }) => timeOf(results, row, SIZE, id));
    // A plain Map has no limits, so it is no winner but the measure.
    const least = Math.min(...times.filter((time, at) => time !== undefined && taking[at].id !== 'map').map(Number));
    return line([titleOf(row), ...times.map((time) => {
      if (time === undefined) return '–';
      return time === least ? `**${Math.round(time)}**` : String(Math.round(time));
    })]);
  });
  return [
    `${results.name}, at 1,000 keys, all in one process, ns per operation (bold: the fastest that has a limit; –: does not do that, or not rightly):`,
    '',
    line(['', ...taking.map(({ id, title }) => (id === SUBJECT ? 'this' : title))]),
    line(['---', ...taking.map(() => '--:')]),
    ...rows,
    '',
  ];
}

/** Against the one other with the same semantics. @param {import('./figures.mjs').Results} results */
function wins(results) {
  const over = (/** @type {string} */ row, /** @type {number} */ size) => (
    ratio(timeOf(results, row, size, SUBJECT), timeOf(results, row, size, 'lru'))?.toFixed(2)
  );
  const at = (/** @type {number} */ size) => ROWS.slice(0, -1).map((row) => `${titleOf(row)} ${over(row, size)}`).join(', ');
  return [`- ${results.name}, ÷ lru-cache: at 1,000 keys ${at(1000)}; at 100,000 ${at(100_000)}.`];
}

/** @param {import('./figures.mjs').Results[]} runtimes */
function lives(runtimes) {
  const all = (/** @type {(one: import('./figures.mjs').Results) => (number | undefined)[]} */ pick) => (
    runtimes.flatMap(pick).filter((value) => value !== undefined)
  );
  const stall = (/** @type {string[]} */ ids) => range(all(({ stalls }) => stalls.filter(({ scenario }) => ids.includes(scenario)).map(({ max }) => max)), (ms) => ms.toFixed(1));
  const gaps = (/** @type {boolean} */ own) => all(({ expiry }) => expiry.filter(({ id, over }) => over === 0 && (id === SUBJECT) === own).map(({ max }) => max));
  const weight = (/** @type {string} */ id) => all(({ weight: found }) => [found[id]?.perEntry.resident]);
  const collected = (/** @type {string} */ id) => all(({ collectable }) => [collectable[id]?.collected]);
  const micro = (/** @type {number} */ ns) => (ns / 1000).toFixed(1);
  const bytes = all(({ bytes: found }) => [Math.max(found[SUBJECT].heap, found[SUBJECT].resident) / KB]);
  return [
    `- A new map with one entry takes ${range(all((one) => [timeOf(one, 'new-map', 1, SUBJECT)]), micro)} µs and ${range(bytes, (kb) => kb.toFixed(1))} KB.`,
    `- A million entries due at one moment hold the event loop for ${range(gaps(true), (ms) => ms.toFixed(1))} ms at most; with`,
    `  what other packages offer to remove them ${range(gaps(false), (ms) => Math.round(ms).toLocaleString('en'))} ms. As they were stored, with an \`onRemove\`,`,
    `  or if a hundred stay that are in use: ${stall(['hooked', 'spread', 'all-but-some', 'spread-but-some'])} ms.`,
    `- An entry of a map of a million weighs ${range(weight(SUBJECT), (n) => n.toFixed(0))} bytes beyond its key and value, in lru-cache ${range(weight('lru'), (n) => n.toFixed(0))}.`,
    `- Of 50 dropped maps with expiry on ${range(collected(SUBJECT), String)} are collected; of lru-cache with ttlAutopurge ${range(collected('lru'), String)}, of ttlcache ${range(collected('ttlcache'), String)}, of node-cache ${range(collected('nodecache'), String)}.`,
  ];
}

/** @param {string} text @param {string} block */
function between(text, block) {
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from === -1 || to < from) throw new Error('README.md has no marks for the figures');
  return `${text.slice(0, from + BEGIN.length)}\n${block}\n${text.slice(to)}`;
}

if (import.meta.main ?? process.argv[1]?.endsWith('readme.mjs')) {
  const text = readFileSync(readme, 'utf8');
  const current = existsSync(resultsFile) ? between(text, figures(JSON.parse(readFileSync(resultsFile, 'utf8')))) : text;
  if (process.argv.includes('--check')) {
    if (current !== text) {
      console.error('README.md: its figures are not those of bench/results/results.json. Run `node bench/readme.mjs`.');
      process.exitCode = 1;
    }
  } else {
    writeFileSync(readme, current);
  }
}
