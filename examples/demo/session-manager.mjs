// The worker's session manager, the same for all variants: what `store` makes is the only difference.
//
// It keeps what the first report describes (sessions with a conversation, an abort controller and a
// generator that waits for messages all its life), and beside it what the second one does: more
// structures by session, cleaned by the event `session.deleted` alone.

export class SessionManager {
  /** The most messages that a list has had. */
  longest = 0;
  #children;
  #list;

  /**
   * @param {object} parts
   * @param {import('./stores.mjs').Store} parts.store
   * @param {import('node:events').EventEmitter} parts.bus
   * @param {Set<number>} parts.pending Sessions with unanswered messages: rows of the worker's database.
   * @param {import('./children.mjs').Children} parts.children
   * @param {(id: number, reason: string) => void} parts.onGone
   */
  constructor({ store, bus, pending, children, onGone }) {
    this.#children = children;
    this.#list = store.list;
    const isBusy = (_, id) => pending.has(id);
    this.sessions = store.map({
      name: 'sessions',
      isBusy,
      onRemove: (id, session, reason) => {
        this.#release(id, session);
        onGone(id, reason);
      },
    });
    this.sessionAgentMap = store.map({ name: 'sessionAgentMap', isBusy });
    this.toolResultCache = store.map({ name: 'toolResultCache', isBusy });
    this.notified = store.set({ name: 'notified', isBusy });
    bus.on('session.deleted', (id) => this.deleteSession(id));
  }

  /** The session, made on first use. @param {number} id */
  initializeSession(id) {
    const known = this.sessions.get(id);
    if (known !== undefined) return known;
    const abortController = new AbortController();
    const { signal } = abortController;
    const session = {
      sessionDbId: id,
      abortController,
      conversationHistory: this.#list(),
      // Always set: the generator waits for the next message. So it says nothing about being busy.
      generatorPromise: new Promise((resolve) => {
        signal.addEventListener('abort', resolve, { once: true });
      }),
    };
    this.#children.spawn(signal);
    this.sessions.set(id, session);
    this.sessionAgentMap.set(id, { agent: 'observer', calls: 0 });
    this.toolResultCache.set(id, this.#list());
    return session;
  }

  /**
   * A tool answered: the output is cached, the conversation grows by a question and an answer.
   * @param {number} id
   * @param {{ output: string, observation: string, answer: string }} call
   */
  record(id, { output, observation, answer }) {
    const { conversationHistory } = this.initializeSession(id);
    conversationHistory.push({ role: 'user', content: observation }, { role: 'assistant', content: answer });
    const outputs = this.toolResultCache.get(id);
    outputs?.push({ role: 'tool', content: output });
    this.longest = Math.max(this.longest, conversationHistory.length, outputs?.length ?? 0);
    const agent = this.sessionAgentMap.get(id);
    if (agent !== undefined) agent.calls += 1;
    if (!this.notified.has(id)) this.notified.add(id);
  }

  /** @param {number} id */
  deleteSession(id) {
    const session = this.sessions.get(id);
    if (session === undefined) return;
    this.sessions.delete(id);
    this.#release(id, session);
  }

  /** What a session holds beyond its entry. May run twice: aborting and deleting again change nothing. */
  #release(id, session) {
    session.abortController.abort();
    // A bounded history gives its memory back at once, and not when the garbage is collected.
    session.conversationHistory.close?.();
    this.sessionAgentMap.delete(id);
    this.toolResultCache.delete(id);
    this.notified.delete(id);
  }
}
