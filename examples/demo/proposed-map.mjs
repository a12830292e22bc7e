// The class that the second report proposes, written anew from its description: a private Map with
// access times, a check every minute, eviction by scanning for the oldest access, clean-up by event.
// It is no Map, asks nobody whether an entry is in use, tells nobody that one left, and its interval
// has no end.
//
// Two things differ, neither to its disadvantage: time is handed in, because half an hour must pass in
// seconds, and there is a `size`, because the demo has to count what is in it.

export class ProposedMap {
  #values = new Map();
  #accessed = new Map();
  #maxSize;
  #ttl;
  #now;

  /**
   * @param {number} maxSize
   * @param {number} ttl
   * @param {{ now(): number, every(ms: number, fn: () => void): void }} time
   * @param {import('node:events').EventEmitter} bus
   */
  constructor(maxSize, ttl, time, bus) {
    this.#maxSize = maxSize;
    this.#ttl = ttl;
    this.#now = () => time.now();
    time.every(60_000, () => this.#removeStale());
    bus.on('session.deleted', (key) => this.delete(key));
  }

  get size() {
    return this.#values.size;
  }

  set(key, value) {
    if (this.#values.size >= this.#maxSize) this.#evictOldest();
    this.#values.set(key, value);
    this.#accessed.set(key, this.#now());
  }

  get(key) {
    const value = this.#values.get(key);
    if (value !== undefined) this.#accessed.set(key, this.#now());
    return value;
  }

  delete(key) {
    this.#accessed.delete(key);
    return this.#values.delete(key);
  }

  #removeStale() {
    const now = this.#now();
    for (const [key, time] of this.#accessed) {
      if (now - time > this.#ttl) this.delete(key);
    }
  }

  #evictOldest() {
    let oldest;
    let oldestTime = Infinity;
    for (const [key, time] of this.#accessed) {
      if (time < oldestTime) {
        oldestTime = time;
        oldest = key;
      }
    }
    if (oldest !== undefined) this.delete(oldest);
  }
}
