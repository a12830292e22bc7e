// What agents say: real text, every message a string of its own.

import { corpus, fresh } from '../history-text.mjs';

const CUTS = 1500;

export class Texts {
  #cuts = corpus().slice(0, CUTS);
  #random;

  /** @param {ReturnType<typeof import('../../__test__/support/random.mjs').random>} random */
  constructor(random) {
    this.#random = random;
  }

  /** @param {number} [most] characters */
  text(most = 2000) {
    const cut = this.#random.pick(this.#cuts);
    return fresh(cut.subarray(0, 2 * (100 + this.#random.below(most - 100))));
  }

  /** A question, a tool's call, its result, an answer. @param {number} n of the call */
  turn(n) {
    const id = `call_${n}`;
    return [
      { role: 'user', content: this.text() },
      { role: 'assistant', content: [{ type: 'text', text: this.text(400) }, { type: 'tool_use', id, name: 'read', input: { path: 'README.md' } }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: this.text(4000) }] },
      { role: 'assistant', content: this.text(1000) },
    ];
  }
}
