// A group with members of every kind, whose callbacks come back into any of them.

import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { World, drain } from './world.mjs';
import { disguised, keys, wrong } from './hostile.mjs';
import { Ledger } from './ledger.mjs';
import { clockOf } from './clocks.mjs';
import { events } from './events.mjs';

const require = createRequire(import.meta.url);
const { SessionGroup, SessionClosedError, SessionLimitError, HistoryGoneError } = require('../../index.js');

const { storeOf } = require('../../lib/group/group.js');

const MEMBERS = ['agents', 'marks', 'timers', 'tools', 'calls', 'talks'];
const KINDS = [
  ...Array.from({ length: 10 }, () => 'put'), 'get', 'get', 'get', 'get', 'has', 'peek', 'delete', 'delete', 'touch', 'touchTtl', 'putWith', 'putWrong', 'clearMember',
  'clear', 'close', 'closeMember', 'size', 'iterate', 'iterateMember', 'pin', 'release', 'release', 'scope', 'endScope', 'endScope', 'remaining', 'sweep', 'shed', 'stats', 'memberStats',
  'validate', 'advance', 'advance', 'advance', 'busy', 'insert', 'compute', 'load', 'subscribe', 'emit', 'drop', 'drop', 'event', 'event', 'event', 'talk', 'talk', 'groupTouch', 'groupHas', 'settled',
];

const isClosed = (error) => error instanceof SessionClosedError;

/** A composite key says its session by its first part; others are their own. */
const sessionOf = (key) => (typeof key === 'string' && key.includes(':') ? key.slice(0, key.indexOf(':')) : key);

export class Groups extends World {
  constructor(seed) {
    super(seed);
    const { r } = this;
    this.ids = [...keys(() => this.finding('code of a key was run')).filter(() => r.chance(0.4)), 'a', 'b'];
    this.busy = new Set();
    this.parents = new Map([['b', 'a'], ['c', 'b'], ['ses_1', 'a'], [0, ''], ['', 0]]);
    this.emitter = new EventEmitter();
    this.emitter.setMaxListeners(0);
    this.clock = clockOf(this);
    this.leases = [];
    this.scopes = [];
    this.loads = 0;
    this.begin();
  }

  begin() {
    const { r } = this;
    this.told = {};
    /** Sessions by id, as of the last check. */
    this.known = new Map();
    this.given = this.draw();
    this.group = new SessionGroup({ ...this.given, clock: this.clock });
    this.members = new Map();
    for (const name of MEMBERS.filter((one) => one === 'agents' || r.chance(0.8))) this.join(name);
  }

  draw() {
    const { r } = this;
    const o = { ttl: r.pick([1, 10, 100, 1000, Infinity, Infinity]), maxSize: r.pick([1, 2, 3, 5, Infinity]) };
    const come = (place, answer) => (...args) => (this.reenter(place), answer(...args));
    if (r.chance(0.3)) o.maxAge = r.pick([1, 50, 700]);
    if (r.chance(0.4)) o.isBusy = come('isBusy', (id, parts) => this.busy.has(id) && Object.keys(parts).length >= 0);
    if (r.chance(0.4)) o.maxBusy = r.pick([0, 100, 2000, Infinity]);
    if (r.chance(0.4)) o.maxBytes = r.pick([1, 2, 500]);
    if (r.chance(0.2)) o.hardMaxSize = Math.max(o.maxSize, r.pick([3, 4]));
    if (r.chance(0.3)) o.tombstone = r.pick([5, 300]);
    if (r.chance(0.4)) o.parentOf = come('parentOf', (id) => this.parents.get(id));
    if (r.chance(0.8)) o.onRemove = (id, reason, parts) => this.ended(id, reason, parts);
    o.onError = (error) => {
      this.background(error, (other) => other instanceof TypeError && other.message.includes('isBusy must answer at once'));
      this.reenter('onError');
    };
    return o;
  }

  ended(id, reason, parts) {
    this.told[reason] = (this.told[reason] ?? 0) + 1;
    this.ensure(Object.getPrototypeOf(parts) === null, () => 'parts have a prototype');
    const member = this.members.get('agents');
    // A member's own hook was told before; the value is in its books, as left.
    if (member?.hooked && 'agents' in parts) this.ensure(member.ledger.lines.get(parts.agents)?.reported !== 0, () => 'the group was told of a value before its member');
    this.reenter('onRemove');
    return this.r.chance(0.15) ? Promise.resolve().then(() => this.reenter('onRemove, later')) : undefined;
  }

  /** A member of that name, with options by lot and its books. @param {string} name */
  join(name) {
    const { r, given } = this;
    const options = {};
    const composite = name === 'tools' || name === 'calls';
    if (composite) options.sessionOf = (key) => (this.reenter('sessionOf'), sessionOf(key));
    if (composite && r.chance(0.6)) options.maxPerSession = r.pick([1, 2, 3]);
    if (name === 'timers' || (composite && r.chance(0.3))) options.ttl = r.pick([5.5, 70.5]);
    if (name !== 'talks' && r.chance(0.3)) options.sizeOf = () => (this.reenter('sizeOf'), r.pick([0, 0.25, 0.5]));
    const isSet = name === 'marks' || name === 'calls';
    const member = { name, isSet, composite, hooked: r.chance(0.8), ledger: undefined, real: undefined };
    const native = (isSet ? Set : Map).prototype;
    member.ledger = new Ledger(this, (key) => (isSet ? (native.has.call(member.real, key) ? key : Ledger) : native.get.call(member.real, key)));
    if (member.hooked) {
      options.onRemove = (key, value, reason) => {
        if (name !== 'talks') member.ledger.report(key, value, reason);
        this.reenter('onRemove');
      };
    }
    member.maybe = given.tombstone > 0;
    member.real = name === 'talks'
      ? this.group.history(name, { onRemove: options.onRemove, maxMessages: r.pick([2, 5]) })
      : this.group[isSet ? 'set' : 'map'](name, options);
    this.members.set(name, member);
  }

  operate() {
    const { r, group } = this;
    const kind = r.pick(KINDS);
    const id = r.pick(this.ids);
    const member = r.pick([...this.members.values()]);
    const { real, composite, isSet } = member;
    const key = composite && r.chance(0.8) ? `${typeof id === 'string' ? id : 'x'}:${r.below(3)}` : id;
    const run = (fn, expected) => this.attempt(`${kind} ${member.name}`, fn, expected);
    switch (kind) {
      case 'get': return run(() => (isSet ? real.has(key) : real.get(key)));
      case 'has': return run(() => real.has(key));
      case 'peek': return run(() => real.peek(key));
      case 'put': return this.put(member, key);
      case 'putWith': return this.put(member, key, disguised(this, r.chance(0.5) ? { ttl: r.pick([0, 2, 30, Infinity]) } : { size: r.pick([0, 0.25, 3]), maxAge: 400 }));
      case 'putWrong': return this.ensure(!run(() => (isSet ? real.add(key, wrong(this)) : real.set(key, {}, wrong(this))), (error) => error instanceof TypeError || error instanceof RangeError || isClosed(error)).done, () => 'wrong options were taken');
      case 'delete': return run(() => real.delete(key));
      case 'touch': return run(() => real.touch(key));
      case 'touchTtl': return run(() => real.touch(key, disguised(this, { ttl: r.pick([0, 1, 50, Infinity]) })));
      case 'clearMember': return r.chance(0.4) && run(() => real.clear());
      case 'clear': return r.chance(0.3) && run(() => group.clear());
      case 'close': return r.chance(0.05) && run(() => group.close());
      case 'closeMember': return r.chance(0.05) && run(() => real.close());
      case 'size': return run(() => group.size + real.size);
      case 'iterate': return run(() => this.walk(group));
      case 'iterateMember': return run(() => this.walk(real));
      case 'pin': return run(() => this.leases.push((r.chance(0.5) ? group : real).pin(r.chance(0.5) ? id : key)));
      case 'release': return run(() => this.leases.splice(r.below(this.leases.length), 1)[0]?.release());
      case 'scope': return run(() => this.scopes.length < 3 && this.scopes.push(group.scope(id)));
      case 'endScope': return run(() => this.scopes.splice(r.below(this.scopes.length), 1)[0]?.release());
      case 'remaining': return run(() => this.ensure(!(group.remaining(id) < 0 || real.remaining(key) < 0), () => 'remaining below zero'));
      case 'sweep': return run(() => (r.chance(0.5) ? group : real).sweep());
      case 'shed': return run(() => (r.chance(0.5) ? group : real).shed(r.below(3)));
      case 'stats': return run(() => group.stats());
      case 'memberStats': return run(() => real.stats());
      case 'validate': return run(() => group.validate());
      case 'advance': return run(() => this.clock.advance(r.pick([0, 1, 5, 51, 260, 1001, 40_000])));
      case 'busy': return this.busy.delete(id) || this.busy.add(id);
      case 'insert': return isSet || this.store(member, key, (value) => real.getOrInsert(key, value) === value);
      case 'compute': return isSet || this.store(member, key, (value) => real.getOrInsertComputed(key, () => (this.reenter('a callback of getOrInsertComputed'), value)) === value);
      case 'load': return isSet || this.load(member, key);
      case 'subscribe': return run(() => this.emitter.listenerCount('gone') < 4 && (r.chance(0.5) ? group : real).deleteOn(this.emitter, 'gone', (gone) => (this.reenter('pick'), gone)));
      case 'emit': return run(() => this.emitter.emit('gone', key));
      case 'drop': return run(() => group.drop(id));
      case 'event': return run(() => group.handleEvent(events(this, id)));
      case 'talk': return this.talk(id);
      case 'groupTouch': return run(() => group.touch(id, r.chance(0.3) ? disguised(this, { ttl: 20 }) : undefined));
      case 'groupHas': return run(() => group.has(id));
      case 'settled': return run(() => void group.settled());
      default: throw new Error(kind);
    }
  }

  expected() {
    const { given } = this;
    return (error) => isClosed(error)
      || (error instanceof SessionLimitError && given.hardMaxSize !== undefined)
      || (error instanceof RangeError && given.maxBytes !== undefined && /can never fit/.test(error.message))
      // A tool's key may name no session.
      || (error instanceof TypeError && /sessionOf/.test(error.message))
      // Values of `talks` are histories.
      || (error instanceof TypeError && /histor/i.test(error.message));
  }

  put(member, key, ...options) {
    const { real, isSet } = member;
    this.store(member, key, (value) => (isSet ? real.add(key, ...options) : real.set(key, value, ...options)) && true);
  }

  store(member, key, fn) {
    if (member.name === 'talks') {
      this.attempt('store talks', () => fn({}), this.expected());
      return;
    }
    const line = Object.is(key, -0) ? 0 : key;
    const value = member.isSet ? line : {};
    member.ledger.begin(value, line);
    const { done, answer } = this.attempt(`store ${member.name}`, () => fn(value), this.expected());
    // What came too late, for a session that had just ended, is not stored, and nobody is told.
    const sure = !member.maybe || !done;
    member.ledger.end(value, sure ? done && answer !== false : undefined);
  }

  load(member, key) {
    const value = {};
    const line = Object.is(key, -0) ? 0 : key;
    this.loads += 1;
    const { done, answer } = this.attempt('load', () => member.real.getOrLoad(key, () => {
      if (member.name !== 'talks') {
        member.ledger.begin(value, line);
        member.ledger.end(value, undefined);
      }
      this.reenter('a loader');
      return this.r.chance(0.5) ? value : Promise.resolve().then(() => (this.reenter('a loader, later'), value));
    }));
    const ended = () => {
      this.loads -= 1;
    };
    if (!done) ended();
    else answer.then(ended, (error) => (ended(), this.attempt('load', () => { throw error; }, this.expected())));
  }

  talk(id) {
    const talks = this.members.get('talks')?.real;
    if (talks === undefined) return;
    this.attempt('talk', () => {
      const history = talks.of(id);
      this.reenter('a talk', { throws: false });
      history.push({ role: 'user', content: 'x'.repeat(this.r.below(300)) });
      if (this.r.chance(0.3)) history.window();
    }, (error) => this.expected()(error) || error instanceof HistoryGoneError);
  }

  walk(all) {
    let most = 30;
    for (const _ of all) {
      this.reenter('a body');
      most -= 1;
      if (most === 0) break;
    }
  }

  check() {
    this.calmly(() => {
      const { group, given } = this;
      group.validate();
      group.sweep();
      const stats = group.stats();
      const ids = [...group];
      this.ensure(group.size === ids.length && stats.size === ids.length, () => `size ${group.size}, ${ids.length} ids`);
      let entries = 0;
      for (const member of this.members.values()) entries += this.checkMember(member);
      this.ensure(stats.closed || stats.entries === entries, () => `${entries} entries in members, ${stats.entries} in stats()`);
      const left = Object.values(stats.removed).reduce((sum, n) => sum + n, 0);
      this.ensure(stats.added - left === stats.size, () => `${stats.added} sessions added, ${left} left, ${stats.size} there`);
      if (given.onRemove !== undefined) {
        for (const [reason, count] of Object.entries(stats.removed)) this.ensure(count === (this.told[reason] ?? 0), () => `${count} left for reason ${reason}, hooks were told of ${this.told[reason] ?? 0}`);
      }
      const free = given.isBusy === undefined && stats.pinned === 0;
      if (free) this.ensure(stats.size <= given.maxSize, () => `${stats.size} sessions, maxSize ${given.maxSize}, and nothing is kept`);
      this.checkFamilies();
      this.checkWeights();
      group.validate();
    });
    this.raise();
    this.renew();
  }

  /** Who was there at the last check, and is, has the parent that was there then: children end with their parents. */
  checkFamilies() {
    const { given, known, parents } = this;
    const now = new Map([...storeOf(this.group).owner.values()].map((session) => [session.id, session]));
    for (const [id, session] of now) {
      const parent = parents.get(id);
      // What `parentOf` says does not change here; events may say other things.
      if (given.parentOf === undefined || parent === undefined || known.get(id) !== session || session.ancestors[0] !== parent) continue;
      this.ensure(!known.has(parent) || now.get(parent) === known.get(parent), () => `session ${String(id)} is there, and its parent ${String(parent)} has ended`);
    }
    this.known = now;
  }

  /** What sessions weigh, as the core has it, is what their entries weigh. */
  checkWeights() {
    const { given, group } = this;
    // A clock that throws when a conversation has grown leaves it unweighed until its next use.
    for (const [, history] of this.members.get('talks')?.real ?? []) history.window({ maxMessages: 1 });
    const stats = group.stats();
    let sum = 0;
    for (const { name, real } of this.members.values()) {
      // Conversations count where there is a limit; each as much as the limit at most.
      if (name !== 'talks') sum += real.stats().bytes;
      else if (given.maxBytes !== undefined) for (const [, history] of real) sum += Math.min(history.byteLength, given.maxBytes);
    }
    this.ensure(stats.closed || Math.abs(stats.bytes - sum) < 1e-6, () => `sessions weigh ${stats.bytes}, their entries ${sum}`);
  }

  raise() {
    if (this.findings.length > 0) throw this.findings[0];
  }

  /** In place of what was closed there is something new. */
  renew() {
    this.calmly(() => {
      if (this.group.stats().closed) return this.begin();
      for (const { name, real } of this.members.values()) if (real.stats().closed) this.join(name);
      return undefined;
    });
  }

  /** Answers how many entries it has. */
  checkMember({ name, real, isSet, ledger, hooked }) {
    const entries = [...real.entries()];
    const inherited = [...(isSet ? Set : Map).prototype.entries.call(real)];
    const same = entries.length === inherited.length && entries.every(([key, value], at) => Object.is(key, inherited[at][0]) && Object.is(value, inherited[at][1]));
    this.ensure(same, () => `${name}: iteration shows ${entries.length} entries, the inherited slot ${inherited.length}, or others`);
    if (name === 'talks') {
      for (const [, history] of entries) history.validate();
      return entries.length;
    }
    ledger.balance(entries, hooked);
    const stats = real.stats();
    const left = Object.values(stats.removed).reduce((sum, n) => sum + n, 0);
    this.ensure(stats.size === entries.length && stats.added - left === stats.size, () => `${name}: ${stats.added} added, ${left} left, ${stats.size} there, ${entries.length} entries`);
    return entries.length;
  }

  async settle() {
    await drain();
    this.raise();
  }

  pending() {
    return this.calmly(() => this.group.stats().pendingHooks);
  }

  async finish() {
    for (let rounds = 40; rounds > 0 && (this.loads > 0 || this.pending() > 0); rounds -= 1) await drain();
    this.ensure(this.loads === 0 && this.pending() === 0, () => `${this.loads} loads and ${this.pending()} hooks never end`);
    this.quiet += 1;
    this.check();
    this.group.close();
    this.group.validate();
    for (const { name, real, ledger, hooked } of this.members.values()) {
      this.ensure(real.size === 0 && [...real].length === 0 && real.stats().closed, () => `${name}: closed, and not empty`);
      if (name !== 'talks') ledger.balance([], hooked);
    }
    this.ensure(this.group.size === 0, () => 'closed, and not empty');
    this.raise();
  }
}
