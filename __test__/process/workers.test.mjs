// Worker threads that end by themselves or are terminated at any moment, each with maps, groups and histories being
// compressed; the addon loaded by a worker only; and two copies of the module in one process.
//
// RSM_WORKERS=500 is the long run.

import assert from 'node:assert';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from '../harness.mjs';
import { SEED } from '../support/random.mjs';
import { script } from '../support/script.mjs';
import { copyInto, inFolder, root } from '../temp.mjs';

/** Of one test: a test may take two minutes, whatever else the machine does. */
const WORKERS = 40;
const BATCHES = Math.ceil(Number(process.env.RSM_WORKERS ?? WORKERS) / WORKERS);

/** What each worker does until it is ended: everything that has native memory, again and again. */
const BODY = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { RobustSessionMap, SessionGroup, BoundedHistory } = require(workerData.index);
  const map = globalThis.map = new RobustSessionMap({ maxSize: 50, onRemove: () => {} });
  const group = globalThis.group = new SessionGroup({ maxSize: 20, onRemove: () => {} });
  const member = group.map('m');
  const talks = group.history('talks', { sealAfter: 0, maxMessages: 20 });
  const round = (n) => {
    for (let k = 0; k < 50; k += 1) map.set(n * 50 + k, k);
    member.set(n, 1);
    talks.of(n).push({ role: 'user', content: ('text ' + n + ' ').repeat(3000) });
    const own = new BoundedHistory({ sealAfter: 0 });
    own.push({ role: 'user', content: 'own '.repeat(3000) });
    if (n % 3 === 0) own.close();
  };
`;

const MAIN = `
  const { Worker } = require('node:worker_threads');
  const body = ${JSON.stringify(BODY)};
  let state = SEED;
  const random = () => ((state = Math.imul(state, 48271) >>> 0) / 2 ** 32);
`;

describe('workers', () => {
  for (let batch = 1; batch <= BATCHES; batch += 1) test(`${WORKERS} terminated at random moments leave nothing native behind, ${batch} of ${BATCHES}`, async () => {
    const { code, signal, late, lines, stderr } = await script(`const SEED = ${SEED + batch}; ${MAIN}
      const endless = body + "let n = 0; parentPort.postMessage('up'); setInterval(() => round(n += 1), 0);";
      (async () => {
        const others = () => require(INDEX).memoryReport().otherThreads;
        let ended = 0;
        const one = () => new Promise((resolve) => {
          const worker = new Worker(endless, { eval: true, workerData: { index: INDEX } });
          worker.on('error', (error) => print('error', error.message));
          worker.on('exit', () => (ended += 1, resolve()));
          // Some before they have begun, most while they work.
          if (random() < 0.2) setTimeout(() => worker.terminate(), random() * 20);
          else worker.on('message', () => setTimeout(() => worker.terminate(), random() * 40));
        });
        for (let left = ${WORKERS}; left > 0; left -= 4) await Promise.all([one(), one(), one(), one()]);
        print('ended', ended);
        for (let round = 0; round < 100; round += 1) {
          await new Promise((resolve) => setTimeout(resolve, 20));
          gc();
          // What is left of a thread goes when it has ended, which may be after the event that says so.
          const { maps, histories, bytes } = others();
          if (maps + histories + bytes === 0) break;
        }
        const { maps, histories, bytes } = others();
        print('native', maps, histories, bytes);
      })();
    `, { timeout: 100_000 });
    assert.deepStrictEqual({ code, signal, late }, { code: 0, signal: null, late: false }, `seed ${SEED}: ${stderr}`);
    assert.deepStrictEqual(lines, [`ended ${WORKERS}`, 'native 0 0 0'], `seed ${SEED}`);
  });

  test('ten that end by themselves, in a process that never loads the addon itself', async () => {
    const { code, signal, late, lines, stderr } = await script(`
      const { Worker } = require('node:worker_threads');
      const body = ${JSON.stringify(`${BODY} for (let n = 0; n < 20; n += 1) round(n); parentPort.postMessage('done');`)};
      (async () => {
        for (let left = 10; left > 0; left -= 1) {
          await new Promise((resolve) => {
            const worker = new Worker(body, { eval: true, workerData: { index: INDEX } });
            worker.on('message', (message) => print(message));
            worker.on('error', (error) => print('error', error.message));
            worker.on('exit', (ended) => (print(ended), resolve()));
          });
        }
      })();
    `, { timeout: 60_000, prelude: false });
    assert.deepStrictEqual({ code, signal, late }, { code: 0, signal: null, late: false }, stderr);
    assert.deepStrictEqual(lines, Array.from({ length: 10 }, () => ['done', '0']).flat());
  });
});

describe('the module twice in one process', () => {
  test('loaded anew after its cache was cleared', async () => {
    const { code, lines, stderr } = await script(`
      const first = require(INDEX);
      const map = new first.RobustSessionMap({ onRemove: (key, value, reason) => print('first', key, reason) }).set('a', 1);
      for (const path of Object.keys(require.cache)) if (!path.endsWith('.node')) delete require.cache[path];
      const second = require(INDEX);
      print(first.RobustSessionMap === second.RobustSessionMap);
      const other = new second.RobustSessionMap({ onRemove: (key, value, reason) => print('second', key, reason) }).set('b', 2);
      print(map.get('a'), other.get('b'), map.validate(), other.validate());
      map.close();
      print(other.get('b'), other.size);
      other.close();
    `);
    assert.deepStrictEqual([code, lines], [0, ['false', '1 2 true true', 'first a close', '2 1', 'second b close']], stderr);
  });

  test('a copied folder, with its own addon', () => inFolder(async (folder) => {
    copyInto(folder, ['index.js', 'binding.js', 'package.json', 'lib', ...readdirSync(root).filter((name) => name.endsWith('.node'))]);
    const { code, lines, stderr } = await script(`
      const first = require(INDEX);
      const second = require(${JSON.stringify(join(folder, 'index.js'))});
      const text = 'text '.repeat(5000);
      const histories = [first, second].map(({ BoundedHistory }) => new BoundedHistory({ sealAfter: 0 }, [{ role: 'user', content: text }]));
      const maps = [first, second].map(({ RobustSessionMap }) => new RobustSessionMap({ maxSize: 2 }).set(1, 1).set(2, 2).set(3, 3));
      setTimeout(() => {
        print(histories.every((history) => history[0].content === text && history.validate()), maps.every((map) => map.size === 2 && map.validate()));
        for (const history of histories) history.close();
      }, 50);
    `);
    assert.deepStrictEqual([code, lines], [0, ['true true']], stderr);
  }));
});
