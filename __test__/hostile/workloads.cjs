'use strict';

// Workloads at the limits, each in a process of its own: `node workloads.cjs <name> <size>`. Each checks what it
// does and prints what it measured as one line of JSON. `limits.test.mjs` runs them small, `scripts/limits.mjs` in full.

const assert = require('node:assert');
const { constants } = require('node:buffer');
const { BoundedHistory, RobustSessionMap, RobustSessionSet } = require('../../index.js');
const { nativeUsage } = require('../../testing.js');

const isBun = process.versions.bun !== undefined;
/** V8 refuses more entries in a Map. */
const MOST_ENTRIES = 2 ** 24;

/** So many entries: stored, found, removed, evicted, audited, iterated, closed. @param {number} size */
function entries(size, Type = RobustSessionMap) {
  const all = new Type({ maxSize: Infinity, ttl: Infinity });
  const put = Type === RobustSessionMap ? (key) => all.set(key, key) : (key) => all.add(key);
  const found = Type === RobustSessionMap ? (key) => all.get(key) === key : (key) => all.has(key);
  for (let key = 0; key < size; key += 1) put(key);
  assert.strictEqual(all.size, size);
  for (let key = 0; key < size; key += 97) assert.ok(found(key));
  for (let key = 1; key < size; key += 1000) assert.ok(all.delete(key));
  const left = size - Math.ceil((size - 1) / 1000);
  assert.strictEqual(all.size, left);
  // The least recently used: neither read nor removed.
  assert.strictEqual(all.shed(1), 1);
  assert.strictEqual(all.peek(2), Type === RobustSessionMap ? undefined : false);
  assert.ok(all.validate());
  let seen = 0;
  for (const key of all.keys()) seen += key >= 0 ? 1 : 0;
  assert.strictEqual(seen, left - 1);
  const { nativeBytes } = all.stats();
  all.close();
  assert.strictEqual(nativeUsage().bytes, 0);
  return { nativeBytes };
}

/** As many as the runtime's Map takes, and one more: refused with its error, all others stay. @param {number} size */
function full(size) {
  const map = new RobustSessionMap({ maxSize: Infinity, ttl: Infinity });
  for (let key = 0; key < size; key += 1) map.set(key, key);
  let refused;
  try {
    map.set('one more', 1);
  } catch (error) {
    refused = error;
  }
  const limited = !isBun && size >= MOST_ENTRIES;
  assert.strictEqual(refused instanceof RangeError, limited, String(refused));
  assert.strictEqual(map.size, limited ? size : size + 1);
  assert.deepStrictEqual([map.has('one more'), map.get(size - 1), map.stats().size], [!limited, size - 1, map.size]);
  // What is there goes on: read, replaced, removed.
  map.set(5, 'other');
  assert.deepStrictEqual([map.get(5), map.delete(5), map.has(5)], ['other', true, false]);
  assert.strictEqual(map.validate(), true);
  map.close();
  return { refused: refused?.message };
}

/** One message with a text so long: held whole, or refused and nothing has changed. @param {number} size */
function message(size, text = 'a') {
  const history = new BoundedHistory({ maxMessages: 10 });
  const first = { role: 'user', content: 'begin' };
  history.push(first);
  let refused;
  try {
    history.push({ role: 'user', content: text.repeat(Math.min(size, constants.MAX_STRING_LENGTH)) });
  } catch (error) {
    refused = error;
  }
  if (refused === undefined) {
    const held = history.at(-1).content;
    assert.ok(held.length >= Math.min(size, constants.MAX_STRING_LENGTH) && held.startsWith(text) && held.endsWith(text));
    assert.strictEqual(history.byteLength, Buffer.byteLength(text) * held.length + 5);
  } else {
    // Bun has no room for so long a string in the first place.
    assert.ok(refused instanceof RangeError, String(refused));
    assert.deepStrictEqual([history.length, history.byteLength], [1, 5]);
  }
  return rest(history, refused);
}

/** A message of so many characters in four parts, more than one string may have. @param {number} size */
function parts(size) {
  const history = new BoundedHistory({ maxMessages: 10 });
  history.push({ role: 'user', content: 'begin' });
  const each = Math.floor(size / 4);
  history.push({ role: 'user', content: ['a', 'b', 'c', 'd'].map((letter) => ({ type: 'text', text: letter.repeat(each) })) });
  assert.strictEqual(history.byteLength, 4 * each + 5);
  assert.ok(history.at(-1).content.every(({ text }, at) => text.length === each && text.at(-1) === 'abcd'[at]));
  const json = history.toJSONBuffer();
  assert.ok(json.length > 4 * each && json.at(-1) === 93);
  return rest(history, undefined);
}

function rest(history, refused) {
  assert.ok(history.push({ role: 'assistant', content: 'fine' }) >= 2);
  assert.strictEqual(history.at(-1).content, 'fine');
  assert.strictEqual(history[0].content, 'begin');
  assert.ok(history.validate());
  history.close();
  assert.strictEqual(nativeUsage().bytes, 0);
  return { refused: refused?.message };
}

const WORKLOADS = {
  entries,
  values: (size) => entries(size, RobustSessionSet),
  full,
  message,
  'two-byte message': (size) => message(size, '漢'),
  parts,
};

const [name, size] = process.argv.slice(2);
const begin = performance.now();
const facts = WORKLOADS[name](Number(size));
const { maxRSS } = process.resourceUsage();
console.log(JSON.stringify({ name, size: Number(size), seconds: Number(((performance.now() - begin) / 1000).toFixed(1)), peakMB: Math.round(maxRSS / 1024), ...facts }));
