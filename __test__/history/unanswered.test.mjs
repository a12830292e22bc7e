// Calls that nobody ever answers: the bound holds all the same. And as many calls in parallel as providers take stay together
// until they are answered.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { describe, test } from '../harness.mjs';

const require = createRequire(import.meta.url);
const { BoundedHistory } = require('../../index.js');

const MOST_PARALLEL = 128;

const shapes = {
  OpenAI: {
    call: (id) => ({ role: 'assistant', content: 'I look it up.', tool_calls: [{ id, type: 'function', function: { name: 'f', arguments: '{}' } }] }),
    result: (id) => ({ role: 'tool', tool_call_id: id, content: 'found' }),
  },
  Anthropic: {
    call: (id) => ({ role: 'assistant', content: [{ type: 'tool_use', id, name: 'f', input: {} }] }),
    result: (id) => ({ role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: 'found' }] }),
  },
  'AI SDK': {
    call: (toolCallId) => ({ role: 'assistant', content: [{ type: 'tool-call', toolCallId, toolName: 'f', input: {} }] }),
    result: (toolCallId) => ({ role: 'tool', content: [{ type: 'tool-result', toolCallId, toolName: 'f', output: {} }] }),
  },
  Bedrock: {
    call: (toolUseId) => ({ role: 'assistant', content: [{ toolUse: { toolUseId, name: 'f', input: {} } }] }),
    result: (toolUseId) => ({ role: 'user', content: [{ toolResult: { toolUseId, content: [] } }] }),
  },
};

for (const [name, { call, result }] of Object.entries(shapes)) {
  describe(`${name}: calls in messages of their own`, () => {
    test('that are never answered do not make a history grow', () => {
      const history = new BoundedHistory({ maxMessages: 20 });
      history.push({ role: 'user', content: 'Go.' });
      let most = 0;
      for (let i = 0; i < 600; i += 1) {
        history.push(call(`c${i}`));
        most = Math.max(most, history.length);
        assert.deepStrictEqual(history.at(-1), call(`c${i}`));
      }
      assert.ok(most <= MOST_PARALLEL + 20, `${most} messages at the most`);
      assert.strictEqual(history[0].content, 'Go.');
      assert.strictEqual(history.validate(), true);
    });

    test(`that are answered later stay until then, ${MOST_PARALLEL} of them`, () => {
      const history = new BoundedHistory({ maxMessages: 20 });
      history.push({ role: 'user', content: 'Go.' });
      const ids = Array.from({ length: MOST_PARALLEL }, (_, i) => `c${i}`);
      for (const id of ids) history.push(call(id));
      assert.strictEqual(history.length, MOST_PARALLEL + 1);
      for (const id of ids) history.push(result(id));
      assert.strictEqual(history.length, 2 * MOST_PARALLEL + 1, 'the newest step, whole');
      // The next step: this one is no longer the newest, and goes whole.
      history.push({ role: 'assistant', content: 'Done.' });
      assert.deepStrictEqual(history.map(({ content }) => content), ['Go.', 'Done.']);
      assert.strictEqual(history.validate(), true);
    });
  });
}
