// Rule 5, and line 6: a window is a plain array of plain copies by the same rules, and stays as it is.

import assert from 'node:assert';
import { describe } from '../harness.mjs';
import { calls, histories, outline, result, says, system, user } from './support/scope.mjs';

/** Holds no accessor anywhere. */
function assertPlain(value) {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, found] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
    assert.ok('value' in found, `${key} is an accessor`);
    assertPlain(found.value);
  }
}

describe('rule 5: windows', () => {
  histories('are plain arrays of plain copies', (make) => {
    const h = make({ maxMessages: 10 });
    const date = new Date(0);
    h.push(system('s'), user('u'), { role: 'assistant', content: [{ type: 'text', text: 'x', at: date }], extra: { list: [1, null] } });
    const window = h.window();
    assertPlain(window);
    assert.deepStrictEqual(window, [system('s'), user('u'), { role: 'assistant', content: [{ type: 'text', text: 'x', at: date }], extra: { list: [1, null] } }]);
    assert.strictEqual(Object.getPrototypeOf(window), Array.prototype);
    assert.deepStrictEqual(Object.getOwnPropertyNames(window), ['0', '1', '2', 'length']);
    assert.ok(window.every((message, at) => message !== h[at]));
    assert.notStrictEqual(window[2].extra, h[2].extra);
  });

  histories('follow the rules of trimming and change nothing', (make) => {
    const h = make({ maxMessages: 100 });
    h.push(system('s'), user('init'), says('a'), user('u'), calls('x'), result('x', 'rx'), says('b'), user('v'));
    const before = JSON.stringify(h);
    assert.strictEqual(outline(h.window({ maxMessages: 3 })), 's init b v');
    assert.strictEqual(outline(h.window({ maxMessages: 7 })), 's init u x? rx b v');
    assert.strictEqual(outline(h.window({ maxTokens: 1 })), 's init b v');
    assert.strictEqual(outline(h.window({ maxMessages: Infinity })), outline(h));
    assert.strictEqual(JSON.stringify(h), before);
    assert.deepStrictEqual(h.dropped, { messages: 0, bytes: 0, tokens: 0 });
  });

  histories('have the limits they are given and no others', (make) => {
    const h = make({ keepFirst: 0, maxBytes: 20 });
    h.push(user('u'), calls('x', 'y'), result('x', 'x'.repeat(30)), result('y', 'y'.repeat(30)));
    // What is taken out by hand is no reason to trim what is left, which without the calls could go.
    h.shift();
    h.shift();
    const left = outline(h);
    assert.ok(h.length === 2 && h.byteLength > 20, left);
    assert.strictEqual(outline(h.window()), left);
    assert.strictEqual(outline(h.window({ maxMessages: 5, maxTokens: 1000 })), left);
    assert.strictEqual(h.window({ maxMessages: 1 }).length, 1);
  });

  histories('do not change when the history does', (make) => {
    const h = make({ maxMessages: 4 });
    h.push(user('init'), says('a'), user('u'));
    const window = h.window();
    const shown = JSON.stringify(window);
    h.at(-1).content += ' more';
    for (let n = 0; n < 10; n += 1) h.push(says(`a${n}`), user(`u${n}`));
    h.close();
    assert.strictEqual(JSON.stringify(window), shown);
  });

  histories('a window handed to an async request does not change', async (make) => {
    const h = make({ maxMessages: 3 });
    h.push(user('init'), user('question'));
    const request = h.window();
    const sent = new Promise((resolve) => setImmediate(() => resolve(JSON.stringify(request))));
    h.push(says('a'), user('b'), user('c'));
    assert.strictEqual(await sent, JSON.stringify([user('init'), user('question')]));
  });

  histories('elements taken out of the array keep their texts', (make) => {
    const h = make({ maxMessages: 2, keepFirst: 0 });
    const held = h.concat([user('1'), user('2')]);
    h.push(...held);
    const slice = h.slice();
    h.push(user('3'), user('4'));
    assert.deepStrictEqual(slice, [user('1'), user('2')]);
    assertPlain(slice);
  });
});
