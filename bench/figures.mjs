// From rounds to figures: medians, ratios of medians, percentiles.

import { SUBJECT } from './contenders.mjs';

/**
 * @typedef {{ median: number, least: number, most: number, rounds: number, count: number }} Time in ns per operation
 * @typedef {{ row: string, size: number, mode: 'interleaved' | 'alone', times: Record<string, Time> }} Measured
 * @typedef {{ scenario: string, wakes: number, max: number, p99: number, gap: number, tookMs: number }} Stall in ms
 * @typedef {{ heap: number, resident: number }} Bytes
 * @typedef {object} Results of one runtime
 * @property {string} name
 * @property {'node' | 'bun'} kind
 * @property {Measured[]} measured
 * @property {Record<string, Bytes>} bytes
 * @property {Stall[]} stalls
 * @property {{ ms: number, left: number }} [shrink] the longest single delete of a plain Map
 * @property {import('./scenario-plan.mjs').Scenario[]} [scenarios]
 * @property {string[]} failures ours
 * @property {string[]} out what others failed at, and are left out of therefore
 * @property {{ id: string, over: number, max: number, p99: number, tookMs: number, left: number, timers: number }[]} expiry
 * @property {Record<string, { perEntry: Bytes, stays: Bytes }>} weight
 * @property {Record<string, Bytes & { tookMs: number }>} churn
 * @property {Record<string, { collected: number, of: number }>} collectable
 */

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** @param {{ ns: number[], count: number }} raw @returns {Time} */
function time({ ns, count }) {
  return { median: median(ns), least: Math.min(...ns), most: Math.max(...ns), rounds: ns.length, count };
}

/**
 * Adds what a job answered. Contenders measured alone come one by one and share an entry.
 * @param {Results} results
 * @param {import('./plan.mjs').Job} job
 * @param {any} answer
 */
export function add(results, job, answer) {
  if (job.kind === 'row') addRow(results, job, answer);
  if (job.kind === 'bytes') results.bytes[/** @type {string[]} */ (job.contenders)[0]] = answer;
  if (job.kind === 'expiry') {
    const { max, p99, tookMs, left, timers } = answer;
    results.expiry.push({ id: /** @type {string[]} */ (job.contenders)[0], over: job.over, max, p99, tookMs, left, timers });
  }
  if (job.kind === 'weight') results.weight[/** @type {string[]} */ (job.contenders)[0]] = answer;
  if (job.kind === 'churn') results.churn[/** @type {string[]} */ (job.contenders)[0]] = answer;
  if (job.kind === 'collectable') results.collectable[/** @type {string[]} */ (job.contenders)[0]] = answer;
  if (job.kind === 'shrink') results.shrink = answer;
  if (job.kind === 'scenario') (results.scenarios ??= []).push({ scenario: job.scenario, variant: job.variant, ...answer });
  if (job.kind === 'stall') {
    const { wakes, gap, tookMs, wrong } = answer;
    if (wrong !== undefined) results.failures.push(`${job.title}: ${wrong}`);
    results.stalls.push({ scenario: String(job.scenario), wakes: wakes.length, ...tail(wakes), gap, tookMs });
  }
}

/**
 * @param {Results} results
 * @param {import('./plan.mjs').Job} job
 * @param {Record<string, { ns: number[], count: number, wrong?: string }>} answer
 */
function addRow({ measured, failures, out }, { title, row, size, mode }, answer) {
  let entry = measured.find((one) => one.row === row && one.size === size && one.mode === mode);
  if (entry === undefined) {
    entry = { row: String(row), size: Number(size), mode, times: {} };
    measured.push(entry);
  }
  for (const [id, raw] of Object.entries(answer)) {
    // A wrong answer has no speed.
    if (raw.wrong === undefined) entry.times[id] = time(raw);
    else (id === SUBJECT ? failures : out).push(`${title}: ${id} ${raw.wrong}`);
  }
}

/** @param {readonly number[]} values */
function tail(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return { max: sorted.at(-1) ?? 0, p99: sorted[Math.max(0, Math.ceil(sorted.length * 0.99) - 1)] ?? 0 };
}

/**
 * @param {Results} results
 * @param {string} row
 * @param {number} size
 * @param {string} id
 * @param {'interleaved' | 'alone'} [mode]
 * @returns {number | undefined} ns per operation
 */
export function timeOf({ measured }, row, size, id, mode = 'interleaved') {
  return measured.find((one) => one.row === row && one.size === size && one.mode === mode)?.times[id]?.median;
}

/** @param {number | undefined} a @param {number | undefined} b */
export function ratio(a, b) {
  return a === undefined || b === undefined ? undefined : a / b;
}
