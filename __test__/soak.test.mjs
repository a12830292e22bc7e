// The soak itself, for some seconds: it passes when all is well, and it finds what is planted.

import assert from 'node:assert';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from './harness.mjs';
import { SEED } from './support/random.mjs';
import { inFolder, root } from './temp.mjs';

// Small and fast, and generous as to growth: in so short a time code is still being compiled. What is planted is ten times as much.
const SHORT = ['--sessions', '150', '--rate', '2000', '--speed', '3000', '--allow', '6000000', '--seed', String(SEED)];
const LEAK = ['--leak', '60000000'];

/** @param {readonly string[]} args */
function soak(...args) {
  return inFolder(async (out) => {
    const child = spawn(process.execPath, [join(root, 'scripts', 'soak.mjs'), '--prebuilt', ...SHORT, '--out', out, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NODE_TEST_CONTEXT: undefined, NODE_OPTIONS: undefined }, timeout: 100_000,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => { output += text; });
    const [code] = await once(child, 'close');
    const name = join(out, `partial-soak-${process.versions.bun === undefined ? 'node' : 'bun'}`);
    const read = (/** @type {string} */ kind) => readFileSync(`${name}.${kind}`, 'utf8');
    return { code, output, found: JSON.parse(read('json')), picture: read('svg') };
  });
}

describe(`the soak, seed ${SEED}`, () => {
  test('passes: sessions, hooks and workers come and go, audits see all of it', async () => {
    const { code, output, found, picture } = await soak('--minutes', '0.04');
    assert.strictEqual(code, 0, output);
    assert.match(output, /✔ memory is flat, all audits passed/);
    assert.match(output, new RegExp(`seed ${SEED}`));
    const { counts, failures, growing, series } = found;
    assert.deepStrictEqual([failures, growing], [[], []]);
    assert.ok(counts.operations > 500, output);
    assert.ok(counts.sessions > 300, `${counts.sessions} sessions: no second generation`);
    assert.ok(counts.hooks > 150 && counts.planned > 20, output);
    assert.ok(counts.audits >= 2 && counts.audited > 100, output);
    assert.ok(counts.workers.ended + counts.workers.terminated > 0, output);
    assert.ok(counts.watched > 2, output);
    assert.ok(series.rss.length >= 7 && series.rss.every((bytes) => bytes > 1e7));
    assert.match(picture, /^<svg [^]*memory is flat[^]*<polyline[^]*<\/svg>\n$/);
  });

  test('finds a leak and names it', async () => {
    const { code, output, found, picture } = await soak('--minutes', '0.025', ...LEAK, '--workers', 'none');
    assert.strictEqual(code, 1, output);
    assert.match(output, /✘ memory grows: resident memory by [\d,]+ KB\/s/);
    assert.match(output, /✘ map planted leak grows by [\d,]+ KB\/s/);
    assert.ok(found.growing.includes('rss'), output);
    assert.match(picture, /memory GROWS/);
  });

  test('says of a leak elsewhere that it is elsewhere', async () => {
    const { code, output } = await soak('--minutes', '0.02', ...LEAK, '--leak-in', 'array', '--workers', 'none');
    assert.strictEqual(code, 1, output);
    assert.match(output, /✘ no structure of this library grows/);
    assert.doesNotMatch(output, /planted leak grows/);
  });

  for (const [sabotage, ...messages] of [
    ['audit', /✘ audit: .*in the base/], ['hook,error', /✘ audit: .*sessions began and \d+ hooks ran/, /✘ uncaught: .*a planted error/],
  ]) {
    test(`fails: ${sabotage}`, async () => {
      const { code, output } = await soak('--minutes', '0.01', '--workers', 'none', '--sabotage', sabotage);
      assert.strictEqual(code, 1, output);
      for (const message of messages) assert.match(output, message);
    });
  }
});
