// The boundary: the two descriptions of the protocol agree, the face takes no decision of its own, and
// what passed the boundary gives the same victims and reasons when the core replays it alone.

import assert from 'node:assert';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, test } from './harness.mjs';
import { record } from './support/journal.mjs';
import { random, SEED } from './support/random.mjs';
import { traffic } from './support/traffic.mjs';

const require = createRequire(import.meta.url);
const { ManualClock } = require('../testing.js');
const { engineOf } = require('../lib/engine.js');
const protocol = require('../lib/protocol.js');

const root = new URL('..', import.meta.url);
const source = (path) => readFileSync(new URL(path, root), 'utf8');

/** The constants of a module in `protocol.rs`. */
function constants(text, module) {
  const body = module === undefined ? text : text.slice(text.indexOf(`pub mod ${module} {`)).split('\n}')[0];
  const found = {};
  for (const [, name, value] of body.matchAll(/pub const ([A-Z_]+): \w+ = ([-\d_ .<]+);/g)) {
    const [a, shift] = value.replaceAll('_', '').split('<<').map(Number);
    found[name] = shift === undefined ? a : (a << shift) >>> 0;
  }
  return found;
}

describe('the two sides describe the same boundary', () => {
  const rust = source('src/core/protocol.rs');
  for (const [module, mirror] of Object.entries({
    record: protocol.RECORD, op: protocol.OP, status: protocol.STATUS, word: protocol.WORD, stat: protocol.STAT,
  })) {
    test(module, () => {
      const unsigned = Object.fromEntries(Object.entries(mirror).map(([name, value]) => [name, value >>> 0]));
      assert.ok(Object.keys(unsigned).length > 5);
      assert.deepStrictEqual(unsigned, constants(rust, module));
    });
  }

  test('sizes and reasons', () => {
    const { TIMES, LOG_WORDS, OUT_WORDS } = constants(rust);
    assert.deepStrictEqual([TIMES, LOG_WORDS, OUT_WORDS], [protocol.TIMES, protocol.LOG_WORDS, protocol.OUT_WORDS]);
    assert.strictEqual(protocol.TIMES, protocol.WORD.STATS - protocol.WORD.TIMES);
    const [list] = source('src/core/limits.rs').match(/pub enum Reason \{[^}]*\}/);
    const names = [...list.matchAll(/^ {4}(\w+) = (\d+),/gm)].map(([, name, code]) => [Number(code), name]);
    const words = names.map(([, name]) => name.replace(/(?<=.)[A-Z]/g, (c) => `-${c}`).toLowerCase());
    assert.deepStrictEqual(words, [...protocol.REASONS]);
  });
});

describe('the face decides nothing', () => {
  test('it compares no times but a map horizon, the clock with itself and the budget of a sweep', () => {
    const comparisons = [];
    for (const entry of readdirSync(new URL('lib/', root), { recursive: true, withFileTypes: true })) {
      const { name: file } = entry;
      const folder = entry.parentPath ?? entry.path;
      // A tool of tests, and the pass of idle histories, which has a budget and no policy.
      if (!entry.isFile() || file === 'manual-clock.js' || basename(folder) === 'history') continue;
      for (const line of readFileSync(join(folder, file), 'utf8').split('\n')) {
        if (/^\s*(\/\/|\*|\/\*)/.test(line)) continue;
        const timely = /\b(now|until|reading|armedFor|horizons|delay)\b/.test(line);
        if (timely && /[^=]>|<[^!]|Math\.(min|max)/.test(line.replaceAll('=>', '')) && !line.includes('@')) {
          comparisons.push(`${file}: ${line.trim()}`);
        }
      }
    }
    assert.deepStrictEqual(comparisons.sort(), [
      // Is anything in this map due?
      'engine.js: if (!(this.now < this.horizons[id])) return false;',
      'store.js: if (slot !== undefined && engine.now >= engine.horizons[this.id]) {',
      'store.js: const named = this.next < this.grants && this.engine.now < this.engine.horizons[this.id];',
      'removals.js: return this.engine.now < this.engine.horizons[this.id] ? 0 : this.repeat(OP.SETTLE, Infinity);',
      'removals.js: return this.ticket === null || engine.now < engine.horizons[this.id];',
      // Is a session that left still to be told from a new one?
      'graves.js: if (now - at < tombstone) break;',
      'graves.js: const late = this.tombstone === 0 || now - at < this.tombstone;',
      // How long until the timer, has the clock gone back, and is the sweep's budget spent?
      'timekeeper.js: const delay = Math.min(Math.max(at - this.now, 1), MAX_DELAY);',
      'timekeeper.js: if (!(reading >= 0 && reading < Infinity)) {',
      'timekeeper.js: if (reading < this.lastReading) this.offset += this.lastReading - reading;',
      'engine.js: if (this.now >= (this.long ? until - LONG_STEP : until)) break;',
      'removals.js: if (engine.now >= until) break;',
    ].sort());
  });
});

function replay(journal) {
  const folder = mkdtempSync(join(tmpdir(), 'rsm-journal-'));
  try {
    const file = join(folder, 'journal.jsonl');
    writeFileSync(file, journal.join('\n'));
    return spawnSync('cargo', ['run', '--quiet', '--release', '--example', 'replay', '--', file], { cwd: root, encoding: 'utf8' });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('a journal of the boundary, replayed by the core alone', () => {
  for (const exact of [true, false]) {
    test(`${exact ? 'exact' : 'cached'} clock: the same victims and reasons`, () => {
      const clock = new ManualClock();
      const engine = engineOf(clock);
      engine.exact = exact;
      engine.span = 5; // short stretches, so that the logs have times in them
      const journal = record(engine);
      const told = traffic(random(SEED), clock);
      assert.ok(told.length > 300, `only ${told.length} removals`);
      for (const reason of ['idle', 'age', 'lru', 'bytes', 'busy-timeout']) assert.ok(told.includes(reason), `no ${reason} (seed ${SEED})`);

      const { status, stdout, stderr } = replay(journal);
      assert.strictEqual(status, 0, `seed ${SEED}: ${stderr}`);
      const timed = journal.some((line) => JSON.parse(line).log.some((word) => word >>> 29 === protocol.RECORD.TIME >>> 29));
      assert.strictEqual(timed, !exact, 'times in the log');
      assert.match(stdout, /^same answers: \d+ calls, \d+ records, \d+ removals/);

      // The replay notices: with one victim changed it must not pass.
      const at = journal.findIndex((line) => JSON.parse(line).answer[protocol.WORD.STATUS] === protocol.STATUS.REMOVED);
      const call = JSON.parse(journal[at]);
      call.out[0] += 1;
      journal[at] = JSON.stringify(call);
      const forged = replay(journal);
      assert.strictEqual(forged.status, 1);
      assert.match(forged.stderr, new RegExp(`call ${at + 1}: list was`));
    });
  }
});
