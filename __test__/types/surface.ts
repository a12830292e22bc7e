// The type of every member, as a user sees it.

import {
  RobustSessionMap, RobustSessionSet, SessionClosedError, SessionLimitError, memoryReport, watchMemory,
  type EntryOptions, type EvictMessage, type HookErrorMessage, type MemoryPressure, type MemoryReport, type MemoryRow, type MemorySample, type MemoryWatch,
  type MemoryWatchOptions, type SweepMessage, type RemoveReason, type SessionErrorContext, type SessionLease, type SessionMapOptions,
  type SessionSetOptions, type SessionStats, type Unsubscribe,
} from '../../index.js';
import { ManualClock, nativeUsage, type NativeUsage } from '../../testing.js';

interface Session { agent: string }
declare const session: Session;
declare const emitter: {
  on(event: string, listener: (...args: any[]) => void): unknown;
  off(event: string, listener: (...args: any[]) => void): unknown;
};
declare const target: {
  addEventListener(type: string, listener: (event: any) => void): void;
  removeEventListener(type: string, listener: (event: any) => void): void;
};

const map = new RobustSessionMap<string, Session>(null);
const set = new RobustSessionSet<string>(undefined, null);

// Assignable to what they replace, also as type arguments.
const asMap: Map<string, Session> = map;
const asSet: Set<string> = set;
const asMaps: Record<string, Map<string, Session>> = { map };
const asArgument: Promise<Map<string, Session>> = Promise.resolve(map);

// Map
same<typeof map.size, number>(true);
same<ReturnType<typeof map.get>, Session | undefined>(true);
same<ReturnType<typeof map.has>, boolean>(true);
same<ReturnType<typeof map.delete>, boolean>(true);
same<ReturnType<typeof map.clear>, void>(true);
same<ReturnType<typeof map.peek>, Session | undefined>(true);
same<ReturnType<typeof map.touch>, boolean>(true);
same<ReturnType<typeof map.deleteIf>, boolean>(true);
same<ReturnType<typeof map.getOrInsert>, Session>(true);
same<ReturnType<typeof map.getOrInsertComputed>, Session>(true);
same<ReturnType<typeof map.getOrLoad>, Promise<Session>>(true);
same<ReturnType<typeof map.pin>, SessionLease<string>>(true);
same<ReturnType<typeof map.remaining>, number | undefined>(true);
same<ReturnType<typeof map.sweep>, number>(true);
same<ReturnType<typeof map.shed>, number>(true);
same<ReturnType<typeof map.deleteOn>, Unsubscribe>(true);
same<ReturnType<typeof map.settled>, Promise<void>>(true);
same<ReturnType<typeof map.stats>, SessionStats>(true);
same<ReturnType<typeof map.validate>, true>(true);
same<ReturnType<typeof map.close>, void>(true);
same<ReturnType<(typeof map)[typeof Symbol.dispose]>, void>(true);
same<ReturnType<(typeof map)[typeof Symbol.asyncDispose]>, Promise<void>>(true);
same<(typeof map)[typeof Symbol.toStringTag], string>(true);

map.set('a', session).set('b', session, { ttl: 1, maxAge: Infinity, size: 3 }).peek('b')?.agent.trim();
map.set('c', session, {} satisfies EntryOptions);
map.touch('a', { ttl: 60_000 });
map.getOrInsertComputed('a', (key) => ({ agent: key.trim() })).agent.trim();
map.deleteOn(emitter, 'session.deleted', (event: { id: string }) => event.id)();
map.deleteOn(target, 'close', () => undefined);

async function load(): Promise<void> {
  (await map.getOrLoad('a', (key) => ({ agent: key }))).agent.trim();
  (await map.getOrLoad('a', async (key) => ({ agent: key }))).agent.trim();
  await map[Symbol.asyncDispose]();
}

function leases(): void {
  const lease = map.pin('a');
  same<typeof lease.key, string>(true);
  same<typeof lease.held, boolean>(true);
  same<ReturnType<typeof lease.release>, boolean>(true);
  lease[Symbol.dispose]();
  using scoped = map.pin('a');
  using own = new RobustSessionMap<string, Session>();
  using subscription = map.deleteOn(emitter, 'end', () => 'a');
  own.set(scoped.key, session);
  subscription();
}

// Set
same<typeof set.size, number>(true);
same<ReturnType<typeof set.has>, boolean>(true);
same<ReturnType<typeof set.peek>, boolean>(true);
same<ReturnType<typeof set.touch>, boolean>(true);
same<ReturnType<typeof set.delete>, boolean>(true);
same<ReturnType<typeof set.clear>, void>(true);
same<ReturnType<typeof set.pin>, SessionLease<string>>(true);
same<ReturnType<typeof set.remaining>, number | undefined>(true);
same<ReturnType<typeof set.sweep>, number>(true);
same<ReturnType<typeof set.shed>, number>(true);
same<ReturnType<typeof set.deleteOn>, Unsubscribe>(true);
same<ReturnType<typeof set.settled>, Promise<void>>(true);
same<ReturnType<typeof set.stats>, SessionStats>(true);
same<ReturnType<typeof set.validate>, true>(true);
same<ReturnType<typeof set.close>, void>(true);
same<ReturnType<(typeof set)[typeof Symbol.asyncDispose]>, Promise<void>>(true);
set.add('a').add('b', { ttl: 1 }).peek('b');

// Constructors
new RobustSessionMap<string, number>(1000);
new RobustSessionMap<string, number>(1000, 10);
new RobustSessionMap<string, number>(1000, 10, new Map([['a', 1]]));
new RobustSessionMap(new Map([['a', 1]])).get('a')?.toFixed();
new RobustSessionMap<string, number>({}, null);
new RobustSessionSet<string>(1000, 10, ['a']);
new RobustSessionSet({ ttl: 1 }, ['a']).add('b');
new RobustSessionSet(new Set([1])).add(2);

// Options: every one, and `undefined` for every one.
const all: Required<SessionMapOptions<string, Session>> = {
  ttl: Infinity, maxAge: 1, maxSize: 1, maxBytes: 1, maxBusy: 1, hardMaxSize: 1, exitTimeout: 1, touchOnHas: true, name: 'all',
  sizeOf: (value, key) => value.agent.length + key.length,
  isBusy: (value, key) => value.agent === key,
  onRemove: (key, value, reason) => { same<typeof reason, RemoveReason>(true); return [key.trim(), value.agent]; },
  onError: (error, context) => { same<typeof error, unknown>(true); same<typeof context, SessionErrorContext<string>>(true); },
  clock: new ManualClock(),
};
const none: SessionMapOptions<string, Session> = {
  ttl: undefined, maxAge: undefined, maxSize: undefined, maxBytes: undefined, maxBusy: undefined, hardMaxSize: undefined,
  exitTimeout: undefined, touchOnHas: undefined, name: undefined, sizeOf: undefined, isBusy: undefined, onRemove: undefined,
  onError: undefined, clock: undefined,
};
const ofSet: SessionSetOptions<string> = { onRemove: (value, again) => value === again };
same<keyof typeof none, keyof typeof all>(true);
new RobustSessionMap(all).get('a')?.agent.trim();
new RobustSessionMap<string, Session>({ clock: { now: () => 0 }, ...none });
new RobustSessionSet(ofSet);

// Reports
const stats = map.stats();
same<typeof stats.removed, Record<Exclude<RemoveReason, 'replace'>, number>>(true);
for (const reason of ['idle', 'age', 'lru', 'bytes', 'busy-timeout', 'pressure', 'delete', 'clear', 'event', 'close', 'exit'] as const) {
  stats.removed[reason].toFixed();
}
same<SessionLimitError['code'], 'ERR_SESSION_LIMIT'>(true);
same<SessionClosedError['code'], 'ERR_SESSION_CLOSED'>(true);
const asError: Error = new SessionLimitError();

const report = memoryReport();
same<typeof report, MemoryReport>(true);
same<MemoryRow['kind'], 'map' | 'set' | 'group' | 'history'>(true);
same<keyof MemoryRow['removed'], Exclude<RemoveReason, 'replace'> | 'trim'>(true);
same<MemoryReport['otherThreads']['thread'], 'other'>(true);
for (const { name, entries, members } of report.rows) [name.trim(), entries.toFixed(), members?.map((member) => member.kind)];
[report.totals.removed.pressure, report.process.rss, report.process.heapUsed, report.process.nativeBytes].map((each) => each.toFixed());

const watching: Required<MemoryWatchOptions> = {
  warn: 1, limit: Infinity, interval: 10,
  onSample: (sample) => { same<typeof sample, MemorySample>(true); return sample.trend.toFixed(); },
  onWarn: async ({ rss, warn, limit }) => rss + warn + limit,
  onPressure: (pressure) => { same<typeof pressure, MemoryPressure>(true); return pressure.structures.map(({ name, shed }) => [name, shed]); },
  onError: (error) => { same<typeof error, unknown>(true); },
};
{
  using watch = watchMemory(watching);
  same<typeof watch, MemoryWatch>(true);
  watch.close();
}
watchMemory(null).limit.toFixed();
watchMemory({ warn: undefined, limit: undefined, interval: undefined, onSample: undefined, onWarn: undefined, onPressure: undefined, onError: undefined });
same<EvictMessage['count'], number>(true);
same<SweepMessage['ms'], number>(true);
same<HookErrorMessage['error'], unknown>(true);

// Testing
const clock = new ManualClock(5);
clock.advance(1);
clock.setTimer(() => {}, 1)();
same<ReturnType<typeof clock.now>, number>(true);
same<typeof clock.pending, number>(true);
same<ReturnType<typeof nativeUsage>, NativeUsage>(true);

export { asArgument, asError, asMap, asMaps, asSet, leases, load };
