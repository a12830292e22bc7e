// What is told of entries and instances at the end of their lives: expiry that nobody touches, weight,
// what stays, and what is collected.

import { contender } from './contenders.mjs';

/** @typedef {import('./report.mjs').Section} Section */
/** @typedef {import('./figures.mjs').Results} Results */

const MB = 2 ** 20;
/** @param {string} id */
const named = (id) => contender(id).title;
/** @param {number} number */
const whole = (number) => Math.round(number).toLocaleString('en').replace(/^-0$/, '0');
/** @param {number} bytes */
const megabytes = (bytes) => (bytes / MB).toFixed(1).replace(/^-0\.0$/, '0.0');

/** @param {Results[]} all @returns {Section[]} */
export function lives(all) {
  return [expiry(all), weight(all), churn(all), collectable(all)];
}

/** @param {Results[]} all @returns {Section} */
function expiry(all) {
  return {
    title: 'A million entries expire that nobody touches again',
    text: [
      'Every contender with what it offers for that, alone in its process: lru-cache with ttlAutopurge, node-cache with checkperiod 1 s,',
      'cacheable with checkInterval 1 s. Gaps between turns of the event loop; garbage collection is in them for everybody. Timers made from',
      'the first store to the end; RobustSessionMap’s are the looks at the clock while it is used, one millisecond each, and one alarm.',
    ],
    head: ['runtime', 'contender', 'due', 'longest gap ms', 'p99 ms', 'all gone after ms', 'timers', 'left'],
    rows: all.flatMap(({ name, expiry: found }) => found.map(({ id, over, max, p99, tookMs, left, timers }) => [
      name, named(id), over === 0 ? 'at one moment' : 'over a minute', max.toFixed(1), p99.toFixed(1), whole(tookMs), whole(timers), whole(left),
    ])),
  };
}

/** @param {Results[]} all @returns {Section} */
function weight(all) {
  return {
    title: 'Bytes per entry beyond key and value, a million entries',
    text: ['After forced collection. “stays”: what the process still holds after the map was dropped, in MB.'],
    head: ['runtime', 'contender', 'heap', 'resident', 'stays, heap', 'stays, resident'],
    rows: all.flatMap(({ name, weight: found }) => Object.entries(found).map(([id, { perEntry, stays }]) => [
      name, named(id), whole(perEntry.heap), whole(perEntry.resident), megabytes(stays.heap), megabytes(stays.resident),
    ])),
  };
}

/** @param {Results[]} all @returns {Section} */
function churn(all) {
  return {
    title: 'A hundred million sets at a bound of 10,000',
    text: ['What the process grew by, in MB, after forced collection.'],
    head: ['runtime', 'contender', 'heap', 'resident', 'took s'],
    rows: all.flatMap(({ name, churn: found }) => Object.entries(found).map(([id, { heap, resident, tookMs }]) => [
      name, named(id), megabytes(heap), megabytes(resident), (tookMs / 1000).toFixed(1),
    ])),
  };
}

/** @param {Results[]} all @returns {Section} */
function collectable(all) {
  return {
    title: 'Dropped instances that are collected',
    text: ['50 instances of 100 entries, expiry on, nothing refers to them any more. Bun looks at the stack conservatively: a few may stay.'],
    head: ['runtime', 'contender', 'collected', 'of'],
    rows: all.flatMap(({ name, collectable: found }) => Object.entries(found).map(([id, { collected, of }]) => [name, named(id), String(collected), String(of)])),
  };
}
