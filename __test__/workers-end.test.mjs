// A worker's structures end with it, in whatever it was interrupted: terminated ones do not run all finalizers (Bun left
// the engine of one in twenty, Node now and then a history).

import assert from 'node:assert';
import { describe, test } from './harness.mjs';
import { script } from './support/script.mjs';
import { SEED } from './support/random.mjs';

describe(`workers that are terminated, seed ${SEED}`, () => {
  test('leave nothing behind', async () => {
    const { code, lines, stderr, late } = await script(`
      const { once } = require('node:events');
      const { Worker } = require('node:worker_threads');
      const { memoryReport } = require(INDEX);
      let state = ${SEED};
      const random = () => (state = (state * 48271 + 11) % 2147483647) / 2147483647;
      const source = \`
        const { RobustSessionMap, SessionGroup, BoundedHistory } = require(\${JSON.stringify(INDEX)});
        const map = new RobustSessionMap({ ttl: 50, maxSize: 200, onRemove: (key, history) => history.close() });
        const group = new SessionGroup({ ttl: 50, maxSize: 50 });
        const talk = group.history('talk', { maxMessages: 8 });
        require('node:worker_threads').parentPort.postMessage('up');
        setInterval(() => {
          for (let i = 0; i < 40; i += 1) {
            const history = new BoundedHistory({ maxMessages: 5 });
            history.push({ role: 'user', content: 'word '.repeat(100) });
            map.set(Math.floor(Math.random() * 500), history);
            talk.of('ses_' + Math.floor(Math.random() * 100)).push({ role: 'user', content: 'word '.repeat(100) });
          }
        }, 1);
      \`;
      (async () => {
        for (let n = 0; n < 40; n += 1) {
          const worker = new Worker(source, { eval: true });
          await once(worker, 'message');
          await new Promise((resolve) => setTimeout(resolve, 60 * random()));
          await worker.terminate();
        }
        let others;
        for (let turn = 0; turn < 50; turn += 1) {
          gc();
          await new Promise((resolve) => setTimeout(resolve, 10));
          others = memoryReport().otherThreads;
          if (others.maps + others.histories === 0) break;
        }
        print(JSON.stringify(others));
        process.exit(0);
      })();
    `, { timeout: 90_000 });
    assert.deepStrictEqual([code, late, stderr], [0, false, ''], stderr);
    assert.deepStrictEqual(JSON.parse(lines[0]), { thread: 'other', maps: 0, entries: 0, histories: 0, messages: 0, bytes: 0 });
  });
});
