// Random populations: what the report says is what an independent count of them says, and a population
// that is reported on again and again goes the same way as its twin that is not. RSM_SEED=<seed> repeats a run.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { describe, test } from '../harness.mjs';
import { random, SEED } from '../support/random.mjs';

const require = createRequire(import.meta.url);
const { BoundedHistory, RobustSessionMap, RobustSessionSet, SessionGroup, memoryReport } = require('../../index.js');
const { ManualClock } = require('../../testing.js');
const { engineOf } = require('../../lib/engine.js');

const POPULATIONS = 40;
const STEPS = 300;
const KEYS = 12;

const trueSize = (collection) => Object.getOwnPropertyDescriptor((collection instanceof Map ? Map : Set).prototype, 'size').get.call(collection);

/** A clock whose timers never fire: what is due stays until an operation comes upon it. */
function deafClock() {
  let time = 0;
  return { now: () => time, setTimer: () => () => {}, advance: (ms) => { time += ms; } };
}

/** Structures of all kinds, and a count of each that is kept by hand. */
class Population {
  constructor(seed, tag) {
    const r = random(seed);
    this.r = r;
    this.tag = tag;
    this.log = [];
    // The last is looked at now and then only, as the default clock is.
    this.lagging = new ManualClock();
    this.clocks = [deafClock(), new ManualClock(), this.lagging];
    engineOf(this.lagging).exact = false;
    this.busy = new Set();
    this.members = [];
    this.subjects = Array.from({ length: 3 + r.below(5) }, (_, at) => this.make(at));
  }

  make(at) {
    const { r, tag } = this;
    const name = `${tag}-${at}`;
    const clock = r.pick(this.clocks);
    const kind = r.pick(['map', 'map', 'set', 'group', 'history']);
    const subject = { name, kind, clock };
    const count = { used: new Map(), weights: new Map(), pins: new Map(), removed: {}, errors: 0, trimmed: 0 };
    if (kind === 'history') {
      const onTrim = (messages) => { count.trimmed += messages.length; };
      return { ...subject, count, it: new BoundedHistory({ name, maxMessages: 2 + r.below(6), keepFirst: 0, onTrim }) };
    }
    const gone = (key, reason) => {
      for (const table of [count.used, count.weights, count.pins]) table.delete(key);
      count.removed[reason] = (count.removed[reason] ?? 0) + 1;
      this.log.push(`${at}:${key}:${reason}`);
      if (key % 5 === 0) {
        count.errors += 1;
        throw new Error('of a hook');
      }
    };
    const options = {
      name, clock, ttl: r.pick([50, 500, Infinity]), maxSize: r.pick([3, 8, Infinity]), maxBusy: r.pick([100, 5000]), onError: () => {},
      isBusy: r.chance(0.5) ? (_, key) => this.busy.has(key) : undefined,
    };
    if (kind === 'group') {
      delete options.isBusy;
      const it = new SessionGroup({ ...options, onRemove: gone });
      return { ...subject, count, it, parts: [it.map('direct', { sizeOf: (value) => value }), it.set('ids'), it.map('own', { sessionOf: (key) => Math.floor(key) })] };
    }
    const sized = r.chance(0.5) ? { sizeOf: (value) => value, maxBytes: r.pick([20, Infinity]) } : {};
    const onRemove = (key, value, reason) => { if (reason !== 'replace') gone(key, reason); };
    const Type = kind === 'map' ? RobustSessionMap : RobustSessionSet;
    return { ...subject, count, it: new Type({ ...options, ...sized, onRemove }), weighs: sized.sizeOf !== undefined };
  }

  step() {
    const { r } = this;
    const subject = r.pick(this.subjects);
    const { kind, it, clock, count } = subject;
    const key = r.below(KEYS);
    const value = 1 + r.below(5);
    if (r.chance(0.15)) {
      for (const each of this.clocks) each.advance(r.below(60));
      return;
    }
    if (r.chance(0.1)) {
      if (this.busy.has(key)) this.busy.delete(key);
      else this.busy.add(key);
      return;
    }
    if (kind === 'history') {
      it.push({ role: 'user', content: 'x'.repeat(r.below(400)) });
      return;
    }
    const target = kind === 'group' ? r.pick(subject.parts) : it;
    const own = target === subject.parts?.[2];
    const used = () => count.used.set(key, clock.now());
    switch (r.below(7)) {
      case 0: case 1: case 2:
        if (target instanceof Map) target.set(own ? key + value / 10 : key, value);
        else target.add(key);
        // Storing may throw nothing here: there is no hard limit, and no weight above maxBytes.
        used();
        if (subject.weighs) count.weights.set(key, target instanceof Map ? value : key);
        break;
      case 3: case 4:
        if (own ? target.get(key + value / 10) !== undefined : target instanceof Map ? target.get(key) !== undefined : target.has(key)) used();
        break;
      case 5:
        if (r.chance(0.3)) this.pin(subject, key);
        else count.pins.get(key)?.pop()?.lease.release();
        break;
      default:
        if (kind === 'group') it.drop(key);
        else it.delete(key);
    }
  }

  pin({ it, count, clock }, key) {
    const lease = it.pin(key);
    if (!lease.held) return;
    const held = count.pins.get(key) ?? [];
    count.pins.set(key, held);
    held.push({ lease, at: clock.now() });
  }

  /** What the report should say of a structure, from its own count. */
  expected({ kind, name, it, count, clock, parts, weighs }) {
    const least = (times) => Math.max(0, ...[...times].map((time) => clock.now() - time));
    if (kind === 'history') {
      const bytes = it.reduce((sum, message) => sum + message.content.length, 0);
      return { kind, name, entries: it.length, bytes, pinned: 0, oldestPin: 0, removed: { trim: count.trimmed }, hookErrors: 0 };
    }
    const pins = [...count.pins.values()].filter((held) => held.length > 0);
    const row = {
      kind, name, pinned: pins.length, oldestPin: least(pins.map(([{ at }]) => at)), oldestIdle: least(count.used.values()),
      removed: count.removed, hookErrors: count.errors,
    };
    if (kind === 'group') {
      const sum = (numbers) => [...numbers].reduce((a, b) => a + b, 0);
      const members = parts.map(trueSize);
      return {
        ...row, sessions: count.used.size, entries: sum(members), bytes: sum(Map.prototype.values.call(parts[0])),
        members: members.map((entries, at) => `${['direct', 'ids', 'own'][at]} ${entries}`),
      };
    }
    return { ...row, entries: trueSize(it), bytes: weighs ? [...count.weights.values()].reduce((a, b) => a + b, 0) : 0 };
  }

  check(context) {
    const rows = memoryReport().rows.filter((row) => row.name.startsWith(`${this.tag}-`));
    let seen = 0;
    for (const subject of this.subjects) {
      const row = rows.find((each) => each.name === subject.name);
      const expected = this.expected(subject);
      if (row === undefined) {
        assert.strictEqual(expected.entries, 0, context);
        continue;
      }
      seen += 1;
      const found = Object.fromEntries(Object.keys(expected).map((column) => [column, row[column]]));
      found.removed = Object.fromEntries(Object.entries(row.removed).filter(([reason, n]) => n > 0 || reason in expected.removed));
      // A cached time stamps uses late, never early.
      if (subject.clock === this.lagging && row.oldestIdle < expected.oldestIdle) found.oldestIdle = expected.oldestIdle;
      if (row.members !== undefined) found.members = row.members.map(({ name, entries }) => `${name} ${entries}`);
      assert.deepStrictEqual(found, expected, context);
      assert.ok(row.busy <= (row.sessions ?? row.entries) && row.oldestBusy >= 0 && (row.nativeBytes > 0 || row.kind === 'history'), context);
    }
    assert.strictEqual(rows.length, seen, context);
  }

  close() {
    for (const { it } of this.subjects) {
      assert.strictEqual(it.validate(), true);
      it.close();
    }
  }
}

describe('random populations', () => {
  test('are reported as an independent count has them', () => {
    for (let n = 0; n < POPULATIONS; n += 1) {
      const population = new Population(SEED + n, `model${n}`);
      for (let step = 0; step < STEPS; step += 1) {
        population.step();
        if (step % 20 === 0) population.check(`seed ${SEED + n}, step ${step}`);
      }
      population.close();
      assert.deepStrictEqual(memoryReport().rows.filter((row) => row.name.startsWith(`model${n}-`)), [], `seed ${SEED + n}`);
    }
  });

  test('go the same way whether they are reported on or not', () => {
    let removals = 0;
    for (let n = 0; n < POPULATIONS; n += 1) {
      const [watched, twin] = [new Population(SEED + n, 'watched'), new Population(SEED + n, 'twin')];
      for (let step = 0; step < STEPS; step += 1) {
        watched.step();
        memoryReport();
        twin.step();
        assert.deepStrictEqual(watched.log, twin.log, `seed ${SEED + n}, step ${step}`);
      }
      removals += twin.log.length;
      const states = [watched, twin].map(({ subjects }) => subjects.map(({ it, kind }) => (kind === 'history' ? it.length : { ...it.stats(), name: '' })));
      assert.deepStrictEqual(states[0], states[1], `seed ${SEED + n}`);
      watched.close();
      twin.close();
    }
    assert.ok(removals > 500, `${removals} removals`);
  });
});
