// A clock of the user's whose setTimer, or what it returns, comes back: tables and core may not agree just then.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { afterEach, describe, test } from './harness.mjs';

const require = createRequire(import.meta.url);
const { RobustSessionMap } = require('../index.js');

const { emitWarning } = process;
afterEach(() => {
  process.emitWarning = emitWarning;
});

/** What is warned of during an act. */
function warnings(act) {
  const told = [];
  process.emitWarning = (warning) => told.push(String(warning?.message ?? warning));
  act();
  return told;
}

describe('a collection of the same clock cannot be used', () => {
  const uses = {
    set: (map) => map.set('o1', 2),
    get: (map) => map.get('o0'),
    has: (map) => map.has('o0'),
    touch: (map) => map.touch('o0', { ttl: 1e6 }),
    delete: (map) => map.delete('o0'),
    size: (map) => map.size,
    validate: (map) => map.validate(),
  };
  for (const [name, use] of Object.entries(uses)) {
    for (const where of ['setTimer', 'the cancelling function']) {
      test(`in ${where}: ${name} throws, and changes nothing`, () => {
        let other;
        let cancels = 0;
        const errors = [];
        const attempt = () => {
          if (other === undefined) return;
          try {
            use(other);
          } catch (error) {
            errors.push(error.message);
          }
        };
        const clock = {
          now: () => 0,
          setTimer() {
            if (where === 'setTimer') attempt();
            return () => {
              cancels += 1;
              if (where !== 'setTimer') attempt();
            };
          },
        };
        const o = new RobustSessionMap({ clock, ttl: Infinity }, [['o0', 1]]);
        const map = new RobustSessionMap({ clock, ttl: Infinity, maxSize: 10 });
        for (let i = 0; i < 5; i += 1) map.set(i, `v${i}`);
        map.set('first', 1, { ttl: 1000 }); // arms the timer
        other = o;
        map.set('mine', 'm', { ttl: 100 }); // arms it earlier
        other = undefined;
        assert.ok(errors.length > 0 && errors.every((message) => /setTimer.*must not use a collection of the same clock/.test(message)), errors[0]);
        assert.ok(cancels > 0);
        assert.strictEqual(map.get('mine'), 'm');
        assert.ok(map.delete('mine') && map.delete(0));
        assert.deepStrictEqual([...o], [['o0', 1]]);
        assert.ok(map.validate() && o.validate());
      });
    }
  }
});

test('a function called at once is told about, and expiry goes on by access', () => {
  let time = 0;
  const clock = { now: () => time, setTimer: (fn) => fn() };
  let map;
  const told = warnings(() => {
    map = new RobustSessionMap({ clock, ttl: 100 }, [['a', 1]]);
  });
  assert.ok(told.some((message) => message.includes('must call its function later')), told.join());
  time = 100;
  assert.strictEqual(map.get('a'), undefined);
  assert.strictEqual(map.validate(), true);
});
