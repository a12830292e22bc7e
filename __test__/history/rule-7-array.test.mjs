// Rule 7: it is the array it replaces.

import assert from 'node:assert';
import { inspect, isDeepStrictEqual } from 'node:util';
import { describe, test } from '../harness.mjs';
import { BoundedHistory, histories, outline, passIdle, says, seal, user } from './support/scope.mjs';

const isBun = process.versions.bun !== undefined;
const conversation = () => [user('one'), { role: 'assistant', content: [{ type: 'text', text: 'two' }], id: 7 }, user('three')];

describe('rule 7: an array to everybody', () => {
  histories('Array.isArray, constructor, prototype, keys', (make) => {
    const h = make({}, conversation());
    assert.strictEqual(Array.isArray(h), true);
    assert.strictEqual(Array[Symbol.hasInstance](h), true);
    assert.strictEqual(h instanceof BoundedHistory, true);
    assert.strictEqual([] instanceof BoundedHistory, false);
    for (const other of [null, undefined, 1, {}, user('x')]) assert.strictEqual(other instanceof BoundedHistory, false);
    assert.strictEqual(h.constructor, Array);
    assert.strictEqual(Object.getPrototypeOf(h), Array.prototype);
    assert.deepStrictEqual(Object.keys(h), ['0', '1', '2']);
    const names = [];
    for (const name in h) names.push(name);
    assert.deepStrictEqual(names, ['0', '1', '2']);
    assert.strictEqual(Object.prototype.toString.call(h), '[object Array]');
    assert.throws(() => class extends BoundedHistory {}.call(), TypeError);
    assert.throws(() => new (class extends BoundedHistory {})(), /cannot be extended/);
    assert.throws(() => BoundedHistory(), TypeError);
  });

  histories('equal to a plain array, both ways', (make) => {
    const h = make({}, conversation());
    for (const when of ['raw', 'sealed']) {
      const plain = conversation();
      assert.deepStrictEqual(h, plain, when);
      assert.deepStrictEqual(plain, h, when);
      assert.deepEqual(h, plain, when);
      assert.ok(isDeepStrictEqual(h, plain));
      assert.deepStrictEqual(h[1], plain[1]);
      assert.throws(() => assert.deepStrictEqual(h, plain.slice(1)));
      plain[1].content[0].text = 'other';
      assert.throws(() => assert.deepStrictEqual(h, plain));
      seal();
    }
  });

  histories('spread, concat, for..of, destructuring, JSON, structuredClone, inspect', (make) => {
    const h = make({}, conversation());
    assert.deepStrictEqual([...h], conversation());
    assert.deepStrictEqual(h.concat([user('four')]), [...conversation(), user('four')]);
    assert.deepStrictEqual([user('zero')].concat(h), [user('zero'), ...conversation()]);
    const [first, ...rest] = h;
    assert.strictEqual(first, h[0]);
    assert.strictEqual(rest.length, 2);
    assert.strictEqual(JSON.stringify(h), JSON.stringify(conversation()));
    assert.deepStrictEqual(structuredClone(h), conversation());
    assert.deepStrictEqual({ ...h[0] }, user('one'));
    assert.deepStrictEqual(Object.assign({}, h[0]), user('one'));
    assert.deepStrictEqual(Object.entries(h[0]), [['role', 'user'], ['content', 'one']]);
    assert.ok(Object.hasOwn(h[0], 'content') && 'content' in h[0]);
    if (!isBun) assert.strictEqual(inspect(h), inspect(conversation()));
    assert.ok(inspect(h).includes('three'));
    assert.strictEqual(Object.create(h[0]).content, 'one');
  });

  histories('map, filter, slice, concat, flat, toSorted … give plain arrays', (make) => {
    const h = make({}, conversation());
    const made = [
      h.map((message) => message), h.filter(Boolean), h.slice(), h.concat(), h.flat(), h.flatMap((message) => [message]), Array.from(h),
      ...(h.toSorted === undefined ? [] : [h.toSorted(), h.toReversed(), h.toSpliced(0, 1), h.with(0, user('x'))]),
    ];
    for (const array of made) {
      assert.strictEqual(array instanceof BoundedHistory, false);
      assert.strictEqual(Object.getPrototypeOf(array), Array.prototype);
      assert.strictEqual(Object.hasOwn(array, 'push'), false);
    }
    assert.strictEqual(h.find(({ role }) => role === 'assistant'), h[1]);
    assert.strictEqual(h.reduce((sum, { content }) => sum + content.length, 0), 3 + 1 + 5);
    assert.strictEqual(h.indexOf(h[2]), 2);
  });

  histories('push is variadic and returns the length', (make) => {
    const h = make({ maxMessages: 3 });
    assert.strictEqual(h.push(), 0);
    assert.strictEqual(h.push(user('a')), 1);
    assert.strictEqual(h.push(says('b'), user('c')), 3);
    assert.strictEqual(h.push(says('d')), 3);
    assert.strictEqual(h.length, 3);
  });

  test('new BoundedHistory in all its forms', () => {
    assert.strictEqual(new BoundedHistory().length, 0);
    assert.strictEqual(new BoundedHistory(null).length, 0);
    assert.strictEqual(new BoundedHistory(conversation()).length, 3);
    assert.strictEqual(new BoundedHistory(new Set(conversation())).length, 3);
    assert.strictEqual(new BoundedHistory({ maxMessages: 2 }, [...conversation(), says('four')]).length, 3);
    assert.strictEqual(new BoundedHistory({ maxMessages: 2, keepFirst: 0 }, [...conversation(), says('four')]).length, 2);
    assert.strictEqual(new BoundedHistory(undefined, null).length, 0);
    const other = new BoundedHistory(conversation());
    assert.deepStrictEqual(new BoundedHistory(other), other);
    assert.strictEqual(other[0].content, 'one');
  });
});

describe('rule 7: adoption', () => {
  histories('a plain extensible object is adopted: it is the element', (make) => {
    const h = make();
    const message = { role: 'assistant', content: 'a', more: [{ text: 'b' }] };
    const { more } = message;
    h.push(message);
    assert.strictEqual(h.at(-1), message);
    assert.ok(h.includes(message));
    assert.strictEqual(message.more, more);
    assert.strictEqual(more[0].text, 'b');
    const bare = Object.assign(Object.create(null), { role: 'user', content: 'x' });
    h.push(bare);
    assert.strictEqual(h.at(-1), bare);
    assert.strictEqual(bare.content, 'x');
  });

  histories('a frozen, sealed, class-made or adopted one is copied', (make) => {
    class Message {
      constructor(content) {
        this.role = 'user';
        this.content = content;
      }
    }
    const h = make({ maxMessages: 100 });
    const other = make();
    other.push(user('of another'));
    const own = user('twice');
    h.push(own);
    const part = Object.freeze({ type: 'text', text: 'frozen part' });
    const odd = [
      Object.freeze(user('frozen')), Object.seal(user('sealed')), Object.preventExtensions(user('closed')), new Message('class'), own, other[0],
      new Proxy(user('proxy'), {}), { role: 'assistant', content: [part] }, { role: 'user', get content() { return 'getter'; } },
      Object.defineProperty({ role: 'user' }, 'content', { value: 'read-only', enumerable: true }),
      { role: 'user', toJSON: undefined, content: 'x' },
    ];
    for (const message of odd.slice(0, -1)) {
      const before = JSON.stringify(message);
      h.push(message);
      assert.notStrictEqual(h.at(-1), message);
      assert.strictEqual(JSON.stringify(h.at(-1)), before);
      assert.strictEqual(JSON.stringify(message), before);
      assert.strictEqual(Object.getPrototypeOf(h.at(-1)), Object.prototype);
    }
    h.push(odd.at(-1));
    assert.strictEqual(h.at(-1), odd.at(-1));
    const twice = user('both');
    h.push(twice, twice);
    assert.ok(h.at(-2) === twice && h.at(-1) !== twice);
    h.at(-1).content += '!';
    assert.deepStrictEqual([h.at(-2).content, h.at(-1).content], ['both', 'both!']);
    h.push({ toJSON: () => user('by toJSON'), get: 1 });
    assert.deepStrictEqual(h.at(-1), user('by toJSON'));
  });

  histories('a message of toJSON', (make) => {
    const h = make();
    class Sent {
      toJSON() {
        return user('as JSON');
      }
    }
    h.push(new Sent());
    assert.deepStrictEqual(h, [user('as JSON')]);
  });

  histories('properties keep their order, symbols and hidden ones stay', (make) => {
    const h = make();
    const mark = Symbol('mark');
    const message = { content: 'first', role: 'user', text: 'second', id: 1, [mark]: 2, thinking: 'third', 5: 'five' };
    Object.defineProperty(message, 'hidden', { value: () => {}, enumerable: false });
    const keys = Reflect.ownKeys(message);
    h.push(message);
    assert.deepStrictEqual(Reflect.ownKeys(message).toSorted(compareKeys), keys.toSorted(compareKeys));
    assert.deepStrictEqual(Object.keys(message), ['5', 'content', 'role', 'text', 'id', 'thinking']);
    assert.strictEqual(message[mark], 2);
    assert.deepStrictEqual([message.content, message.text, message.thinking], ['first', 'second', 'third']);
  });

  histories('what left can be pushed again, in place', (make) => {
    const h = make();
    const message = user('back');
    h.push(message);
    h.pop();
    h.push(message);
    assert.strictEqual(h.at(-1), message);
    message.content += ' again';
    assert.strictEqual(h.byteLength, 10);
    assert.strictEqual(make().push(h.pop()), 1);
  });

  histories('an object frozen after it was pushed keeps its text when it leaves', (make) => {
    const h = make({ maxMessages: 1, keepFirst: 0 });
    const message = user('frozen later');
    h.push(message);
    Object.freeze(message);
    h.push(user('next'));
    assert.strictEqual(message.content, 'frozen later');
    h.close();
    assert.strictEqual(message.content, 'frozen later');
  });
});

const compareKeys = (a, b) => String(a).localeCompare(String(b));

describe('rule 7: writing', () => {
  histories('streaming: `+=` after the push, exact at every moment', (make) => {
    const h = make();
    h.push(user('q'), says(''));
    const message = h.at(-1);
    let whole = '';
    for (let n = 0; n < 200; n += 1) {
      const delta = n % 7 === 0 ? '→ ' : 'word ';
      whole += delta;
      message.content += delta;
      if (n % 20 === 0) assert.deepStrictEqual([h.chars, h.byteLength], [1 + whole.length, 1 + Buffer.byteLength(whole)]);
      if (n % 50 === 0) passIdle();
      assert.strictEqual(message.content, whole);
    }
    seal();
    assert.strictEqual(h.at(-1).content, whole);
    assert.strictEqual(h.tokens, 1 + Math.ceil(whole.length / 4));
  });

  histories('streaming is not quadratic', (make) => {
    const h = make({ maxBytes: 1e9 });
    h.push(user('q'), says(''));
    const message = h.at(-1);
    const delta = 'x'.repeat(20);
    const time = (times) => {
      const start = performance.now();
      for (let n = 0; n < times; n += 1) message.content += delta;
      void h.byteLength;
      return performance.now() - start;
    };
    time(10_000);
    // Copied at each step these would be 200,000 × 4 MB.
    assert.ok(time(200_000) < 5000);
    assert.strictEqual(message.content.length, 210_000 * 20);
  });

  histories('streaming into parts and arguments of calls', (make) => {
    const h = make();
    h.push({ role: 'assistant', content: [{ type: 'text', text: '' }], tool_calls: [{ id: 'a', function: { name: 'f', arguments: '' } }] });
    const [part] = h[0].content;
    const call = h[0].tool_calls[0].function;
    for (let n = 0; n < 100; n += 1) {
      part.text += 'ab';
      call.arguments += 'c';
    }
    assert.strictEqual(h.chars, 301);
    assert.deepStrictEqual([h[0].content[0].text.length, call.arguments.length], [200, 100]);
  });

  histories('a longer text may trim others at the next method call', (make) => {
    const h = make({ maxBytes: 100, keepFirst: 0 });
    h.push(user('u'.repeat(40)), says('a'), user('v'), says('b'));
    h.at(-1).content += 'b'.repeat(80);
    assert.strictEqual(h.length, 4);
    assert.strictEqual(h.byteLength, 82);
    assert.strictEqual(outline(h), `v ${'b'.repeat(81)}`);
  });

  histories('nested mutation', (make) => {
    const h = make();
    h.push({ role: 'user', content: [{ type: 'text', text: 'a' }, { type: 'text', text: 'b' }] });
    h.at(-1).content.at(-1).cache_control = { type: 'ephemeral' };
    h.at(-1).content.push({ type: 'text', text: 'c'.repeat(500) });
    assert.strictEqual(h.byteLength, 502);
    assert.strictEqual(JSON.parse(h.toJSONBuffer())[0].content[1].cache_control.type, 'ephemeral');
    const taken = h[0].content.shift();
    assert.strictEqual(h.byteLength, 501);
    assert.deepStrictEqual(taken, { type: 'text', text: 'a' });
    h[0].content = 'text now';
    assert.strictEqual(h.byteLength, 8);
    h[0].content = null;
    assert.strictEqual(h.byteLength, 0);
    delete h[0].content;
    h[0].content = 'again';
    assert.strictEqual(h.byteLength, 5);
    assert.deepStrictEqual(h, [{ role: 'user', content: 'again' }]);
  });

  histories('fields of old messages count after refresh()', (make) => {
    const h = make();
    h.push(user('old'), user('new'));
    passIdle();
    h[0].note = 'x'.repeat(1000);
    h.refresh();
    assert.strictEqual(h.byteLength, 1006);
  });

  histories('a value that an object inherits stays its own', (make) => {
    const h = make();
    h.push(user('base'));
    const heir = Object.create(h[0]);
    heir.content = 'own';
    assert.deepStrictEqual([heir.content, h[0].content, h.byteLength], ['own', 'base', 4]);
  });
});
