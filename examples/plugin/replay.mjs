// `node examples/plugin/replay.mjs` (also under Bun): the plugin of the second report, written twice, lives
// through a day of 2,000 sessions: once without a single `session.deleted`, once with all of them.

import { plainPlugin } from './plain.mjs';
import { groupedPlugin } from './grouped.mjs';
import { cleanUpLines } from './lines.mjs';
import { replay } from './host.mjs';

const SESSIONS = Number(process.argv[2] ?? 2000);

const plugins = { 'plain Maps and Sets': plainPlugin, 'one SessionGroup': groupedPlugin };
const columns = ['sessions', 'entries', 'timers', 'tasks'];
const cells = (name, counts) => name.padEnd(34) + columns.map((column) => String(counts[column]).padStart(10)).join('');

for (const deleted of [false, true]) {
  console.log(`\n${SESSIONS} sessions, ${deleted ? 'each deleted by an event' : 'not one session.deleted'}`);
  console.log(`${''.padEnd(34)}${columns.map((column) => column.padStart(10)).join('')}`);
  for (const [title, make] of Object.entries(plugins)) {
    const { most, end, later, reasons, group } = replay(make, { sessions: SESSIONS, deleted });
    console.log(cells(`${title}: most`, most));
    console.log(cells('  at the end', end));
    console.log(cells('  an hour later', later));
    if (group === undefined) continue;
    console.log(`  ended by ${Object.entries(reasons).map(([reason, count]) => `${reason}: ${count}`).join(', ')}`);
    group.validate();
  }
}
console.log(`\nlines of clean-up: ${cleanUpLines('plain.mjs')} with plain Maps and Sets, ${cleanUpLines('grouped.mjs')} with one SessionGroup`);
