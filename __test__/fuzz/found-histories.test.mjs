// What the fuzzer has found in histories, each as a case of its own: callbacks that do what they should not.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { describe, test } from '../harness.mjs';

const require = createRequire(import.meta.url);
const { BoundedHistory, HistoryGoneError } = require('../../index.js');

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
    const nosy = { role: 'user', content: 'nosy' };
    Object.defineProperty(nosy, 'extra', {
      enumerable: true,
      get: () => {
        if (armed) splice.call(history, 1, 1);
        if (armed) history.refresh();
        armed = false;
        return 'x';
      },
    });
    const history = new BoundedHistory({ maxMessages: 50 });
    history.push(nosy, user('b'), user('c'));
    armed = true;
    assert.ok(history.window().length >= 2);
    armed = false;
    sound(history);
  });
});
