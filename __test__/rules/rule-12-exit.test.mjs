// Rule 12. Exit: hooks of live maps run when the process ends by itself, and the host's behaviour is
// its own. Every script runs in a process of its own, with a hard time-out.

import assert from 'node:assert';
import { describe, test } from '../harness.mjs';
import { script } from '../support/script.mjs';

const isBun = process.versions.bun !== undefined;

/** A process that ended in time, with this code and these lines. */
async function ends(source, code, lines, options) {
  const found = await script(source, options);
  assert.deepStrictEqual({ code: found.code, signal: found.signal, lines: found.lines, late: found.late }, { code, signal: null, lines, late: false }, found.stderr);
  return found;
}

/** A wait that does not keep the process alive by itself. */
const REST = 'const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms).unref());\n';

describe('beforeExit runs the hooks with reason exit', () => {
  test('of everything left, in insertion order, after the maps are empty', () => ends(`
    const map = new RobustSessionMap({ onRemove: (key, value, reason) => print(key, value, reason, map.size) });
    const set = new RobustSessionSet({ onRemove: (value, again, reason) => print(value, reason, set.size) });
    map.set('a', 1).set('b', 2).set('c', 3).get('a');
    map.delete('b');
    set.add('x');
    process.on('exit', () => print('exit'));
    print('end');
  `, 0, ['b 2 delete 2', 'end', 'a 1 exit 0', 'c 3 exit 0', 'x exit 0', 'exit']));

  test('exactly once each, though beforeExit comes again', () => ends(`
    globalThis.map = new RobustSessionMap({ onRemove: (key, value, reason) => print(key, reason) });
    map.set('a', 1);
    let rounds = 0;
    process.on('beforeExit', () => {
      if (rounds++ < 2) setTimeout(() => print('more work'), 1);
    });
  `, 0, ['a exit', 'more work', 'more work']));

  test('busy and pinned entries too', () => ends(`
    globalThis.map = new RobustSessionMap({ isBusy: () => true, onRemove: (key, value, reason) => print(key, reason) });
    map.set('busy', 1).set('pinned', 2).pin('pinned');
  `, 0, ['busy exit', 'pinned exit']));

  test('not those of closed maps, nor of maps that were emptied', () => ends(`
    const options = { onRemove: (key, value, reason) => print(key, reason) };
    globalThis.kept = [1, 2, 3].map((n) => new RobustSessionMap(options).set(n, n));
    kept[0].close();
    kept[1].clear();
    print('end');
  `, 0, ['1 close', '2 clear', 'end', '3 exit']));

  test('entries that a hook adds leave as well, and adding for ever does not keep the process', async () => {
    const { code, late, lines } = await script(`
      globalThis.map = new RobustSessionMap({ onRemove: (key, value, reason) => {
        print(key, reason);
        map.set(key + 1, 1);
      } });
      map.set(0, 1);
    `, { timeout: 8000 });
    assert.deepStrictEqual({ code, late }, { code: 0, late: false });
    assert.deepStrictEqual(lines.slice(0, 2), ['0 exit', '1 exit']);
    assert.ok(lines.length <= 3, lines.join());
  });

  test('a hook that throws is reported, and neither the others nor the exit code suffer', () => ends(`
    const options = { onRemove: (key) => { print(key); throw new Error('hook'); }, onError: (error, { key, reason }) => print(error.message, key, reason) };
    globalThis.maps = [new RobustSessionMap(options).set('a', 1).set('b', 2), new RobustSessionMap(options).set('c', 3)];
  `, 0, ['a', 'hook a exit', 'b', 'hook b exit', 'c', 'hook c exit']));

  test('a clock that throws costs its own map the hooks, not the others, and is reported', async () => {
    const { code, lines } = await script(`
      process.on('warning', (warning) => print('warning', warning.message));
      let broken = false;
      const clock = { now: () => { if (broken) throw new Error('clock'); return 0; }, setTimer: () => () => {} };
      const options = { onRemove: (key, value, reason) => print(key, reason) };
      globalThis.maps = [new RobustSessionMap({ ...options, clock }).set('a', 1), new RobustSessionMap(options).set('b', 2)];
      broken = true;
    `);
    assert.strictEqual(code, 0);
    assert.strictEqual(lines.filter((line) => line === 'b exit').length, 1, lines.join());
    assert.ok(lines.includes('warning clock'), lines.join());
  });
});

describe('it waits up to exitTimeout for async hooks, once', () => {
  test('a hook that takes its time is waited for, and no longer', async () => {
    const started = performance.now();
    await ends(`${REST}
      globalThis.map = new RobustSessionMap({ exitTimeout: 15_000, onRemove: async (key) => {
        print('begin', key);
        await rest(100);
        print('end', key);
      } });
      map.set('a', 1).set('b', 2);
    `, 0, ['begin a', 'begin b', 'end a', 'end b']);
    assert.ok(performance.now() - started < 10_000);
  });

  test('a hook that never ends holds the exit for exitTimeout, not for ever', async () => {
    const { lines } = await script(`
      globalThis.map = new RobustSessionMap({ exitTimeout: 300, onRemove: () => new Promise(() => {}) });
      map.set('a', 1);
      const started = performance.now();
      process.on('exit', () => print(Math.round(performance.now() - started)));
    `, { timeout: 8000 });
    assert.ok(Number(lines[0]) >= 295 && Number(lines[0]) < 4000, lines.join());
  });

  test('each map holds it for its own exitTimeout only', async () => {
    const start = performance.now();
    await ends(`${REST}
      globalThis.stuck = new RobustSessionMap({ exitTimeout: 100, onRemove: () => new Promise(() => {}) });
      globalThis.quick = new RobustSessionMap({ exitTimeout: 15_000, onRemove: () => rest(5) });
      stuck.set(1, 1);
      quick.set(1, 1);
      print('end');
    `, 0, ['end']);
    assert.ok(performance.now() - start < 10_000, 'not for the 15 seconds of the one that is done');
  });

  test('also for those of a map that was closed', () => ends(`${REST}
    const map = new RobustSessionMap({ onRemove: (key) => rest(150).then(() => print(key, 'ended')) });
    map.set('a', 1);
    map.close();
    print(process.listenerCount('beforeExit'));
    process.on('exit', () => print(process.listenerCount('beforeExit')));
  `, 0, ['1', 'a ended', '0']));

  test('the longest exitTimeout of those that wait counts, and a rejection ends the wait', () => ends(`${REST}
    const slow = { exitTimeout: 10_000, onRemove: () => rest(150).then(() => print('slow')) };
    const quick = { exitTimeout: 1, onError: (error) => print(error.message), onRemove: () => rest(20).then(() => { throw new Error('quick'); }) };
    globalThis.maps = [new RobustSessionMap(slow).set('a', 1), new RobustSessionMap(quick).set('b', 2)];
  `, 0, ['quick', 'slow'], { timeout: 8000 }));

  test('a hook that was under way already is waited for', () => ends(`${REST}
    globalThis.map = new RobustSessionMap({ onRemove: (key, value, reason) => rest(100).then(() => print(key, reason)) });
    map.set('a', 1).delete('a');
  `, 0, ['a delete'], { timeout: 8000 }));

  test('once: what comes later is begun, but not waited for', () => ends(`${REST}
    globalThis.map = new RobustSessionMap({ exitTimeout: 4000, onRemove: async (key) => {
      print('begin', key);
      await rest(50);
      print('end', key);
      if (key === 'a') map.set('b', 1);
    } });
    map.set('a', 1);
  `, 0, ['begin a', 'end a', 'begin b'], { timeout: 3500 }));

  test('exitTimeout 0 waits for nothing that takes time', () => ends(`${REST}
    globalThis.map = new RobustSessionMap({ exitTimeout: 0, onRemove: () => (print('begin'), rest(1000).then(() => print('end'))) });
    map.set('a', 1);
  `, 0, ['begin'], { timeout: 8000 }));
});

describe('exit runs what is left, its synchronous part', () => {
  test('process.exit()', () => ends(`
    globalThis.map = new RobustSessionMap({ onRemove: async (key, value, reason) => {
      print('begin', key, reason);
      await null;
      print('never');
    } });
    map.set('a', 1).set('b', 2);
    process.exit(3);
  `, 3, ['begin a exit', 'begin b exit']));

  test('process.exit() by a hook, with its code', () => ends(`
    globalThis.map = new RobustSessionMap({ onRemove: (key) => { print(key); if (key === 'a') process.exit(4); } });
    globalThis.other = new RobustSessionMap({ onRemove: (key) => print(key) });
    map.set('a', 1);
    other.set('b', 1);
  `, 4, ['a', 'b']));

  test('process.exitCode stays', () => ends(`
    globalThis.map = new RobustSessionMap({ onRemove: (key) => print(key) });
    map.set('a', 1);
    process.exitCode = 9;
  `, 9, ['a']));
});

describe("the host's behaviour is unchanged", () => {
  const ENDS = {
    'an uncaught error': ["throw new Error('uncaught');"],
    'an uncaught error later': ["setTimeout(() => { throw new Error('uncaught'); }, 5);"],
    'an unhandled rejection': ["Promise.reject(new Error('unhandled'));"],
    SIGTERM: ["setInterval(() => {}, 1000); print('ready');", { after: 'ready', signal: 'SIGTERM' }],
    SIGINT: ["setInterval(() => {}, 1000); print('ready');", { after: 'ready', signal: 'SIGINT' }],
    SIGKILL: ["setInterval(() => {}, 1000); print('ready');", { after: 'ready', signal: 'SIGKILL' }],
    "a signal with the user's own listener": ["process.on('SIGTERM', () => process.exit(7)); setInterval(() => {}, 1000); print('ready');", { after: 'ready', signal: 'SIGTERM' }],
    "the user's own handler of uncaught errors": ["process.on('uncaughtException', () => { process.exitCode = 6; }); throw new Error('caught');"],
  };
  const USE = `
    globalThis.map = new RobustSessionMap({ exitTimeout: 100, onRemove: async () => {} });
    map.set('a', 1);
  `;
  for (const [name, [source, kill]] of Object.entries(ENDS)) {
    test(name, async () => {
      const options = { timeout: 8000, ...(kill === undefined ? {} : { kill }) };
      const [without, withMap] = await Promise.all([script(source, options), script(USE + source, options)]);
      const facts = ({ code, signal, late, lines }) => ({ code, signal, late, lines });
      assert.deepStrictEqual(facts(withMap), facts(without));
      assert.strictEqual(without.late, false);
      assert.strictEqual(/uncaught|unhandled/.test(withMap.stderr), /uncaught|unhandled/.test(without.stderr));
    });
  }
});

describe('one lazy pair of listeners, only while a live map has a hook', () => {
  const COUNT = `
    const before = ['beforeExit', 'exit'].map((event) => process.listenerCount(event));
    const count = () => ['beforeExit', 'exit'].map((event, n) => process.listenerCount(event) - before[n]).join('/');
    process.on('warning', (warning) => print(warning.name));
    const hooked = () => new RobustSessionMap({ onRemove: () => {} });
  `;

  test('one pair for 1,000 maps and sets, no warning, none after the last is closed', () => ends(`${COUNT}
    globalThis.plain = new RobustSessionMap({ isBusy: () => false, onError: () => {} }).set('a', 1);
    print('no hook', count());
    const maps = [];
    for (let n = 0; n < 500; n += 1) maps.push(hooked().set('a', 1), new RobustSessionSet({ onRemove() {} }, ['a']));
    print('hooks', count());
    for (const map of maps.slice(1)) map.close();
    print('one left', count());
    maps[0].close();
    maps[0].close();
    print('none left', count());
    const again = hooked().set('a', 1);
    print('again', count());
    again[Symbol.dispose]?.();
    again.close();
    print('closed', count());
    setTimeout(() => {}, 20); // warnings come later
  `, 0, ['no hook 0/0', 'hooks 1/1', 'one left 1/1', 'none left 0/0', 'again 1/1', 'closed 0/0']));

  test('none after the last map is collected', async () => {
    const { code, lines } = await script(`${COUNT}
      (function make() { for (let n = 0; n < 20; n += 1) hooked().set('a', 1); })();
      print(count());
      (async () => {
        for (let round = 0; round < 50 && count() !== '0/0'; round += 1) {
          await macrotask();
          gc();
        }
        print(count());
      })();
    `);
    assert.strictEqual(code, 0);
    assert.strictEqual(lines[0], '1/1');
    // Bun's scan of the stack may take the last maps for used.
    assert.ok(lines[1] === '0/0' || (isBun && lines[1] === '1/1'), lines[1]);
  });

  test("no listener of the user's is touched", () => ends(`${COUNT}
    process.on('exit', () => print('mine'));
    const map = hooked().set('a', 1);
    map.close();
    print(count());
  `, 0, ['0/1', 'mine']));
});

describe('worker threads', () => {
  const inWorker = (body, last = '') => `
    const { Worker } = require('node:worker_threads');
    const body = ${JSON.stringify(`
      const { RobustSessionMap } = require(require('node:worker_threads').workerData);
      const { parentPort } = require('node:worker_threads');
      globalThis.map = new RobustSessionMap({ exitTimeout: 2000, onRemove: (key, value, reason) => parentPort.postMessage(key + ' ' + reason) });
      map.set('a', 1);
      ${body}
    `)};
    const worker = new Worker(body, { eval: true, workerData: INDEX });
    worker.on('message', (message) => print(message));
    worker.on('error', (error) => print('error', error.message));
    worker.on('exit', (code) => print('exit', code));
    ${last}
  `;

  test('hooks work in a worker, and its end is its own', async () => {
    const { code, lines, late } = await script(inWorker("map.set('b', 2); map.delete('b');"), { timeout: 8000 });
    assert.deepStrictEqual({ code, late }, { code: 0, late: false });
    assert.deepStrictEqual(lines.filter((line) => line !== 'a exit'), ['b delete', 'exit 0']);
    // Node runs `beforeExit` in workers; Bun promises none.
    if (!isBun) assert.deepStrictEqual(lines, ['b delete', 'a exit', 'exit 0']);
  });

  test('one ends by itself, however often its host emits beforeExit', async () => {
    const { code, late, lines } = await script(`
      const { Worker, isMainThread } = require('node:worker_threads');
      if (isMainThread) new Worker(__filename).on('exit', (ended) => print('worker ended', ended));
      else {
        let rounds = 0;
        process.on('beforeExit', () => {
          rounds += 1;
        });
        process.on('exit', () => print(rounds < 10 ? 'few rounds' : rounds));
        globalThis.map = new RobustSessionMap({ onRemove: (key, value, reason) => print(key, reason) });
        map.set('a', 1);
      }
    `, { timeout: 15_000 });
    assert.deepStrictEqual({ code, late, lines: lines.sort() }, { code: 0, late: false, lines: ['a exit', 'few rounds', 'worker ended 0'] });
  });

  test('terminating one is the host’s business: nothing is waited for', async () => {
    const plain = `
      const { Worker } = require('node:worker_threads');
      const worker = new Worker("setInterval(() => {}, 1000); require('node:worker_threads').parentPort.postMessage('ready')", { eval: true });
      worker.on('message', (message) => { print(message); worker.terminate(); });
      worker.on('exit', (code) => print('exit', code));
    `;
    const used = inWorker("setInterval(() => {}, 1000); parentPort.postMessage('ready');", "worker.on('message', () => worker.terminate());");
    const [without, withMap] = await Promise.all([script(plain, { timeout: 8000 }), script(used, { timeout: 8000 })]);
    assert.deepStrictEqual(withMap.lines.filter((line) => line !== 'a exit'), without.lines);
    assert.deepStrictEqual([withMap.code, withMap.late], [without.code, false]);
  });

  test("the main thread's maps are not those of its workers", () => ends(`
    globalThis.map = new RobustSessionMap({ onRemove: (key, value, reason) => print('main', key, reason) });
    map.set('m', 1);
    ${inWorker("map.close();")}
  `, 0, ['a close', 'exit 0', 'main m exit'], { timeout: 8000 }));
});

describe('a hook that throws in the last moment is heard of', () => {
  for (const how of ['process.exit(3)', 'process.exitCode = 3']) {
    test(how, async () => {
      const found = await ends(`
        globalThis.map = new RobustSessionMap({ onRemove: (key) => { throw new Error('hook of ' + key); } });
        map.set('a', 1).set('b', 2);
        ${how};
      `, 3, []);
      assert.ok(/hook of a[^]*hook of b/.test(found.stderr), found.stderr);
    });
  }
});
