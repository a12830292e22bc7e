// What ships runs no code made from strings, and matches no text with a pattern that can be slow.

import assert from 'node:assert';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, test } from '../harness.mjs';
import { root } from '../temp.mjs';

const require = createRequire(import.meta.url);
const { SessionGroup, limitsFromSettings } = require('../../index.js');
const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Every JavaScript file that is packed but the generated loader. */
const shipped = files
  .flatMap((name) => (name.includes('.') ? [name] : readdirSync(join(root, name), { recursive: true, encoding: 'utf8' }).map((each) => join(name, each))))
  .filter((name) => name.endsWith('.js'));

/** Without comments, which may show anything. */
const codeOf = (name) => readFileSync(join(root, name), 'utf8').replace(/\/\*[^]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');

/**
 * All patterns there are. Each is linear: what one repetition takes, the next cannot take too, or the repetition stands
 * alone behind an anchor. A new pattern is added here with the reason why it is.
 */
const REVIEWED = {
  '/^\\s*\\d+(\\.\\d+)?\\s*$/': 'anchored; spaces, digits, dot and digits exclude each other',
  '/^(?:(.+)_)?(MAX_CONTEXT_MESSAGES|MAX_TOKENS)$/s': 'anchored; one repetition, then a fixed text',
  '/^[a-zA-Z_:][\\w:]*$/': 'anchored; one repetition',
  '/\\.\\d+$/': 'a run of digits belongs to one dot',
  '/[^\\w.-]+/g': 'one repetition, nothing after it',
};

describe('patterns', () => {
  test('there are no others than those that were reviewed', () => {
    const found = new Set();
    for (const name of shipped) {
      if (name === 'binding.js') continue;
      const code = codeOf(name);
      assert.ok(!/\bRegExp\b/.test(code), `${name} makes patterns from strings`);
      for (const [, pattern] of code.matchAll(/(?:^|[=(,:!&|?;{}]|\breturn)\s*(\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*)/gm)) found.add(pattern);
    }
    assert.deepStrictEqual([...found].sort(), Object.keys(REVIEWED).sort());
  });

  // Time would say it too, on a machine that does nothing else. What runs away does so by orders of magnitude: texts of
  // 200,000 characters take a quadratic pattern 10¹⁰ steps, minutes; the run's own limit of time ends that.
  test('text that is made to be slow is read at once', () => {
    const many = 200_000;
    const numbers = [`${' '.repeat(many)}x`, `${'1'.repeat(many)}x`, `1${' '.repeat(many)}x`, `${'1'.repeat(many)}.${'1'.repeat(many)}x`, `${' 1'.repeat(many)}`];
    for (const value of numbers) assert.throws(() => limitsFromSettings({ P_MAX_TOKENS: value }, 'P'), { name: 'TypeError' });
    const names = [`P_${'_'.repeat(many)}`, `P_${'MAX_TOKENS_'.repeat(many / 10)}x`, `P_${'a_'.repeat(many)}MAX_TOKEN`, `P_${'_MAX_'.repeat(many / 5)}`];
    for (const name of names) assert.deepStrictEqual(limitsFromSettings({ [name]: '1' }, 'P').windows, {});
    const group = new SessionGroup();
    for (const type of [`${'.1'.repeat(many)}x`, `.${'1'.repeat(many)}x`, `${'.'.repeat(many)}`]) {
      group.handleEvent({ type: 'sync', syncEvent: { type, data: {} } });
    }
    group.close();
  });
});

/** What reaches the collector where it is not exposed: one word, fixed. */
const REVIEWED_CODE = {
  [join('lib', 'watch', 'collect.js')]: /require\('node:vm'\)\.runInNewContext\('gc'\)/,
};

describe('code from strings', () => {
  test('no file makes any', () => {
    assert.ok(shipped.length > 60, `${shipped.length} files`);
    for (const name of shipped) {
      const code = codeOf(name);
      // The generated loader asks `process.report` and files for the platform; it makes no code either.
      const known = REVIEWED_CODE[name] ?? /(?!)/;
      for (const [what, pattern] of Object.entries({ eval: /\beval\s*\(/, 'new Function': /\bFunction\s*\(/, 'a timer with a text': /set(?:Timeout|Interval)\(\s*['"`]/, vm: /['"](?:node:)?vm['"]/ })) {
        assert.ok(!pattern.test(code.replace(known, '')), `${name}: ${what}`);
      }
    }
  });

  test('all of it works where none may be made', () => {
    const script = `
      const { RobustSessionMap, RobustSessionSet, SessionGroup, BoundedHistory, SharedHistory, limitsFromSettings, memoryReport, watchMemory } = require(${JSON.stringify(join(root, 'index.js'))});
      const { ManualClock } = require(${JSON.stringify(join(root, 'testing.js'))});
      const clock = new ManualClock();
      const left = [];
      const map = new RobustSessionMap({ ttl: 10, maxSize: 2, clock, onRemove: (key, _, reason) => left.push(key + reason) });
      map.set('a', 1).set('b', 2).set('c', 3);
      clock.advance(10);
      const group = new SessionGroup({ clock });
      group.map('m').set('id', 1);
      group.history('h').of('id').push({ role: 'user', content: 'x'.repeat(500) });
      group.handleEvent({ type: 'session.deleted', properties: { sessionID: 'id' } });
      const history = new BoundedHistory({ maxMessages: 1 }, [{ role: 'user', content: 'hi' }]);
      const shared = SharedHistory.open(history.handle);
      const rows = memoryReport().rows.length > 0;
      watchMemory({ limit: Infinity }).close();
      const set = new RobustSessionSet([1, 2]);
      const facts = [left.join(), group.size, history.toJSONBuffer().toString(), shared.length, rows, set.size, limitsFromSettings({ P_MAX_TOKENS: '5' }, 'P').window.maxTokens];
      for (const each of [map, set, group, history]) if (each.validate() !== true) throw new Error('validate');
      process.stdout.write(JSON.stringify(facts));
    `;
    // Bun has no such switch; there the scan above says it.
    const flags = process.versions.bun ? [] : ['--disallow-code-generation-from-strings'];
    const { stdout, stderr, status } = spawnSync(process.execPath, [...flags, '-e', script], { encoding: 'utf8', timeout: 60_000, env: { ...process.env, NODE_TEST_CONTEXT: undefined, NODE_OPTIONS: undefined } });
    assert.strictEqual(status, 0, stderr);
    assert.deepStrictEqual(JSON.parse(stdout), ['alru,bidle,cidle', 0, '[{"role":"user","content":"hi"}]', 1, true, 2, 5]);
  });
});
