// How the matrix runs files and keeps its rows: what hangs is killed, what fails is run once more alone, and a runtime's row
// replaces its row only. A mistake here would hide failures, or lose the results of hours.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runEach } from '../scripts/each.mjs';
import { table, withRow } from '../scripts/tables.mjs';
import { describe, test } from './harness.mjs';
import { inFolder } from './temp.mjs';

/** What "test files" do, by name; `n` is how often one has been run. */
const PROGRAMS = {
  good: "console.log('# pass 2')",
  bad: "console.log('# pass 1\\n# fail 1'); process.exitCode = 1",
  starved: "console.log(n === 1 ? '# pass 1\\n# fail 2' : '# pass 3'); process.exitCode = n === 1 ? 1 : 0",
  hangs: "console.log('# pass 7'); setInterval(() => {}, 1000)",
  crashes: "console.log('# pass 4'); process.exit(139)",
};

/** @param {string[]} files */
function run(files, limit = 20) {
  return inFolder(async (folder) => {
    const script = (file) => `
      const { appendFileSync, readFileSync } = require('node:fs');
      appendFileSync(${JSON.stringify(join(folder, file))}, '.');
      const n = readFileSync(${JSON.stringify(join(folder, file))}, 'utf8').length;
      ${PROGRAMS[file]};
    `;
    const log = join(folder, 'log');
    const line = (file) => {
      writeFileSync(join(folder, `${file}.cjs`), script(file));
      return [process.execPath, join(folder, `${file}.cjs`)];
    };
    const { time, ...row } = await runEach({ name: 'Fake 1.0', runner: 'node', line }, files, { limit, log });
    assert.match(time, /^\d+\.\d s$/);
    return { row, log: readFileSync(log, 'utf8'), runs: (file) => readFileSync(join(folder, file), 'utf8').length };
  });
}

describe('files one by one', () => {
  test('what fails is run once more alone, and the second time counts', async () => {
    const { row, log } = await run(['good', 'starved', 'bad', 'crashes']);
    assert.deepEqual(row, {
      name: 'Fake 1.0', passed: 2 + 3 + 1 + 4, failed: 2,
      note: 'passed alone: `starved`, failed twice: `bad`, failed twice: `crashes`',
    });
    assert.equal(log.match(/──── good/g)?.length, 1);
    assert.equal(log.match(/──── bad/g)?.length, 2);
  });

  test('what hangs is killed at the limit and is a failure', async () => {
    const { row, log } = await run(['hangs', 'good'], 4);
    assert.deepEqual(row, { name: 'Fake 1.0', passed: 7 + 2, failed: 1, note: 'failed twice: `hangs`' });
    assert.match(log, /killed after 4000 ms/);
  });
});

describe('a table that is kept row by row', () => {
  const row = (name, passed) => ({ name, passed, failed: 0, time: '1.0 s', note: '' });
  const before = table([row('Node 20.1.0', 1), row('Node 22.9.0', 2), row('Bun 1.4.5', 3)]);

  test('a newer version of a runtime replaces its own row, and no other', () => {
    assert.equal(withRow(before, 'Node 22', row('Node 22.10.0', 9)), table([row('Node 20.1.0', 1), row('Node 22.10.0', 9), row('Bun 1.4.5', 3)]));
    assert.equal(withRow(before, 'Bun', row('Bun 1.5.0', 9)), table([row('Node 20.1.0', 1), row('Node 22.9.0', 2), row('Bun 1.5.0', 9)]));
  });

  test('one that is not there yet comes last, in an empty table too', () => {
    assert.equal(withRow(before, 'Node 2', row('Node 2.0.0', 9)).split('\n').length, before.split('\n').length + 1);
    assert.equal(withRow('', 'Deno', row('Deno 2.9.6', 9)), table([row('Deno 2.9.6', 9)]));
  });
});
