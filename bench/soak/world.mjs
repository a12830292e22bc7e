// What the soak uses: a worker's sessions, a plugin's group, a cache by weight, a set; and their audit.

import { EventEmitter } from 'node:events';
import { setImmediate as macrotask, setTimeout as sleep } from 'node:timers/promises';
import robust from '../../index.js';
import testing from '../../testing.js';
import { Planned } from './failures.mjs';

const { BoundedHistory, RobustSessionMap, RobustSessionSet, SessionGroup } = robust;
const { ManualClock } = testing;
const MINUTE = 60_000;
/** Simulated ms after which a session that nobody uses goes; busy ones later. */
const LIMITS = { ttl: 10 * MINUTE, maxBusy: 20 * MINUTE };
/** Histories audited between two turns of the event loop. */
const AT_ONCE = 100;

export class World {
  bus = new EventEmitter();
  /** Sessions put into `sessions`, and those whose hook has run. */
  started = 0;
  ended = 0;
  conversations = 0;
  /** Leases and scopes that are held. @type {{ release(): boolean }[]} */
  leases = [];
  /** Messages that are being written to. @type {{ content: string }[]} */
  streams = [];

  /**
   * @param {{ sessions: number, speed: number }} measure
   * @param {import('./failures.mjs').Failures} failures
   */
  constructor({ sessions: count, speed }, failures) {
    this.failures = failures;
    // Moved on by the traffic: on a machine under load both are slower, and as many sessions live at a time as ever.
    this.clock = new ManualClock();
    // Five simulated minutes, by real time; at least what the thread that compresses can tell apart.
    this.sealAfter = Math.max(50, (5 * MINUTE) / speed);
    // Those that have ended stay for a while: some leave by `ttl`, some because there are too many.
    const maxSize = Math.ceil(count * 1.3);
    this.sessions = new RobustSessionMap({
      ...LIMITS, name: 'sessions', clock: this.clock, maxSize,
      isBusy: (session) => session.pending > 0,
      onRemove: (id, session) => this.#gone(session),
      onError: failures.background('sessions'),
    });
    this.sessions.deleteOn(this.bus, 'session.deleted', (id) => id);
    this.#makeGroup(maxSize);
    // The default clock, with its cache and its timer.
    this.cache = new RobustSessionMap({
      name: 'cache', ttl: 1500, maxAge: 4000, maxSize: 2000, maxBytes: 4 * 2 ** 20, sizeOf: (text) => text.length,
      onRemove: () => undefined, onError: failures.background('cache'),
    });
    this.recent = new RobustSessionSet({ name: 'recent', ttl: 800, maxSize: 1500 });
  }

  /** @param {number} maxSize */
  #makeGroup(maxSize) {
    const { clock, failures, sealAfter } = this;
    this.group = new SessionGroup({
      ...LIMITS, name: 'plugin', clock, maxSize, maxBytes: 48 * 2 ** 20, tombstone: MINUTE / 2,
      isBusy: (id, parts) => parts.agents?.pending > 0,
      // The parent stands in the id, so that nothing has to be remembered.
      parentOf: (id) => (id.includes('<') ? id.slice(id.indexOf('<') + 1) : undefined),
      onRemove: (id, reason, parts) => {
        if (parts.agents !== undefined) parts.agents.over = true;
      },
      onError: failures.background('group'),
    });
    this.agents = this.group.map('agents');
    this.notified = this.group.set('notified');
    this.timers = this.group.map('timers', { onRemove: (id, timer) => clearTimeout(timer) });
    this.toolCache = this.group.map('toolCache', {
      sessionOf: (key) => key.slice(0, key.indexOf(':')),
      maxPerSession: 8, ttl: 5 * MINUTE, sizeOf: (text) => text.length,
      onRemove: () => undefined,
    });
    this.talk = this.group.history('talk', { maxMessages: 16, sealAfter });
  }

  /** @param {string} id */
  begin(id) {
    const { sealAfter } = this;
    this.conversations += 1;
    // Three kinds of limits.
    const limits = [{ maxMessages: 24 }, { maxTokens: 6000 }, { maxBytes: 40_000 }][this.conversations % 3];
    const session = {
      id, pending: 0, over: false,
      abort: new AbortController(),
      history: new BoundedHistory({ ...limits, sealAfter, name: 'conversations' }),
      // Half of the histories are closed in time, half are left to the collector.
      closes: this.conversations % 2 === 0,
    };
    this.started += 1;
    this.sessions.set(id, session);
    return session;
  }

  /** The hook: synchronous, throwing, asynchronous or rejecting, in turn. */
  #gone(session) {
    this.ended += 1;
    if (session.over) this.failures.add('sessions', new Error(`the hook ran twice for ${session.id}`));
    session.over = true;
    session.abort.abort();
    if (session.closes) session.history.close();
    switch (this.ended % 8) {
      case 0: throw new Planned('a hook that throws');
      case 1: return Promise.reject(new Planned('a hook that rejects'));
      case 2: return sleep(5, undefined, { ref: false });
      default: return undefined;
    }
  }

  /** Everything is what it says it is. Answers how many structures were looked at. */
  async audit() {
    let audited = 0;
    const one = (/** @type {{ validate(): unknown }} */ structure) => {
      structure.validate();
      audited += 1;
    };
    for (const structure of [this.sessions, this.group, this.cache, this.recent]) one(structure);
    const { started, ended, sessions } = this;
    // `size` first: reading it may let sessions go.
    const { size } = sessions;
    if (this.started - this.ended !== size) {
      throw new Error(`${started} sessions began and ${ended} hooks ran, but ${size} are left`);
    }
    const keys = [...sessions.keys()];
    for (let at = 0; at < keys.length; at += 1) {
      const history = sessions.peek(keys[at])?.history;
      if (history !== undefined) one(history);
      if (at % AT_ONCE === 0) await macrotask();
    }
    for (const id of this.group.keys()) {
      const history = this.talk.peek(id);
      if (history === undefined) continue;
      one(history);
      if (audited % AT_ONCE === 0) await macrotask();
    }
    return audited;
  }

  async close() {
    // A message that is held keeps its history.
    this.leases.length = 0;
    this.streams.length = 0;
    for (const structure of [this.sessions, this.group, this.cache, this.recent]) structure.close();
    await Promise.all([this.sessions, this.group, this.cache].map((structure) => structure.settled()));
    if (this.started !== this.ended) throw new Error(`${this.started} sessions began, but ${this.ended} hooks ran`);
  }
}
