// Rule 2: the oldest whole turns first, then the oldest steps of the current one. And `onTrim`.

import assert from 'node:assert';
import { describe } from '../harness.mjs';
import { calls, histories, outline, result, says, user } from './support/scope.mjs';

describe('rule 2: the order of trimming', () => {
  histories('whole turns go, oldest first', (make) => {
    const h = make({ maxMessages: 7, keepFirst: 0 });
    h.push(user('u1'), calls('x'), result('x', 'rx'), says('a1'), user('u2'), says('a2'), user('u3'));
    assert.strictEqual(h.length, 7);
    h.push(says('a3'));
    assert.strictEqual(outline(h), 'u2 a2 u3 a3');
  });

  histories('of the current turn whole steps go, oldest first', (make) => {
    const h = make({ maxMessages: 6, keepFirst: 0 });
    h.push(user('u'), calls('x', 'y'), result('x', 'rx'), result('y', 'ry'), says('a'), calls('z'), result('z', 'rz'));
    assert.strictEqual(outline(h), 'u a z? rz');
    h.push(says('b'), says('c'), says('d'));
    assert.strictEqual(outline(h), 'u z? rz b c d');
  });

  histories('turns before steps', (make) => {
    const h = make({ maxMessages: 4, keepFirst: 0 });
    h.push(user('u1'), says('a1'), user('u2'), says('a2'), says('b2'));
    assert.strictEqual(outline(h), 'u2 a2 b2');
  });

  histories('each of the limits is one, exactly', (make) => {
    const at = (limits) => {
      const h = make({ ...limits, keepFirst: 0 });
      for (let n = 0; n < 6; n += 1) h.push(user('ü234'));
      return h.length;
    };
    assert.strictEqual(at({ maxMessages: 3 }), 3);
    assert.strictEqual(at({ maxBytes: 15 }), 3);
    assert.strictEqual(at({ maxBytes: 14 }), 2);
    assert.strictEqual(at({ maxTokens: 3 }), 3);
    assert.strictEqual(at({ maxTokens: 2.5 }), 2);
    assert.strictEqual(at({ maxMessages: 4, maxBytes: 10, maxTokens: 100 }), 2);
  });

  histories('50 messages when no limit is named at all', (make) => {
    for (const [options, left] of [[undefined, 50], [{}, 50], [{ keepFirst: 2 }, 50], [{ maxBytes: 1e9 }, 120], [{ maxMessages: Infinity }, 120]]) {
      const h = make(options);
      for (let n = 0; n < 120; n += 1) h.push(user('u'));
      assert.strictEqual(h.length, left, JSON.stringify(options));
    }
  });

  histories('in place: the same array, the same elements', (make) => {
    const h = make({ maxMessages: 2, keepFirst: 0 });
    const [first, second, third] = [user('1'), user('2'), user('3')];
    h.push(first, second);
    const same = h;
    h.push(third);
    assert.strictEqual(same, h);
    assert.deepStrictEqual([h[0] === second, h[1] === third, h.length], [true, true, 2]);
  });

  histories('onTrim gets plain messages, after they left, and may push', (make) => {
    const told = [];
    const h = make({
      maxMessages: 2,
      keepFirst: 0,
      onTrim(messages) {
        told.push(...messages);
        assert.ok(messages.every((message) => !h.includes(message)));
        if (told.length === 1) h.push(user('from the hook'));
      },
    });
    const first = user('1');
    h.push(first, user('2'), user('3'));
    assert.deepStrictEqual(told.map(({ content }) => content), ['1', '2']);
    assert.strictEqual(told[0], first);
    assert.deepStrictEqual(Object.getOwnPropertyDescriptor(first, 'content'), { value: '1', writable: true, enumerable: true, configurable: true });
    assert.strictEqual(outline(h), '3 from the hook');
  });

  histories('what you take out yourself is not trimmed', (make) => {
    const told = [];
    const h = make({ maxMessages: 10, onTrim: (messages) => told.push(...messages) });
    h.push(user('1'), user('2'), user('3'), user('4'));
    h.pop();
    h.shift();
    h.splice(0, 1);
    h.length = 0;
    h.refresh();
    assert.deepStrictEqual([told, h.dropped], [[], { messages: 0, bytes: 0, tokens: 0 }]);
  });

  histories('a throw or a rejection of onTrim is a warning, and the push stands', async (make) => {
    const warnings = [];
    const { emitWarning } = process;
    process.emitWarning = (warning) => void warnings.push(String(warning));
    try {
      for (const onTrim of [() => { throw new Error('thrown'); }, async () => { throw new Error('rejected'); }]) {
        const h = make({ maxMessages: 1, keepFirst: 0, onTrim });
        assert.strictEqual(h.push(user('1'), user('2')), 1);
      }
      await new Promise((resolve) => setImmediate(resolve));
    } finally {
      process.emitWarning = emitWarning;
    }
    assert.deepStrictEqual(warnings, ['Error: thrown', 'Error: rejected']);
  });

  histories('countTokens decides what a message weighs, and is asked again when it was written', (make) => {
    const h = make({ maxTokens: 10, keepFirst: 0, countTokens: ({ content }) => content.split(' ').length });
    h.push(user('a b c d'), user('e f g h'));
    assert.deepStrictEqual([h.tokens, h.length], [8, 2]);
    h.push(user('i j k'));
    assert.deepStrictEqual([h.tokens, h.length, h.dropped.tokens], [7, 2, 4]);
    h.at(-1).content += ' l m n o';
    assert.deepStrictEqual([h.tokens, h.length], [7, 1]);
  });

  histories('turnStart decides where turns start', (make) => {
    const h = make({ maxMessages: 4, keepFirst: 0, turnStart: ({ content }) => content.startsWith('#') });
    h.push(user('# one'), user('more'), says('a'), user('# two'), says('b'), user('c'));
    assert.strictEqual(outline(h), '# two b c');
  });
});
