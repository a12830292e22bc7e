// Worker threads that come and go, none while memory is measured.

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import robust from '../../index.js';

const { HistoryGoneError, SharedHistory } = robust;
const file = new URL('./worker.mjs', import.meta.url);

export class Crew {
  ended = 0;
  terminated = 0;
  working = false;
  #world;
  #random;
  #kind;

  /**
   * @param {import('./world.mjs').World} world
   * @param {ReturnType<typeof import('../../__test__/support/random.mjs').random>} random
   * @param {'full' | 'empty' | 'none'} kind
   */
  constructor(world, random, kind) {
    this.#world = world;
    this.#random = random;
    this.#kind = kind;
  }

  /**
   * One of them, within so many ms. More would measure the runtimes: each costs some KB of resident memory for good, also one
   * that does nothing (`--workers empty`).
   * @param {number} ms
   */
  async work(ms) {
    if (this.#kind === 'none') return;
    this.working = true;
    try {
      await this.#one(Math.min(100 + this.#random.below(2000), ms / 2), this.#random.chance(0.5));
    } finally {
      this.working = false;
    }
  }

  /**
   * @param {number} lives ms
   * @param {boolean} terminate in the middle of it
   */
  async #one(lives, terminate) {
    const { failures } = this.#world;
    const workerData = { handle: this.#handle(), lives, kind: this.#kind, seed: this.#random.below(2 ** 31) };
    const worker = new Worker(file, { workerData });
    worker.on('error', (error) => failures.add('worker', error));
    worker.on('message', (handle) => this.#visit(handle));
    const exit = once(worker, 'exit');
    // In the middle of it, or of its start.
    let terminated = false;
    const timer = terminate ? setTimeout(() => {
      terminated = true;
      worker.terminate();
    }, 20 + lives * this.#random.next()) : undefined;
    const [code] = await exit;
    clearTimeout(timer);
    if (terminated) this.terminated += 1;
    else this.ended += 1;
    if (code !== 0 && !terminated) failures.add('worker', new Error(`ended with ${code}`));
  }

  /** Of a session that is there now, and may be over soon. */
  #handle() {
    for (const session of this.#world.sessions.values()) return session.history.handle;
    return undefined;
  }

  /** A worker's history, which goes with it. @param {any} handle */
  #visit(handle) {
    try {
      const shared = SharedHistory.open(handle);
      shared.push({ role: 'assistant', content: 'From the main thread — hello' });
      shared.window({ maxMessages: 2 });
      shared.close();
    } catch (error) {
      if (!(error instanceof HistoryGoneError)) this.#world.failures.add('worker’s history', error);
    }
  }
}
