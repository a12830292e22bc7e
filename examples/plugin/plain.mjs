// The plugin as it is: a Map or a Set for every thing it remembers about a session, and a handler for
// `session.deleted` that has to name them all. It is a good one: nothing is forgotten in it.

/** @param {import('./host.mjs').Host} host */
export function plainPlugin(host) {
  const sessionAgents = new Map();
  const notified = new Set();
  const notifyTimers = new Map();
  const countdowns = new Map();
  const pendingCalls = new Map();
  const contexts = new Map();
  const todos = new Map();
  const tokens = new Map();
  const errors = new Map();
  const recovering = new Set();
  const toolCache = new Map(); // session:call
  const seenMessages = new Set(); // session:message
  const tasks = new Map(); // session:task
  const parents = new Map();

  // <clean-up>
  function forget(id) {
    for (const [child, parent] of parents) {
      if (parent === id && child !== id) forget(child);
    }
    host.clearTimer(notifyTimers.get(id));
    host.clearTimer(countdowns.get(id));
    for (const key of toolCache.keys()) {
      if (key.startsWith(`${id}:`)) toolCache.delete(key);
    }
    for (const key of seenMessages) {
      if (key.startsWith(`${id}:`)) seenMessages.delete(key);
    }
    for (const [key, task] of tasks) {
      if (!key.startsWith(`${id}:`)) continue;
      task.abort();
      tasks.delete(key);
    }
    sessionAgents.delete(id);
    notified.delete(id);
    notifyTimers.delete(id);
    countdowns.delete(id);
    pendingCalls.delete(id);
    contexts.delete(id);
    todos.delete(id);
    tokens.delete(id);
    errors.delete(id);
    recovering.delete(id);
    parents.delete(id);
  }
  // </clean-up>

  return {
    event(event) {
      const { type, properties } = event;
      const id = properties.info?.id ?? properties.sessionID;
      switch (type) {
        case 'session.created':
          parents.set(id, properties.info.parentID);
          contexts.set(id, ['project rules']);
          break;
        case 'session.idle':
          if (!notified.has(id)) {
            notified.add(id);
            notifyTimers.set(id, host.timer());
          }
          countdowns.set(id, countdowns.get(id) ?? host.timer());
          break;
        case 'session.error':
          errors.set(id, (errors.get(id) ?? 0) + 1);
          recovering.add(id);
          break;
        // <clean-up>
        case 'session.deleted':
          forget(id);
          break;
        // </clean-up>
        default:
      }
    },
    message(id, messageId, agent) {
      sessionAgents.set(id, agent);
      seenMessages.add(`${id}:${messageId}`);
      tokens.set(id, (tokens.get(id) ?? 0) + 1000);
      contexts.get(id)?.push(messageId);
    },
    toolBefore(id) {
      pendingCalls.set(id, (pendingCalls.get(id) ?? 0) + 1);
    },
    toolAfter(id, callId, output) {
      pendingCalls.set(id, (pendingCalls.get(id) ?? 1) - 1);
      toolCache.set(`${id}:${callId}`, output);
    },
    todo(id, list) {
      todos.set(id, list);
    },
    spawn(id, taskId) {
      tasks.set(`${id}:${taskId}`, host.task());
    },
    structures: () => [
      sessionAgents, notified, notifyTimers, countdowns, pendingCalls, contexts, todos, tokens, errors, recovering, toolCache,
      seenMessages, tasks, parents,
    ],
    sessions: () => parents.size,
  };
}
