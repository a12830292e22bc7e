// Texts that were read stay JavaScript strings for a while: a bounded number of them, and never a stale one.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { describe, test } from '../harness.mjs';

const require = createRequire(import.meta.url);
const { BoundedHistory, HistoryGoneError } = require('../../index.js');
const { passNow } = require('../../lib/history/idle.js');
const { stateOf } = require('../../lib/history/owner.js');
const { recordAt } = require('../../lib/history/texts.js');

const LENGTH = 5000;
const textOf = (n) => `${n} `.padEnd(LENGTH, '…');

function setUp(count) {
  const history = new BoundedHistory({ maxMessages: Infinity }, Array.from({ length: count }, (_, n) => ({ role: 'user', content: textOf(n) })));
  passNow();
  const here = () => history.filter((message) => recordAt(message).value !== undefined).length;
  return { history, here };
}

describe('texts that were read', () => {
  test('are here until the idle pass', () => {
    const { history, here } = setUp(30);
    for (const message of history.slice(-20)) assert.strictEqual(message.content.length, LENGTH);
    assert.strictEqual(here(), 20);
    assert.strictEqual(history[29].content, textOf(29));
    assert.ok(history.validate());
    passNow();
    assert.deepStrictEqual([here(), stateOf(history).readChars], [0, 0]);
    assert.strictEqual(history[29].content, textOf(29));
    history.close();
  });

  test('make room for those read after them', () => {
    const { history, here } = setUp(200);
    for (let round = 0; round < 3; round += 1) {
      history.forEach((message, n) => assert.strictEqual(message.content, textOf(n)));
      assert.strictEqual(here(), Math.floor((128 * 1024) / LENGTH));
      assert.ok(recordAt(history[199]).value !== undefined && recordAt(history[0]).value === undefined);
    }
    assert.ok(history.validate());
    history.close();
  });

  test('are not kept if they are many times too long, or if too many histories were read', () => {
    const { history, here } = setUp(1);
    history.push({ role: 'user', content: 'x'.repeat(200_000) });
    passNow();
    assert.strictEqual(history[1].content.length, 200_000);
    assert.strictEqual(here(), 0);
    const many = Array.from({ length: 60 }, () => setUp(20));
    for (const one of many) for (const message of one.history) assert.strictEqual(message.content.length, LENGTH);
    const chars = many.reduce((sum, one) => sum + one.here() * LENGTH, 0);
    assert.ok(chars > 3e6 && chars <= 4 * 1024 * 1024, String(chars));
    passNow();
    for (const one of many) assert.strictEqual(one.here(), 0);
    for (const message of history) assert.ok(message.content.length > 0);
    assert.strictEqual(here(), 1);
    for (const one of [...many, { history }]) one.history.close();
  });

  test('are written to, trimmed, removed, shared and closed as any others', () => {
    const { history } = setUp(20);
    const plain = Array.from({ length: 20 }, (_, n) => ({ role: 'user', content: textOf(n) }));
    const same = () => {
      assert.deepStrictEqual(history, plain);
      assert.strictEqual(history.toJSONBuffer().toString(), JSON.stringify(plain));
      assert.ok(history.validate());
    };
    const readAll = () => history.map((message) => message.content);
    readAll();
    same();
    history[3].content += ' and more';
    plain[3].content += ' and more';
    assert.strictEqual(history[3].content, plain[3].content);
    same();
    passNow();
    same();
    readAll();
    assert.deepStrictEqual(history.splice(4, 5), plain.splice(4, 5));
    history[0].content = 5;
    plain[0].content = 5;
    same();
    readAll();
    const [first, second] = history;
    assert.strictEqual(history.shift(), first);
    assert.deepStrictEqual(first, plain.shift());
    same();
    assert.strictEqual(second.content, textOf(1));
    history.close();
    assert.throws(() => second.content, HistoryGoneError);
  });

  test('what was written after it was read is not lost to what is read after it', () => {
    const { history, here } = setUp(60);
    const before = history[0].content;
    history[0].content += ' and more';
    for (let at = 1; at < 60; at += 1) assert.strictEqual(history[at].content, textOf(at));
    assert.ok(here() < 40);
    assert.strictEqual(history[0].content, `${before} and more`);
    assert.ok(history.toJSONBuffer().includes(' and more'));
    assert.ok(history.validate());
    history.close();
  });

  test('a text written while the JSON is made is in it', () => {
    let written = () => {};
    const nested = { toJSON: () => (written('changed'), 1) };
    const history = new BoundedHistory([{ role: 'user', content: 'a question', meta: { nested } }, { role: 'user', content: 'another' }]);
    passNow();
    written = (content) => Object.assign(history[1], { content });
    const json = history.toJSONBuffer().toString();
    assert.strictEqual(json, JSON.stringify(history));
    assert.ok(json.includes('changed'));
    history.close();
  });

  test('histories that end give their room back', () => {
    const many = Array.from({ length: 120 }, () => setUp(20));
    for (const { history, here } of many) {
      for (const message of history) assert.strictEqual(message.content.length, LENGTH);
      assert.strictEqual(here(), 20);
      history.close();
    }
  });
});
