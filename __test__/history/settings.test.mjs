// Line 8: limits from the first users' settings.

import assert from 'node:assert';
import { describe, test } from '../harness.mjs';
import { BoundedHistory, limitsFromSettings } from './support/scope.mjs';
import { native } from './support/faces.mjs';

const SETTINGS = {
  CLAUDE_MEM_SESSION_TTL_MINUTES: 60,
  CLAUDE_MEM_MAX_CONVERSATION_HISTORY: '50',
  CLAUDE_MEM_MAX_ACTIVE_SESSIONS: '100',
  CLAUDE_MEM_OPENROUTER_MAX_CONTEXT_MESSAGES: '20',
  CLAUDE_MEM_OPENROUTER_MAX_TOKENS: '100000',
  CLAUDE_MEM_GEMINI_MAX_CONTEXT_MESSAGES: 30,
  CLAUDE_MEM_MODEL: 'claude',
  OTHER_MAX_TOKENS: 'not ours',
};
const WANTED = {
  sessions: { ttl: 3_600_000, maxSize: 100 },
  history: { maxMessages: 50 },
  window: { maxMessages: 20, maxTokens: 100_000 },
  windows: { OPENROUTER: { maxMessages: 20, maxTokens: 100_000 }, GEMINI: { maxMessages: 30 } },
};

describe('limitsFromSettings', () => {
  test('reads an object, its JSON, and the environment', () => {
    assert.deepStrictEqual(limitsFromSettings(SETTINGS, 'CLAUDE_MEM'), WANTED);
    assert.deepStrictEqual(limitsFromSettings(JSON.stringify(SETTINGS), 'CLAUDE_MEM'), WANTED);
    Object.assign(process.env, { RSMTEST_MAX_TOKENS: ' 5 ', RSMTEST_SESSION_TTL_MINUTES: '0.5' });
    try {
      for (const env of [undefined, null, process.env]) {
        assert.deepStrictEqual(limitsFromSettings(env, 'RSMTEST'), { sessions: { ttl: 30_000 }, history: {}, window: { maxTokens: 5 }, windows: {} });
      }
    } finally {
      delete process.env.RSMTEST_MAX_TOKENS;
      delete process.env.RSMTEST_SESSION_TTL_MINUTES;
    }
    assert.deepStrictEqual(limitsFromSettings({}, 'X'), { sessions: {}, history: {}, window: {}, windows: {} });
    assert.deepStrictEqual(limitsFromSettings({ X_MAX_TOKENS: undefined }, 'X').window, {});
  });

  test('what it answers are options of both classes', () => {
    const { sessions, history, window } = limitsFromSettings(SETTINGS, 'CLAUDE_MEM');
    const map = new native.RobustSessionMap(sessions);
    assert.strictEqual(map.stats().maxSize, 100);
    map.close();
    const h = new BoundedHistory(history);
    assert.deepStrictEqual(h.window(window), []);
    h.close();
  });

  test('anything else names the key and the value', () => {
    const keys = ['SESSION_TTL_MINUTES', 'MAX_CONVERSATION_HISTORY', 'MAX_ACTIVE_SESSIONS', 'MAX_CONTEXT_MESSAGES', 'A_MAX_TOKENS'];
    for (const key of keys) {
      for (const value of ['', 'sixty', '60m', '-5', '1e3', '0x10', 'Infinity', 'NaN', true, null, {}, [], 5n]) {
        assert.throws(() => limitsFromSettings({ [`P_${key}`]: value }, 'P'), (error) => error instanceof TypeError
          && error.message.startsWith(`setting P_${key} must be `) && (typeof value !== 'string' || error.message.includes(JSON.stringify(value))), `${key} ${String(value)}`);
      }
      for (const value of [-1, NaN, Infinity, ...(key.startsWith('SESSION') ? [] : [0, 1.5, '0', '2.5'])]) {
        assert.throws(() => limitsFromSettings({ [`P_${key}`]: value }, 'P'), (error) => error instanceof RangeError && error.message.includes(`P_${key}`), `${key} ${value}`);
      }
    }
    assert.throws(() => limitsFromSettings('{', 'P'), TypeError);
    for (const settings of [5, true, [], '[]', '5', 'null', () => 1]) assert.throws(() => limitsFromSettings(settings, 'P'), TypeError);
    for (const prefix of [undefined, '', 5, null]) assert.throws(() => limitsFromSettings({}, prefix), /prefix/);
  });

  test('a provider of any name changes nothing but the answer', () => {
    const { windows, window } = limitsFromSettings({ P___proto___MAX_TOKENS: '5', P_constructor_MAX_TOKENS: 6 }, 'P');
    assert.strictEqual(({}).maxTokens, undefined);
    assert.strictEqual(Object.maxTokens, undefined);
    assert.deepStrictEqual(Object.entries(windows), [['__proto__', { maxTokens: 5 }], ['constructor', { maxTokens: 6 }]]);
    assert.deepStrictEqual(window, { maxTokens: 5 });
    // Found by fuzzing: a name of two lines was overlooked, and so was what is wrong with its limit.
    assert.deepStrictEqual(limitsFromSettings({ 'P_a\nb_MAX_TOKENS': 5 }, 'P').windows, { 'a\nb': { maxTokens: 5 } });
    assert.throws(() => limitsFromSettings({ 'P_a\nb_MAX_TOKENS': 'five' }, 'P'), TypeError);
  });
});
