// Line 6: a history that nobody holds is collected, with its native memory, whatever it was used for; a
// million created and dropped leak nothing.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { describe, test } from '../harness.mjs';
import { collected } from '../harness.mjs';
import { script } from '../support/script.mjs';
import { BoundedHistory, SharedHistory, binding, passIdle, says, user } from './support/scope.mjs';

const { SessionGroup } = createRequire(import.meta.url)('../../index.js');

const COUNT = 50;
/** Bun scans the stack conservatively: one or two may seem to be in use. */
const FEWEST = process.versions.bun === undefined ? COUNT : COUNT - 3;

const group = new SessionGroup();

const LIVES = {
  'that was only made': () => new BoundedHistory(),
  'that holds messages': () => new BoundedHistory([user('a'), says('b')]),
  'with a text written and not moved yet': () => {
    const h = new BoundedHistory([user('a')]);
    h[0].content += ' written';
    return h;
  },
  'that trimmed and told': () => {
    const h = new BoundedHistory({ maxMessages: 1, onTrim: () => {} });
    h.push(user('a'), user('b'), user('c'));
    return h;
  },
  'that was shared': () => {
    const h = new BoundedHistory([user('a')]);
    SharedHistory.open(h.handle).push(user('b'));
    h.refresh();
    return h;
  },
  'whose callbacks reach it': () => {
    const h = new BoundedHistory({ countTokens: () => h?.length ?? 1, onTrim: () => h.length });
    h.push(user('a'));
    return h;
  },
  'whose texts were read': () => {
    const h = new BoundedHistory([user('a'), says('b')]);
    passIdle();
    h.forEach((message) => message.content);
    return h;
  },
  'whose session has ended': () => {
    const talk = group.history('talk');
    const h = talk.of('s');
    h.push(user('a'));
    group.drop('s');
    return h;
  },
  'that took another’s place': () => {
    const talk = group.history('talk');
    const h = talk.of('s');
    talk.set('s', new BoundedHistory());
    group.drop('s');
    return h;
  },
  'of a group that is dropped with it': () => {
    const h = new SessionGroup({ ttl: 60_000, maxBytes: 1e6, onRemove: () => h.length }).history('talk').of('s');
    h.push(user('a'));
    return h;
  },
  'that holds itself': () => {
    const h = new BoundedHistory([user('a')]);
    Object.defineProperty(h[0], 'history', { value: h, enumerable: false });
    return h;
  },
};

const totals = () => JSON.parse(binding.historyTotals());

/** In a frame of its own, so that nothing of it stays on the stack. */
function drop(make) {
  return Array.from({ length: COUNT }, () => new WeakRef(make()));
}

describe('a dropped history is collected', () => {
  for (const [what, make] of Object.entries(LIVES)) {
    test(what, async () => {
      const before = totals().histories;
      const refs = drop(make);
      const gone = await collected(refs);
      assert.ok(gone >= FEWEST, `${gone} of ${COUNT}`);
      for (let round = 0; round < 20 && totals().histories > before + COUNT - FEWEST; round += 1) await collected([new WeakRef({})]);
      assert.ok(totals().histories <= before + COUNT - FEWEST, `${totals().histories} histories, ${before} before`);
    });
  }

  test('an element that is held keeps its text', async () => {
    const refs = [];
    const held = (() => {
      const h = new BoundedHistory([user('the text')]);
      refs.push(new WeakRef({}));
      return h[0];
    })();
    await collected(refs);
    passIdle();
    assert.strictEqual(held.content, 'the text');
  });

  test('a trimmed element that is held keeps nothing else', async () => {
    const refs = [];
    const held = [];
    for (let n = 0; n < COUNT; n += 1) {
      (() => {
        const h = new BoundedHistory({ maxMessages: 1, keepFirst: 0 });
        const message = user(`held ${n}`);
        h.push(message, user('next'));
        held.push(message);
        refs.push(new WeakRef(h));
      })();
    }
    passIdle();
    assert.ok(await collected(refs) >= FEWEST);
    assert.strictEqual(held[7].content, 'held 7');
  });

  test('a process ends although histories wait for their idle pass', async () => {
    const { code, late } = await script(`
      const { BoundedHistory } = require(INDEX);
      globalThis.h = new BoundedHistory([{ role: 'user', content: 'x' }]);
      globalThis.h[0].content += 'y';
    `, { timeout: 10_000 });
    assert.deepStrictEqual([code, late], [0, false]);
  });

  test('a million made and dropped leak nothing', async () => {
    const { code, lines, stderr } = await script(`
      const { BoundedHistory } = require(INDEX);
      const { historyTotals } = require(INDEX.replace('index.js', 'binding.js'));
      const round = (count) => {
        for (let n = 0; n < count; n += 1) {
          const h = new BoundedHistory([{ role: 'user', content: 'text ' + n }]);
          if (n % 2 === 0) h.close();
        }
      };
      const settle = async () => {
        for (let n = 0; n < 5; n += 1) { await macrotask(); gc(); await macrotask(); }
      };
      (async () => {
        for (let n = 0; n < 10; n += 1) { round(10_000); await settle(); }
        const seen = [process.memoryUsage()];
        for (let half = 0; half < 2; half += 1) {
          for (let n = 0; n < 45; n += 1) { round(10_000); await macrotask(); }
          await settle();
          seen.push(process.memoryUsage());
        }
        // A leak grows in both halves; a peak that the allocator keeps, in one.
        const growth = (name, half) => Math.round((seen[half + 1][name] - seen[half][name]) / 2 ** 20);
        const least = (name) => Math.min(growth(name, 0), growth(name, 1));
        print(least('rss'), least('heapUsed'), JSON.parse(historyTotals()).histories);
      })();
    `, { timeout: 110_000 });
    assert.strictEqual(code, 0, stderr);
    const [megabytes, heap, histories] = lines[0].split(' ').map(Number);
    assert.ok(histories < 2000, `${histories} histories are left`);
    // A hundred bytes a history would be more.
    assert.ok(megabytes < 45, `${megabytes} MB more in each 450,000`);
    assert.ok(heap < 5, `${heap} MB more on the heap in each 450,000`);
  });
});
