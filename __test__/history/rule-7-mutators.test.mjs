// Rule 7: what native mutators did is reconciled. Own methods and `Array.prototype`'s alike.

import assert from 'node:assert';
import { describe } from '../harness.mjs';
import { histories, outline, passIdle, result, calls, says, user } from './support/scope.mjs';

const native = Array.prototype;
const of = (...contents) => contents.map((content) => user(content));

/** Each done through the array's own method, and through the one of Array.prototype. */
const MUTATORS = [
  ['splice', [1, 2], 'a d'],
  ['splice', [1, 1, user('x'), user('y')], 'a x y c d'],
  ['splice', [-1], 'a b c'],
  ['shift', [], 'b c d'],
  ['pop', [], 'a b c'],
  ['unshift', [user('x'), user('y')], 'x y a b c d'],
  ['sort', [(p, q) => (p.content < q.content ? 1 : -1)], 'd c b a'],
  ['reverse', [], 'd c b a'],
  ['fill', [user('x'), 1, 3], 'a x x d'],
  ['copyWithin', [0, 2], 'c d c d'],
  ['push', [user('x')], 'a b c d x'],
];

/** No element stands twice. */
function assertOwn(h) {
  assert.strictEqual(new Set(h).size, h.length);
}

describe('rule 7: mutators', () => {
  for (const [name, args, left] of MUTATORS) {
    for (const own of [true, false]) {
      histories(`${own ? 'h' : 'Array.prototype'}.${name}(${args.length > 0 ? '…' : ''}) → ${left}`, (make) => {
        const h = make({}, of('a', 'b', 'c', 'd'));
        const plain = of('a', 'b', 'c', 'd');
        const before = [...h];
        const cloned = args.map((arg) => (typeof arg === 'object' ? { ...arg } : arg));
        const answer = (own ? h : native)[name].apply(h, cloned);
        const wanted = plain[name](...args);
        if (Array.isArray(wanted) && wanted !== plain) assert.deepStrictEqual(answer, wanted);
        else if (wanted === plain) assert.strictEqual(answer, h);
        else assert.deepStrictEqual(answer, wanted);
        assert.strictEqual(h.chars, plain.length);
        assert.strictEqual(outline(h), left);
        assertOwn(h);
        // What stayed is the same object, what left is a plain one.
        for (const message of before) {
          if (h.includes(message)) continue;
          assert.ok('value' in Object.getOwnPropertyDescriptor(message, 'content'));
        }
        h.validate();
        h.push(user('end'));
        assert.strictEqual(outline(h), `${left} end`);
      });
    }
  }

  histories('length, index assignment, delete of the last, swap', (make) => {
    const h = make({}, of('a', 'b', 'c', 'd'));
    const [, second] = h;
    h.length = 3;
    assert.strictEqual(h.chars, 3);
    h[1] = user('xyz');
    assert.strictEqual(h.chars, 5);
    assert.deepStrictEqual(Object.getOwnPropertyDescriptor(second, 'content').value, 'b');
    h[h.length] = user('e');
    [h[0], h[2]] = [h[2], h[0]];
    assert.strictEqual(h.byteLength, 6);
    assert.strictEqual(outline(h), 'c xyz a e');
    h.length = 0;
    assert.deepStrictEqual([h.tokens, h.length], [0, 0]);
    h.push(user('new'));
    assert.strictEqual(outline(h), 'new');
  });

  histories('noticed by whatever method comes next', (make) => {
    const next = {
      push: (h) => h.push(user('q')),
      window: (h) => assert.strictEqual(outline(h.window()), 'a x c'),
      toJSONBuffer: (h) => assert.strictEqual(h.toJSONBuffer().toString(), JSON.stringify(of('a', 'x', 'c'))),
      refresh: (h) => h.refresh(),
      tokens: (h) => assert.strictEqual(h.tokens, 3),
      dropped: (h) => h.dropped,
      handle: (h) => h.handle,
      pin: (h) => h.pin(1),
      idle: () => passIdle(),
    };
    for (const [name, use] of Object.entries(next)) {
      const h = make({}, of('a', 'b', 'c'));
      native.splice.call(h, 1, 1, user('x'));
      const { content } = Object.getOwnPropertyDescriptor(h[1], 'content');
      assert.strictEqual(content, undefined);
      use(h);
      assert.ok(Object.getOwnPropertyDescriptor(h[1], 'content').get, name);
    }
  });

  histories('a change in the middle of a long history is noticed by exact reads at once, by the rest before long', (make) => {
    const h = make({ maxMessages: Infinity });
    for (let n = 0; n < 3000; n += 1) h.push(user('x'));
    h[1500] = user('middle');
    assert.strictEqual(h.window().length, 3000);
    assert.strictEqual(h.chars, 3005);
    h[1600] = user('middle');
    for (let n = 0; n < 10; n += 1) h.push(user('x'));
    assert.strictEqual(h.chars, 3020);
  });

  histories('trimming after a change by hand keeps the new order', (make) => {
    const h = make({ maxMessages: 4, keepFirst: 0 });
    h.push(user('1'), user('2'), user('3'), user('4'));
    native.reverse.call(h);
    h.push(user('5'));
    assert.strictEqual(outline(h), '3 2 1 5');
    h.unshift(user('0'));
    assert.ok(h.length <= 4);
    assert.ok(outline(h).endsWith('5'));
  });

  histories('an array that a native method left holding no messages', (make) => {
    const h = make({}, of('a', 'b', 'c'));
    const [, b] = h;
    h[1] = 'no message';
    assert.throws(() => h.push(user('x')), /history\[1\].*"no message"/);
    passIdle();
    h[1] = b;
    assert.strictEqual(h.push(user('x')), 4);
    h.length = 6;
    assert.throws(() => h.tokens, /history\[4\]/);
    h.length = 4;
    assert.strictEqual(outline(h), 'a b c x');
  });

  histories('calls and results keep their ties', (make) => {
    const h = make({ maxMessages: 5, keepFirst: 0 });
    h.push(user('u'), calls('a'), result('a'), says('t'));
    h.splice(3, 1);
    h.push(calls('b'), result('b', 'rb'), says('end'));
    assert.strictEqual(outline(h), 'u b? rb end');
  });
});
