// A group with the options of a combination and a member of every kind, beside the naive reference with
// the same ones. Answers, hooks, members and figures must agree.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { GroupReference } from '../support/group-reference.mjs';
import { outcome } from '../support/outcome.mjs';
import { MAX_BUSY } from './pair.mjs';

const require = createRequire(import.meta.url);
const { SessionGroup } = require('../../index.js');
const { ManualClock } = require('../../testing.js');
const { engineOf } = require('../../lib/engine.js');

const FAILURE = new Error('of a callback');
const explode = () => {
  throw FAILURE;
};
const BUSY = { none: undefined, some: (id) => id % 3 === 0, all: () => true, throwing: explode };
const HOOKS = { none: undefined, sync: () => undefined, async: async () => {}, throwing: explode };
const LIMITS = { none: {}, 1: { maxSize: 1 }, 25: { maxSize: 25 }, '25 to 40': { maxSize: 25, hardMaxSize: 40 } };

/** The axes that groups have. */
export const AXES = {
  hooks: ['none', 'sync', 'async', 'throwing'],
  busy: ['none', 'some', 'all', 'throwing'],
  pins: ['none', 'some'],
  ttl: [Infinity, 100],
  maxAge: [Infinity, 250],
  limit: ['none', '1', '25', '25 to 40'],
  bytes: ['none', '20'],
  population: [0, 1, 25, 50],
};

// Whole milliseconds are the sessions' deadlines: entries of members never fall due together with one.
const OWN_TTL = 70.5;
const sessionOf = (key) => Number(key.split(':')[0]);

/** A member of every kind; conversations are a map to the reference. */
const members = () => [
  { name: 'agents', kind: 'map', options: {} },
  { name: 'notified', kind: 'set', options: {} },
  { name: 'timers', kind: 'map', options: { ttl: OWN_TTL } },
  { name: 'tools', kind: 'map', options: { sessionOf, maxPerSession: 2, sizeOf: (value) => value % 3 } },
  { name: 'calls', kind: 'set', options: { sessionOf } },
  { name: 'talks', kind: 'history', options: {} },
];

/** Members with the session's id for a key. */
const OF_SESSIONS = new Set(['agents', 'notified', 'timers', 'talks']);

const CLOCKS = { exact: new ManualClock(), cached: new ManualClock() };
engineOf(CLOCKS.cached).exact = false;

const shown = (part) => (part instanceof Map || part instanceof Set ? [...part] : part);
const text = (line) => line.map((each) => (typeof each === 'object' && each !== null ? JSON.stringify(each) : String(each))).join(' ');

export class GroupPair {
  /** @param {any} combination */
  constructor({ clock, hooks, busy, pins, ttl, maxAge, limit, bytes, population }) {
    this.clock = CLOCKS[clock];
    this.lagging = clock === 'cached';
    this.hooks = hooks;
    this.log = [];
    this.errors = [];
    this.leases = [];
    this.told = 0;
    const limits = { ttl, maxAge, maxSize: Infinity, maxBusy: MAX_BUSY, ...LIMITS[limit], ...(bytes !== 'none' && { maxBytes: Number(bytes) }) };
    const isBusy = BUSY[busy];
    const heard = { ...limits, ...(isBusy && { isBusy }), clock: this.clock, onError: (error, { key, reason }) => void this.errors.push([error, key, reason]) };
    if (hooks !== 'none') heard.onRemove = (id, reason, parts) => this.hear(['group', id, reason, this.plain(parts)]);
    this.group = new SessionGroup(heard);
    const list = members();
    this.real = list.map(({ name, kind, options }) => {
      const own = hooks === 'none' ? options : { ...options, onRemove: (key, value, reason) => this.hear([name, key, name === 'talks' ? 'talk' : value, reason]) };
      return this.group[kind](name, own);
    });
    const keeps = (id) => {
      try {
        return isBusy(id);
      } catch {
        return true;
      }
    };
    const known = list.map(({ name, kind, options }) => ({ name, kind: kind === 'history' ? 'map' : kind, options: { ...options, ...(hooks !== 'none' && { onRemove() {} }) } }));
    this.model = new GroupReference({ ...limits, ...(isBusy && { isBusy: keeps }) }, known);
    this.model.sessions.now = this.clock.now();
    for (let id = 0; id < population; id += 1) this.fill(id, pins === 'some' && id % 4 === 1);
  }

  hear(line) {
    this.log.push(line);
    return HOOKS[this.hooks]();
  }

  /** A part by name; a conversation stands for itself. */
  plain(parts) {
    return Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, name === 'talks' ? 'talk' : shown(part)]));
  }

  /** Each session has entries in some of the members, so that each member begins some of them. */
  fill(id, pinned) {
    const at = id % this.real.length;
    this.store(at, id);
    if (pinned) this.leases.push([this.group.pin(id), this.model.sessions.pin(id)]);
    this.store((at + 2) % this.real.length, id);
    if (id % 2 === 0) this.store(0, id);
  }

  both(name, real, model) {
    const [found, expected] = [outcome(real), outcome(model)];
    const agree = Object.is(found.answer, expected.answer) && found.error === expected.error;
    if (!agree) assert.deepStrictEqual(found, expected, name);
    return found.answer;
  }

  keyOf(at, id, call = 0) {
    return this.model.members[at].o.sessionOf === undefined ? id : `${id}:${call}`;
  }

  store(at, id, call = 0) {
    const [real, model, key] = [this.real[at], this.model.members[at], this.keyOf(at, id, call)];
    if (model.name === 'talks') {
      this.both(`talk with ${id}`, () => void real.of(id), () => void (model.get(key) ?? model.set(key, 'talk')));
      return;
    }
    const value = id + call;
    this.both(`store ${key} in ${model.name}`, () => void (model.isSet ? real.add(key) : real.set(key, value)), () => model.set(key, value));
  }

  /** The read that touches. */
  read(at, id) {
    const [real, model, key] = [this.real[at], this.model.members[at], this.keyOf(at, id)];
    if (model.isSet) return this.both(`has ${key}`, () => real.has(key), () => model.has(key));
    return this.both(`get ${key} of ${model.name}`, () => real.get(key) !== undefined, () => model.get(key) !== undefined);
  }

  delete(at, id) {
    const key = this.keyOf(at, id);
    return this.both(`delete ${key}`, () => this.real[at].delete(key), () => this.model.members[at].delete(key));
  }

  ids() {
    const ids = this.model.sessions.state().map(([id]) => id);
    this.both('ids', () => [...this.group].join(), () => ids.join());
    return ids;
  }

  advance(ms) {
    if (this.lagging) this.size();
    this.clock.advance(ms);
    this.model.advance(ms);
    // A timer waits for a millisecond at least; half ones may have made it late.
    this.group.sweep();
    this.model.sweep();
  }

  size() {
    return this.both('size', () => this.group.size, () => {
      this.model.settle();
      return this.model.sessions.entries.length;
    });
  }

  compareLog() {
    const { log, model, errors, hooks } = this;
    if (hooks !== 'none') {
      const [found, expected] = [log.map(text).sort(), model.log.map(text).sort()];
      if (found.join() !== expected.join()) assert.deepStrictEqual(found, expected, 'hooks');
      this.membersFirst();
    }
    const thrown = errors.filter(([, , reason]) => reason !== undefined).map(([, key, reason]) => `${key} ${reason}`);
    const expected = hooks === 'throwing' ? log.map(([who, key, value, reason]) => `${key} ${who === 'group' ? value : reason}`) : [];
    if (thrown.join() !== expected.join()) assert.deepStrictEqual(thrown, expected, 'errors of hooks');
    assert.ok(errors.every(([error]) => error === FAILURE), 'another error than the callback’s was reported');
    this.told += log.length;
    for (const list of [log, model.log, errors]) list.length = 0;
  }

  /** Before a session's own hook runs, each member that held something of it has been told. */
  membersFirst() {
    const told = new Set();
    for (const [who, key, value, reason] of this.log) {
      if (who !== 'group') told.add(`${who} ${key} ${reason}`);
      else for (const name of Object.keys(reason)) {
        const known = OF_SESSIONS.has(name) && told.delete(`${name} ${key} ${value}`);
        assert.ok(known || !OF_SESSIONS.has(name), `the group was told of ${key} before ${name}`);
      }
    }
  }

  compareState() {
    const { group, model, real } = this;
    this.size();
    const { sessions } = model;
    const s = group.stats();
    const figures = [s.size, s.added, s.bytes, s.busy, s.pinned, s.entries, s.scopes];
    const entries = model.members.reduce((sum, member) => sum + member.entries.length, 0);
    const expected = [sessions.entries.length, sessions.counts.added, sessions.bytes(), sessions.busy(), sessions.pinned(), entries, 0];
    if (figures.join() !== expected.join()) assert.deepStrictEqual(figures, expected, 'size added bytes busy pinned entries scopes');
    for (const [reason, n] of Object.entries(s.removed)) {
      if (n !== (sessions.counts.removed[reason] ?? 0)) assert.strictEqual(n, sessions.counts.removed[reason] ?? 0, `removed by ${reason}`);
    }
    real.forEach((member, at) => {
      const naive = model.members[at];
      const found = [...member].map((entry) => (naive.name === 'talks' ? `${entry[0]},talk` : String(entry)));
      const wanted = naive.entries.map(({ key, value }) => (naive.isSet ? String(key) : `${key},${value}`));
      if (found.join(' ') !== wanted.join(' ')) assert.deepStrictEqual(found, wanted, naive.name);
    });
  }

  audit() {
    this.compareLog();
    this.compareState();
    this.compareLog();
    const { pendingHooks } = this.group.stats();
    const running = this.hooks === 'async' ? this.told : 0;
    if (pendingHooks !== running) assert.strictEqual(pendingHooks, running, 'hooks under way');
    if (this.group.validate() !== true) throw new Error('validate');
  }

  async close() {
    const { group, model } = this;
    this.size();
    this.compareLog();
    group.close();
    model.sessions.clear('close');
    this.compareLog();
    assert.strictEqual(group.size + [...group].length + this.real.reduce((sum, { size }) => sum + size, 0), 0, 'closed, and not empty');
    if (group.validate() !== true) throw new Error('validate');
    if (this.hooks !== 'async') return;
    await group.settled();
    assert.strictEqual(group.stats().pendingHooks, 0, 'hooks under way after settled()');
  }
}
