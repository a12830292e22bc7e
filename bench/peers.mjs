// The other packages. Where one's methods have other names or answers, a subclass or a wrapper of its
// own gives it Map's; the compilers inline such calls.

/** @typedef {import('./contenders.mjs').Contender} Contender */

/** @type {readonly Contender[]} */
export const peers = [
  {
    id: 'ttlcache',
    title: 'ttlcache',
    options: '{ ttl: 1 h, max: N, updateAgeOnGet: true, checkAgeOnGet: true, checkAgeOnHas: true }: without the checks it answers with what has expired until its timer has run',
    colour: '#7c3aed',
    module: '@isaacs/ttlcache',
    claims: ['map', 'has', 'delete', 'bound', 'lru', 'ttl', 'idle'],
    load: async () => {
      const { TTLCache } = await import('@isaacs/ttlcache');
      return ({ max, ttl }) => new TTLCache({ ttl, max, updateAgeOnGet: true, checkAgeOnGet: true, checkAgeOnHas: true });
    },
    sweeping: async () => {
      const { TTLCache } = await import('@isaacs/ttlcache');
      return ({ ttl }) => new TTLCache({ ttl, updateAgeOnGet: true, checkAgeOnGet: true, checkAgeOnHas: true });
    },
  },
  {
    id: 'tiny',
    title: 'tiny-lru',
    options: 'lru(N, 1 h, true): the time restarts with a set only',
    colour: '#0891b2',
    module: 'tiny-lru',
    claims: ['map', 'has', 'delete', 'bound', 'lru', 'ttl'],
    load: async () => {
      const { LRU } = await import('tiny-lru');
      class Tiny extends LRU {
        /** @param {any} key */
        delete(key) {
          const had = this.has(key);
          super.delete(key);
          return had;
        }
      }
      return ({ max, ttl }) => new Tiny(max, ttl, true);
    },
  },
  {
    id: 'lrumin',
    title: 'lru.min',
    options: '{ max: N }: no time at all',
    colour: '#be185d',
    module: 'lru.min',
    claims: ['map', 'has', 'delete', 'bound', 'lru'],
    load: async () => {
      const { createLRU } = await import('lru.min');
      return ({ max }) => createLRU({ max });
    },
  },
  {
    id: 'quick',
    title: 'quick-lru',
    options: '{ maxSize: N, maxAge: 1 h }: holds up to twice as many, the time restarts with a set only',
    colour: '#ca8a04',
    module: 'quick-lru',
    claims: ['map', 'has', 'delete', 'ttl'],
    load: async () => {
      const { default: QuickLRU } = await import('quick-lru');
      return ({ max, ttl }) => new QuickLRU({ maxSize: max, maxAge: ttl });
    },
  },
  {
    id: 'cacheable',
    title: 'cacheable (memory)',
    options: 'CacheableMemory, the store of cacheable without its promises: { ttl: 1 h, lruSize: N, useClone: false }',
    colour: '#4d7c0f',
    module: '@cacheable/memory',
    claims: ['map', 'has', 'delete', 'bound', 'lru', 'ttl'],
    load: async () => {
      const { CacheableMemory } = await import('@cacheable/memory');
      class Cacheable extends CacheableMemory {
        /** @param {any} key */
        // @ts-expect-error: the original answers nothing
        delete(key) {
          const had = this.has(key);
          super.delete(key);
          return had;
        }
      }
      return ({ max, ttl }) => new Cacheable({ ttl, lruSize: max, useClone: false });
    },
    sweeping: async () => {
      const { CacheableMemory } = await import('@cacheable/memory');
      return ({ ttl }) => new CacheableMemory({ ttl, useClone: false, checkInterval: 1000 });
    },
  },
  {
    id: 'nodecache',
    title: 'node-cache',
    options: '{ stdTTL: 1 h, useClones: false }: no LRU, throws when full',
    colour: '#475569',
    module: 'node-cache',
    claims: ['map', 'has', 'delete', 'ttl'],
    load: async () => nodeCache(600),
    sweeping: async () => nodeCache(1),
  },
  {
    id: 'proposed',
    title: 'the class proposed in the leak report',
    options: 'max N, 1 h, looks for the oldest access among all (examples/demo/proposed-map.mjs)',
    colour: '#9f1239',
    module: undefined,
    claims: ['map', 'has', 'delete', 'bound', 'lru', 'ttl', 'idle'],
    load: proposed,
    sweeping: proposed,
  },
];

async function proposed() {
  const { ProposedMap } = await import('../examples/demo/proposed-map.mjs');
  const bus = { on: () => {} };
  class Proposed extends ProposedMap {
    /** @param {any} key */
    has(key) {
      return this.get(key) !== undefined;
    }
  }
  return ({ max, ttl }) => new Proposed(max, ttl, { now: () => performance.now(), every: (ms, fn) => setInterval(fn, ms) }, /** @type {any} */ (bus));
}


/** @param {number} checkperiod in seconds */
async function nodeCache(checkperiod) {
  const { default: NodeCache } = await import('node-cache');
  class Cache {
    /** @param {number} ttl */
    constructor(ttl) {
      /** What is looked at when it is to be collected: this wrapper keeps nothing alive. */
      this.cache = new NodeCache({ stdTTL: ttl / 1000, useClones: false, checkperiod });
    }

    get size() {
      return this.cache.getStats().keys;
    }

    /** @param {any} key */
    get(key) {
      return this.cache.get(key);
    }

    /** @param {any} key */
    has(key) {
      return this.cache.has(key);
    }

    /** @param {any} key @param {any} value */
    set(key, value) {
      this.cache.set(key, value);
      return this;
    }

    /** @param {any} key */
    delete(key) {
      return this.cache.del(key) === 1;
    }

    clear() {
      this.cache.flushAll();
    }
  }
  return (/** @type {{ ttl: number }} */ { ttl }) => new Cache(ttl);
}
