// A session worker under load, small enough to read: sessions come, talk, call tools, and end unannounced. It knows
// nothing of metrics; the structures' names are all that those need.

import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';

const require = createRequire(import.meta.url);
const { RobustSessionMap, RobustSessionSet, SessionGroup } = require('../../index.js');

const SECOND = 1000;

export class Worker {
  #running = new Set();
  #timer;
  #next = 1;
  #stopped = false;

  constructor() {
    // Seconds where a real worker has minutes, so that something is to be seen.
    this.group = new SessionGroup({
      name: 'worker',
      ttl: 20 * SECOND,
      maxSize: 60,
      maxBusy: 15 * SECOND,
      isBusy: (id) => this.#running.has(id),
    });
    this.agents = this.group.map('agents');
    this.talk = this.group.history('talk', { maxMessages: 40 });
    this.tools = new RobustSessionMap({ name: 'tool results', ttl: 10 * SECOND, maxBytes: 2_000_000, sizeOf: (output) => output.length });
    this.notified = new RobustSessionSet({ name: 'notified', ttl: 30 * SECOND, maxSize: 500 });
    // One hook in fifty fails, as hooks do.
    this.children = new RobustSessionMap({
      name: 'children',
      maxSize: 40,
      onRemove: (id, child) => {
        child.open = false;
        if (id % 50 === 0) throw new Error(`child ${id} does not answer`);
      },
      onError: () => {},
    });
  }

  /** @param {number} sessionsPerSecond */
  start(sessionsPerSecond) {
    this.#timer = setInterval(() => this.#converse(this.#next++), SECOND / sessionsPerSecond);
  }

  async #converse(id) {
    this.agents.set(id, { agent: 'observer' });
    this.children.set(id, { open: true });
    this.notified.add(id);
    this.#running.add(id);
    const lease = this.group.pin(id);
    for (let call = 0; call < 8; call += 1) {
      const output = `output of call ${call} `.repeat(50 + Math.floor(Math.random() * 400));
      this.talk.of(id).push({ role: 'user', content: output }, { role: 'assistant', content: `seen: ${output.slice(0, 200)}` });
      this.tools.set(`${id}:${call}`, output);
      await sleep(Math.random() * 400, undefined, { ref: false });
      if (this.#stopped) return;
    }
    lease.release();
    this.#running.delete(id);
  }

  stop() {
    this.#stopped = true;
    clearInterval(this.#timer);
    for (const one of [this.group, this.tools, this.notified, this.children]) one.close();
  }
}
