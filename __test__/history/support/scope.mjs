// What the tests of the histories share: messages, and histories that are audited and closed at the end.

import { createRequire } from 'node:module';
import { test } from '../../harness.mjs';
import { native } from './faces.mjs';

const require = createRequire(import.meta.url);
export const { BoundedHistory, SharedHistory, HistoryGoneError, limitsFromSettings } = native;
/** The native part's hooks for tests. */
export const binding = require('../../../binding.js');
const idle = require('../../../lib/history/idle.js');

export const user = (content) => ({ role: 'user', content });
export const says = (content) => ({ role: 'assistant', content });
export const system = (content) => ({ role: 'system', content });
/** OpenAI's shapes of tool calls. */
export const calls = (...ids) => ({
  role: 'assistant', content: null, tool_calls: ids.map((id) => ({ id, type: 'function', function: { name: 'read', arguments: '{}' } })),
});
export const result = (id, content = 'ok') => ({ role: 'tool', tool_call_id: id, content });

/** Contents, for short comparisons: of tool calls their ids, of results the id answered. */
export const outline = (messages) => messages
  .map((message) => message.content ?? message.tool_calls.map(({ id }) => `${id}?`).join())
  .join(' ');

/** What an idle history does by itself some time later. */
export function passIdle() {
  idle.passNow();
}

/** Lets time pass, and compresses what is idle by then. */
export function seal(ms = 60_000) {
  passIdle();
  binding.historyClock(ms);
  binding.historySealNow();
}

/**
 * A test; histories that it makes with its argument are audited and closed at its end.
 *
 * @param {string} name
 * @param {(make: (options?: any, messages?: any) => any) => unknown} fn
 */
export function histories(name, fn) {
  test(name, async () => {
    const made = [];
    await fn((options, messages) => {
      const history = new BoundedHistory(options, messages);
      made.push(history);
      return history;
    });
    for (const history of made) {
      history.validate();
      history.close();
      history.validate();
    }
  });
}
