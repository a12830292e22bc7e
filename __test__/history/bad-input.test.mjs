// Line 10: messages that are no JSON, and options of the wrong kind or size. Errors say where and what, and
// nothing has changed.

import assert from 'node:assert';
import { describe, test } from '../harness.mjs';
import { BoundedHistory, SharedHistory, histories, says, user } from './support/scope.mjs';

const cyclic = () => {
  const message = { role: 'user', content: [{ deep: {} }] };
  message.content[0].deep.up = message.content;
  return message;
};

const NOT_JSON = [
  [1, 'push: a message must be an object, not 1'],
  ['text', 'push: a message must be an object, not "text"'],
  [null, 'push: a message must be an object, not null'],
  [undefined, 'push: a message must be an object, not undefined'],
  [[user('x')], 'push: a message must be an object, not an array'],
  [() => {}, 'push: a message must be an object, not a function'],
  [{ role: 'user', content: () => {} }, 'message.content is a function, which JSON does not have'],
  [{ role: 'user', content: 1n }, 'message.content is 1n, which JSON does not have'],
  [{ role: 'user', content: Symbol('s') }, 'message.content is Symbol(s), which JSON does not have'],
  [{ role: 'user', content: [{ a: 1 }, { run() {} }] }, 'message.content[1].run is a function, which JSON does not have'],
  [{ role: 'user', content: [[2n]] }, 'message.content[0][0] is 2n, which JSON does not have'],
  [cyclic(), 'message.content[0].deep.up is a cycle: it contains itself'],
  [Object.freeze(cyclic()), 'message.content[0].deep.up is a cycle: it contains itself'],
  [Object.freeze({ role: 'user', call() {} }), 'message.call is a function, which JSON does not have'],
  [{ role: 'user', at: { toJSON() { throw new Error('no'); } } }, 'message.at cannot be written as JSON: no'],
];

const throwing = (error) => () => {
  throw error;
};

/** What JSON.stringify takes, it takes: as it is. */
const ODD_JSON = [
  {}, { role: 1 }, { content: null }, { content: undefined, list: [undefined, NaN, -0, Infinity] }, { content: new Date(0) }, { map: new Map([[1, 2]]) },
  { bytes: new Uint8Array(3) }, { content: [[[]]], '': { '': '' } }, Object.create(null),
];

describe('bad messages', () => {
  for (const [message, error] of NOT_JSON) {
    histories(`${error}`, (make) => {
      const h = make({}, [user('a'), says('b')]);
      const before = JSON.stringify(h);
      const [given, good] = [structure(message), user('good')];
      const uses = {
        push: () => h.push(message),
        pushMany: () => h.push(good, message),
        unshift: () => h.unshift(message),
        splice: () => h.splice(0, 1, message),
        fill: () => h.fill(message),
        constructor: () => new BoundedHistory({}, [user('x'), message]),
        shared: () => SharedHistory.open(h.handle).push(message),
      };
      for (const [name, use] of Object.entries(uses)) {
        assert.throws(use, (thrown) => thrown instanceof TypeError && thrown.message.endsWith(error.replace(/^push: /, '')), name);
        assert.strictEqual(JSON.stringify(h), before, name);
        h.validate();
      }
      assert.ok('value' in Object.getOwnPropertyDescriptor(good, 'content'), 'nothing was adopted');
      assert.deepStrictEqual(structure(message), given);
    });
  }

  histories('whatever JSON.stringify takes is taken', (make) => {
    for (const message of ODD_JSON) {
      const h = make();
      h.push(message);
      assert.strictEqual(h[0], message);
      assert.strictEqual(h.toJSONBuffer().toString(), JSON.stringify([message]));
    }
  });

  histories('a callback that throws, or answers nonsense, changes nothing', (make) => {
    const failure = new Error('of the callback');
    for (const name of ['countTokens', 'turnStart']) {
      let answer = () => 1;
      const h = make({ [name]: (message) => answer(message) });
      h.push(user('a'));
      answer = throwing(failure);
      assert.throws(() => h.push(user('b')), failure);
      assert.throws(() => h.push(user('b'), user('c')), failure);
      assert.strictEqual(h.length, 1);
      answer = () => 1;
      h.push(user('d'));
      assert.strictEqual(h.length, 2);
    }
    for (const [tokens, Type] of [[-1, RangeError], [NaN, RangeError], [Infinity, RangeError], ['1', TypeError], [undefined, TypeError], [1n, TypeError], [Promise.resolve(1), TypeError]]) {
      const h = make({ countTokens: ({ content }) => (content === 'bad' ? tokens : 1) });
      h.push(user('a'));
      assert.throws(() => h.push(user('bad')), (error) => error instanceof Type && error.message.startsWith('countTokens(message) must be'));
      assert.strictEqual(h.length, 1);
    }
  });

  histories('callbacks may re-enter', (make) => {
    let depth = 0;
    const h = make({
      maxMessages: 20,
      countTokens(message) {
        if (depth < 3 && message.content === 'outer') {
          depth += 1;
          h.push(user('inner'));
          h.push(message);
        }
        return 1;
      },
    });
    const message = user('outer');
    h.push(message);
    assert.deepStrictEqual(h.map(({ content }) => content), ['inner', 'inner', 'inner', 'outer', 'outer', 'outer', 'outer']);
    assert.strictEqual(new Set(h).size, h.length);
  });
});

/** For comparison of what a message looks like, accessors and all. */
function structure(message) {
  return typeof message === 'object' && message !== null ? Object.getOwnPropertyDescriptors(message) : message;
}

const count = { good: [1, 7, Infinity], range: [0, -1, 1.5, NaN], type: ['5', null, true, 5n, {}, () => 1] };
const amount = { good: [1, 0.5, Infinity], range: [0, -1, NaN], type: ['5', null, true, 5n, {}] };
const callback = { good: [() => 1], range: [], type: ['x', null, true, {}, 1] };
const OPTIONS = {
  maxMessages: count,
  maxTokens: amount,
  maxBytes: amount,
  keepFirst: { good: [0, 3], range: [-1, 0.5, NaN, Infinity], type: ['1', null, false, {}] },
  sealAfter: { good: [0, 10, Infinity], range: [-1, NaN], type: ['1', null, {}] },
  turnStart: callback,
  countTokens: callback,
  onTrim: callback,
};

describe('bad options', () => {
  for (const [name, { good, range, type }] of Object.entries(OPTIONS)) {
    test(name, () => {
      for (const value of [...good, undefined]) new BoundedHistory({ [name]: value }).close();
      const said = (Type) => (error) => error.constructor === Type && error.message.startsWith(`option ${name} must be `);
      for (const value of range) assert.throws(() => new BoundedHistory({ [name]: value }), said(RangeError), String(value));
      for (const value of type) assert.throws(() => new BoundedHistory({ [name]: value }), said(callback === OPTIONS[name] || typeof value !== 'number' ? TypeError : RangeError), String(value));
    });
  }

  test('unknown options, and arguments that are none', () => {
    for (const name of ['max', 'maxmessages', 'ttl', 'constructor', '__proto__ ', Symbol('s')]) {
      assert.throws(() => new BoundedHistory({ [name]: 1 }), (error) => error instanceof TypeError && /unknown option .*known are maxMessages/.test(error.message));
    }
    for (const first of [5, '5', true, () => 1, 5n, Symbol('s'), new Date()]) assert.throws(() => new BoundedHistory(first), TypeError);
    for (const second of [5, {}, true]) assert.throws(() => new BoundedHistory({}, second), TypeError);
    assert.throws(() => new BoundedHistory([user('x')], {}), /new BoundedHistory\(options, messages\)/);
  });

  histories('of window', (make) => {
    const h = make({}, [user('a')]);
    for (const value of ['5', null, {}, true]) {
      assert.throws(() => h.window({ maxMessages: value }), TypeError);
      assert.throws(() => h.window({ maxTokens: value }), TypeError);
    }
    for (const value of [0, -1, NaN]) {
      assert.throws(() => h.window({ maxMessages: value }), RangeError);
      assert.throws(() => h.window({ maxTokens: value }), RangeError);
    }
    for (const value of [5, 'x', [], new Date()]) assert.throws(() => h.window(value), TypeError);
    assert.throws(() => h.window({ maxBytes: 1 }), /unknown option/);
    assert.strictEqual(h.window(null).length, 1);
  });

  histories('handles', (make) => {
    const { handle } = make();
    for (const value of [undefined, null, 1, 'x', {}, { ...handle, kind: 'x' }, { ...handle, history: 'x' }]) {
      assert.throws(() => SharedHistory.open(value), TypeError);
    }
    assert.throws(() => SharedHistory.open({ ...handle, process: -1 }), /another process/);
    assert.throws(() => SharedHistory.open({ ...handle, history: 4_000_000_000 }), /gone/);
    assert.throws(() => new SharedHistory(), TypeError);
  });
});
