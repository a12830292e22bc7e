// Rule 9: totals, what was dropped, JSON, close.

import assert from 'node:assert';
import { describe } from '../harness.mjs';
import { BoundedHistory, HistoryGoneError, binding, calls, histories, result, says, seal, system, user } from './support/scope.mjs';

describe('rule 9: totals', () => {
  histories('bytes, characters and tokens of all strings but roles, types and ids', (make) => {
    const h = make({ maxMessages: 100 });
    const count = () => [h.byteLength, h.chars, h.tokens];
    assert.deepStrictEqual(count(), [0, 0, 0]);
    h.push(user('héllo'));
    assert.deepStrictEqual(count(), [6, 5, 2]);
    h.push({ role: 'assistant', id: 'msg_1', type: 'message', content: [{ type: 'text', text: '1234' }], tool_call_id: 'ignored', name: 'four' });
    assert.deepStrictEqual(count(), [14, 13, 4]);
    h.push({ role: 'user', content: [{ deep: [{ list: ['a', 'bc', '\ud83d\ude42', '\ud800'] }], n: 5, yes: true, none: null }] });
    assert.deepStrictEqual(count(), [14 + 3 + 4 + 3, 13 + 3 + 2 + 1, 4 + 2]);
    h.push({ role: 'user', at: new Date(0) });
    assert.deepStrictEqual(count(), [24 + 26, 19 + 26, 6 + 7]);
    h.pop();
    h.pop();
    assert.deepStrictEqual(count(), [14, 13, 4]);
    h.length = 0;
    assert.deepStrictEqual(count(), [0, 0, 0]);
  });

  histories('dropped counts what trimming took', (make) => {
    const h = make({ maxMessages: 2, keepFirst: 0 });
    h.push(user('ü'), user('b'.repeat(5)), user('c'));
    assert.deepStrictEqual(h.dropped, { messages: 1, bytes: 2, tokens: 1 });
    h.push(user('d'));
    assert.deepStrictEqual(h.dropped, { messages: 2, bytes: 7, tokens: 3 });
    h.dropped.messages = 0;
    assert.strictEqual(h.dropped.messages, 2);
  });

  histories('the totals cannot be assigned, and are not listed', (make) => {
    const h = make({}, [user('a')]);
    for (const name of ['byteLength', 'chars', 'tokens', 'dropped', 'handle']) {
      assert.throws(() => {
        h[name] = 1;
      }, TypeError);
      assert.ok(Object.hasOwn(h, name));
    }
    assert.deepStrictEqual(Object.keys(h), ['0']);
  });

  histories('methods refuse other receivers', (make) => {
    const h = make();
    for (const name of Object.getOwnPropertyNames(h)) {
      const { value, get } = Object.getOwnPropertyDescriptor(h, name);
      if (name === 'length') continue;
      for (const that of [[], {}, undefined, null, 1]) assert.throws(() => (value ?? get).call(that), /must be a BoundedHistory/, name);
    }
  });
});

describe('rule 9: toJSONBuffer', () => {
  histories('equals JSON.stringify', (make) => {
    const h = make({ maxMessages: 100 });
    assert.strictEqual(h.toJSONBuffer().toString(), '[]');
    h.push(system('"quoted" \\ \n \u2028 \ud800 \udc00 🙂 \0'), user(''), calls('a', 'b'), result('a', 'é'), result('b', '漢'.repeat(300)));
    h.push({ role: 'user', content: [{ type: 'image', data: 'A'.repeat(500), at: new Date(0), no: undefined, nan: NaN }], undef: undefined });
    for (const when of ['raw', 'written', 'sealed']) {
      assert.ok(Buffer.isBuffer(h.toJSONBuffer()));
      assert.strictEqual(h.toJSONBuffer().toString(), JSON.stringify(h), when);
      assert.strictEqual(JSON.parse(h.toJSONBuffer()).length, 6);
      h[1].content += 'written';
      if (when === 'written') seal();
    }
  });

  histories('with toJSON of users that reads texts', (make) => {
    const h = make();
    h.push(user('the text'));
    class Sized {
      toJSON() {
        return h[0].content.length;
      }
    }
    h.push({ role: 'user', size: new Sized() });
    assert.strictEqual(h.toJSONBuffer().toString(), '[{"role":"user","content":"the text"},{"role":"user","size":8}]');
  });

  histories('throws as JSON.stringify does, and leaves the texts readable', (make) => {
    const h = make();
    h.push(user('a'));
    h[0].self = h[0];
    assert.throws(() => h.toJSONBuffer(), TypeError);
    assert.strictEqual(h[0].content, 'a');
    delete h[0].self;
    assert.strictEqual(h.toJSONBuffer().toString(), '[{"role":"user","content":"a"}]');
  });

  histories('of messages with texts of another history', (make) => {
    const [h, other] = [make(), make()];
    other.push({ role: 'user', content: [{ type: 'text', text: 'of the other' }] });
    h.push({ role: 'assistant', content: [] });
    h[0].content.push(other[0].content[0]);
    assert.strictEqual(h.toJSONBuffer().toString(), JSON.stringify(h));
    other.pop();
    assert.strictEqual(h.toJSONBuffer().toString(), '[{"role":"assistant","content":[{"type":"text","text":"of the other"}]}]');
  });
});

describe('rule 9: close', () => {
  histories('empties, frees at once, refuses to store', () => {
    const before = JSON.parse(binding.historyTotals());
    const h = new BoundedHistory({}, [user('a'), says('b')]);
    assert.strictEqual(JSON.parse(binding.historyTotals()).histories, before.histories + 1);
    const [held] = h;
    h.close();
    h.close();
    assert.strictEqual(JSON.parse(binding.historyTotals()).histories, before.histories);
    assert.deepStrictEqual([h.length, h.byteLength, h.chars, h.tokens], [0, 0, 0, 0]);
    assert.deepStrictEqual(h.window(), []);
    assert.strictEqual(h.toJSONBuffer().toString(), '[]');
    assert.strictEqual(h.validate(), true);
    for (const use of [() => h.push(user('x')), () => h.pop(), () => h.refresh(), () => h.handle, () => h.pin(0), () => held.content]) {
      assert.throws(use, (error) => error instanceof HistoryGoneError && error.code === 'ERR_HISTORY_GONE' && error.name === 'HistoryGoneError');
    }
    held.content = 'new';
    assert.strictEqual(held.content, 'new');
  });

  histories('Symbol.dispose closes', () => {
    if (Symbol.dispose === undefined) return;
    const h = new BoundedHistory();
    h[Symbol.dispose]();
    assert.throws(() => h.push(user('x')), HistoryGoneError);
  });
});
