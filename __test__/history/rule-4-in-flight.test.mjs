// Rule 4: a last `user` message without an answer is in flight.

import assert from 'node:assert';
import { describe } from '../harness.mjs';
import { calls, histories, outline, result, says, user } from './support/scope.mjs';

describe('rule 4: an unanswered question stays', () => {
  histories('while other messages come, until the model has spoken', (make) => {
    const h = make({ maxMessages: 1, keepFirst: 0, turnStart: ({ content }) => content === 'open' });
    h.push({ role: 'user', content: 'open' }, { role: 'user', content: 'question' }, { role: 'note', content: 'n' });
    assert.strictEqual(outline(h), 'open question n');
    h.push(says('answer'));
    assert.strictEqual(outline(h), 'open answer');
  });

  histories('also beside tool calls that are still running', (make) => {
    const h = make({ maxMessages: 2, keepFirst: 0 });
    h.push(user('u'), calls('x'), result('x', 'rx'), user('question'));
    assert.ok(outline(h).endsWith('question'));
    h.push({ role: 'note', content: 'n' });
    assert.ok(outline(h).includes('question'));
  });
});
