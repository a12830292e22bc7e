// Line 1: the first users' functions, as they stand in their code, with a history passed in.

import assert from 'node:assert';
import { describe } from '../harness.mjs';
import { histories, outline, says, user } from './support/scope.mjs';

const SETTINGS = { MAX_CONTEXT_MESSAGES: '20', MAX_TOKENS: '100000' };
const estimateTokens = (text) => Math.ceil(text.length / 4);

/** The sliding window of the first seed's OpenRouterAgent. */
function truncateHistory(history, settings = SETTINGS) {
  const MAX_CONTEXT_MESSAGES = parseInt(settings.MAX_CONTEXT_MESSAGES, 10) || 20;
  const MAX_ESTIMATED_TOKENS = parseInt(settings.MAX_TOKENS, 10) || 100000;
  if (history.length <= MAX_CONTEXT_MESSAGES) {
    const totalTokens = history.reduce((sum, m) => sum + estimateTokens(m.content), 0);
    if (totalTokens <= MAX_ESTIMATED_TOKENS) return history;
  }
  const truncated = [];
  let tokenCount = 0;
  for (let i = history.length - 1; i >= 0; i -= 1) {
    const msg = history[i];
    const msgTokens = estimateTokens(msg.content);
    if (truncated.length >= MAX_CONTEXT_MESSAGES || tokenCount + msgTokens > MAX_ESTIMATED_TOKENS) break;
    truncated.unshift(msg);
    tokenCount += msgTokens;
  }
  return truncated;
}

const toGemini = (history) => history.map((msg) => ({ role: msg.role === 'assistant' ? 'model' : 'user', parts: [{ text: msg.content }] }));
const toOpenAI = (history) => history.map((msg) => ({ role: msg.role === 'assistant' ? 'assistant' : 'user', content: msg.content }));

/** The second fix of the first seed. */
function trimConversationHistory(session, most = 50) {
  if (session.conversationHistory.length <= most) return 0;
  const toRemove = session.conversationHistory.length - most;
  session.conversationHistory.splice(0, toRemove);
  return toRemove;
}

const turns = (count) => Array.from({ length: count }, (_, n) => [user(`question ${n}`), says(`answer ${n} → ok`)]).flat();

describe('drop-in: functions of the first users', () => {
  for (const [what, of] of [['a plain array', () => []], ['a history', (make) => make({ maxMessages: 500 })]]) {
    histories(`with ${what}`, (make) => {
      const session = { conversationHistory: of(make) };
      for (const message of turns(40)) session.conversationHistory.push(message);
      const { conversationHistory } = session;
      assert.strictEqual(conversationHistory.length, 80);
      assert.deepStrictEqual(truncateHistory(conversationHistory), turns(40).slice(-20));
      assert.strictEqual(truncateHistory(conversationHistory, { MAX_CONTEXT_MESSAGES: '100', MAX_TOKENS: '5000' }), conversationHistory);
      assert.strictEqual(truncateHistory(conversationHistory, { MAX_CONTEXT_MESSAGES: '100', MAX_TOKENS: '10' }).length, 2);
      assert.deepStrictEqual(toGemini(conversationHistory)[1], { role: 'model', parts: [{ text: 'answer 0 → ok' }] });
      assert.deepStrictEqual(toOpenAI(truncateHistory(conversationHistory)), turns(40).slice(-20));
      assert.strictEqual(conversationHistory.reduce((sum, m) => sum + m.content.length, 0), turns(40).reduce((sum, m) => sum + m.content.length, 0));
      let seen = 0;
      for (const { role, content } of conversationHistory) if (role === 'user' && content.startsWith('question')) seen += 1;
      assert.strictEqual(seen, 40);
      assert.strictEqual(conversationHistory[conversationHistory.length - 1].role, 'assistant');
      assert.strictEqual(trimConversationHistory(session), 30);
      assert.deepStrictEqual(conversationHistory, turns(40).slice(-50));
    });
  }

  histories('the same answers while the history trims itself', (make) => {
    const session = { conversationHistory: make({ maxMessages: 20, keepFirst: 1 }) };
    for (const message of turns(100)) session.conversationHistory.push(message);
    assert.strictEqual(trimConversationHistory(session), 0);
    assert.ok(truncateHistory(session.conversationHistory).length <= 20);
    assert.strictEqual(outline(session.conversationHistory.slice(0, 1)), 'question 0');
  });
});
