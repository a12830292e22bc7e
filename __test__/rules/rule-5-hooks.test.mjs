// Rule 5, first half: when hooks run, and what they may do. `clear`, `close` and `set` are in
// `rule-5-set-clear-close.test.mjs`.

import assert from 'node:assert';
import { EventEmitter } from 'node:events';
import { describe } from '../harness.mjs';
import { contract, keys, KINDS, put } from '../support/scope.mjs';

/** Each reason, and a way to have 'a' leave for it. */
const WAYS = {
  idle: [{ ttl: 100 }, (c, s) => s.advance(100)],
  age: [{ maxAge: 100 }, (c, s) => s.advance(100)],
  lru: [{ maxSize: 1 }, (c) => put(c, 'b')],
  bytes: [{ maxBytes: 1, sizeOf: () => 1 }, (c) => put(c, 'b')],
  'busy-timeout': [{ ttl: 100, maxBusy: 100 }, (c, s) => (c.pin('a'), s.advance(200))],
  pressure: [{}, (c) => c.shed(1)],
  delete: [{}, (c) => c.delete('a')],
  clear: [{}, (c) => c.clear()],
  close: [{}, (c) => c.close()],
  event: [{}, (c) => {
    const emitter = new EventEmitter();
    c.deleteOn(emitter, 'gone', (key) => key);
    emitter.emit('gone', 'a');
  }],
};

describe('remove first, call after: exactly once, with key, value and reason', () => {
  for (const kind of KINDS) {
    for (const [reason, [given, go]] of Object.entries(WAYS)) {
      contract(`${kind}: ${reason}`, (s) => {
        const calls = [];
        let c;
        const onRemove = (...args) => {
          calls.push([...args, c.size, keys(c).includes('a'), c.peek('a') || false]);
        };
        c = s.of(kind, { ...given, onRemove });
        put(c, 'a');
        go(c, s);
        const size = reason === 'lru' || reason === 'bytes' ? 1 : 0;
        assert.deepStrictEqual(calls, [['a', 'a', reason, size, false, false]]);
        s.advance(1000);
        assert.strictEqual(calls.filter(([key]) => key === 'a').length, 1);
        assert.strictEqual(c.stats().removed[reason] > 0, true);
      });
    }
  }

  contract('replace: the old value; the new one is in place already', (s) => {
    const calls = [];
    const m = s.map({ onRemove: (...args) => calls.push([...args, m.peek('a')]) });
    m.set('a', 1).set('a', 2);
    assert.deepStrictEqual(calls, [['a', 1, 'replace', 2]]);
  });

  contract('the value is the very object that was stored', (s) => {
    const value = { live: true };
    const m = s.map();
    m.set('a', value).delete('a');
    assert.strictEqual(s.log[0][1], value);
  });

  contract('without a hook, entries leave all the same', (s) => {
    for (const [reason, [given, go]] of Object.entries(WAYS)) {
      const m = s.map({ ...given, onRemove: undefined });
      put(m, 'a');
      go(m, s);
      assert.deepStrictEqual([m.peek('a'), m.stats().removed[reason]], [undefined, 1], reason);
    }
  });
});

describe('a synchronous hook has run when the operation returns', () => {
  for (const [reason, [given, go]] of Object.entries(WAYS)) {
    contract(reason, (s) => {
      const m = s.map(given);
      put(m, 'a');
      go(m, s);
      assert.deepStrictEqual(s.left().slice(0, 1), [`a:${reason}`]);
    });
  }
});

describe('hooks re-enter freely', () => {
  const INSIDE = {
    get: (m) => m.get('b'),
    set: (m) => m.set('c', 1),
    'set of the key that left': (m) => m.set('a', 'back'),
    delete: (m) => m.delete('b'),
    clear: (m) => m.clear(),
    close: (m) => m.close(),
    iterate: (m) => [...m],
    sweep: (m) => m.sweep(),
    shed: (m) => m.shed(1),
    pin: (m) => m.pin('b').release(),
    stats: (m) => m.stats(),
    validate: (m) => m.validate(),
    getOrInsert: (m) => m.getOrInsert('d', 1),
  };
  for (const [name, inside] of Object.entries(INSIDE)) {
    contract(`${name}, whatever the entry left for`, (s) => {
      for (const [reason, [given, go]] of Object.entries(WAYS)) {
        let calls = 0;
        const m = s.map({
          ...given,
          onRemove(key, value, why) {
            calls += 1;
            if (calls === 1) inside(m);
            assert.strictEqual(m.validate(), true, `${why} in the hook`);
          },
        });
        put(m, 'a');
        go(m, s);
        assert.ok(calls > 0, reason);
        assert.strictEqual(m.validate(), true, reason);
      }
      // Storing after `close` is the one thing that a hook is refused.
      const stored = ['set', 'set of the key that left', 'getOrInsert'].includes(name);
      assert.deepStrictEqual(s.errors.map(({ error, reason }) => [error.code, reason]), stored ? [['ERR_SESSION_CLOSED', 'close']] : []);
    });
  }
});

describe('removals they cause queue behind (a loop, no recursion)', () => {
  contract('the hook of a removal in a hook runs after it', (s) => {
    const events = [];
    const m = s.map({
      onRemove(key) {
        events.push(`${key} begins`);
        if (key === 'a') m.delete('b');
        if (key === 'b') m.delete('c');
        events.push(`${key} ends`);
      },
    });
    m.set('a', 1).set('b', 2).set('c', 3);
    m.delete('a');
    assert.deepStrictEqual(events, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  contract('behind those already waiting', (s) => {
    const order = [];
    const m = s.map({
      onRemove(key) {
        order.push(key);
        if (key === 'a') m.set('late', 1).delete('late');
      },
    });
    m.set('a', 1).set('b', 2).set('c', 3);
    m.clear();
    assert.deepStrictEqual(order, ['a', 'b', 'c', 'late']);
  });

  contract('a chain of 50,000 does not grow the stack', (s) => {
    let depth = 0;
    let deepest = 0;
    let calls = 0;
    const m = s.map({
      maxSize: Infinity,
      onRemove(key) {
        depth += 1;
        deepest = Math.max(deepest, depth);
        calls += 1;
        m.delete(key + 1);
        depth -= 1;
      },
    });
    for (let key = 0; key < 50_000; key += 1) m.set(key, key);
    m.delete(0);
    assert.deepStrictEqual({ calls, deepest, size: m.size }, { calls: 50_000, deepest: 1, size: 0 });
    assert.deepStrictEqual(s.errors, []);
  });

  contract('a hook that evicts by storing ends when it stops storing', (s) => {
    let more = 1000;
    const m = s.map({
      maxSize: 3,
      onRemove() {
        more -= 1;
        if (more > 0) m.set(`k${more}`, more);
      },
    });
    for (const key of ['a', 'b', 'c', 'd']) m.set(key, key);
    assert.deepStrictEqual([more, m.size], [0, 3]);
  });
});

describe('an async hook delays nothing', () => {
  contract('the operation returns, and others run, while it is under way', async (s) => {
    let finish;
    const gate = new Promise((resolve) => (finish = resolve));
    const m = s.map({
      async onRemove(key) {
        s.log.push([key, undefined, 'begun']);
        await gate;
        s.log.push([key, undefined, 'done']);
      },
    });
    m.set('a', 1).set('b', 2);
    m.delete('a');
    m.delete('b');
    assert.deepStrictEqual([s.left(), m.stats().pendingHooks], [['a:begun', 'b:begun'], 2]);
    let settled = false;
    const waiting = m.settled().then(() => (settled = true));
    await Promise.resolve();
    assert.strictEqual(settled, false);
    finish();
    await waiting;
    assert.deepStrictEqual([s.left(), m.stats().pendingHooks], [['a:done', 'b:done'], 0]);
  });

  contract('settled: resolves at once without hooks under way, and never rejects', async (s) => {
    const m = s.map({ onRemove: async () => Promise.reject(new Error('late')) });
    assert.strictEqual(await m.settled(), undefined);
    m.set('a', 1).delete('a');
    assert.strictEqual(await m.settled(), undefined);
    assert.deepStrictEqual(s.errors.map(({ error, key, reason }) => [error.message, key, reason]), [['late', 'a', 'delete']]);
    assert.strictEqual(await s.map().settled(), undefined);
  });
});

describe('a throw goes to onError', () => {
  for (const kind of KINDS) {
    contract(`${kind}: with key and reason; the operation and the other hooks go on`, (s) => {
      const failure = new Error('in a hook');
      const seen = [];
      const c = s.of(kind, {
        onRemove(key) {
          seen.push(key);
          if (key !== 'b') throw failure;
        },
      });
      for (const key of ['a', 'b', 'c']) put(c, key);
      assert.strictEqual(c.delete('a'), true);
      c.clear();
      assert.deepStrictEqual(seen, ['a', 'b', 'c']);
      assert.deepStrictEqual(s.errors, [{ error: failure, key: 'a', reason: 'delete' }, { error: failure, key: 'c', reason: 'clear' }]);
      assert.deepStrictEqual([c.size, c.stats().errors], [0, 2]);
    });
  }

  contract('a set whose eviction\'s hook throws has stored', (s) => {
    const m = s.map({
      maxSize: 1,
      onRemove() {
        throw new Error('in a hook');
      },
    });
    m.set('a', 1);
    assert.strictEqual(m.set('b', 2), m);
    assert.deepStrictEqual([[...m], s.errors.length], [[['b', 2]], 1]);
  });

  contract('without onError, or when it throws too, to process.emitWarning', (s) => {
    const { emitWarning } = process;
    const warned = [];
    process.emitWarning = (warning) => void warned.push(warning.message);
    try {
      const onRemove = () => {
        throw new Error('in a hook');
      };
      const onError = () => {
        throw new Error('in onError');
      };
      s.map({ onRemove, onError: undefined }).set('a', 1).delete('a');
      s.map({ onRemove, onError }).set('a', 1).delete('a');
    } finally {
      process.emitWarning = emitWarning;
    }
    assert.deepStrictEqual(warned, ['in a hook', 'in onError']);
  });
});
