// Messages that change between being looked at and being taken: a callback about the next one changes them. And objects in
// messages that the runtime cannot clone.

import assert from 'node:assert';
import { describe, test } from '../harness.mjs';
import { native } from './support/faces.mjs';

const { BoundedHistory } = native;

/** Pushes two messages; while the second is looked at, `change` is done to the first. */
function pushWhile(change, first = { role: 'user', content: 'first', text: 'more' }) {
  let looking = false;
  const history = new BoundedHistory({
    countTokens: (message) => {
      if (looking && message.content === 'second') change(first, history);
      return 1;
    },
  });
  looking = true;
  history.push(first, { role: 'assistant', content: 'second' });
  looking = false;
  return { first, history };
}

describe('a message that a callback about the next one changes', () => {
  test('is taken as it is then', () => {
    const { first, history } = pushWhile((message) => {
      message.content = 'changed';
    });
    assert.strictEqual(history[0], first);
    assert.strictEqual(JSON.stringify(history), '[{"role":"user","content":"changed","text":"more"},{"role":"assistant","content":"second"}]');
    assert.strictEqual(history.chars, 'changed'.length + 'more'.length + 'second'.length);
    history.validate();
  });

  test('is copied if it has become what cannot be taken in place', () => {
    const { first, history } = pushWhile((message) => {
      message.content = 'changed';
      Object.freeze(message);
    });
    assert.notStrictEqual(history[0], first);
    assert.strictEqual(history[0].content, 'changed');
    history.validate();
  });

  test('is copied if it has become a message of the history meanwhile', () => {
    const { first, history } = pushWhile((message, to) => to.push(message));
    assert.strictEqual(history[0], first);
    assert.deepStrictEqual(history.map(({ content }) => content), ['first', 'first', 'second']);
    assert.notStrictEqual(history[1], first);
    history.validate();
  });

  test('is taken as it was looked at if it has become what JSON does not have', () => {
    const { history } = pushWhile((message) => {
      message.content = 'changed';
      message.big = 1n;
    });
    assert.strictEqual(history.length, 2);
    assert.throws(() => history.toJSONBuffer(), TypeError);
    delete history[0].big;
    history.refresh();
    assert.strictEqual(history.toJSONBuffer().toString(), JSON.stringify(history));
    history.validate();
  });
});

describe('objects of classes in a message', () => {
  class Box {
    constructor(inside) {
      this.inside = inside;
    }
  }

  test('copies have what the runtime clones of them, or what JSON says if it cannot', () => {
    class Bound extends Box {
      act = () => {};
    }
    class Silent extends Bound {
      toJSON() {}
    }
    const history = new BoundedHistory();
    history.push({ role: 'user', content: 'text', box: new Box(1), bound: new Bound(2), silent: new Silent(3) });
    const [copy] = history.window();
    assert.deepStrictEqual({ ...copy.box }, { inside: 1 });
    assert.deepStrictEqual(copy.bound, { inside: 2 });
    assert.strictEqual(copy.silent, undefined);
    assert.strictEqual('silent' in copy, true);
    history.validate();
  });
});
