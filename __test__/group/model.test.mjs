// Same work, same answers, for groups: random operations on several members, against the naive
// reference. A failing run prints its seed; RSM_SEED=<seed> repeats it.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { describe, test } from '../harness.mjs';
import { outcome } from '../support/outcome.mjs';
import { GroupReference } from '../support/group-reference.mjs';
import { random, SEED } from '../support/random.mjs';
import { blame, bySeed } from '../support/blame.mjs';

const require = createRequire(import.meta.url);
const { SessionGroup } = require('../../index.js');
const { ManualClock } = require('../../testing.js');
const { engineOf } = require('../../lib/engine.js');

const SEQUENCES = 400;
const STEPS = 200; // 80,000 steps for each of the two ways of reading the clock

const IDS = ['a', 'b', 'c', 'd', 'e', 'f', 0, NaN, 'g'];
/** Two lines and a cycle. */
const PARENTS = new Map([['b', 'a'], ['c', 'b'], ['d', 'a'], ['e', 'f'], ['f', 'e'], ['g', 0]]);
const CALLS = [0, 1, 2];
// Whole milliseconds are the sessions' deadlines: entries of members never fall due together with one.
const OWN_TTL = 70.5;

const sessionOf = (key) => (typeof key === 'string' ? IDS.find((id) => String(id) === key.split(':')[0]) : key);

function options(r, busy) {
  const o = { ttl: r.pick([10, 100, 1000, 60_000, Infinity, Infinity]), maxSize: r.pick([1, 2, 3, 5, Infinity, Infinity]) };
  if (r.chance(0.3)) o.maxAge = r.pick([50, 700, 5000]);
  if (r.chance(0.4)) o.isBusy = (id) => busy.has(id);
  if (r.chance(0.4)) o.maxBusy = r.pick([0, 100, 2000, 40_000, Infinity]);
  if (r.chance(0.3)) o.maxBytes = r.pick([1, 2, 5]);
  if (r.chance(0.2)) o.hardMaxSize = Math.max(o.maxSize, r.pick([3, 4]));
  if (r.chance(0.3)) o.tombstone = r.pick([5, 300, 5000]);
  // Of a parent and a child due or rechecked at the same time either may be first: families have their own tests
  // of who keeps whom (`parents.test.mjs`), and no reasons to be kept here.
  if (o.isBusy === undefined && r.chance(0.6)) o.parentOf = (id) => PARENTS.get(id);
  return o;
}

/** Members of every kind, some of them with hooks. */
function memberOptions(r) {
  const list = [
    { name: 'agents', kind: 'map', options: {} },
    { name: 'notified', kind: 'set', options: {} },
    { name: 'timers', kind: 'map', options: { ttl: OWN_TTL } },
    { name: 'tools', kind: 'map', options: { sessionOf, maxPerSession: r.pick([1, 2, 3]) } },
    { name: 'calls', kind: 'set', options: { sessionOf, ttl: OWN_TTL + 20 } },
  ];
  if (r.chance(0.4)) list[3].options.sizeOf = (value) => (value % 4) * 0.25;
  if (r.chance(0.2)) list[0].options.sizeOf = (value) => (value % 3) * 0.25;
  return list;
}

class Pair {
  constructor(r, lagging) {
    this.r = r;
    this.busy = new Set();
    this.clock = new ManualClock();
    this.log = [];
    // Few sessions meet again and again, many push each other out.
    this.ids = IDS.slice(0, r.pick([2, 4, IDS.length]));
    // Members without limits of their entries' own read on the fast path.
    this.own = r.chance(0.5);
    const given = options(r, this.busy);
    const members = memberOptions(r);
    // Of a parent and a child due at the same time either may go first, and the child then for the parent's reason.
    this.loose = given.parentOf !== undefined;
    const heard = { ...given };
    this.hooked = r.chance(0.7);
    if (this.hooked) heard.onRemove = (id, reason, parts) => this.log.push(['group', id, reason, plain(parts)]);
    this.group = new SessionGroup({ ...heard, clock: this.clock });
    if (lagging) {
      const engine = engineOf(this.clock);
      engine.exact = false;
      engine.span = r.pick([2, 7, 192]);
    }
    this.lagging = lagging;
    this.real = members.map(({ name, kind, options: own }) => {
      if (r.chance(0.5)) own.onRemove = (key, value, reason) => this.log.push([name, key, value, reason]);
      return this.group[kind](name, own);
    });
    this.model = new GroupReference(given, members);
    this.leases = [];
  }

  both(name, real, model) {
    const [found, expected] = [outcome(real), outcome(model)];
    if (process.env.RSM_TRACE) console.log(this.clock.now(), name, found, expected);
    assert.deepStrictEqual(found, expected, name);
  }

  step() {
    const { r, group, model } = this;
    const id = r.pick(this.ids);
    const at = r.below(this.real.length);
    const real = this.real[at];
    const naive = model.members[at];
    const key = naive.o.sessionOf === undefined ? id : `${String(id)}:${r.pick(CALLS)}`;
    const value = naive.isSet ? key : r.below(50);
    const kind = r.pick(['get', 'get', 'get', 'get', 'get', 'get', 'get', 'get', 'set', 'set', 'set', 'has', 'peek', 'set', 'set', 'set', 'set', 'set', 'setWith', 'delete', 'touch', 'touchTtl',
      'advance', 'advance', 'size', 'entries', 'pin', 'release', 'busy', 'sweep', 'shed', 'clear', 'clearAll', 'drop', 'deleted',
      'created', 'groupHas', 'groupTouch', 'remaining', 'ids']);
    if (process.env.RSM_TRACE) console.log(kind, id, naive.name, key, value);
    const store = (o) => (naive.isSet ? void real.add(key, o) : void real.set(key, value, o));
    switch (kind) {
      case 'get':
        return naive.isSet ? this.both('has', () => real.has(key), () => naive.has(key)) : this.both(kind, () => real.get(key), () => naive.get(key));
      case 'has': return this.both(kind, () => real.has(key), () => naive.has(key));
      case 'peek': return this.both(kind, () => real.peek(key), () => (naive.isSet ? naive.present(key) !== undefined : naive.present(key)?.value));
      case 'set': return this.both(kind, () => store(undefined), () => naive.set(key, value));
      case 'setWith': {
        const o = {};
        const half = naive.direct ? 0 : 0.5;
        const limited = naive.direct || this.own;
        if (limited && r.chance(0.5)) o.ttl = r.pick([2 + half, 30 + half, 3000 + half]);
        if (limited && r.chance(0.4)) o.maxAge = r.pick([3 + half, 400 + half]);
        if (r.chance(0.3)) o.size = r.pick([0, 0.25, 0.5]);
        return this.both(kind, () => store(o), () => naive.set(key, value, o));
      }
      case 'delete': return this.both(kind, () => real.delete(key), () => naive.delete(key));
      case 'touch': return this.both(kind, () => real.touch(key), () => naive.touch(key));
      case 'touchTtl': {
        if (!naive.direct && !this.own) return undefined;
        const ttl = r.pick([2, 40, 900]) + (naive.direct ? 0 : 0.5);
        return this.both(kind, () => real.touch(key, { ttl }), () => naive.touch(key, ttl));
      }
      case 'advance': return this.advance(r.pick([1, 1, 1, 1, 5, 5, 49, 260, 999, 5000, 31_000]));
      case 'size': return this.both(kind, () => real.size, () => { model.settle(); return naive.entries.length; });
      case 'entries': return this.entries(real, naive);
      case 'pin': {
        if (this.loose) return undefined;
        const byKey = r.chance(0.5);
        this.leases.push([byKey ? real.pin(key) : group.pin(id), byKey ? pinOf(naive, key) : model.sessions.pin(id)]);
        return undefined;
      }
      case 'release': {
        const [lease, reference] = this.leases.splice(r.below(this.leases.length), 1)[0] ?? [];
        if (lease === undefined) return undefined;
        return this.both(kind, () => lease.release(), () => model.sessions.release(reference));
      }
      case 'busy': if (!this.busy.delete(id)) this.busy.add(id);
        return undefined;
      case 'sweep': group.sweep(); model.sweep(); return undefined;
      case 'shed': {
        const n = r.below(3);
        return this.both(kind, () => group.shed(n), () => model.shed(n));
      }
      case 'clear': if (r.chance(0.9)) return undefined;
        return this.both(kind, () => real.clear(), () => { model.settle(); naive.clear(); });
      case 'clearAll': if (r.chance(0.9)) return undefined;
        return this.both(kind, () => group.clear(), () => model.sessions.clear());
      case 'drop': return this.both(kind, () => group.drop(id), () => model.drop(id));
      case 'deleted': if (typeof id !== 'string') return undefined;
        return this.both(kind, () => group.handleEvent({ type: 'session.deleted', properties: { info: { id } } }), () => void model.drop(id, 'event'));
      case 'created': if (typeof id !== 'string') return undefined;
        return this.both(kind, () => group.handleEvent({ type: 'session.created', properties: { info: { id } } }), () => {
          model.graves.delete(id);
          model.sessions.touch(id);
        });
      case 'groupHas': return this.both(kind, () => group.has(id), () => model.sessions.present(id) !== undefined);
      case 'groupTouch': {
        const ttl = r.pick([undefined, undefined, 3, 50]);
        return this.both(kind, () => group.touch(id, { ttl }), () => model.sessions.touch(id, ttl));
      }
      case 'remaining': return this.both(kind, () => group.remaining(id), () => model.sessions.remaining(id));
      case 'ids': return this.both(kind, () => [...group], () => model.sessions.state().map(([one]) => one));
      default: throw new Error(kind);
    }
  }

  entries(real, naive) {
    this.both(`entries of ${naive.name}`, () => [...real.entries()], () => {
      this.model.settle();
      return naive.entries.map(({ key, value }) => [key, value]);
    });
  }

  advance(ms) {
    // A lagging engine stamps what was logged at its next look at the clock: have it look now.
    if (this.lagging) this.both('size', () => this.group.size, () => this.model.sessions.size());
    this.clock.advance(ms);
    this.model.advance(ms);
    // A timer waits for a millisecond at least; half ones may have made it late.
    this.group.sweep();
    this.model.sweep();
  }

  compareLogs(step) {
    const reason = this.loose ? /\b(?:idle|age|busy-timeout)\b/ : /(?!)/;
    const text = (line) => line.map((each) => (typeof each === 'object' && each !== null ? JSON.stringify(each) : String(each))).join(' ').replace(reason, 'due');
    const expected = this.hooked ? this.model.log : this.model.log.filter(([who]) => who !== 'group');
    assert.deepStrictEqual(this.log.map(text).sort(), expected.map(text).sort(), `hooks of step ${step}`);
    this.log.length = 0;
    this.model.log.length = 0;
  }

  reasons(removed) {
    const sums = {};
    for (const [reason, n] of Object.entries(removed)) {
      const name = this.loose && ['idle', 'age', 'busy-timeout'].includes(reason) ? 'due' : reason;
      if (n > 0) sums[name] = (sums[name] ?? 0) + n;
    }
    return sums;
  }

  compareState() {
    const { group, model } = this;
    const { sessions } = model;
    this.both('size', () => group.size, () => { model.settle(); return sessions.entries.length; });
    const s = group.stats();
    const removed = this.reasons(s.removed);
    assert.deepStrictEqual(
      { size: s.size, added: s.added, removed, bytes: s.bytes, resurrected: s.resurrected, tombstoned: s.tombstoned, busy: s.busy, pinned: s.pinned },
      {
        size: sessions.entries.length, added: sessions.counts.added, removed: this.reasons(sessions.counts.removed), bytes: sessions.bytes(),
        resurrected: model.resurrected, tombstoned: model.tombstoned, busy: sessions.busy(), pinned: sessions.pinned(),
      },
    );
    this.real.forEach((real, at) => this.entries(real, model.members[at]));
  }
}

/** What a hook was told, comparable. */
function plain(parts) {
  return Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part instanceof Map || part instanceof Set ? [...part] : part]));
}

function pinOf(naive, key) {
  const entry = naive.present(key);
  return entry === undefined ? { entry } : naive.group.sessions.pin(entry.id);
}

function run(lagging, seed) {
  const r = random(seed);
  const pair = new Pair(r, lagging);
  for (let step = 0; step < STEPS; step += 1) {
    pair.step();
    pair.compareLogs(step);
    if (step % 50 === 0) pair.group.validate();
  }
  pair.compareState();
  pair.compareLogs('state');
  assert.strictEqual(pair.group.validate(), true);
  pair.group.close();
  pair.model.sessions.clear('close');
  pair.compareLogs('close');
  assert.strictEqual(pair.group.validate(), true);
}

describe('a group agrees with the naive reference', () => {
  for (const lagging of [false, true]) {
    test(`${lagging ? 'cached' : 'exact'} clock: ${SEQUENCES * STEPS} steps`, () => {
      for (let n = 0; n < SEQUENCES; n += 1) {
        const seed = SEED + n;
        try {
          run(lagging, seed);
        } catch (error) {
          throw blame(error, bySeed(seed));
        }
      }
    });
  }
});
