// The reports' scenarios in the benchmark: that the week is what it says, and that its table and picture tell what was measured.

import assert from 'node:assert';
import { scenarioChart } from '../bench/scenario-chart.mjs';
import { ROUNDS, WEEK, scenarioJobs } from '../bench/scenario-plan.mjs';
import { scenarioSection } from '../bench/scenario-report.mjs';
import { Week } from '../bench/scenario-week.mjs';
import { textFiles } from '../examples/demo/text.mjs';
import { describe, test } from './harness.mjs';
import { root } from './temp.mjs';

const MB = 2 ** 20;
const HOUR = 3_600_000;
/** Few and small ones: what is counted does not depend on them. */
const files = textFiles(root).slice(0, 40);

describe('a day of the week', () => {
  test('in plain Maps: all sessions stay, each with all of its messages', () => {
    const week = new Week('plain', files);
    week.day();
    assert.ok(week.clock.now() > 10 * HOUR && week.clock.now() < 11 * HOUR, `${week.clock.now() / HOUR} hours`);
    week.night();
    assert.strictEqual(week.clock.now(), 24 * HOUR);
    const sessions = [...week.manager.sessions.values()];
    assert.strictEqual(sessions.length, WEEK.sessions);
    assert.ok(sessions.every(({ conversationHistory }) => conversationHistory.length === 2 * WEEK.observations));
    assert.deepStrictEqual([week.children.open, week.losses.sessions, week.losses.checks], [40, 0, 4000]);
  });

  test('in ours: nobody is lost at work, and the night ends all', () => {
    const week = new Week('bounded', files);
    week.day();
    const { size } = week.manager.sessions;
    assert.ok(size > 0 && size < 6, `${size} sessions in the evening`);
    week.night();
    assert.deepStrictEqual([week.manager.sessions.size, week.children.open, week.losses.sessions], [0, 0, 0]);
  });
});

/** Memory that grows by `each` MB a round from 100 on. */
const rounds = (variant, each) => ({
  scenario: 'rounds', variant, children: 0, lost: 1, text: 1,
  samples: Array.from({ length: ROUNDS }, (_, at) => ({ at: at + 1, phase: 'work', rss: (100 + each * (at + 1)) * MB, heap: 7 * MB, live: 9 })),
});
const week = (variant) => ({
  scenario: 'week', variant, children: 3, lost: 2, text: 1,
  samples: [['evening', 600], ['morning', 500]].map(([phase, mb]) => ({ at: WEEK.days, phase, rss: mb * MB, heap: 8 * MB, live: 0 })),
});
const results = { name: 'Node 1.2.3', scenarios: [rounds('plain', 40), rounds('bounded', -1), week('plain'), week('bounded')] };

describe('what is told of them', () => {
  test('a row for each variant', () => {
    const { head, rows } = scenarioSection(results);
    assert.deepStrictEqual(rows.map((row) => row.length), [head.length, head.length]);
    assert.deepStrictEqual(rows[0], ['plain Map', '140 MB', '300 MB', '900 MB', '+40.0 MB', '7 MB', '9', '600 MB', '500 MB', '8 MB', '3', '3']);
    assert.deepStrictEqual(rows[1].slice(0, 5), ['+ BoundedHistory', '99 MB', '95 MB', '80 MB', '−1.0 MB']);
  });

  test('nothing, where nothing was measured', () => {
    assert.deepStrictEqual(scenarioSection({ name: 'Node' }).rows, []);
    assert.strictEqual(scenarioChart([{ name: 'Node' }]), undefined);
  });

  test('a line for each variant in both diagrams', () => {
    const svg = scenarioChart([results]);
    assert.strictEqual(svg.match(/<polyline/g).length, 4);
    assert.ok(svg.includes('Node 1.2.3') && svg.includes('plain Map 500'));
    assert.ok(!/NaN|undefined|Infinity/.test(svg));
  });

  test('each story with each variant is a job', () => {
    assert.deepStrictEqual(new Set(scenarioJobs().map(({ scenario, variant }) => `${scenario} ${variant}`)).size, 8);
  });
});
