// The mix: what agents, plugins and status pages do with sessions, each operation as often as its share says.

import robust from '../../index.js';
import { events } from './events.mjs';
import { talk } from './talk.mjs';

const { RobustSessionMap, SessionGroup, SessionLimitError } = robust;

/** Simulated ms that a session is used for, on average. */
const LIFE = 30 * 60_000;
/** Leases held at a time. */
const LEASES = 64;
/** Operations are drawn from a table with so many places. */
const PLACES = 4000;

export class Traffic {
  done = 0;
  generations = 0;
  #slots;
  /** Simulated ms in which an operation is done. */
  #each;
  #random;
  #world;
  #next = 0;
  #table;
  #operations;

  /**
   * @param {import('./world.mjs').World} world
   * @param {{ sessions: number, rate: number, speed: number }} measure
   * @param {ReturnType<typeof import('../../__test__/support/random.mjs').random>} random
   * @param {import('./texts.mjs').Texts} texts
   */
  constructor(world, { sessions, rate, speed }, random, texts) {
    this.#world = world;
    this.#random = random;
    this.#each = (1000 / rate) * speed;
    this.#operations = { ...this.#onMaps(), ...this.#onGroups(), ...talk(world, random, texts), ...events(world, random) };
    this.#table = tableOf(this.#operations);
    // At the start they are of all ages, as they are later on.
    this.#slots = Array.from({ length: sessions }, () => this.#session(random.next()));
  }

  get sessions() {
    return this.#slots.length;
  }

  /** @param {number} count operations */
  run(count) {
    const { failures, clock } = this.#world;
    const now = clock.now();
    for (let i = 0; i < count; i += 1) {
      const slot = this.#slot(now);
      const name = this.#table[this.#random.below(PLACES)];
      try {
        this.#operations[name].run(slot.id, slot);
      } catch (error) {
        failures.add(name, error);
      }
    }
    this.done += count;
    try {
      clock.advance(count * this.#each);
    } catch (error) {
      failures.add('clock', error);
    }
  }

  /** Some are used much more than others: a tenth gets almost half of all. @param {number} now */
  #slot(now) {
    const at = Math.floor(this.#random.next() ** 3 * this.#slots.length);
    const slot = this.#slots[at];
    if (slot.until > now) return slot;
    this.#end(slot);
    const next = this.#session(1);
    this.#slots[at] = next;
    return next;
  }

  /** @param {number} left part of a life that is left */
  #session(left) {
    this.#next += 1;
    this.generations += 1;
    // One in eight is the child of one that was begun shortly before, and may be over.
    const id = this.#next % 8 === 0 ? `ses_${this.#next}<ses_${this.#next - 3}` : `ses_${this.#next}`;
    return { id, until: this.#world.clock.now() + LIFE * (0.5 + this.#random.next()) * left };
  }

  /** Most are just left alone, which is what the library is there for. @param {{ id: string }} slot */
  #end({ id }) {
    const { sessions, group, bus } = this.#world;
    const dice = this.#random.next();
    if (dice < 0.1) sessions.delete(id);
    else if (dice < 0.2) bus.emit('session.deleted', id);
    if (dice > 0.9) group.drop(id);
    else if (dice > 0.8) group.handleEvent({ type: 'session.deleted', properties: { info: { id } } });
  }

  #onMaps() {
    const { sessions, cache, recent } = this.#world;
    const random = this.#random;
    const session = (/** @type {string} */ id) => sessions.get(id) ?? this.#world.begin(id);
    const key = () => `file_${Math.floor(random.next() ** 2 * 4000)}`;
    return {
      'sessions.get': { share: 300, run: (/** @type {string} */ id) => session(id) },
      'sessions.has': { share: 80, run: (/** @type {string} */ id) => sessions.has(id) },
      'sessions.peek': { share: 30, run: (/** @type {string} */ id) => sessions.peek(id) },
      'sessions.touch': { share: 30, run: (/** @type {string} */ id) => sessions.touch(id, random.chance(0.1) ? { ttl: 5 * 60_000 } : undefined) },
      'sessions.set': { share: 30, run: (/** @type {string} */ id) => sessions.set(id, session(id)) },
      'sessions.busy': { share: 10, run: (/** @type {string} */ id) => { session(id).pending += 1; } },
      'sessions.idle': { share: 12, run: (/** @type {string} */ id) => { session(id).pending = 0; } },
      'sessions.deleteIf': { share: 1, run: (/** @type {string} */ id) => sessions.deleteIf(id, sessions.peek(id)) },
      'sessions.pin': { share: 8, run: (/** @type {string} */ id) => this.#lease(sessions.pin(id)) },
      'sessions.walk': { share: 1, run: () => walk(sessions.entries()) },
      'sessions.stats': { share: 0.25, run: () => sessions.stats() },
      'sessions.shed': { share: 0.5, run: () => sessions.shed(1) },
      'cache.get': { share: 60, run: () => cache.get(key()) },
      'cache.set': { share: 40, run: () => cache.set(key(), { length: 100 + random.below(8000) }, random.chance(0.1) ? { ttl: 300, size: 5000 } : undefined) },
      'cache.insert': { share: 10, run: () => cache.getOrInsertComputed(key(), () => ({ length: 200 })) },
      'cache.load': { share: 5, run: () => this.#load(key()) },
      'recent.has': { share: 40, run: (/** @type {string} */ id) => recent.has(id) },
      'recent.add': { share: 30, run: (/** @type {string} */ id) => recent.add(id) },
      // Dropped as it is, without a `close`.
      'map.drop': { share: 1, run: (/** @type {string} */ id) => new RobustSessionMap({ name: 'dropped', isBusy: () => false, onRemove: () => undefined }).set(id, random).set(1, id) },
      'map.subscribe': { share: 0.5, run: () => sessions.deleteOn(this.#world.bus, 'other', () => undefined)() },
    };
  }

  /** @param {string} key */
  async #load(key) {
    const answer = async () => {
      await undefined;
      return { length: 300 };
    };
    try {
      await this.#world.cache.getOrLoad(key, answer);
    } catch (error) {
      this.#world.failures.add('cache.load', error);
    }
  }

  #onGroups() {
    const { group, agents, notified, timers, toolCache, failures } = this.#world;
    const random = this.#random;
    const agent = (/** @type {string} */ id) => agents.getOrInsertComputed(id, () => ({ pending: 0, over: false }));
    const call = (/** @type {string} */ id) => `${id}:${random.below(12)}`;
    return {
      'group.agents': { share: 120, run: agent },
      'group.busy': { share: 6, run: (/** @type {string} */ id) => { agent(id).pending += 1; } },
      'group.idle': { share: 8, run: (/** @type {string} */ id) => { agent(id).pending = 0; } },
      'group.notified': { share: 40, run: (/** @type {string} */ id) => notified.has(id) || notified.add(id) },
      'group.timer': { share: 5, run: (/** @type {string} */ id) => { if (!timers.has(id)) timers.set(id, setTimeout(() => undefined, 60_000).unref()); } },
      'group.cached': { share: 50, run: (/** @type {string} */ id) => toolCache.get(call(id)) },
      'group.cache': { share: 30, run: (/** @type {string} */ id) => toolCache.set(call(id), { length: 50 + random.below(2000) }) },
      'group.uncache': { share: 2, run: (/** @type {string} */ id) => toolCache.delete(call(id)) },
      'group.touch': { share: 10, run: (/** @type {string} */ id) => group.touch(id) },
      'group.pin': { share: 4, run: (/** @type {string} */ id) => this.#lease(group.pin(id)) },
      'group.scope': { share: 0.5, run: (/** @type {string} */ id) => this.#hold(group.scope(id)) },
      'group.walk': { share: 0.5, run: () => walk(group.keys()) },
      'group.stats': { share: 0.25, run: () => group.stats() },
      'group.shed': { share: 0.25, run: () => group.shed(1) },
      'group.drop-whole': { share: 0.25, run: (/** @type {string} */ id) => brief(id) },
      'group.full': { share: 0.25, run: (/** @type {string} */ id) => full(id, failures) },
    };
  }

  /** Held until as many others have been taken. @param {{ release(): boolean }} lease */
  #lease(lease) {
    // One in twenty is forgotten, and ends by `maxBusy`.
    if (this.#random.chance(0.05)) return;
    this.#hold(lease);
  }

  /** @param {{ release(): boolean }} lease */
  #hold(lease) {
    const { leases } = this.#world;
    const at = this.#random.below(LEASES);
    leases[at]?.release();
    leases[at] = lease;
  }
}

/** A group that is dropped as it is. @param {string} id */
function brief(id) {
  const group = new SessionGroup({ name: 'dropped', onRemove: () => undefined });
  group.map('one').set(id, group);
  group.history('two').of(id).push({ role: 'user', content: id });
}

/**
 * A map in which all is busy: it says no.
 * @param {string} id
 * @param {import('./failures.mjs').Failures} failures
 */
function full(id, failures) {
  const map = new RobustSessionMap({ name: 'full', maxSize: 1, hardMaxSize: 1, isBusy: () => true });
  map.set(id, 1);
  try {
    map.set('another', 1);
    failures.add('full', new Error('a full map took another entry'));
  } catch (error) {
    if (!(error instanceof SessionLimitError)) throw error;
  }
  map.close();
}

/** Some steps of an iteration, which is then left. @param {Iterable<unknown>} iterator */
function walk(iterator) {
  let steps = 0;
  for (const _ of iterator) {
    steps += 1;
    if (steps === 50) break;
  }
}

/** @param {Record<string, { share: number }>} operations */
function tableOf(operations) {
  const entries = Object.entries(operations);
  const total = entries.reduce((sum, [, { share }]) => sum + share, 0);
  const table = [];
  let sum = 0;
  for (const [name, { share }] of entries) {
    sum += share;
    while (table.length < (PLACES * sum) / total) table.push(name);
  }
  return table.slice(0, PLACES);
}
