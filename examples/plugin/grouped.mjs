// The same plugin with one SessionGroup. What has to be ended with a session is said where it is kept;
// everything else leaves by itself: by the event if it comes, by idle time if it does not.

import robust from '../../index.js';

const { SessionGroup } = robust;

const MINUTE = 60_000;
const sessionOf = (key) => key.slice(0, key.indexOf(':'));

/** @param {import('./host.mjs').Host} host */
export function groupedPlugin(host) {
  // <clean-up>
  const group = new SessionGroup({
    ttl: 30 * MINUTE,
    maxSize: 100,
    isBusy: (id, parts) => parts.pendingCalls > 0,
    onRemove: (id, reason) => host.ended(id, reason),
    clock: host.clock,
  });
  const stop = { onRemove: (key, timer) => host.clearTimer(timer) };
  const abort = { onRemove: (key, task) => task.abort() };
  // </clean-up>

  const sessionAgents = group.map('sessionAgents');
  const notified = group.set('notified');
  const notifyTimers = group.map('notifyTimers', stop);
  const countdowns = group.map('countdowns', stop);
  const pendingCalls = group.map('pendingCalls');
  const contexts = group.map('contexts');
  const todos = group.map('todos');
  const tokens = group.map('tokens');
  const errors = group.map('errors');
  const recovering = group.set('recovering');
  const toolCache = group.map('toolCache', { sessionOf, maxPerSession: 200 });
  const seenMessages = group.set('seenMessages', { sessionOf });
  const tasks = group.map('tasks', { sessionOf, ...abort });
  const parents = group.map('parents');

  return {
    event(event) {
      // <clean-up>
      group.handleEvent(event);
      // </clean-up>
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
    sessions: () => group.size,
    group,
  };
}
