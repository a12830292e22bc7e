// The types of groups, as a user sees them.

import {
  RobustSessionMap, RobustSessionSet, SessionGroup,
  type BoundedHistory, type RemoveReason, type SessionGroupOptions, type SessionHistories, type SessionHistoryOptions, type SessionGroupStats, type SessionLease, type SessionMemberOptions,
  type SessionParts, type SessionScope, type Unsubscribe,
} from '../../index.js';
import { ManualClock } from '../../testing.js';

interface Agent { name: string; pending: number }
declare const agent: Agent;
declare const emitter: {
  on(event: string, listener: (...args: any[]) => void): unknown;
  off(event: string, listener: (...args: any[]) => void): unknown;
};

const group = new SessionGroup<string>({
  ttl: 1000,
  isBusy: (id, parts) => { same<typeof id, string>(true); same<typeof parts, SessionParts>(true); return parts.agents?.pending > 0; },
  onRemove: (id, reason, parts) => {
    same<typeof id, string>(true);
    same<typeof reason, Exclude<RemoveReason, 'replace'>>(true);
    parts.agents?.name;
  },
  parentOf: (id) => (id === 'child' ? 'parent' : undefined),
});

// Members
const agents = group.map<Agent>('agents');
same<typeof agents, RobustSessionMap<string, Agent>>(true);
const asMap: Map<string, Agent> = agents;
const seen = group.set('seen');
same<typeof seen, RobustSessionSet<string>>(true);
const asSet: Set<string> = seen;
const timers = group.map<Agent>('timers', { ttl: 5, sizeOf: (value, id) => value.pending + id.length, onRemove: (id, value, reason) => { same<typeof reason, RemoveReason>(true); console.log(id.trim(), value.name); } });
same<typeof timers, RobustSessionMap<string, Agent>>(true);
const tools = group.map<Agent, `${string}:${number}`>('tools', { sessionOf: (key) => key.split(':')[0] ?? key, maxPerSession: 5 });
same<typeof tools, RobustSessionMap<`${string}:${number}`, Agent>>(true);
const calls = group.set('calls', { sessionOf: (call: number) => `${call}` });
same<typeof calls, RobustSessionSet<number>>(true);
tools.set('s:1', agent).get('s:1')?.name.trim();

// Groups
same<typeof group.size, number>(true);
same<ReturnType<typeof group.has>, boolean>(true);
same<ReturnType<typeof group.touch>, boolean>(true);
same<ReturnType<typeof group.remaining>, number | undefined>(true);
same<ReturnType<typeof group.drop>, boolean>(true);
same<ReturnType<typeof group.pin>, SessionLease<string>>(true);
same<ReturnType<typeof group.scope>, SessionScope<string>>(true);
same<ReturnType<typeof group.handleEvent>, void>(true);
same<ReturnType<typeof group.deleteOn>, Unsubscribe>(true);
same<ReturnType<typeof group.sweep>, number>(true);
same<ReturnType<typeof group.shed>, number>(true);
same<ReturnType<typeof group.settled>, Promise<void>>(true);
same<ReturnType<typeof group.stats>, SessionGroupStats>(true);
same<ReturnType<typeof group.validate>, true>(true);
same<ReturnType<typeof group.clear>, void>(true);
same<ReturnType<typeof group.close>, void>(true);
for (const id of group) same<typeof id, string>(true);
for (const id of group.keys()) id.trim();
interface Message { role: 'user' | 'assistant'; content: string }
const talk = group.history<Message>('talk', { maxMessages: 50, onTrim: (messages) => messages[0]?.content, onRemove: (id, history, reason) => { console.log(id.trim(), history.byteLength, reason); } });
same<typeof talk, SessionHistories<string, Message>>(true);
same<ReturnType<typeof talk.of>, BoundedHistory<Message>>(true);
talk.of('s').push({ role: 'user', content: 'hello' });
const byId: Map<string, Message[]> = talk;
byId.get('s')?.push({ role: 'assistant', content: 'hello' });
const anyTalk: BoundedHistory = group.history('any').of('s');
// @ts-expect-error limits are the group's
group.history('x', { ttl: 5 });
// @ts-expect-error a conversation is a BoundedHistory
talk.set('s', 5);
const historyOptions: Required<SessionHistoryOptions<string, Message>> = {
  maxMessages: 1, maxTokens: 1, maxBytes: 1, keepFirst: 0, sealAfter: 1, turnStart: () => true, countTokens: () => 1, onTrim: () => {}, onRemove: () => {},
};
console.log(anyTalk.length, historyOptions.maxMessages);
group.touch('s', { ttl: 5 });
group.handleEvent(null);
group.deleteOn(emitter, 'gone', (event) => event.info.id);
const { members, oldestPin, resurrected, tombstoned, entries, scopes, busy, removed } = group.stats();
members['agents']?.toFixed();
[oldestPin, resurrected, tombstoned, entries, scopes, busy, removed.idle].map((each) => each.toFixed());

function scoped() {
  using scope = group.scope('s');
  using lease = group.pin('s');
  using own = new SessionGroup();
  const plain = group.scope('s');
  try {
    return [scope.key.trim(), scope.held, lease.held, own.size];
  } finally {
    same<ReturnType<typeof plain.release>, boolean>(true);
    plain.release();
  }
}
async function ended() {
  await using own = new SessionGroup(null);
  own.map('m').set(5, 'any');
}
same<ReturnType<typeof SessionGroup.named<string>>, SessionGroup<string>>(true);
SessionGroup.named<string>('plugin', { ttl: 5 }).map<Agent>('agents').get('s')?.name;

// Every option, and `undefined` for every one.
const all: Required<SessionGroupOptions<string>> = {
  ttl: 1, maxAge: 1, maxSize: 1, maxBytes: 1, maxBusy: 1, hardMaxSize: 1, exitTimeout: 1, tombstone: 1, name: 'n', directory: '/d',
  isBusy: () => false, onRemove: () => Promise.resolve(), onError: (error, { key }) => { console.log(error, key); },
  parentOf: () => undefined, clock: new ManualClock(),
};
const none: SessionGroupOptions<string> = {
  ttl: undefined, maxAge: undefined, maxSize: undefined, maxBytes: undefined, maxBusy: undefined, hardMaxSize: undefined,
  exitTimeout: undefined, tombstone: undefined, name: undefined, directory: undefined, isBusy: undefined, onRemove: undefined,
  onError: undefined, parentOf: undefined, clock: undefined,
};
const member: Required<SessionMemberOptions<string, Agent, string>> = {
  sessionOf: (key) => key, maxPerSession: 1, ttl: 1, sizeOf: () => 1, onRemove: () => {}, touchOnHas: true,
};
same<keyof typeof all, keyof typeof none>(true);
new SessionGroup(all).map<Agent>('m', member);

// What must not compile.
// @ts-expect-error unknown option
new SessionGroup({ timeToLive: 1 });
// @ts-expect-error a member's option
new SessionGroup({ sizeOf: () => 1 });
// @ts-expect-error limits are the group's
group.map('x', { maxSize: 1 });
// @ts-expect-error ids are strings here
group.drop(5);
// @ts-expect-error a session's id is a string here
group.map<Agent, string>('y', { sessionOf: (key) => key.length });
// @ts-expect-error a promise is not an answer
new SessionGroup({ isBusy: async () => true });
// @ts-expect-error the value comes second
group.map<Agent>('z', { onRemove: (value: Agent) => value.name });

export { asMap, asSet, ended, scoped };
