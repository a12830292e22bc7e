// The first users' own lines, with `Map` and `Set` replaced: they must go on compiling.

import { RobustSessionMap, RobustSessionSet } from '../../index.js';

interface ConversationMessage {
  role: 'user' | 'assistant';
  content: string;
}

interface ActiveSession {
  id: number;
  abortController: AbortController;
  generatorPromise: Promise<void> | null;
  conversationHistory: ConversationMessage[];
}

/** A session worker: the field keeps its type, the callbacks take theirs from it. */
class SessionManager {
  private sessions: Map<number, ActiveSession> = new RobustSessionMap({
    ttl: 3_600_000,
    maxSize: 100,
    isBusy: (session) => session.generatorPromise !== null,
    onRemove: (id, session, reason) => {
      // The field's types, not `any`.
      same<typeof id, number>(true);
      same<typeof session, ActiveSession>(true);
      session.abortController.abort();
      console.log(id.toFixed(), reason);
    },
  });

  initialize(id: number): ActiveSession {
    const known = this.sessions.get(id);
    if (known) return known;
    const session: ActiveSession = { id, abortController: new AbortController(), generatorPromise: null, conversationHistory: [] };
    this.sessions.set(id, session);
    return session;
  }

  async deleteSession(id: number): Promise<void> {
    const session = this.sessions.get(id);
    if (!session) return;
    session.abortController.abort();
    await session.generatorPromise?.catch(() => {});
    this.sessions.delete(id);
  }

  async shutdownAll(): Promise<void> {
    await Promise.all(Array.from(this.sessions.keys()).map((id) => this.deleteSession(id)));
  }

  get active(): number {
    return this.sessions.size;
  }

  depth(): number {
    return Array.from(this.sessions.values()).reduce((sum, session) => sum + session.conversationHistory.length, 0);
  }
}

/** The same with the names of a first attempt: inferred callbacks in a hook that is async. */
class AsyncSessions {
  sessions: Map<number, ActiveSession> = new RobustSessionMap({
    onRemove: async (_id, session) => {
      await session.generatorPromise;
    },
    onError: (error, { key, reason }) => console.log(error, key?.toFixed(), reason),
    sizeOf: (session, id) => {
      same<typeof session, ActiveSession>(true);
      same<typeof id, number>(true);
      return session.conversationHistory.length;
    },
  });
}

// An agent plugin: no arguments, the short form, and a first value.
const statuses: Map<string, 'idle' | 'busy'> = new RobustSessionMap();
const pending = new RobustSessionMap<string, ActiveSession>();
const short = new RobustSessionMap<string, number>(60_000, 500);
const inferred = new RobustSessionMap([['a', 1], ['b', 2]]);
const untyped = new RobustSessionMap();
const configured = new RobustSessionMap({ ttl: 60_000 }, [['a', 1]]);
const notified: Set<string> = new RobustSessionSet();
const seen = new RobustSessionSet<string>({ ttl: 1000, onRemove: (value, again) => console.log(value.length, again.length) });
const words = new RobustSessionSet(['a', 'b']);

same<typeof inferred, RobustSessionMap<string, number>>(true);
same<typeof untyped, RobustSessionMap<any, any>>(true);
same<typeof configured, RobustSessionMap<string, number>>(true);
same<typeof words, RobustSessionSet<string>>(true);

// Parameters typed as the built-in ones take ours.
function report(sessions: Map<string, ActiveSession>): number {
  return sessions.size;
}
function readOnly(sessions: ReadonlyMap<string, ActiveSession>): boolean {
  return sessions.has('ses_1');
}
function flush(keys: Set<string>, known: ReadonlySet<string>): boolean {
  return keys.has('a') && known.has('a');
}
report(pending);
readOnly(pending);
flush(seen, notified);

async function watch(): Promise<void> {
  if (pending instanceof Map) {
    for (const [id, session] of pending.entries()) {
      pending.set(id, { ...session, id: id.length });
      await session.generatorPromise;
      pending.delete(id);
    }
  }
  for (const status of statuses.values()) status satisfies 'idle' | 'busy';
  pending.forEach((session, id, map) => map.set(id, session).get(id)?.abortController.abort());
  const copy: Map<string, ActiveSession> = new Map(pending);
  const record: Record<string, number> = Object.fromEntries(short);
  console.log(copy, record, [...seen].join());
}

/** A subclass, as users write one. */
class TaskMap<T extends { id: string }> extends RobustSessionMap<string, T> {
  constructor(limit: number) {
    super({ maxSize: limit, name: 'tasks' });
  }

  add(task: T): this {
    return this.set(task.id, task);
  }
}
same<TaskMap<{ id: string; done: boolean }>['get'], (key: string) => { id: string; done: boolean } | undefined>(true);

export { AsyncSessions, SessionManager, TaskMap, watch };
