// The keys and the order in which they are used: the same for every contender and every run.

const HOT = 1000;
const MIN_ORDER = 2 ** 17;
const LENGTH = 30;
const DIGITS = 7;
/** Odd, so that multiplying by them gives every 32-bit number once: no key comes twice. */
const SCRAMBLES = [2654435761, 1597334677, 3266489917, 668265263];

/**
 * Keys like `ses_0xk3…`, 30 characters. Made from bytes, because V8 keeps a string that was put together
 * by `+` as a tree, and every comparison of one is then a call into the runtime.
 * @param {number} count
 * @returns {string[]}
 */
export function textKeys(count) {
  const bytes = Buffer.alloc(LENGTH);
  return Array.from({ length: count }, (_, i) => {
    const digits = SCRAMBLES.map((by, at) => (Math.imul(i + 1 + at, by) >>> 0).toString(36).padStart(DIGITS, '0'));
    bytes.write(`ses_${digits.join('')}`.slice(0, LENGTH), 'latin1');
    return bytes.toString('latin1');
  });
}

/** @param {number} count @returns {number[]} */
function numberKeys(count) {
  return Array.from({ length: count }, (_, i) => Math.imul(i + 1, SCRAMBLES[0]) & 0x3fffffff);
}

/**
 * @param {import('./rows.mjs').Row} row
 * @param {number} size
 * @returns {import('./rows.mjs').Load}
 */
export function makeLoad(row, size) {
  const count = row.outside ? size * 2 : size;
  const keys = row.keys === 'number' ? numberKeys(count) : textKeys(count);
  return { keys, order: row.zipf ? zipfOrder(size) : randomOrder(size, row.hot === true), fresh: [], size };
}

/**
 * Hot keys are spread over the whole map.
 * @param {number} size
 * @param {boolean} hot
 */
function randomOrder(size, hot) {
  const order = new Uint32Array(Math.max(MIN_ORDER, 2 ** Math.ceil(Math.log2(size))));
  const below = hot ? Math.min(HOT, size) : size;
  const step = Math.floor(size / below);
  let state = 12345;
  for (let i = 0; i < order.length; i += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    // The high bits: the low ones of such a generator repeat soon.
    order[i] = Math.floor((state / 2 ** 32) * below) * step;
  }
  return order;
}

/** The n-th key comes a n-th as often as the first; those are spread over the whole map. @param {number} size */
function zipfOrder(size) {
  const order = randomOrder(size, false);
  const steps = 2 ** 24;
  for (let i = 0; i < order.length; i += 1) {
    const share = (Math.imul(order[i] + i + 1, SCRAMBLES[1]) >>> 8) / steps;
    const rank = Math.min(size - 1, Math.floor((size + 1) ** share) - 1);
    order[i] = (rank * 7919) % size;
  }
  return order;
}

/**
 * New strings equal to the keys that come next in the order.
 * @param {import('./rows.mjs').Load} load
 * @param {number} from
 * @param {number} count
 */
export function freshKeys({ keys, order }, from, count) {
  const mask = order.length - 1;
  return Array.from({ length: count }, (_, i) => Buffer.from(keys[order[(from + i) & mask]], 'latin1').toString('latin1'));
}
