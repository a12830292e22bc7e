// The day of the worker: rounds of sessions that come, work and end, and a platform on which their end
// is never announced.

import { EventEmitter } from 'node:events';
import { ManualClock } from 'robust-session-map/testing';
import { Agent, Losses } from './agent.mjs';
import { Children } from './children.mjs';
import { Random } from './random.mjs';
import { SessionManager } from './session-manager.mjs';
import { storeOf } from './stores.mjs';
import { burstRound, story } from './story.mjs';
import { Tools } from './text.mjs';

export class Day {
  losses = new Losses();
  children = new Children();
  /** Half an hour must pass in a second, for all variants alike: timers and clocks are those of this clock. */
  clock = new ManualClock();
  ended = 0;
  /** Removal hooks that ran, by session. @type {Map<number, number>} */
  hooks = new Map();
  /** The longest time that a removed session had been left alone, in ms. */
  longestIdle = 0;
  /** @type {Map<number, number>} */
  #lastUse = new Map();
  #nextId = 1;
  #pending = new Set();
  #agents;

  /**
   * @param {string} variant
   * @param {number} rounds
   * @param {readonly string[]} files
   */
  constructor(variant, rounds, files) {
    this.rounds = rounds;
    this.tools = new Tools(files, new Random(532 + 1486));
    const bus = new EventEmitter();
    this.manager = new SessionManager({
      store: storeOf(variant, this.clock, bus),
      bus,
      pending: this.#pending,
      children: this.children,
      onGone: (id) => this.#gone(id),
    });
    this.#agents = {
      steady: this.#start(story.steady),
      waiting: this.#start(story.waiting),
    };
  }

  /** Sessions that were ever started. */
  get started() {
    return this.#nextId - 1;
  }

  /** One round of work. @param {number} round from 1 */
  work(round) {
    const fresh = this.#start(story.sessionsPerRound);
    const crowd = round === burstRound(this.rounds) ? this.#start(story.burst.sessions) : [];
    const back = this.#agents.waiting.filter((_, index) => this.#isBack(index, round));
    for (let slice = 0; slice < story.slices; slice += 1) {
      this.clock.advance(story.roundMs / story.slices);
      this.#call(fresh, story.toolCalls / story.slices);
      this.#call(this.#agents.steady, 1);
      this.#call(back, 1);
      if (slice < story.burst.toolCalls) this.#call(crowd, 1);
    }
    for (const agent of [...fresh, ...crowd]) this.#end(agent);
    if (round === this.rounds) this.#lastRound();
  }

  /** A round in which nobody does anything. */
  rest() {
    this.clock.advance(story.roundMs);
  }

  #lastRound() {
    const { steady, waiting } = this.#agents;
    this.#call(waiting, 1);
    for (const agent of [...steady, ...waiting]) this.#end(agent);
  }

  /** Each waiting session comes back after its long tool call, in a round of its own, and waits again. */
  #isBack(index, round) {
    const shift = index * Math.floor(story.waitRounds / story.waiting);
    return round > 1 && (round - shift) % story.waitRounds === 0;
  }

  /** @param {number} count */
  #start(count) {
    return Array.from({ length: count }, () => {
      const id = this.#nextId;
      this.#nextId += 1;
      // The claimed message that is being worked on: from here to the end the session is busy.
      this.#pending.add(id);
      this.#lastUse.set(id, this.clock.now());
      return new Agent(id, this.manager, this.losses);
    });
  }

  /**
   * @param {readonly Agent[]} agents
   * @param {number} times
   */
  #call(agents, times) {
    for (const agent of agents) {
      for (let i = 0; i < times; i += 1) agent.work(this.tools.call());
      this.#lastUse.set(agent.id, this.clock.now());
    }
  }

  /**
   * The agent is done. Here `bus.emit('session.deleted', id)` belongs. On the platform of the second
   * report it never arrives, so it is not sent, and all that listens for it listens in vain.
   * @param {Agent} agent
   */
  #end(agent) {
    this.#pending.delete(agent.id);
    this.ended += 1;
  }

  /** @param {number} id */
  #gone(id) {
    this.hooks.set(id, (this.hooks.get(id) ?? 0) + 1);
    this.longestIdle = Math.max(this.longestIdle, this.clock.now() - this.#lastUse.get(id));
  }
}
