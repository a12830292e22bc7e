// The second report's story: the same plugin with Maps and a handler, and with a group.

import assert from 'node:assert';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, test } from '../harness.mjs';
import { plainPlugin } from '../../examples/plugin/plain.mjs';
import { groupedPlugin } from '../../examples/plugin/grouped.mjs';
import { cleanUpLines } from '../../examples/plugin/lines.mjs';
import { Host, replay } from '../../examples/plugin/host.mjs';

const SESSIONS = 2000;
const NOTHING = { sessions: 0, entries: 0, timers: 0, tasks: 0 };
const BOUND = 100;

describe('a plugin with 14 structures and 2,000 sessions', () => {
  test('without a single session.deleted plain Maps grow by every session', () => {
    const { structures, end, later } = replay(plainPlugin, { sessions: SESSIONS, deleted: false });
    assert.ok(structures >= 12);
    assert.strictEqual(end.sessions, SESSIONS);
    assert.ok(end.entries > SESSIONS * 20 && end.timers === 2 * SESSIONS && end.tasks > SESSIONS / 4);
    assert.deepStrictEqual(later, end);
  });

  test('the group stays at its bound, and what ended left no timer and no task', () => {
    const { structures, most, end, later, reasons, group } = replay(groupedPlugin, { sessions: SESSIONS, deleted: false });
    assert.ok(structures >= 12);
    assert.strictEqual(most.sessions, BOUND);
    assert.strictEqual(most.timers, 2 * BOUND, 'timers of the sessions there are, and no others');
    assert.strictEqual(end.sessions, BOUND);
    assert.ok(end.entries < BOUND * 32);
    assert.deepStrictEqual(later, NOTHING);
    assert.deepStrictEqual(reasons, { lru: SESSIONS - BOUND, idle: BOUND });
    group.validate();
  });

  test('with all events nothing is left in either, in hooks neither', () => {
    const plain = replay(plainPlugin, { sessions: SESSIONS, deleted: true });
    const grouped = replay(groupedPlugin, { sessions: SESSIONS, deleted: true });
    assert.deepStrictEqual([plain.end, grouped.end], [NOTHING, NOTHING]);
    assert.deepStrictEqual(grouped.reasons, { event: SESSIONS });
    assert.deepStrictEqual([grouped.group.stats().entries, grouped.group.stats().pendingHooks], [0, 0]);
    grouped.group.validate();
  });

  test('both do the same', () => {
    const [one, other] = [plainPlugin, groupedPlugin].map((make) => {
      const plugin = make(new Host());
      plugin.event({ type: 'session.created', properties: { info: { id: 'ses_1', parentID: 'ses_0' } } });
      plugin.message('ses_1', 'm1', 'build');
      plugin.toolBefore('ses_1');
      plugin.toolAfter('ses_1', 'c1', 'out');
      plugin.todo('ses_1', ['x']);
      plugin.spawn('ses_1', 't1');
      plugin.event({ type: 'session.error', properties: { sessionID: 'ses_1' } });
      plugin.event({ type: 'session.idle', properties: { sessionID: 'ses_1' } });
      return plugin.structures().map((each) => JSON.stringify([...each]));
    });
    assert.deepStrictEqual(other, one);
  });

  test('a third of the clean-up, as the README says', async () => {
    const { readFileSync } = await import('node:fs');
    const [plain, grouped] = [cleanUpLines('plain.mjs'), cleanUpLines('grouped.mjs')];
    assert.ok(grouped * 3 <= plain, `${plain} lines, ${grouped} lines`);
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    assert.ok(readme.includes(`${plain} lines of clean-up become ${grouped}`), `${plain} lines of clean-up become ${grouped}`);
  });

  test('the example runs', () => {
    const example = fileURLToPath(new URL('../../examples/plugin/replay.mjs', import.meta.url));
    const { status, stdout, stderr } = spawnSync(process.execPath, [example, '300'], { encoding: 'utf8', timeout: 60_000 });
    assert.strictEqual(status, 0, stderr);
    assert.match(stdout, /lines of clean-up/);
  });
});
