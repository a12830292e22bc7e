// `bun --hot`: the program is loaded anew within its process at every edit, and the package with it, the addon too. What the
// versions before have dropped must go: their maps, and the engines of their copies of the package. It is Bun's, so the
// project's own Bun runs the program, whichever runtime runs this test.

import assert from 'node:assert';
import { spawn } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bun } from '../../scripts/bun.mjs';
import { describe, test } from '../harness.mjs';
import { inFolder, root } from '../temp.mjs';

const EDITS = 6;
const LIMIT_MS = 60_000;

/** What is on `globalThis` stays, which is how such programs keep what they need. A worker lives through all of it. */
const program = (version) => `
  import { createRequire } from 'node:module';
  import { Worker } from 'node:worker_threads';
  const INDEX = ${JSON.stringify(join(root, 'index.js'))};
  const require = createRequire(INDEX);
  const { RobustSessionMap, SessionGroup, BoundedHistory, memoryReport } = require(INDEX);
  const { nativeUsage } = require('./testing.js');
  const version = ${version};
  const onRemove = (key, value, reason) => console.log('hook', version, reason);

  const map = new RobustSessionMap({ onRemove, maxSize: 50, ttl: 20 });
  for (let key = 0; key < 50; key += 1) map.set(key, {}, { ttl: 60_000 });
  const group = new SessionGroup();
  group.map('member').set('a', {});
  group.history('talks').of('a').push({ role: 'user', content: 'text '.repeat(2000) });
  const history = new BoundedHistory({ sealAfter: 0 });
  history.push({ role: 'user', content: 'text '.repeat(2000) });
  globalThis.state = { map, group, history };
  (globalThis.dropped ??= []).push(...[map, group, history].map((each) => new WeakRef(each)));
  // As a server does. Without anything to wait for Bun ends the program each time, though not the process: \`beforeExit\`.
  // A function of this module would keep the module.
  globalThis.alive ??= setInterval(Function.prototype, 1000);
  globalThis.loads = (globalThis.loads ?? new Set()).add(version);

  if (globalThis.worker === undefined) {
    globalThis.worker = new Worker(\`
      const { RobustSessionMap } = require(\${JSON.stringify(INDEX)});
      globalThis.map = new RobustSessionMap();
      globalThis.map.set('a', 1);
      setInterval(() => globalThis.map.get('a'), 10);
    \`, { eval: true });
    globalThis.worker.unref();
  }

  const figures = () => {
    const { engines, maps } = nativeUsage();
    return { engines, maps, alive: globalThis.dropped.filter((reference) => reference.deref() !== undefined).length };
  };
  // Bun's scan of the stack is conservative, and finalizers run late.
  for (let left = 400; left > 0; left -= 1) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    Bun.gc(true);
    if (version === ${EDITS} && left > 1 && (figures().engines > 2 || figures().alive > 3)) continue;
    if (version < ${EDITS} || globalThis.worker.threadId > 0) break;
  }
  console.log('loaded', version, globalThis.state.map === map, map.validate(), group.validate(), history.validate());
  if (version === ${EDITS}) {
    console.log('end', JSON.stringify(figures()), globalThis.loads.size, memoryReport().rows.length, process.listenerCount('exit'));
    map.clear();
    process.exit(7);
  }
`;

/**
 * Runs the program and edits it, each time after it has said that it was loaded.
 * @param {string} folder
 * @returns {Promise<{ code: number | null, signal: string | null, late: boolean, lines: string[], stderr: string }>}
 */
function runHot(folder) {
  const file = join(folder, 'main.mjs');
  let version = 0;
  // In one step: half a program would be loaded, too.
  const edit = () => {
    version += 1;
    writeFileSync(`${file}.new`, program(version));
    renameSync(`${file}.new`, file);
  };
  edit();
  return new Promise((resolve, reject) => {
    const child = spawn(bun, ['--hot', '--no-clear-screen', file], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NODE_OPTIONS: undefined } });
    let stdout = '';
    let stderr = '';
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, LIMIT_MS);
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
      if (version === EDITS || !stdout.includes(`loaded ${version} `)) return;
      edit();
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, late, lines: stdout.split('\n').slice(0, -1), stderr });
    });
  });
}

describe('bun --hot', () => {
  test(`after ${EDITS - 1} edits one engine is left per thread, what was dropped is gone, and the last version works`, async () => {
    const { code, signal, late, lines, stderr } = await inFolder(runHot);
    assert.deepStrictEqual({ code, signal, late }, { code: 7, signal: null, late: false }, `${lines.join('\n')}\n${stderr}`);
    const loaded = Array.from({ length: EDITS }, (_, at) => `loaded ${at + 1} true true true true`);
    assert.deepStrictEqual(lines.filter((line) => line.startsWith('loaded')), loaded);
    // A worker with a map; the main thread with a map and a group.
    assert.deepStrictEqual(lines.filter((line) => line.startsWith('end')), [`end {"engines":2,"maps":3,"alive":3} ${EDITS} 3 1`]);
    // Those of versions that were dropped are told nothing: collection is not removal.
    const hooks = lines.filter((line) => line.startsWith('hook'));
    assert.deepStrictEqual(new Set(hooks), new Set([`hook ${EDITS} clear`]));
    assert.strictEqual(hooks.length, 50);
  });
});
