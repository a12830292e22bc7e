// What the plugins run in: the host's clock, the timers and background tasks that they start, and the
// sessions of a long day.

import testing from '../../testing.js';

const { ManualClock } = testing;

const MINUTE = 60_000;

export class Host {
  clock = new ManualClock();
  timers = new Set();
  tasks = new Set();
  /** How often each reason ended a session, as the plugin's hook was told. */
  reasons = {};

  /** Starts a timer. The day is a replay: none of them fires. */
  timer() {
    const timer = {};
    this.timers.add(timer);
    return timer;
  }

  clearTimer(timer) {
    this.timers.delete(timer);
  }

  /** Starts a background task, a child process say. */
  task() {
    const task = { abort: () => void this.tasks.delete(task) };
    this.tasks.add(task);
    return task;
  }

  ended(id, reason) {
    this.reasons[reason] = (this.reasons[reason] ?? 0) + 1;
  }
}

/** So many sessions later the host deletes one. */
const LATER = 8;

/** @param {number} n */
function idOf(n) {
  return `ses_${String(n).padStart(5, '0')}`;
}

/** @param {number} n */
function deletion(n) {
  return { type: 'session.deleted', properties: { info: { id: idOf(n) } } };
}

/** One session: some messages and tool calls; every third starts a background task, every fourth is a child of the one before. */
function* session(n) {
  const id = idOf(n);
  const parentID = n % 4 === 3 ? idOf(n - 1) : undefined;
  yield (plugin) => plugin.event({ type: 'session.created', properties: { info: { id, parentID } } });
  for (let turn = 0; turn < 5; turn += 1) {
    yield (plugin) => plugin.message(id, `msg_${turn}`, turn % 2 === 0 ? 'build' : 'plan');
    for (let call = 0; call < 3; call += 1) {
      yield (plugin) => plugin.toolBefore(id);
      yield (plugin) => plugin.toolAfter(id, `call_${turn}_${call}`, `output of ${id}`);
    }
  }
  yield (plugin) => plugin.todo(id, ['read', 'write']);
  if (n % 3 === 0) yield (plugin) => plugin.spawn(id, 'task_1');
  if (n % 10 === 0) yield (plugin) => plugin.event({ type: 'session.error', properties: { sessionID: id, error: {} } });
  yield (plugin) => plugin.event({ type: 'session.idle', properties: { sessionID: id } });
}

/** @param {ReturnType<import('./plain.mjs').plainPlugin>} plugin */
function entriesOf(plugin) {
  return plugin.structures().reduce((sum, { size }) => sum + size, 0);
}

/**
 * @param {(host: Host) => any} make
 * @param {{ sessions: number, deleted: boolean }} day `deleted`: whether the host sends `session.deleted`
 */
export function replay(make, { sessions, deleted }) {
  const host = new Host();
  const plugin = make(host);
  const seen = { sessions: 0, entries: 0, timers: 0, tasks: 0 };
  for (let n = 0; n < sessions; n += 1) {
    for (const step of session(n)) step(plugin);
    const now = { sessions: plugin.sessions(), entries: entriesOf(plugin), timers: host.timers.size, tasks: host.tasks.size };
    for (const [what, count] of Object.entries(now)) seen[what] = Math.max(seen[what], count);
    host.clock.advance(MINUTE / 4);
    // A session is deleted a while after its last turn; a child is with its parent, and once more after it.
    if (deleted && n >= LATER) plugin.event(deletion(n - LATER));
  }
  for (let n = deleted ? Math.max(0, sessions - LATER) : sessions; n < sessions; n += 1) plugin.event(deletion(n));
  const state = () => ({ sessions: plugin.sessions(), entries: entriesOf(plugin), timers: host.timers.size, tasks: host.tasks.size });
  const end = state();
  host.clock.advance(60 * MINUTE);
  return { structures: plugin.structures().length, most: seen, end, later: state(), reasons: host.reasons, group: plugin.group };
}
