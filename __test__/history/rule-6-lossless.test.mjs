// Rule 6, and line 3: text round-trips to the bit, raw and sealed; any JSON value does.

import assert from 'node:assert';
import { describe, test } from '../harness.mjs';
import { SEED, random } from '../support/random.mjs';
import { BoundedHistory, histories, seal, user } from './support/scope.mjs';

const PIECES = [
  (rng) => String.fromCharCode(rng.below(0x80)),
  (rng) => String.fromCharCode(rng.below(0x100)),
  (rng) => String.fromCharCode(rng.below(0x10000)),
  (rng) => String.fromCodePoint(0x10000 + rng.below(0x100000)),
  (rng) => String.fromCharCode(0xd800 + rng.below(0x800)),
  () => '\0',
  () => '"\\\b\f\n\r\t\u2028\u2029\ufeff\u007f',
  (rng) => 'plain words '.repeat(rng.below(20)),
  (rng) => '漢字仮名交じり文'.repeat(rng.below(8)),
];

function text(rng, most = 60) {
  let made = '';
  const few = rng.chance(0.5) ? [rng.pick(PIECES)] : PIECES;
  for (let left = rng.below(most); left > 0; left -= 1) made += rng.pick(few)(rng);
  return made;
}

function json(rng, depth = 0) {
  switch (rng.below(depth > 4 ? 6 : 8)) {
    case 0: return null;
    case 1: return rng.chance(0.5);
    case 2: return rng.pick([0, -0, 1, -1.5, 1e300, 5e-324, 2 ** 53]);
    case 3: return text(rng, 5);
    case 4: return text(rng, 300);
    case 5: return '';
    case 6: return Array.from({ length: rng.below(5) }, () => json(rng, depth + 1));
    default: {
      const made = {};
      for (let left = rng.below(6); left > 0; left -= 1) {
        const key = rng.pick(['text', 'content', 'thinking', 'arguments', '__proto__', 'constructor', '', '7', 'toString', text(rng, 3)]);
        Object.defineProperty(made, key, { value: json(rng, depth + 1), writable: true, enumerable: true, configurable: true });
      }
      return made;
    }
  }
}

/** Everything there is to a message must be as it was pushed, in order of properties too. */
function check(history, originals, when) {
  assert.strictEqual(history.length, originals.length);
  originals.forEach((original, at) => {
    assert.deepStrictEqual(history[at], original, when);
    assert.deepStrictEqual(Reflect.ownKeys(history[at]), Reflect.ownKeys(original), when);
  });
  assert.strictEqual(JSON.stringify(history), JSON.stringify(originals), when);
  assert.deepStrictEqual(history.toJSONBuffer(), Buffer.from(JSON.stringify(originals)), when);
  assert.deepStrictEqual(history.window(), originals, when);
  assert.deepStrictEqual(structuredClone(history), structuredClone(originals), when);
}

describe(`rule 6: nothing is lost (RSM_SEED=${SEED})`, () => {
  test('arbitrary strings and JSON values, raw and sealed', () => {
    const rng = random(SEED);
    for (let run = 0; run < 40; run += 1) {
      const originals = Array.from({ length: 1 + rng.below(40) }, () => {
        const message = rng.chance(0.5) ? { role: 'user', content: text(rng) } : { role: 'assistant', content: json(rng) };
        if (rng.chance(0.3)) message.extra = json(rng);
        return message;
      });
      const history = new BoundedHistory({ maxMessages: Infinity }, structuredClone(originals));
      check(history, originals, `run ${run}, raw`);
      seal();
      check(history, originals, `run ${run}, sealed`);
      history.validate();
      history.close();
    }
  });

  histories('bytes and characters are those of the strings', (make) => {
    const rng = random(SEED + 1);
    const h = make({ maxMessages: Infinity });
    let [bytes, chars] = [0, 0];
    for (let n = 0; n < 300; n += 1) {
      const content = text(rng);
      bytes += Buffer.byteLength(content);
      chars += content.length;
      h.push(user(content));
      assert.deepStrictEqual([h.byteLength, h.chars], [bytes, chars]);
    }
    seal();
    assert.deepStrictEqual([h.byteLength, h.chars], [bytes, chars]);
  });

  histories('a megabyte, and none at all', (make) => {
    const rng = random(SEED + 2);
    for (const piece of PIECES) {
      let content = '';
      while (content.length < 1024) content += piece(rng) || '.';
      content = content.repeat(1024).slice(0, 2 ** 20);
      const h = make({}, [user(content), user('')]);
      for (const when of ['raw', 'sealed']) {
        assert.ok(h[0].content === content, when);
        assert.strictEqual(h[1].content, '', when);
        assert.ok(h.toJSONBuffer().equals(Buffer.from(JSON.stringify([user(content), user('')]))), when);
        seal();
      }
      h.close();
    }
  });

  test('one message of 50 MB', () => {
    const content = 'fifty megabytes → \ud83d\ude42 '.repeat(2.5e6).slice(0, 50 * 2 ** 20);
    const h = new BoundedHistory({}, [user(content)]);
    assert.ok(h[0].content === content, 'raw');
    assert.strictEqual(h.chars, content.length);
    assert.strictEqual(h.byteLength, Buffer.byteLength(content));
    seal();
    assert.ok(h[0].content === content, 'sealed');
    h.close();
  });
});
