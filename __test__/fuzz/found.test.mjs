// What the fuzzer has found, each as a case of its own.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { describe, test } from '../harness.mjs';
import { contract, put, read, KINDS } from '../support/scope.mjs';

const require = createRequire(import.meta.url);
const { RobustSessionMap, SessionGroup } = require('../../index.js');
const { ManualClock } = require('../../testing.js');

describe('sweep takes a collection back below its limits when a kept entry has been used since', () => {
  for (const kind of KINDS) {
    contract(kind, (scope) => {
      const all = scope.of(kind, { ttl: 10, maxSize: 1, isBusy: (value, key) => key === 'a', touchOnHas: true });
      put(all, 'a');
      scope.advance(1);
      put(all, 'b');
      read(all, 'a'); // kept no more: in use
      assert.deepStrictEqual([all.size, all.stats().busy], [2, 0]);
      assert.strictEqual(all.sweep(), 1);
      assert.deepStrictEqual(scope.left(), ['b:lru']);
    });
  }

  test('group', () => {
    const group = new SessionGroup({ ttl: 10, maxSize: 1, isBusy: (id) => id === 'a', clock: new ManualClock() });
    const member = group.map('m').set('a', 1).set('b', 1);
    for (const sweep of [() => group.sweep(), () => member.sweep()]) {
      member.set('b', 1).get('a');
      assert.strictEqual(group.size, 2);
      assert.strictEqual(sweep(), 1);
      assert.deepStrictEqual([...group], ['a']);
    }
    group.validate();
  });
});

describe('keys that cannot be looked at', () => {
  const noticed = () => {
    throw new Error('its code was run');
  };
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();

  test('an error message shows them without running their code', () => {
    const map = new RobustSessionMap({ clock: new ManualClock() });
    for (const hostile of [proxy, { toString: noticed, [Symbol.toPrimitive]: noticed }]) {
      assert.throws(() => map.shed(/** @type {any} */ (hostile)), /n must be an integer ≥ 0 \(or Infinity\), not an object/);
    }
  });

  test('the audit of a group does not either', () => {
    const group = new SessionGroup({ clock: new ManualClock() });
    const member = group.map('m');
    for (const hostile of [proxy, { toString: noticed, [Symbol.toPrimitive]: noticed }]) member.set(hostile, 1);
    assert.strictEqual(group.validate(), true);
    assert.strictEqual(group.size, 2);
  });
});

/** A clock that runs `at` once when it is read. */
class Interrupted extends ManualClock {
  at = undefined;

  now() {
    const { at } = this;
    this.at = undefined;
    at?.();
    return super.now();
  }
}

describe("a clock's own code does not come between the halves of a step", () => {
  test('a lease that could not be given back, since the clock threw, can be given back later', () => {
    const clock = new Interrupted();
    const group = new SessionGroup({ clock });
    for (const [all, pin] of [[new RobustSessionMap({ clock }).set('a', 1)], [group.map('m').set('a', 1), group]].map(([map, other]) => [map, other ?? map])) {
      const lease = pin.pin('a');
      clock.at = () => {
        throw new Error('clock');
      };
      assert.throws(() => lease.release(), { message: 'clock' });
      assert.deepStrictEqual([lease.held, all.stats().pinned], [true, 1]);
      group.validate();
      assert.strictEqual(lease.release(), true);
      assert.deepStrictEqual([lease.held, all.stats().pinned, lease.release()], [false, 0, false]);
      group.validate();
    }
  });

  test('a lease that the clock gives back is given back once', () => {
    const clock = new Interrupted();
    const map = new RobustSessionMap({ clock }).set('a', 1);
    const lease = map.pin('a');
    const other = map.pin('a');
    let inner;
    clock.at = () => {
      inner = lease.release();
    };
    assert.deepStrictEqual([lease.release(), inner, other.held], [false, true, true]);
  });

  for (const act of ['drop', 'clear']) {
    test(`${act} at any reading of the clock while an entry with a key of its own is stored`, () => {
      for (let reading = 0; reading < 6; reading += 1) {
        const clock = new Interrupted();
        const left = [];
        const group = new SessionGroup({ clock });
        const tools = group.map('tools', { sessionOf: (key) => key.split(':')[0], onRemove: (key) => void left.push(key) });
        tools.set('s:1', 1);
        let readings = reading;
        const later = () => {
          if (readings === 0) group[act]('s');
          else clock.at = later;
          readings -= 1;
        };
        clock.at = later;
        try {
          tools.set('s:2', 2);
        } catch (error) {
          assert.fail(error.stack);
        }
        clock.at = undefined;
        assert.strictEqual(group.validate(), true);
        assert.ok(tools.size + left.length >= 1);
      }
    });
  }
});

describe('a write to a session that fails leaves it as it was', () => {
  test('its weight too', () => {
    let act = () => {};
    const group = new SessionGroup({ clock: new ManualClock(), maxBytes: 3, isBusy: () => (act(), false) });
    group.map('m', { sizeOf: () => 1 }).set('a', 1).set('s', 1);
    const tools = group.map('tools', { sessionOf: (key) => key.split(':')[0], sizeOf: () => 2 });
    // Room is made for the entry, and the member is closed by the question about `a`.
    act = () => void tools.close();
    assert.throws(() => tools.set('s:1', 1), { code: 'ERR_SESSION_CLOSED' });
    assert.strictEqual(group.validate(), true);
    assert.deepStrictEqual([[...group], group.stats().bytes], [['s'], 1]);
  });

  test('a write under way is no lease, and one that is taken meanwhile holds', () => {
    let ask = () => {};
    const group = new SessionGroup({ clock: new ManualClock(), maxBytes: 2, isBusy: () => (ask(), false) });
    const map = group.map('m', { sessionOf: (key) => key.split(':')[0], sizeOf: () => 1 }).set('a:1', 1).set('b:1', 1);
    const seen = [];
    let lease;
    ask = () => {
      // An error here would be taken for one of the callback.
      seen.push(group.validate());
      lease ??= group.pin('b');
      seen.push(group.stats().pinned, group.validate());
    };
    map.set('b:2', 1);
    assert.deepStrictEqual(seen, [true, 1, true]);
    assert.deepStrictEqual([[...group], lease.held, group.stats().pinned], [['b'], true, 1]);
    assert.strictEqual(group.validate(), true);
  });
});
