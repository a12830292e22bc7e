// The proof: a child process with a limit of 256 MB is fed 2 GB of sessions. With the watch it stays below the
// limit + 15 % and keeps every busy session; with plain Maps the same feed passes 2 GB, or the process dies.

import assert from 'node:assert';
import { describe, test } from '../harness.mjs';
import { script } from '../support/script.mjs';

const MB = 2 ** 20;
const LIMIT = 256 * MB;

/**
 * Feeds sessions of 100 KB to `store`, on a machine with nothing else to do about 100 MB a second. A feed that was kept
 * waiting waits as long again: on a machine under load sessions come more slowly as well. A session in a hundred is busy.
 * Ends early once memory has passed 2 GB.
 */
const FEED = `
  const MB = ${MB};
  const { memoryReport, watchMemory } = require(INDEX);
  const { binding } = require(INDEX.replace('index.js', 'lib/native.js'));
  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const patiently = async (ms) => {
    const start = performance.now();
    await sleep(ms);
    const late = performance.now() - start - ms;
    if (late > 20) await sleep(late);
  };
  const session = (n) => ({
    busy: n % 100 === 0,
    messages: Array.from({ length: 4 }, (_, at) => ({ role: 'user', content: Buffer.alloc(25_000, 97 + ((n + at) % 26)).latin1Slice() })),
  });
  async function feed(store, pause) {
    let [fed, peak, n] = [0, 0, 0];
    for (; fed < 2048 * MB && peak < 2048 * MB; n += 1, fed += 100_000) {
      store.set(n, session(n));
      if (n % 5 === 0 && pause > 0) await patiently(pause);
      peak = Math.max(peak, binding.resident());
    }
    return { fed, peak, n };
  }
`;

describe('2 GB of sessions and 256 MB', () => {
  test('with a watch: below the limit + 15 %, nothing busy is lost', async () => {
    const { code, lines, stderr, late } = await script(`${FEED}
      const reasons = new Set();
      let [told, ineffective, lost] = [0, 0, 0];
      const map = new RobustSessionMap({
        name: 'fed', ttl: Infinity, maxSize: Infinity, isBusy: (value) => value.busy,
        onRemove: (key, value, reason) => { reasons.add(reason); if (value.busy) lost += 1; },
      });
      const watch = watchMemory({
        limit: ${LIMIT}, interval: 50,
        onPressure: (pressure) => { told += pressure.shed; if (pressure.ineffective) ineffective += 1; },
      });
      feed(map, 3).then(async ({ fed, peak, n }) => {
        const shed = () => memoryReport().rows[0].removed.pressure;
        for (let waits = 0; told !== shed() && waits < 100; waits += 1) await sleep(100); // the last shed is told of
        watch.close();
        const [row] = memoryReport().rows;
        print(JSON.stringify({
          fed: fed >= 2048 * MB, peak: Math.round(peak / MB), reasons: [...reasons], lost, ineffective,
          told: told === row.removed.pressure, adds: row.entries + row.removed.pressure === n, valid: map.validate(),
          kept: Array.from({ length: Math.ceil(n / 100) }, (_, at) => at * 100).every((key) => map.peek(key) !== undefined),
        }));
      });
    `, { timeout: 90_000 });
    assert.deepStrictEqual([code, late, stderr], [0, false, ''], stderr);
    const { peak, ...said } = JSON.parse(lines[0]);
    assert.deepStrictEqual(said, { fed: true, reasons: ['pressure'], lost: 0, ineffective: 0, told: true, adds: true, valid: true, kept: true });
    assert.ok(peak > 200 && peak * MB <= LIMIT * 1.15, `peak of ${peak} MB`);
  });

  test('with a plain Map: passes 2 GB or dies', async () => {
    const { code, lines, late } = await script(`${FEED}
      feed(new Map(), 0).then(({ peak }) => print(Math.round(peak / MB)));
    `, { timeout: 60_000 });
    assert.strictEqual(late, false);
    if (code === 0) assert.ok(Number(lines[0]) >= 2048, `peak of ${lines[0]} MB`);
  });
});
