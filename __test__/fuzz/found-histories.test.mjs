// What the fuzzer has found in histories, each as a case of its own: callbacks that do what they should not.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { describe, test } from '../harness.mjs';

const require = createRequire(import.meta.url);
const { BoundedHistory, HistoryGoneError, SharedHistory } = require('../../index.js');

const user = (content) => ({ role: 'user', content });
const parts = (text) => ({ role: 'user', content: [{ type: 'text', text }] });
const contents = (history) => history.map(({ content }) => content);
const { push, splice } = Array.prototype;

function sound(history) {
  assert.strictEqual(history.validate(), true);
  if (history.length > 0) assert.strictEqual(history.toJSONBuffer().toString(), JSON.stringify(history));
}

describe('callbacks of a history that change it', () => {
  test('an order that closes it', () => {
    for (const shared of [false, true]) {
      const history = new BoundedHistory({}, [user('a'), user('b'), user('c')]);
      if (shared) history.handle;
      assert.throws(() => history.sort(() => (history.close(), 1)), HistoryGoneError);
      assert.deepStrictEqual([history.length, [...history]], [0, []]);
      sound(history);
    }
  });

  test('countTokens that closes it, or takes out the message it counts', () => {
    for (const act of [(history) => history.close(), (history) => splice.call(history, 1, 1), (history) => void history.pop()]) {
      let armed = false;
      const history = new BoundedHistory({
        countTokens: () => {
          if (armed) {
            armed = false;
            act(history);
          }
          return 1;
        },
      }, [user('a'), user('b')]);
      history[1].content += ' and more';
      armed = true;
      try {
        history.window();
        assert.deepStrictEqual(contents(history), ['a']);
      } catch (error) {
        assert.ok(error instanceof HistoryGoneError, error.stack);
        assert.strictEqual(history.length, 0);
      }
      assert.strictEqual(armed, false);
      sound(history);
    }
  });

  test('countTokens that changes the array while what was put into it is looked at', () => {
    let armed = false;
    const history = new BoundedHistory({
      maxMessages: 50,
      countTokens: () => {
        if (armed) {
          armed = false;
          splice.call(history, 0, 2);
        }
        return 1;
      },
    }, [user('a'), user('b'), user('c')]);
    push.call(history, user('d'), user('e'));
    armed = true;
    assert.strictEqual(history.window().length, 3);
    assert.deepStrictEqual(contents(history), ['c', 'd', 'e']);
    sound(history);
  });

  test('countTokens that writes to another message on its way in', () => {
    const first = parts('first');
    const history = new BoundedHistory({
      countTokens: (message) => {
        if (message.role === 'assistant') first.content[0].text += ', written meanwhile';
        return 1;
      },
    });
    history.push(first, { role: 'assistant', content: 'second' });
    assert.strictEqual(history[0].content[0].text, 'first, written meanwhile');
    assert.strictEqual(history.chars, 'first, written meanwhile'.length + 'second'.length);
    sound(history);
  });

  test('onTrim that puts messages into the array itself: the audit looks at them', () => {
    let left = 3;
    const history = new BoundedHistory({ maxMessages: 2, keepFirst: 0, onTrim: () => left-- > 0 && push.call(history, user(`late ${left}`)) });
    history.push(user('a'), { role: 'assistant', content: 'b' }, user('c'));
    push.call(history, { role: 'assistant', content: 'd' }, user('e'));
    sound(history);
  });

  test('pop and shift, when onTrim puts messages into the array itself', () => {
    for (const method of ['pop', 'shift']) {
      let left = 6;
      const history = new BoundedHistory({ maxMessages: 2, keepFirst: 0, onTrim: () => left-- > 0 && push.call(history, user(`late ${left}`)) });
      history.push(user('a'), { role: 'assistant', content: 'b' });
      push.call(history, user('c'), user('d'));
      const ends = { pop: () => history.at(-1), shift: () => history[0] };
      const message = history[method]();
      assert.notStrictEqual(message, undefined);
      assert.strictEqual(history.includes(message), false);
      assert.notStrictEqual(ends[method](), message);
      sound(history);
    }
  });

  test('a getter of a message that takes out others while a window is copied', () => {
    let armed = false;
    let ran = 0;
    // Before the text: what follows it enters as a value.
    const nosy = {
      role: 'user',
      get extra() {
        if (!armed) return 'x';
        armed = false;
        ran += 1;
        splice.call(history, 1, 1);
        history.refresh();
        return 'x';
      },
      content: 'nosy',
    };
    const history = new BoundedHistory({ maxMessages: 50 });
    history.push(nosy, user('b'), user('c'));
    armed = true;
    assert.deepStrictEqual([history.window().map(({ content }) => content), ran], [['nosy', 'b', 'c'], 1]);
    sound(history);
  });
});

/** What runs `act` when it is written as JSON. @type {Record<string, (act: () => void) => any>} */
const CODE = {
  'a toJSON': (act) => ({ toJSON: () => (act(), 'meta') }),
  'a toJSON that is inherited': (act) => [Object.create({ toJSON: () => (act(), 'meta') })],
  'a getter': (act) => ({ get a() { return act(), 'meta'; } }),
  'a getter of an element': (act) => Object.defineProperty([0], 0, { get: () => (act(), 'meta'), enumerable: true }),
  'a Proxy': (act) => new Proxy({ a: 1 }, { ownKeys: (target) => (act(), Reflect.ownKeys(target)) }),
  'a hole in an array': (act) => Object.setPrototypeOf(Array(1), Object.defineProperty([], 0, { get: () => act() })),
  'a Proxy as prototype': (act) => Object.create(new Proxy({}, { get: () => act() })),
  'a date': (act) => Object.assign(new Date(0), { toISOString: () => (act(), 'meta') }),
  'a number as an object': (act) => Object.assign(Object(1), { valueOf: () => (act(), 7) }),
  'a Buffer': (act) => Object.assign(Buffer.from('a'), { toJSON: () => (act(), 'meta') }),
};

describe('code that runs while a history is written as JSON', () => {
  /** A history of which one message copies a text to another message whenever it is written. */
  function acting(make) {
    const history = new BoundedHistory({}, [user('first'), user('acts'), user('third'), user('last')]);
    const seen = [];
    history[1].meta = make(() => {
      seen.push(history[0].content);
      history[2].content = history[0].content;
    });
    return { history, seen };
  }

  /** @param {{ history: any, seen: string[] }} run */
  function check({ history, seen }) {
    assert.deepStrictEqual([...new Set(seen)], ['first']);
    assert.deepStrictEqual(contents(history), ['first', 'acts', 'first', 'last']);
  }

  for (const [name, make] of Object.entries(CODE)) {
    test(`${name}: what it reads is the text, and what it writes too`, () => {
      const run = acting(make);
      const [first, , third] = JSON.parse(run.history.toJSONBuffer().toString());
      check(run);
      assert.strictEqual(first.content, 'first');
      assert.match(third.content, /^(first|third)$/);
      sound(run.history);
    });

    test(`${name}, while others look on`, () => {
      const run = acting(make);
      const others = SharedHistory.open(run.history.handle);
      check(run);
      run.history.refresh();
      check(run);
      run.history.refresh();
      assert.strictEqual(others.toJSONBuffer().toString(), JSON.stringify(run.history));
      sound(run.history);
    });
  }

  test('what JSON asks of the prototypes of the language counts too', () => {
    for (const [object, value] of [[Date.prototype, new Date(0)], [Buffer.prototype, Buffer.from('a')], [Array.prototype, []], [BigInt.prototype, 1n]]) {
      const before = Object.getOwnPropertyDescriptor(object, 'toJSON');
      let act = () => {};
      const run = acting((given) => ((act = given), value));
      Object.defineProperty(object, 'toJSON', { configurable: true, writable: true, value: () => (act(), 'written') });
      try {
        run.history.toJSONBuffer();
      } finally {
        if (before === undefined) delete object.toJSON;
        else Object.defineProperty(object, 'toJSON', before);
      }
      check(run);
    }
  });

  test('a message that turned into a cycle: others do not see it until it can be written', () => {
    const history = new BoundedHistory({}, [user('first'), user('second')]);
    const others = SharedHistory.open(history.handle);
    history[1].self = history[1];
    // Nor does it take for ever to see that it is one, whichever way is taken.
    history[1].again = { self: history[1], also: history[1] };
    history.refresh();
    assert.throws(() => history.toJSONBuffer(), TypeError);
    assert.deepStrictEqual(others.toArray(), [user('first')]);
    delete history[1].self;
    delete history[1].again;
    history.refresh();
    assert.deepStrictEqual(others.toArray(), [user('first'), user('second')]);
    sound(history);
  });

  test('a text that goes while the message brings code: others see it with its new parts, or not at all', () => {
    const history = new BoundedHistory({}, [user('first'), user('second')]);
    const others = SharedHistory.open(history.handle);
    const looks = [];
    history[1].content = ['part'];
    history[1].meta = { toJSON: () => (looks.push(others.toArray().length), 'meta') };
    history.refresh();
    assert.deepStrictEqual([...new Set(looks)].toSorted(), [1, 2]);
    assert.deepStrictEqual(others.at(1).content, ['part']);
    sound(history);
  });

  test('closing it from there is told as closing it', () => {
    const history = new BoundedHistory({});
    history.handle;
    const message = { meta: { toJSON: () => armed && history.close() }, ...user('a') };
    let armed = false;
    history.push(user('first'));
    armed = true;
    assert.throws(() => history.push(message), HistoryGoneError);
    assert.strictEqual(history.length, 0);
  });
});

describe('what is told of trimming', () => {
  test('a message that a callback takes out after it was decided to go is the callback\'s', () => {
    const told = [];
    let armed = false;
    const history = new BoundedHistory({
      maxBytes: 103,
      keepFirst: 0,
      onTrim: (messages) => void told.push(...messages.map(({ content }) => content)),
      // Counted after the text before it has been written, which decides that the first three go.
      countTokens: (message) => {
        if (armed && message === history[4]) {
          armed = false;
          splice.call(history, 0, 1);
          history.byteLength;
        }
        return 1;
      },
    }, ['a', 'b', 'c', 'd', 'e'].flatMap((content) => [user(content)]));
    history[3].content += 'x'.repeat(100);
    history[4].content += '!';
    armed = true;
    history.refresh();
    assert.strictEqual(armed, false);
    assert.strictEqual(history.dropped.messages, told.length);
    assert.deepStrictEqual(told, ['b', 'c']);
    sound(history);
  });

  test('one that was pushed again before it was told of is a message again', () => {
    let once = true;
    const gone = user('b');
    const told = [];
    const history = new BoundedHistory({
      maxMessages: 2,
      keepFirst: 0,
      onTrim: (messages) => {
        told.push(...messages);
        if (!once) return;
        once = false;
        history.push(user('d'));
        history.push(gone);
      },
    });
    history.push(user('a'), gone, user('c'));
    assert.deepStrictEqual(told.slice(0, 2).map(({ content }) => content), ['a', 'b']);
    assert.strictEqual(history.at(-1), gone);
    assert.strictEqual(history.dropped.messages, told.length);
    sound(history);
  });
});
