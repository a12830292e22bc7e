// Who takes part. A contender is made by `load` in the process that measures it, so that the code of
// one that is measured alone has that process to itself.
//
// `make({ max, ttl })` answers something with Map's `get`, `has`, `set`, `delete` and `size`; one with
// other names is wrapped in a class of its own, whose calls the compilers inline. `claims` says what
// it promises: the smoke tests these and no others, and rows that need another leave it out.

import { peers } from './peers.mjs';

/**
 * @typedef {'map' | 'has' | 'delete' | 'bound' | 'lru' | 'ttl' | 'idle'} Claim
 * `map`: get, set, size · `has` · `delete` · `bound`: never more than `max` entries · `lru`: exactly the least
 * recently used leaves · `ttl`: nothing expired is found · `idle`: a `get` restarts the time.
 */

/**
 * @typedef {object} Contender
 * @property {string} id
 * @property {string} title
 * @property {string} options as the report shows them
 * @property {string} colour in the chart
 * @property {string | undefined} module the package whose version the report shows
 * @property {readonly Claim[]} claims
 * @property {() => Promise<(limits: { max: number, ttl: number }) => any>} load
 * @property {() => Promise<(limits: { max: number, ttl: number }) => any>} [sweeping] with what it offers
 * to remove expired entries that nobody touches; without a bound
 */

/** Whose targets these are. */
export const SUBJECT = 'rsm';

/** @type {readonly Claim[]} */
const SESSIONS = ['map', 'has', 'delete', 'bound', 'lru', 'ttl', 'idle'];

/** @type {readonly Contender[]} */
export const contenders = [
  {
    id: 'map',
    title: 'Map',
    options: 'no limits, nothing leaves',
    colour: '#94a3b8',
    module: undefined,
    claims: ['map', 'has', 'delete'],
    load: async () => () => new Map(),
  },
  {
    id: 'rsm',
    title: 'RobustSessionMap',
    options: '{ ttl: 1 h, maxSize: N }',
    colour: '#047857',
    module: 'robust-session-map',
    claims: SESSIONS,
    load: async () => {
      const { RobustSessionMap } = (await import('../index.js')).default;
      return ({ max, ttl }) => new RobustSessionMap({ maxSize: max, ttl });
    },
    sweeping: async () => {
      const { RobustSessionMap } = (await import('../index.js')).default;
      return ({ ttl }) => new RobustSessionMap({ ttl, maxSize: Infinity });
    },
  },
  {
    id: 'lru',
    title: 'lru-cache',
    options: '{ ttl: 1 h, max: N, updateAgeOnGet: true }',
    colour: '#c2410c',
    module: 'lru-cache',
    claims: SESSIONS,
    load: async () => {
      const { LRUCache } = await import('lru-cache');
      return ({ max, ttl }) => new LRUCache({ max, ttl, updateAgeOnGet: true });
    },
    sweeping: async () => {
      const { LRUCache } = await import('lru-cache');
      return ({ max, ttl }) => new LRUCache({ max, ttl, updateAgeOnGet: true, ttlAutopurge: true });
    },
  },
  ...peers,
];

/** @param {string} id @returns {Contender} */
export function contender(id) {
  const found = contenders.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no contender ${id}`);
  return found;
}
