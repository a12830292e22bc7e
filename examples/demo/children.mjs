// A stand-in for the operating system's table of child processes. Each agent runs one; nobody but the
// one who started a child can know that it is no longer wanted.

/** What two pipes of a child hold in its parent. The child's own memory, tens of MB, is not simulated. */
const PIPES = 64 * 1024;

export class Children {
  /** @type {Set<object>} */
  #running = new Set();

  /** Starts a child that lives until the signal aborts. @param {AbortSignal} signal */
  spawn(signal) {
    const child = { pipes: Buffer.alloc(PIPES, 1) };
    this.#running.add(child);
    signal.addEventListener('abort', () => this.#running.delete(child), { once: true });
    return child;
  }

  get open() {
    return this.#running.size;
  }
}
