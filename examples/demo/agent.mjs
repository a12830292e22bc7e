// An agent: works on one session, and knows what it has put there. It holds the session weakly, so that
// watching for a loss does not prevent one.

/** What all agents of a run found. */
export class Losses {
  checks = 0;
  sessions = 0;
  messages = 0;
}

export class Agent {
  #manager;
  #losses;
  /** @type {WeakRef<object>} */
  #session;
  #messages = 0;
  #outputs = 0;
  /** The last thing it said. */
  #said = '';

  /**
   * @param {number} id
   * @param {import('./session-manager.mjs').SessionManager} manager
   * @param {Losses} losses
   */
  constructor(id, manager, losses) {
    this.id = id;
    this.#manager = manager;
    this.#losses = losses;
    this.#session = new WeakRef(manager.initializeSession(id));
  }

  /** @param {{ output: string, observation: string, answer: string }} call */
  work(call) {
    this.#check();
    this.#manager.record(this.id, call);
    this.#messages += 2;
    this.#outputs += 1;
    this.#said = call.answer;
  }

  /** The session must still be the same object, with all that this agent has put into it. */
  #check() {
    const { sessions, toolResultCache } = this.#manager;
    const session = sessions.get(this.id);
    this.#losses.checks += 1;
    const kept =
      session !== undefined &&
      session === this.#session.deref() &&
      pushed(session.conversationHistory) === this.#messages &&
      pushed(toolResultCache.get(this.id) ?? []) === this.#outputs &&
      (this.#messages === 0 || session.conversationHistory.at(-1).content === this.#said);
    if (kept) return;
    this.#losses.sessions += 1;
    this.#losses.messages += this.#messages;
    this.#startOver();
  }

  /** What a worker does that finds no session: it makes a new one, without a memory. */
  #startOver() {
    const session = this.#manager.initializeSession(this.id);
    this.#session = new WeakRef(session);
    this.#messages = pushed(session.conversationHistory);
    this.#outputs = pushed(this.#manager.toolResultCache.get(this.id) ?? []);
    this.#said = session.conversationHistory.at(-1)?.content ?? '';
  }
}

/** How many messages were ever pushed: a bounded history drops the oldest, and counts them. @param {any} list */
function pushed(list) {
  return list.length + (list.dropped?.messages ?? 0);
}
