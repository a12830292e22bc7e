// Lessons of others: trimming a conversation. Each test names the defect and a public thread that tells of it.

import assert from 'node:assert';
import { describe } from '../harness.mjs';
import { invalid } from '../history/support/checker.mjs';
import { calls, histories, outline, result, says, system, user } from '../history/support/scope.mjs';

const LONG = 'x'.repeat(10_000);
/** Limits that no message of {@link LONG} fits. */
const LIMITS = [{ maxMessages: 1 }, { maxTokens: 1 }, { maxBytes: 1 }, { maxMessages: 1, maxTokens: 1, maxBytes: 1, keepFirst: 0 }];

describe('a trim that returns []', () => {
  // A last message above the limit left an empty list, which the model's service refused with an error that said nothing
  // of it (airas-org/airas#655, of LangChain's `trim_messages`).
  for (const limits of LIMITS) {
    histories(`one message above ${JSON.stringify(limits)} stays, and is the window`, (make) => {
      const h = make(limits);
      for (const message of [user(LONG), says(LONG), user(LONG)]) {
        assert.ok(h.push(message) >= 1);
        assert.strictEqual(h.at(-1), message);
        const window = h.window({ maxMessages: 1, maxTokens: 1 });
        assert.strictEqual(window.at(-1).content, LONG);
      }
      assert.strictEqual(outline(h).includes(LONG), true);
    });
  }
});

describe('a trim that drops the system prompt', () => {
  // tokentrim cut system messages like any others when they were long (KillianLucas/tokentrim#1).
  for (const limits of LIMITS) {
    histories(`it stays under ${JSON.stringify(limits)}, however long`, (make) => {
      const h = make(limits);
      const prompt = system(LONG);
      h.push(prompt, { role: 'developer', content: 'rules' });
      for (let n = 0; n < 20; n += 1) h.push(user(`u${n}`), says(`a${n}`));
      assert.deepStrictEqual([h[0], h[0].content, h[1].content], [prompt, LONG, 'rules']);
      assert.strictEqual(h.at(-1).content, 'a19');
      assert.deepStrictEqual(h.window({ maxMessages: 1 }).slice(0, 2).map(({ role }) => role), ['system', 'developer']);
    });
  }
});

describe('a trim that cuts an answer in flight', () => {
  // The result of a call was dropped, then the call was sent without it (BerriAI/litellm#6505); a result was left
  // without its call (langchain-ai/langchain#33245). Services refuse both.
  for (const limits of LIMITS) {
    histories(`calls wait for their results, one after the other, under ${JSON.stringify(limits)}`, (make) => {
      const h = make(limits);
      h.push(system('be brief'), user('begin'));
      for (let n = 0; n < 10; n += 1) {
        const call = calls(`${n}a`, `${n}b`);
        h.push(call);
        assert.strictEqual(h.at(-1), call);
        for (const id of ['a', 'b']) {
          h.push(result(`${n}${id}`, LONG));
          assert.strictEqual(invalid('openai', [...h]), undefined);
          assert.ok(h.includes(call), 'the call whose results come in is gone');
        }
        h.push(says(`said ${n}`));
        assert.strictEqual(invalid('openai', [...h]), undefined);
        assert.strictEqual(invalid('openai', h.window({ maxMessages: 2 })), undefined);
      }
      assert.ok(h.length < 10, `${h.length} messages are left`);
    });

    // A session that was cut off while it streamed was stored as if it had said all (LanternOps/breeze#4406).
    histories(`an answer that grows beyond ${JSON.stringify(limits)} goes on, whole`, (make) => {
      const h = make(limits);
      h.push(user('begin'), says('old'), user('go on'));
      const answer = says('');
      h.push(answer);
      for (let n = 0; n < 50; n += 1) {
        answer.content += `delta ${n} `;
        void h.tokens; // a look at the totals brings them up to date, and trims
        assert.strictEqual(h.at(-1), answer);
      }
      assert.strictEqual(answer.content, Array.from({ length: 50 }, (_, n) => `delta ${n} `).join(''));
      assert.ok(h.some(({ content }) => content === 'go on'), 'the question that is being answered is gone');
    });

    histories(`a question that waits for its answer stays under ${JSON.stringify(limits)}`, (make) => {
      const h = make(limits);
      h.push(user('begin'), says('a'), user('old'), says('b'));
      const question = user(LONG);
      h.push(question);
      h.refresh();
      assert.strictEqual(h.at(-1), question);
      h.push(says(LONG));
      assert.ok(h.includes(question));
    });
  }
});
