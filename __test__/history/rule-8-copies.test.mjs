// Rule 8: pushing copies text. A slice of a huge string does not keep its parent alive.

import assert from 'node:assert';
import { describe } from '../harness.mjs';
import { script } from '../support/script.mjs';
import { histories, user } from './support/scope.mjs';

/** Pushes short cuts of 40 strings of 8 MB each, in the given shape; tells what the process holds then. */
const cutting = (message) => `
const { BoundedHistory } = require(INDEX);
const history = new BoundedHistory({ maxMessages: Infinity });
const huge = (n) => ('abcdefgh' + n).repeat(2 ** 20).slice(0, 8 * 2 ** 20);
(async () => {
  await macrotask(); gc(); await macrotask();
  const before = process.memoryUsage().rss;
  for (let n = 0; n < 40; n += 1) {
    const text = huge(n);
    const cut = (length) => text.slice(n, n + length);
    history.push(${message});
    await macrotask();
    gc();
  }
  await macrotask(); gc(); await macrotask();
  print(Math.round((process.memoryUsage().rss - before) / 2 ** 20), history.length);
})();
`;

const SHAPES = {
  'the text of a message': "{ role: 'user', content: cut(1000) }",
  'the text of a part': "{ role: 'user', content: [{ type: 'text', text: cut(1000) }] }",
  'a short string that stays': "{ role: 'user', content: 'x', id: cut(40) }",
  'a short string in a list': "{ role: 'user', content: [{ tags: [cut(40)] }] }",
};

describe('rule 8: text is copied', () => {
  for (const [what, message] of Object.entries(SHAPES)) {
    histories(`a slice that is ${what} does not hold its parent`, async () => {
      const { code, lines, stderr } = await script(cutting(message), { timeout: 60_000 });
      assert.strictEqual(code, 0, stderr);
      const [megabytes, length] = lines[0].split(' ').map(Number);
      assert.strictEqual(length, 40);
      assert.ok(megabytes < 160, `${megabytes} MB for 40 slices of 8 MB strings`);
    });
  }

  histories('the copy is the text', (make) => {
    const h = make();
    const text = 'short but long enough to be a slice'.repeat(3);
    h.push({ role: 'user', content: text.slice(3, 50), id: text.slice(5, 30), list: [text.slice(1, 20)] });
    assert.deepStrictEqual(h[0], { role: 'user', content: text.slice(3, 50), id: text.slice(5, 30), list: [text.slice(1, 20)] });
    assert.notStrictEqual(h[0], user(''));
  });
});
