// Leaks and faults made on purpose: the soak has to find them.

import robust from '../../index.js';

const { BoundedHistory, RobustSessionMap } = robust;
/** Bytes that leak at a time. */
const PIECE = 8192;
export const places = ['map', 'history', 'array'];

/** @type {Record<string, () => (n: number) => void>} */
const makers = {
  map: () => {
    const map = new RobustSessionMap({ name: 'planted leak', ttl: Infinity, maxSize: Infinity, sizeOf: (value) => value.length });
    return (n) => map.set(n, new Uint8Array(PIECE).fill(1));
  },
  history: () => {
    const history = new BoundedHistory({ name: 'planted leak', maxMessages: Infinity, sealAfter: Infinity });
    return (n) => history.push({ role: 'user', content: String(n).padEnd(PIECE, '.') });
  },
  array: () => {
    /** @type {Uint8Array[]} */
    const array = [];
    return () => array.push(new Uint8Array(PIECE).fill(1));
  },
};

/**
 * @param {string} place
 * @param {number} rate bytes a second
 * @returns {() => void} to be called often
 */
export function planted(place, rate) {
  if (rate === 0) return () => undefined;
  const leak = makers[place]();
  const begin = performance.now();
  let n = 0;
  return () => {
    for (const due = ((performance.now() - begin) / 1000) * rate; n * PIECE < due; n += 1) leak(n);
  };
}

/**
 * Other things that must not go unnoticed.
 * @param {string} what
 * @param {import('./world.mjs').World} world
 */
export function sabotage(what, world) {
  // Behind the class's back: only an audit can see it.
  const is = (/** @type {string} */ name) => what.split(',').includes(name);
  if (is('audit')) Map.prototype.set.call(world.sessions, 'planted', { closes: false, abort: new AbortController() });
  if (is('hook')) world.ended += 1;
  if (is('error')) {
    setTimeout(() => {
      throw new Error('a planted error');
    }, 100);
  }
}
