// What `npm test` makes of the runners' last lines. A mistake here would hide failures.

import assert from 'node:assert/strict';
import { readCounts } from '../scripts/counts.mjs';
import { describe, test } from './harness.mjs';

const NODE = ['ℹ tests 5', 'ℹ pass 3', 'ℹ fail 1', 'ℹ cancelled 1', 'ℹ skipped 0', 'ℹ todo 0', ''].join('\n');
const CARGO = [
  'test result: ok. 6 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.41s',
  'test result: FAILED. 2 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.41s',
].join('\n');

describe('counting tests', () => {
  test('adds up what is not a pass', () => {
    assert.deepEqual(readCounts('node', NODE, 1), { passed: 3, failed: 2 });
    assert.deepEqual(readCounts('cargo', CARGO, 101), { passed: 8, failed: 2 });
    assert.deepEqual(readCounts('bun', ' 4 pass\n 1 skip\n 2 fail\n 1 error\n', 1), { passed: 4, failed: 4 });
  });

  test('reads coloured lines and those of Windows', () => {
    assert.deepEqual(readCounts('bun', '\u001B[32m 4 pass\u001B[0m\r\n 0 fail\r\n', 0), { passed: 4, failed: 0 });
    assert.deepEqual(readCounts('node', '\u001B[34mℹ pass 4\u001B[39m\n', 0), { passed: 4, failed: 0 });
  });

  test('counts a skipped test as failed', () => {
    assert.deepEqual(readCounts('node', '# pass 4\n# skipped 1\n', 0), { passed: 4, failed: 1 });
  });

  test('counts a runner as failed that crashed or ran nothing', () => {
    assert.deepEqual(readCounts('bun', ' 4 pass\n 0 fail\n', 139), { passed: 4, failed: 1 });
    assert.deepEqual(readCounts('bun', '', 0), { passed: 0, failed: 1 });
    assert.deepEqual(readCounts('cargo', 'error: could not compile', 101), { passed: 0, failed: 1 });
  });
});
