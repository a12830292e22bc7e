// What callers do at the edges: parts that stand twice, properties made anew, frozen objects, callbacks that
// change or close the history they are called by.

import assert from 'node:assert';
import { describe, test } from '../harness.mjs';
import { BoundedHistory, HistoryGoneError, SharedHistory, histories, says, user } from './support/scope.mjs';

const text = (content) => ({ type: 'text', text: content });

/** The array, its JSON and the audit say the same. */
function check(h, expected) {
  h.refresh();
  h.validate();
  assert.deepStrictEqual(h, expected);
  assert.strictEqual(h.toJSONBuffer().toString(), JSON.stringify(expected));
}

describe('parts that stand twice', () => {
  histories('in one message: every part keeps its own text', (make) => {
    const line = text('---');
    const h = make({}, [user([line, text('a'), line, text('b'), line])]);
    check(h, [user([text('---'), text('a'), text('---'), text('b'), text('---')])]);
    line.text += '!';
    check(h, [user([text('---!'), text('a'), text('---!'), text('b'), text('---!')])]);
    assert.strictEqual(h.byteLength, 6);
    h[0].content.splice(0, 2);
    check(h, [user([text('---!'), text('b'), text('---!')])]);
    const [message] = h.splice(0, 1);
    assert.deepStrictEqual(message, user([text('---!'), text('b'), text('---!')]));
  });

  histories('side by side', (make) => {
    const same = text('same');
    const h = make({}, [user([same, same])]);
    same.text = 'other';
    check(h, [user([text('other'), text('other')])]);
  });

  histories('in two messages that come together: the second gets a copy', (make) => {
    const shared = text('shared');
    const h = make();
    h.push(user([shared]), says([shared]));
    for (const history of [h, make({}, [user([shared]), says([shared])])]) {
      history[0].content[0].text += '!';
      check(history, [user([text('shared!')]), says([text('shared')])]);
      history.shift();
      check(history, [says([text('shared')])]);
      shared.text = 'shared';
    }
  });
});

describe('properties made anew', () => {
  histories('deleted and assigned again between two calls', (make) => {
    const h = make({}, [user('abc')]);
    const [message] = h;
    delete message.content;
    message.content = 'longer text';
    assert.strictEqual(h.byteLength, 11);
    message.content += '!';
    assert.strictEqual(h.byteLength, 12);
    check(h, [user('longer text!')]);
  });

  histories('defined over', (make) => {
    const h = make({}, [user('abc')]);
    const define = (value) => Object.defineProperty(h[0], 'content', { value, writable: true, enumerable: true, configurable: true });
    define('zz');
    assert.strictEqual(h.byteLength, 2);
    check(h, [user('zz')]);
    define([text('part')]);
    assert.strictEqual(h.byteLength, 4);
    check(h, [user([text('part')])]);
  });
});

describe('frozen and sealed', () => {
  histories('a history: storing throws and changes nothing', (make) => {
    for (const close of [Object.freeze, Object.seal, Object.preventExtensions]) {
      const h = make({ maxMessages: 3 }, [user('a'), says('b'), user('c')]);
      close(h);
      assert.throws(() => h.push(says('d')), TypeError);
      assert.strictEqual(h.length, 3);
      assert.strictEqual(h.byteLength, 3);
      h.validate();
    }
  });

  histories('a history above its limit: it stays whole and can be read', (make) => {
    const expected = [user('aa'), says('b'), user('c'), says('x'.repeat(50))];
    for (const close of [Object.freeze, Object.seal]) {
      const h = close(make({ maxBytes: 10 }, [user('aa'), says('b'), user('c'), says('d')]));
      h.at(-1).content = 'x'.repeat(50);
      h.refresh();
      assert.deepStrictEqual(structuredClone(h), expected);
      assert.strictEqual(h.toJSONBuffer().toString(), JSON.stringify(expected));
    }
  });

  test('a frozen history that is closed is gone', () => {
    const h = Object.freeze(new BoundedHistory({}, [user('a')]));
    h.close();
    assert.throws(() => h[0].content, HistoryGoneError);
    assert.throws(() => h.pin(0), HistoryGoneError);
  });

  histories('a frozen message takes nothing and loses nothing', (make) => {
    const message = user('text');
    const h = make();
    h.push(message);
    Object.freeze(message);
    for (const value of ['other', ['x'], null]) {
      assert.throws(() => {
        message.content = value;
      }, TypeError);
    }
    check(h, [user('text')]);
  });

  histories('a sealed message takes strings', (make) => {
    const message = user('text');
    const h = make();
    h.push(message);
    Object.seal(message);
    message.content += '!';
    assert.throws(() => {
      message.content = ['x'];
    }, TypeError);
    check(h, [user('text!')]);
  });
});

describe('callbacks', () => {
  test('that close the history: what called them says that it is gone', () => {
    for (const use of [(h) => h.push(user('b')), (h) => h.push(user('b'), user('c')), (h) => h.splice(0, 0, user('b')), (h) => h.unshift(user('b'))]) {
      let armed = false;
      const h = new BoundedHistory({ countTokens: () => (armed ? h.close() : 0, 1) }, [user('a')]);
      armed = true;
      assert.throws(() => use(h), HistoryGoneError);
      assert.strictEqual(h.length, 0);
    }
    const h = new BoundedHistory();
    assert.throws(() => h.push({ get x() { return h.close(); }, ...user('a') }, { role: 'user', get y() { return h.close() ?? 1; } }), HistoryGoneError);
  });

  test('onTrim that closes', () => {
    const uses = {
      window: (h) => h.window(), json: (h) => h.toJSONBuffer(), bytes: (h) => h.byteLength, pop: (h) => h.pop(), splice: (h) => h.splice(0, 1),
      pin: (h) => h.pin(0), refresh: (h) => h.refresh(), handle: (h) => h.handle, unshift: (h) => h.unshift(user('c')),
    };
    for (const [name, use] of Object.entries(uses)) {
      const h = new BoundedHistory({ maxMessages: 1, keepFirst: 0, onTrim: () => h.close() }, [user('a')]);
      Array.prototype.push.call(h, user('b'));
      assert.throws(() => use(h), HistoryGoneError, name);
      assert.strictEqual(h.length, 0);
    }
  });

  histories('onTrim that changes the array itself before a pop', (make) => {
    let armed = true;
    const h = make({
      maxMessages: 4,
      onTrim() {
        if (armed) Array.prototype.pop.call(h);
        armed = false;
      },
    }, [user('0'), says('1'), user('2'), says('3')]);
    Array.prototype.push.call(h, user('4'), says('5'), user('6'));
    assert.strictEqual(h.pop().content, '5');
    check(h, h.map(({ role, content }) => ({ role, content })));
  });

  histories('countTokens that pushes what is just being pushed', (make) => {
    const [first, second] = [user('a'), user('b')];
    let armed = true;
    const h = make({
      countTokens(message) {
        if (message === second && armed) {
          armed = false;
          h.push(first);
        }
        return 1;
      },
    });
    h.push(first, second);
    first.content += '!';
    check(h, [user('a!'), user('a'), user('b')]);
    assert.strictEqual(h[0], first);
  });
});

describe('bytes in a message', () => {
  histories('weigh what they are, and are not written out at every look', (make) => {
    const h = make();
    const image = new Uint8Array(4096);
    h.push(user([{ type: 'image', image }, { type: 'image', image: Buffer.from('0123456789') }]));
    assert.strictEqual(h.byteLength, 4096 + 10);
    assert.strictEqual(h.toJSONBuffer().toString(), JSON.stringify(h));
    assert.throws(() => h.push(user([new BigInt64Array(1)])), TypeError);
    assert.strictEqual(h.length, 1);
  });
});

describe('toJSON that makes something of a text', () => {
  const ways = {
    'added to a message later': (message) => Object.defineProperty(message, 'toJSON', {
      value() {
        const { role, content } = this;
        return { role, size: content.length, content };
      },
      configurable: true,
    }),
    'that changes the text': (message) => Object.defineProperty(message, 'toJSON', {
      value() {
        return { role: this.role, content: this.content.toUpperCase() };
      },
      configurable: true,
    }),
    'of an object within': (message) => Object.assign(message, { short: { toJSON: () => `${message.content.slice(0, 2)}…` } }),
  };
  for (const [name, change] of Object.entries(ways)) {
    histories(`${name}: here and in other threads`, (make) => {
      const h = make({}, [user('some text'), says('more text')]);
      const shared = SharedHistory.open(h.handle);
      change(h[0]);
      h.refresh();
      const expected = JSON.stringify(h);
      assert.strictEqual(h.toJSONBuffer().toString(), expected);
      assert.strictEqual(shared.toJSONBuffer().toString(), expected);
      const own = make({}, [user('some text')]);
      change(own[0]);
      assert.deepStrictEqual(SharedHistory.open(own.handle).toArray(), JSON.parse(JSON.stringify(own)));
    });
  }
});
