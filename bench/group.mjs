// What a group costs: `node bench/group.mjs` (also under Bun). Both sides of each ratio are measured in one
// process, in turn, and the median of the rounds' ratios is shown, with the targets.

import { createRequire } from 'node:module';
import { median } from './figures.mjs';

const require = createRequire(import.meta.url);
const { RobustSessionMap, SessionGroup } = require('../index.js');

const ROUNDS = Number(process.argv[2] ?? 41);
const SESSIONS = 1000;
const READS = 200_000;
const MEMBERS = 40;
const DROPS = 250;
const LIMITS = { maxSize: SESSIONS, ttl: 3_600_000 };

const ids = Array.from({ length: SESSIONS }, (_, n) => `ses_${String(n).padStart(26, '0')}`);
// Read in an order of their own, so that no cache of the processor helps either side.
const order = ids.map((_, n) => ids[(n * 617) % SESSIONS]);
const session = { agent: 'build' };

/** @param {() => number} fn answers how many operations went as they must */
function timed(fn) {
  const start = performance.now();
  const right = fn();
  return { ns: (performance.now() - start) * 1e6 / right, right };
}

/** One function a contender, made anew: code that has seen only its own side. */
function reader(map, keys) {
  return new Function('map', 'keys', 'reads', `return () => {
    let right = 0;
    for (let n = 0; n < reads; n += 1) right += map.get(keys[n % keys.length]) === undefined ? 0 : 1;
    return right;
  };`)(map, keys, READS);
}

/**
 * @param {string} title
 * @param {number | undefined} most the target
 * @param {() => number} plain
 * @param {() => number} ours
 * @param {{ rounds?: number, reset?: () => void }} [options]
 */
function row(title, most, plain, ours, { rounds = ROUNDS, reset = () => {} } = {}) {
  const ratios = [];
  const costs = { plain: [], ours: [] };
  for (let round = 0; round < rounds + 3; round += 1) {
    reset();
    // Whoever goes first has the colder caches: they take turns.
    const first = round % 2 === 0 ? timed(plain) : undefined;
    const own = timed(ours);
    const other = first ?? timed(plain);
    if (other.right !== own.right) throw new Error(`${title}: ${other.right} and ${own.right} operations`);
    if (round < 3) continue;
    ratios.push(own.ns / other.ns);
    costs.plain.push(other.ns);
    costs.ours.push(own.ns);
  }
  const ratio = median(ratios);
  const verdict = most === undefined ? '' : ratio <= most ? `≤ ${most}` : `MISSED: ${most}`;
  console.log(`${title.padEnd(52)}${median(costs.plain).toFixed(1).padStart(10)}${median(costs.ours).toFixed(1).padStart(10)}${ratio.toFixed(2).padStart(8)}  ${verdict}`);
  return most === undefined || ratio <= most;
}

function filled(map, keys) {
  for (const key of keys) map.set(key, session);
  return map;
}

const host = process.versions.bun ? `Bun ${process.versions.bun}` : `Node ${process.versions.node}`;
console.log(`${host}, ${SESSIONS} sessions, median of ${ROUNDS} rounds\n`);
console.log(`${'ns per operation'.padEnd(52)}${'plain'.padStart(10)}${'group'.padStart(10)}${'ratio'.padStart(8)}`);

const plain = filled(new RobustSessionMap(LIMITS), ids);
const group = new SessionGroup(LIMITS);
const agents = filled(group.map('agents'), ids);
const results = [];
results.push(row('get through a member', 1.3, reader(plain, order), reader(agents, order)));

const others = Array.from({ length: MEMBERS - 1 }, (_, n) => filled(group.map(`member ${n}`), ids));
results.push(row(`get through a member of ${MEMBERS}`, 1.3, reader(plain, order), reader(agents, order)));

const turns = [agents, ...others.slice(0, 3)];
const apart = turns.map(() => filled(new RobustSessionMap(LIMITS), ids));
const alternating = (maps) => {
  const read = (map, key) => (map.get(key) === undefined ? 0 : 1);
  return () => {
    let right = 0;
    for (let n = 0; n < READS; n += 1) right += read(maps[n & 3], order[n % SESSIONS]);
    return right;
  };
};
results.push(row('get through four members in turn, of four maps', undefined, alternating(apart), alternating(turns)));

const calls = order.map((id) => `${id}:bash:1`);
const sessionOf = (key) => key.slice(0, 30);
const tools = filled(group.map('tools', { sessionOf }), calls);
const plainTools = filled(new RobustSessionMap(LIMITS), calls);
results.push(row('get with a composite key', 1.3, reader(plainTools, calls), reader(tools, calls)));

/** `MEMBERS` maps, and as many members of a group, with the same sessions. */
const maps = Array.from({ length: MEMBERS }, () => new RobustSessionMap(LIMITS));
const whole = new SessionGroup(LIMITS);
const members = maps.map((_, n) => whole.map(`member ${n}`));
const doomed = ids.slice(0, DROPS);
const refill = () => {
  for (const map of [...maps, ...members]) filled(map, ids);
};
results.push(row(
  `dropping a session of ${MEMBERS} members, ${MEMBERS} deletes`,
  1,
  () => {
    let right = 0;
    for (const id of doomed) {
      for (const map of maps) map.delete(id);
      right += 1;
    }
    return right;
  },
  () => {
    let right = 0;
    for (const id of doomed) right += whole.drop(id) ? 1 : 0;
    return right;
  },
  { reset: refill, rounds: Math.min(ROUNDS, 21) },
));
if (maps.some((map) => map.size !== SESSIONS - DROPS) || members.some((map) => map.size !== SESSIONS - DROPS)) throw new Error('not all were dropped');
for (const each of [group, whole]) each.validate();
process.exitCode = results.every(Boolean) ? 0 : 1;
