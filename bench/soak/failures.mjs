// What must not happen, counted by its message: a fault in a loop would fill memory with itself.

/** Thrown by hooks on purpose. */
export class Planned extends Error {}

export class Failures {
  /** @type {Map<string, number>} */
  #counts = new Map();
  /** Errors that hooks threw on purpose, and that came where they belong. */
  planned = 0;

  /**
   * @param {string} where
   * @param {unknown} error
   */
  add(where, error) {
    const text = `${where}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    if (this.#counts.size < 20 || this.#counts.has(text)) this.#counts.set(text, (this.#counts.get(text) ?? 0) + 1);
  }

  /** For the option `onError`. @param {string} where */
  background(where) {
    return (/** @type {unknown} */ error) => {
      if (error instanceof Planned) this.planned += 1;
      else this.add(where, error);
    };
  }

  /** Nobody else may hear of anything either. */
  listen() {
    process.on('uncaughtException', (error) => this.add('uncaught', error));
    process.on('unhandledRejection', (error) => this.add('unhandled', error));
    process.on('warning', (warning) => {
      if (warning.name !== 'ExperimentalWarning') this.add('warning', warning);
    });
  }

  get list() {
    return [...this.#counts].map(([text, count]) => (count === 1 ? text : `${text} (${count} times)`));
  }
}
