// What must not compile. Every line under a mark fails to compile, or the mark itself does.

import { RobustSessionMap, RobustSessionSet, type EntryOptions, type SessionMapOptions } from '../../index.js';
import { ManualClock } from '../../testing.js';

interface Session { agent: string }
declare const session: Session;
declare const map: RobustSessionMap<string, Session>;
declare const set: RobustSessionSet<string>;

// Options
// @ts-expect-error a string is no time
new RobustSessionMap<string, Session>({ ttl: '1h' });
// @ts-expect-error null is no time
new RobustSessionMap<string, Session>({ ttl: null });
// @ts-expect-error unknown option
new RobustSessionMap<string, Session>({ maxsize: 100 });
// @ts-expect-error unknown option, without type arguments
new RobustSessionMap({ max: 100 });
// @ts-expect-error unknown option, in a field's initialiser
const field: Map<string, Session> = new RobustSessionMap({ timeToLive: 1 });
// @ts-expect-error unknown option of a set
new RobustSessionSet<string>({ size: 1 });
// @ts-expect-error a promise is not an answer
new RobustSessionMap<string, Session>({ isBusy: async () => true });
// @ts-expect-error a promise is not an answer, in a field's initialiser
const promised: Map<string, Session> = new RobustSessionMap({ isBusy: () => Promise.resolve(false) });
// @ts-expect-error a weight is a number
new RobustSessionMap<string, Session>({ sizeOf: (value) => value.agent });
// @ts-expect-error the value comes first
new RobustSessionMap<string, Session>({ isBusy: (key: string) => key === '' });
// @ts-expect-error the key comes first
new RobustSessionMap<string, Session>({ onRemove: (value: Session) => value.agent });
// @ts-expect-error there is no such reason
new RobustSessionMap<string, Session>({ onRemove: (_key, _value, reason) => reason === 'expired' });
// @ts-expect-error an error may be anything
new RobustSessionMap<string, Session>({ onError: (error) => error.message });
// @ts-expect-error a clock has `now`
new RobustSessionMap<string, Session>({ clock: {} });
// @ts-expect-error a clock answers numbers
new RobustSessionMap<string, Session>({ clock: { now: () => 1n } });
// @ts-expect-error per-entry options are not the map's
const entry: EntryOptions = { maxSize: 1 };
// @ts-expect-error the callbacks' types are the map's
const options: SessionMapOptions<number, Session> = { onRemove: (key: string) => key };

// Constructors
// @ts-expect-error options do not come second
new RobustSessionMap<string, Session>(1000, { maxSize: 1 });
// @ts-expect-error entries are pairs
new RobustSessionMap<string, Session>(['a']);
// @ts-expect-error entries of another type
new RobustSessionMap<string, Session>({}, [['a', 1]]);
// @ts-expect-error neither options nor entries nor a time
new RobustSessionMap<string, Session>(true);
// @ts-expect-error values of another type
new RobustSessionSet<string>([1]);
// @ts-expect-error a class, not a function
RobustSessionMap();

// Keys and values
// @ts-expect-error wrong key
map.get(1);
// @ts-expect-error wrong key
map.pin(1);
// @ts-expect-error wrong key
map.touch(1);
// @ts-expect-error wrong value
map.set('a', { agent: 1 });
// @ts-expect-error wrong value
map.deleteIf('a', 'agent');
// @ts-expect-error wrong value
map.getOrInsert('a', undefined);
// @ts-expect-error wrong value
map.getOrLoad('a', async () => 1);
// @ts-expect-error may be absent
map.get('a').agent;
// @ts-expect-error wrong entry option
map.set('a', session, { ttl: '1' });
// @ts-expect-error unknown entry option
map.set('a', session, { tll: 1 });
// @ts-expect-error not an entry option of `touch`
map.touch('a', { maxAge: 1 });
// @ts-expect-error wrong value
set.add(1);
// @ts-expect-error wrong value
set.has(1);
// @ts-expect-error sets have no `get`
set.get('a');
// @ts-expect-error picks a key
map.deleteOn({ on() {}, off() {} }, 'end', () => 1);
// @ts-expect-error nothing to subscribe to
map.deleteOn({}, 'end', () => 'a');
// @ts-expect-error a number of entries
map.shed('2');

// Assignments
// @ts-expect-error other keys
const otherKeys: Map<number, Session> = map;
// @ts-expect-error other values
const otherValues: Map<string, { agent: number }> = map;
// @ts-expect-error other values
const otherSet: Set<number> = set;
// @ts-expect-error a map is no set
const notASet: Set<string> = map;
// @ts-expect-error a plain map is not one of ours
const ours: RobustSessionMap<string, Session> = new Map<string, Session>();
// @ts-expect-error read only
map.size = 0;
// @ts-expect-error read only
map.pin('a').held = true;
// @ts-expect-error a clock starts with a number
new ManualClock('0');

export { entry, field, notASet, options, otherKeys, otherSet, otherValues, ours, promised };
