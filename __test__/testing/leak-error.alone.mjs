// What `expectNoLeak` tells when memory grows, and how it takes bad input.

import assert from 'node:assert';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, test } from '../harness.mjs';

const require = createRequire(import.meta.url);
const { BoundedHistory, RobustSessionMap, SessionGroup } = require('../../index.js');
const { SessionLeakError, expectNoLeak } = require('../../testing.js');

const BAD = [undefined, null, Number.NaN, Infinity, -1, 0, 2.5, '10', true, {}, [], Symbol('s'), 2n];
const folder = mkdtempSync(join(tmpdir(), 'leak-error-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** @param {Promise<unknown>} promise */
async function rejection(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('did not reject');
}

describe('a leak is told', () => {
  const sessions = new RobustSessionMap({ name: 'sessions & <co>', ttl: Infinity, maxSize: Infinity });
  const empty = new RobustSessionMap({ name: 'innocent' });
  let error;

  beforeAll(async () => {
    empty.set('a', 1);
    error = await rejection(expectNoLeak((round) => {
      for (let n = 0; n < 3; n += 1) sessions.set(`${round} ${n}`, Array.from({ length: 128 }, () => 0.5));
    }, { name: 'three sessions <a> round', directory: join(folder, 'made', 'here'), rounds: 10, warmup: 5 }));
    sessions.validate();
  });

  test('by an error of its own', () => {
    assert.ok(error instanceof SessionLeakError && error instanceof Error);
    assert.deepStrictEqual([error.name, error.code], ['SessionLeakError', 'ERR_SESSION_LEAK']);
  });

  test('with how fast', () => {
    assert.ok(error.growth.rounds >= 60, String(error.growth.rounds));
    assert.ok(error.growth.heap + error.growth.external > 2900 && error.growth.heap + error.growth.external < 8000, JSON.stringify(error.growth));
    assert.match(error.message, /^three sessions <a> round: the JS heap (with external memory )?grows by \d,\d{3} B a round, certainly by \d,\d{3} B; maxGrowthPerRound is 512 B\.$/m);
    assert.ok(error.message.includes(`\n  Rounds: 5 to warm up, ${error.growth.rounds} measured.\n`), error.message);
  });

  test('with the structures that grew, and only those', () => {
    assert.deepStrictEqual(error.structures.map(({ kind, name, structures, entries }) => [kind, name, structures, entries]), [
      ['map', 'sessions & <co>', 0, 3],
    ]);
    assert.match(error.message, /^ {4}map "sessions & <co>": \+3 entries(, .*)? a round$/m);
    assert.ok(!error.message.includes('innocent'));
  });

  test('structures that are kept count under their name, members under their group\'s', async () => {
    const group = new SessionGroup({ name: 'plugin', ttl: Infinity, maxSize: Infinity });
    const agents = group.map('agents');
    const kept = [];
    const told = await rejection(expectNoLeak((round) => {
      agents.set(round, Array.from({ length: 128 }, () => 0.5));
      const talk = new BoundedHistory({ name: 'talk', maxMessages: Infinity });
      talk.push({ role: 'user', content: 'x'.repeat(500) }, { role: 'assistant', content: 'y'.repeat(500) });
      kept.push(talk);
    }, { rounds: 6, directory: folder }));
    const grown = Object.fromEntries(told.structures.map(({ kind, name, ...rest }) => [`${kind} ${name}`, rest]));
    assert.deepStrictEqual(Object.keys(grown).toSorted(), ['group plugin', 'history talk', 'map plugin/agents']);
    assert.deepStrictEqual([grown['group plugin'].entries, grown['map plugin/agents'].entries], [1, 1]);
    const { structures, entries, bytes, nativeBytes } = grown['history talk'];
    assert.deepStrictEqual([structures, entries, bytes], [1, 2, 1000]);
    assert.ok(nativeBytes >= 1000, String(nativeBytes));
    group.close();
    for (const history of kept) {
      history.validate();
      history.close();
    }
  });

  test('with a chart that is well-formed', () => {
    assert.strictEqual(dirname(error.chart), join(folder, 'made', 'here'));
    assert.ok(error.message.includes(error.chart));
    const svg = readFileSync(error.chart, 'utf8');
    assert.ok(svg.startsWith('<svg xmlns=') && svg.includes('three sessions &lt;a&gt; round'));
    assert.ok(!/NaN|undefined|Infinity/.test(svg));
    // Every element is closed, and nothing is left unescaped.
    const open = [];
    for (const [, closes, tag, ends] of svg.matchAll(/<(\/?)([a-z]+)[^<>]*?(\/?)>/g)) {
      if (closes) assert.strictEqual(open.pop(), tag);
      else if (!ends) open.push(tag);
    }
    assert.deepStrictEqual(open, []);
    assert.ok(!/&(?!amp;|lt;|gt;)/.test(svg));
    const points = svg.match(/<polyline points="([^"]+)"/)[1].split(' ');
    assert.strictEqual(points.length, 6 + error.growth.rounds, 'a point before the first round, and after each');
  });

  test('also if no chart can be written', async () => {
    const file = join(folder, 'a file');
    writeFileSync(file, '');
    const kept = [];
    const told = await rejection(expectNoLeak((round) => kept.push(Array.from({ length: 200 }, () => round + 0.5)), { rounds: 6, warmup: 0, directory: join(file, 'x') }));
    assert.ok(told instanceof SessionLeakError);
    assert.strictEqual(told.chart, undefined);
    assert.match(told.message, /Chart: not written \(.*(ENOTDIR|EEXIST|ENOENT)/);
    assert.match(told.message, /Structures that grew: none of this library/);
  });
});

describe('no leak is told', () => {
  test('with what was measured, and no file', async () => {
    const before = readdirSync(folder).length;
    const growth = await expectNoLeak(() => {}, { rounds: 6, warmup: 2, directory: folder });
    assert.deepStrictEqual(Object.keys(growth), ['rounds', 'heap', 'external', 'native', 'rss']);
    assert.ok(growth.rounds >= 6 && Object.values(growth).every(Number.isFinite), JSON.stringify(growth));
    assert.strictEqual(readdirSync(folder).length, before);
  });

  test('below a limit that is set higher', async () => {
    const kept = [];
    const leak = (round) => kept.push(Array.from({ length: 250 }, () => round + 0.5));
    const growth = await expectNoLeak(leak, { rounds: 10, maxGrowthPerRound: 20_000 });
    assert.ok(growth.heap + growth.external > 1500, JSON.stringify(growth));
    assert.ok(await rejection(expectNoLeak(leak, { rounds: 10, maxGrowthPerRound: 1000, directory: folder })) instanceof SessionLeakError);
  });

  test('rounds are numbered and awaited one after the other', async () => {
    const seen = [];
    let open = 0;
    const { rounds } = await expectNoLeak(async (round) => {
      open += 1;
      assert.strictEqual(open, 1);
      await undefined;
      seen.push(round);
      open -= 1;
    }, { rounds: 6, warmup: 3 });
    assert.deepStrictEqual(seen, Array.from({ length: rounds + 3 }, (_, n) => n));
  });
});

describe('bad input', () => {
  const takes = {
    rounds: (value) => value === undefined,
    warmup: (value) => value === undefined || value === 0,
    maxGrowthPerRound: (value) => value === undefined || value === 0 || value === 2.5,
    name: (value) => value === undefined || typeof value === 'string',
    directory: (value) => value === undefined || typeof value === 'string',
  };
  for (const [option, good] of Object.entries(takes)) {
    test(`${option}: says what is wanted and shows the value`, async () => {
      for (const value of [...BAD, 5, 1001, 100_001].filter((one) => !good(one))) {
        if ((option === 'maxGrowthPerRound' && typeof value === 'number' && value > 0 && value < Infinity) || (option === 'warmup' && (value === 5 || value === 1001))) continue;
        let ran = 0;
        const error = await rejection(expectNoLeak(() => { ran += 1; }, { [option]: value }));
        const Type = typeof value === 'number' && option !== 'name' && option !== 'directory' ? RangeError : TypeError;
        assert.ok(Object.getPrototypeOf(error) === Type.prototype, `${option}: ${String(value)} gave ${error}`);
        assert.ok(error.message.startsWith(`option ${option} must be `) && error.message.includes(', not '), error.message);
        assert.strictEqual(ran, 0);
      }
    });
  }

  test('options that are none, unknown ones, work that is no function', async () => {
    for (const value of BAD.filter((one) => one !== undefined && one !== null && !(typeof one === 'object' && !Array.isArray(one)))) {
      assert.match((await rejection(expectNoLeak(() => {}, value))).message, /^expectNoLeak: options must be a plain object, not /);
    }
    assert.match((await rejection(expectNoLeak(() => {}, { round: 1 }))).message, /unknown option round; known are rounds, warmup, maxGrowthPerRound, name, directory/);
    for (const value of BAD) {
      const error = await rejection(expectNoLeak(value));
      assert.ok(error instanceof TypeError && error.message.startsWith('expectNoLeak: the work of a round must be a function, not '), error.message);
    }
  });

  test('work that fails passes its error on, and the next measurement works', async () => {
    const thrown = new Error('mine');
    assert.strictEqual(await rejection(expectNoLeak((round) => { if (round === 3) throw thrown; })), thrown);
    assert.strictEqual(await rejection(expectNoLeak(() => Promise.reject(thrown))), thrown);
    await expectNoLeak(() => {}, { rounds: 6, warmup: 0 });
  });

  test('two at once are refused, the first one goes on', async () => {
    const first = expectNoLeak(() => {}, { rounds: 6, warmup: 0 });
    assert.match((await rejection(expectNoLeak(() => {}))).message, /await it first/);
    assert.ok((await first).rounds >= 6);
  });
});

describe('the surroundings', () => {
  test('no flag is needed, none is left behind, and the process ends by itself', () => {
    const file = join(folder, 'no-flag.cjs');
    writeFileSync(file, `
      const { runInNewContext } = require('node:vm');
      const { expectNoLeak } = require(${JSON.stringify(require.resolve('../../testing.js'))});
      const kept = [];
      const before = [typeof gc, runInNewContext('typeof gc')].join();
      expectNoLeak(() => {})
        .then(() => expectNoLeak((n) => kept.push(Array.from({ length: 200 }, () => n + 0.5)), { rounds: 10, directory: __dirname }))
        .then(() => console.log('missed'), (error) => console.log(error.code, [typeof gc, runInNewContext('typeof gc')].join() === before));
    `);
    const env = { ...process.env, NODE_TEST_CONTEXT: undefined, NODE_OPTIONS: undefined };
    const { status, stdout, stderr } = spawnSync(process.execPath, [file], { env, encoding: 'utf8', timeout: 60_000 });
    assert.deepStrictEqual([status, stdout], [0, 'ERR_SESSION_LEAK true\n'], stderr);
  });

  test('fake timers do not stop it', async () => {
    const real = { ...globalThis };
    globalThis.setImmediate = globalThis.setTimeout = () => 0;
    try {
      assert.ok((await expectNoLeak(() => {}, { rounds: 6, warmup: 0 })).rounds >= 6);
    } finally {
      Object.assign(globalThis, { setImmediate: real.setImmediate, setTimeout: real.setTimeout });
    }
  });

  test('the main entry does not load it', () => {
    const index = JSON.stringify(require.resolve('../../index.js'));
    const source = `require(${index}); console.log(Object.keys(require.cache).filter((file) => /lib.(testing|metrics)/.test(file)).length)`;
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', source], { encoding: 'utf8', timeout: 60_000 });
    assert.strictEqual(stdout, '0\n', stderr);
  });
});
