// The memory report as a table: what each structure of this process holds at the moment.

import Table from 'cli-table3';
import { memoryReport } from 'robust-session-map';

const kb = (bytes) => `${(bytes / 1000).toLocaleString('en', { maximumFractionDigits: 1 })} KB`;

/** Structures of one kind and name in one line. */
export function memoryTable() {
  const { rows, totals, process: { rss, heapUsed, nativeBytes } } = memoryReport();
  const lines = new Map();
  for (const row of rows) {
    const key = `${row.kind} ${row.name}`;
    const sum = lines.get(key) ?? { kind: row.kind, name: row.name, structures: 0, entries: 0, native: 0, idle: 0, busy: 0, pinned: 0, removed: 0 };
    sum.structures += 1;
    sum.entries += row.entries;
    sum.native += row.nativeBytes;
    sum.idle = Math.max(sum.idle, row.oldestIdle);
    sum.busy += row.busy;
    sum.pinned += row.pinned;
    sum.removed += Object.values(row.removed).reduce((total, count) => total + count, 0);
    lines.set(key, sum);
  }
  const table = new Table({
    head: ['kind', 'name', 'structures', 'entries', 'native', 'oldest idle', 'busy', 'pinned', 'removed'],
    colAligns: ['left', 'left', ...Array.from({ length: 7 }, () => 'right')],
    style: { head: [], border: [] },
  });
  for (const { kind, name, structures, entries, native, idle, busy, pinned, removed } of lines.values()) {
    table.push([kind, name, structures, entries, kb(native), `${Math.round(idle / 1000)} s`, busy, pinned, removed]);
  }
  return `${table}\n${totals.structures} structures, ${totals.entries} entries. `
    + `Process: resident ${kb(rss)}, JS heap ${kb(heapUsed)}, native ${kb(nativeBytes)}.`;
}
