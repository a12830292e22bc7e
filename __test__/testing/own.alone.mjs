// `expectNoLeak` on this library itself: a million operations of each group of methods leave nothing behind.

import assert from 'node:assert';
import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, test } from '../harness.mjs';

const require = createRequire(import.meta.url);
const {
  BoundedHistory, RobustSessionMap, RobustSessionSet, SessionGroup, SharedHistory, memoryReport,
} = require('../../index.js');
const { ManualClock, SessionLeakError, expectNoLeak } = require('../../testing.js');

const folder = mkdtempSync(join(tmpdir(), 'own-'));
afterAll(() => rmSync(folder, { recursive: true }));

const OPERATIONS = 1_000_000;
const WARMUP = 10;
const ROUNDS = 40;
const PER_ROUND = OPERATIONS / (WARMUP + ROUNDS);
/** Half a byte an operation: what one in ten leaves behind would be more. Hash tables that come and go make noise. */
const LIMIT = PER_ROUND / 2;

const user = (n) => ({ role: 'user', content: `question ${n}: ${'what was it? '.repeat(4)}` });
const says = (n) => ({ role: 'assistant', content: `answer ${n}: ${'it was this. '.repeat(4)}` });

/**
 * Each makes its structures and returns what does `count` operations, the `from`-th first, and what is audited and
 * closed at the end.
 * @type {Record<string, () => { run: (count: number, from: number) => unknown, own: { validate(): unknown, close(): void }[] }>}
 */
const GROUPS = {
  'reading a map': () => {
    const clock = new ManualClock();
    const map = new RobustSessionMap({ clock, touchOnHas: true });
    for (let n = 0; n < 1000; n += 1) map.set(n, { n });
    return {
      own: [map],
      run(count) {
        for (let n = 0; n < count; n += 8) {
          const key = n % 1500;
          map.get(key);
          map.get(key + 1);
          map.has(key + 2);
          map.peek(key + 3);
          map.touch(key + 4);
          map.remaining(key + 5);
          map.getOrInsert(n % 1000, 0);
          if (n % 4000 === 0) for (const entry of map) assert.ok(entry);
          else map.get(key + 7);
        }
      },
    };
  },
  'writing and evicting': () => {
    const clock = new ManualClock();
    const map = new RobustSessionMap({ clock, maxSize: 500, ttl: 1000 });
    const weighed = new RobustSessionMap({ maxBytes: 1000, sizeOf: (value) => value, maxAge: 1e6 });
    return {
      own: [map, weighed],
      run(count, from) {
        for (let n = from; n < from + count; n += 6) {
          map.set(n, { n });
          map.set(`${n}`, n, { ttl: 10 });
          map.set(n, 0);
          map.delete(n - 6);
          weighed.set(n % 700, n % 13);
          map.getOrInsertComputed(n - 12, (key) => key);
          if (n % 600 === 0) clock.advance(20);
        }
        map.clear();
      },
    };
  },
  'a set': () => {
    const set = new RobustSessionSet({ maxSize: 300 });
    return {
      own: [set],
      run(count, from) {
        for (let n = from; n < from + count; n += 5) {
          set.add(n).add(`${n}`);
          set.has(n);
          set.peek(n - 100);
          set.delete(n - 50);
        }
      },
    };
  },
  'leases': () => {
    let newest = 0;
    const map = new RobustSessionMap({ maxSize: 100, isBusy: (value) => value > newest - 10 });
    return {
      own: [map],
      run(count, from) {
        for (let n = from; n < from + count; n += 4) {
          newest = n;
          map.set(n, n);
          const lease = map.pin(n);
          map.pin(n - 50).release();
          lease.release();
        }
      },
    };
  },
  'hooks': () => {
    let told = 0;
    const map = new RobustSessionMap({ maxSize: 50, onRemove: () => { told += 1; } });
    const late = new RobustSessionMap({ maxSize: 50, onRemove: async () => { await undefined; told += 1; } });
    const failing = new RobustSessionMap({ maxSize: 1, onRemove: () => { throw new Error('mine'); }, onError: () => { told += 1; } });
    return {
      own: [map, late, failing],
      async run(count, from) {
        const before = told;
        for (let n = from; n < from + count; n += 4) {
          map.set(n, n);
          map.set(n, -n);
          late.set(n, n);
          if (n % 32 === 0) failing.set(n, n);
          else map.delete(n);
          if (n % 4000 === 0) await late.settled();
        }
        await late.settled();
        assert.ok(told > before + count / 4);
      },
    };
  },
  'getOrLoad': () => {
    const map = new RobustSessionMap({ maxSize: 100 });
    const load = async (key) => ({ key });
    const fail = () => Promise.reject(new Error('not there'));
    return {
      own: [map],
      async run(count, from) {
        for (let n = from; n < from + count; n += 100) {
          const asked = [];
          for (let k = 0; k < 98; k += 1) asked.push(map.getOrLoad(n + (k >> 1), load));
          asked.push(map.getOrLoad(`bad ${n}`, fail).catch(() => {}));
          asked.push(map.getOrLoad(`lost ${n}`, () => new Promise(() => {})));
          map.delete(`lost ${n}`);
          asked.pop();
          await Promise.all(asked);
        }
      },
    };
  },
  'members of a group': () => {
    const clock = new ManualClock();
    const group = new SessionGroup({ clock, maxSize: 50, tombstone: 5, parentOf: (id) => (id % 3 === 0 ? id - 1 : undefined), isBusy: (id) => id % 11 === 0 });
    const agents = group.map('agents');
    const seen = group.set('seen');
    const calls = group.map('calls', { sessionOf: (key) => Number(key.split(':')[0]), maxPerSession: 5, onRemove() {} });
    return {
      own: [group],
      run(count, from) {
        for (let n = from; n < from + count; n += 8) {
          const id = n >> 3;
          agents.set(id, { id });
          seen.add(id);
          calls.set(`${id}:1`, n);
          calls.set(`${id}:2`, n);
          agents.get(id);
          seen.has(id - 1);
          group.pin(id).release();
          if (id % 4 === 0) group.drop(id);
          else group.scope(id).release();
          if (n % 800 === 0) clock.advance(3);
        }
        clock.advance(5);
      },
    };
  },
  'events': () => {
    const group = new SessionGroup({ maxSize: 50 });
    const agents = group.map('agents');
    const map = new RobustSessionMap({ maxSize: 50 });
    const bus = new EventEmitter();
    map.deleteOn(bus, 'session.deleted', (id) => id);
    return {
      own: [group, map],
      run(count, from) {
        for (let n = from; n < from + count; n += 8) {
          const sessionID = `ses_${n}`;
          const info = { id: sessionID, parentID: n % 5 === 0 ? `ses_${n - 8}` : undefined };
          group.handleEvent({ type: 'session.created', properties: { info } });
          agents.set(sessionID, n);
          group.handleEvent({ type: 'session.status', properties: { sessionID, status: { type: 'busy' } } });
          group.handleEvent({ type: 'session.idle', properties: { sessionID } });
          if (n % 3 === 0) group.handleEvent({ type: 'session.deleted', properties: { info } });
          map.set(sessionID, n);
          bus.emit('session.deleted', sessionID);
          map.deleteOn(bus, 'other', (id) => id)();
        }
      },
    };
  },
  'pushing, trimming and reading a history': () => {
    const history = new BoundedHistory({ maxMessages: 30, onTrim() {} });
    return {
      own: [history],
      run(count, from) {
        for (let n = from; n < from + count; n += 10) {
          history.push(user(n), says(n));
          history.at(-1).content += ' And on.';
          assert.ok(history[history.length >> 1].content.length > 10);
          assert.ok(history.tokens > 0 && history.byteLength > 0);
          history.pop();
          history.push(says(n));
          if (n % 1000 === 0) assert.ok(history.window({ maxMessages: 5 }).length > 0 && history.toJSONBuffer().length > 0);
        }
      },
    };
  },
  'a shared history': () => {
    const history = new BoundedHistory({ maxMessages: 20 });
    return {
      own: [history],
      run(count, from) {
        const shared = SharedHistory.open(history.handle);
        for (let n = from; n < from + count; n += 10) {
          shared.push(user(n), says(n));
          for (let k = 1; k < 5; k += 1) shared.at(-k);
          for (let k = 0; k < 4; k += 1) assert.ok(shared.length > 0);
          if (n % 200 === 0) {
            history.refresh();
            assert.ok(shared.window({ maxMessages: 5 }).length > 0 && shared.toArray().length > 0);
          }
        }
        shared.close();
      },
    };
  },
};

describe('a million operations leave nothing behind', () => {
  for (const [name, make] of Object.entries(GROUPS)) {
    test(name, async () => {
      const { run, own } = make();
      let done = 0;
      await expectNoLeak(async (round) => {
        await run(PER_ROUND, round * PER_ROUND);
        done += PER_ROUND;
      }, { rounds: ROUNDS, warmup: WARMUP, maxGrowthPerRound: LIMIT, name });
      assert.ok(done >= OPERATIONS, `${done} operations`);
      for (const one of own) {
        one.validate();
        one.close();
      }
    });
  }

  test('and one operation in ten that left something behind would be found', async () => {
    const map = new RobustSessionMap();
    const kept = [];
    const found = await expectNoLeak((round) => {
      for (let n = 0; n < PER_ROUND; n += 1) {
        map.set(n % 100, n);
        if (n % 10 === 0) kept.push({ round });
      }
    }, { rounds: 10, maxGrowthPerRound: LIMIT, directory: folder }).catch((error) => error);
    assert.ok(found instanceof SessionLeakError, JSON.stringify(found));
    map.validate();
    map.close();
  });

  test('structures made, used and closed or dropped, and reports of them', async () => {
    await expectNoLeak(() => {
      for (let n = 0; n < 40; n += 1) {
        const group = new SessionGroup({ name: `group ${n % 3}` });
        group.map('agents').set(n, { n });
        group.history('talk').of(n).push(user(n));
        const map = new RobustSessionMap({ name: 'map', onRemove() {}, clock: n % 2 === 0 ? new ManualClock() : undefined }).set(n, n);
        const history = new BoundedHistory([user(n)]);
        assert.ok(memoryReport().rows.length >= 3);
        if (n % 4 === 0) continue;
        group.close();
        map.close();
        history.close();
      }
    }, { warmup: 20 });
  });
});
