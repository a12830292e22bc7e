// What a user reads when the native part is missing, damaged or of another version.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from './harness.mjs';
import { binary, triple } from './platform.mjs';
import { copyInto, inFolder } from './temp.mjs';

const FACE = ['package.json', 'index.js', 'testing.js', 'lib', 'binding.js'];
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

const PROBE = `
  try {
    if (require('fs').existsSync('./before.cjs')) require('./before.cjs');
    require('./index.js');
    console.log(JSON.stringify({ loaded: true }));
  } catch (error) {
    const { name, message, code, cause } = error;
    console.log(JSON.stringify({ name, message, code, cause: cause && String(cause.message) }));
  }
`;

/**
 * What loading a copy of the package gives, in the runtime of this test.
 *
 * @param {(folder: string) => void} change makes the copy what the test is about
 */
function load(change) {
  return inFolder((folder) => {
    copyInto(folder, FACE);
    change(folder);
    writeFileSync(join(folder, 'probe.cjs'), PROBE);
    const { stdout, stderr, status } = spawnSync(process.execPath, ['probe.cjs'], { cwd: folder, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout);
  });
}

/** @param {{ message: string, code: string }} error */
function assertHelps({ message, code }) {
  assert.equal(code, 'ERR_SESSION_NATIVE');
  assert.ok(message.startsWith('robust-session-map: '), message);
  assert.ok(message.includes(`${process.platform}-${process.arch}`), message);
  assert.ok(message.includes(`robust-session-map-${triple} ${version}`), message);
  const runtime = process.versions.bun === undefined ? `Node ${process.versions.node}` : `Bun ${process.versions.bun}`;
  assert.ok(message.includes(runtime), message);
  for (const cause of ['--omit=optional', 'another platform', 'bundled', 'no binary']) assert.ok(message.includes(cause), message);
}

describe('loading the native part', () => {
  test('works in a copy with the binary beside it', async () => {
    assert.deepEqual(await load((folder) => copyInto(folder, [binary])), { loaded: true });
  });

  test('names platform, package and causes when the binary is missing', async () => {
    const error = await load(() => {});
    assertHelps(error);
    assert.match(error.message, /not found/);
    assert.ok(error.cause, 'the loader\'s own error is the cause');
  });

  // As Bun built for musl tells it: no version of glibc, and no list of shared objects either.
  test('names the package for musl where the runtime is one for musl', async () => {
    const error = await load((folder) => writeFileSync(join(folder, 'before.cjs'), `
      Object.defineProperty(process, 'platform', { value: 'linux' });
      Object.defineProperty(process, 'report', { value: { getReport: () => ({ header: {}, sharedObjects: [] }) } });
    `));
    assert.ok(error.message.includes(`robust-session-map-linux-${process.arch}-musl ${version}`), error.message);
  });

  test('says so when the binary does not load', async () => {
    const error = await load((folder) => writeFileSync(join(folder, binary), 'not a library'));
    assertHelps(error);
    assert.match(error.message, /does not load/);
  });

  test('shows both versions when they differ', async () => {
    const error = await load((folder) => {
      copyInto(folder, [binary]);
      const manifest = join(folder, 'package.json');
      writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(`"version": "${version}"`, '"version": "9.9.9"'));
    });
    assert.equal(error.code, 'ERR_SESSION_NATIVE');
    assert.ok(error.message.includes(`the native binary is ${version}, the package is 9.9.9`), error.message);
    assert.ok(error.message.includes(`robust-session-map-${triple} 9.9.9`), error.message);
  });

  test('refuses a binary of something else', async () => {
    const error = await load((folder) => writeFileSync(join(folder, 'binding.js'), 'module.exports = {};'));
    assertHelps(error);
  });
});
