// A week of the session worker: sessions come through the working day, make their observations, end unannounced, and
// nobody is there at night. What the worker is made of is the demo's.

import { EventEmitter } from 'node:events';
import { ManualClock } from 'robust-session-map/testing';
import { Agent, Losses } from '../examples/demo/agent.mjs';
import { Children } from '../examples/demo/children.mjs';
import { Random } from '../examples/demo/random.mjs';
import { SessionManager } from '../examples/demo/session-manager.mjs';
import { storeOf } from '../examples/demo/stores.mjs';
import { Tools } from '../examples/demo/text.mjs';
import { WEEK } from './scenario-plan.mjs';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const STEP = 5 * MINUTE;
/** A session begins every quarter of an hour: 40 of them fill ten hours. */
const BETWEEN = 3;
/** Steps that a session lasts: three are at work at a time. */
const LASTS = 9;

export class Week {
  losses = new Losses();
  children = new Children();
  clock = new ManualClock();
  #pending = new Set();
  #nextId = 1;
  /** @type {{ agent: Agent, steps: number, calls: number }[]} */
  #working = [];

  /**
   * @param {string} variant
   * @param {readonly string[]} files
   */
  constructor(variant, files) {
    this.tools = new Tools(files, new Random(532));
    const bus = new EventEmitter();
    this.manager = new SessionManager({
      store: storeOf(variant, this.clock, bus), bus, pending: this.#pending, children: this.children, onGone: () => undefined,
    });
  }

  /** From the first session of the day to the end of the last. */
  day() {
    for (let step = 0; step < WEEK.sessions * BETWEEN || this.#working.length > 0; step += 1) {
      if (step % BETWEEN === 0 && step < WEEK.sessions * BETWEEN) this.#begin();
      this.clock.advance(STEP);
      for (const work of this.#working) this.#step(work);
      this.#working = this.#working.filter(({ steps }) => steps < LASTS);
    }
  }

  /** Until the next day begins. */
  night() {
    const now = this.clock.now();
    this.clock.advance(Math.ceil(now / (24 * HOUR)) * 24 * HOUR - now);
  }

  #begin() {
    const id = this.#nextId;
    this.#nextId += 1;
    this.#pending.add(id);
    this.#working.push({ agent: new Agent(id, this.manager, this.losses), steps: 0, calls: 0 });
  }

  /** Its share of the observations; after the last one it is over, and nobody is told. @param {{ agent: Agent, steps: number, calls: number }} work */
  #step(work) {
    work.steps += 1;
    for (const due = Math.round((WEEK.observations * work.steps) / LASTS); work.calls < due; work.calls += 1) {
      work.agent.work(this.tools.call());
    }
    if (work.steps === LASTS) this.#pending.delete(work.agent.id);
  }
}
