// Rule 1: what stays, whatever the limits. The property is in rule 3's file; here each kind by itself.

import assert from 'node:assert';
import { describe } from '../harness.mjs';
import { calls, histories, outline, result, says, system, user } from './support/scope.mjs';

describe('rule 1: protected messages', () => {
  histories('leading system and developer messages, and the first after them', (make) => {
    const h = make({ maxMessages: 4 });
    h.push(system('s1'), { role: 'developer', content: 's2' }, user('init'), says('a'));
    for (let n = 0; n < 5; n += 1) h.push(user(`u${n}`), says(`a${n}`));
    assert.strictEqual(outline(h), 's1 s2 init u4 a4');
  });

  histories('a system message that comes later is one like any other', (make) => {
    const h = make({ maxMessages: 3 });
    h.push(user('init'), says('a'), system('late'), user('u'), says('b'), user('v'));
    assert.ok(!outline(h).includes('late'));
  });

  histories('keepFirst messages: none, one by default, more', (make) => {
    for (const [keepFirst, left] of [[0, 'u4 a4'], [undefined, 'u0 u4 a4'], [2, 'u0 a0 u4 a4'], [3, 'u0 a0 u1 u4 a4']]) {
      const h = make({ maxMessages: 2, keepFirst });
      for (let n = 0; n < 5; n += 1) h.push(user(`u${n}`), says(`a${n}`));
      assert.strictEqual(outline(h), left, `keepFirst ${keepFirst}`);
    }
  });

  histories('pinned messages, until they are unpinned', (make) => {
    const h = make({ maxMessages: 4 });
    h.push(user('init'), says('a'), user('keep'));
    h.pin(2);
    for (let n = 0; n < 5; n += 1) h.push(user(`u${n}`), says(`a${n}`));
    assert.strictEqual(outline(h), 'init keep u4 a4');
    h.pin(1, false);
    h.push(user('last'));
    assert.strictEqual(outline(h).includes('keep'), false);
    h.pin(-1);
    assert.throws(() => h.pin(h.length), RangeError);
    assert.throws(() => h.pin(0.5), RangeError);
    assert.throws(() => h.pin('0'), TypeError);
    assert.throws(() => h.pin(0, 1), TypeError);
  });

  histories('a pinned result keeps its call and the other results of it', (make) => {
    const h = make({ maxMessages: 2, keepFirst: 0 });
    h.push(user('u'), calls('x', 'y'), result('x', 'rx'));
    h.pin(-1);
    h.push(result('y', 'ry'), says('done'), user('v'), says('w'), user('z'), says('end'));
    assert.ok(outline(h).includes('x?,y? rx ry'), outline(h));
  });

  histories('the opening message of the current turn', (make) => {
    const h = make({ maxMessages: 3, keepFirst: 0 });
    h.push(user('old'), says('o'), user('open'));
    for (let n = 0; n < 5; n += 1) h.push(says(`a${n}`));
    assert.strictEqual(outline(h), 'open a3 a4');
  });

  histories('the newest step with its unanswered calls', (make) => {
    const h = make({ maxMessages: 1, keepFirst: 0 });
    h.push(user('u'), says('old'), calls('x', 'y', 'z'), result('x', 'rx'), result('y', 'ry'));
    assert.strictEqual(outline(h), 'u x?,y?,z? rx ry');
  });

  histories('the newest message, whatever it weighs', (make) => {
    for (const limit of [{ maxBytes: 10 }, { maxTokens: 2 }]) {
      const h = make(limit);
      h.push(user('i'), says('b'), user('x'.repeat(1000)));
      assert.strictEqual(h.at(-1).content.length, 1000);
      h.push(says('short'), user('v'));
      assert.strictEqual(outline(h), 'i short v');
    }
  });

  histories('never empty after a push', (make) => {
    const h = make({ maxBytes: 1, maxTokens: 0.5, maxMessages: 1, keepFirst: 0 });
    for (const message of [says('aaaa'), user('bbbb'), result('nobody', 'cccc'), calls('q')]) assert.ok(h.push(message) > 0);
  });
});
