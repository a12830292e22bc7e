// A map that nobody holds is collected, whatever it was used for. Fifty are made each time: all go on
// Node; on Bun, whose scan of the stack is conservative, one or two may seem to be in use.

import assert from 'node:assert';
import { EventEmitter, setMaxListeners } from 'node:events';
import { createRequire } from 'node:module';
import { collected, describe, test } from './harness.mjs';

const require = createRequire(import.meta.url);
const { RobustSessionMap, RobustSessionSet } = require('../index.js');
const { ManualClock, nativeUsage } = require('../testing.js');
const { engineOf } = require('../lib/engine.js');

const MAPS = 50;
const FEWEST = process.versions.bun === undefined ? 50 : 48;

const emitter = new EventEmitter();
const target = new EventTarget();
setMaxListeners(0, emitter, target);
const clock = new ManualClock();
const lagging = new ManualClock();
engineOf(lagging).exact = false;
let hooksRun = 0;
const count = () => {
  hooksRun += 1;
};

const filled = (map) => {
  for (let n = 0; n < 20; n += 1) map.set(n, { n });
  return map;
};

/** What was done with a map before it was dropped; each returns the collection. */
const LIVES = {
  'with live entries': () => filled(new RobustSessionMap()),
  'a set with live values': () => new RobustSessionSet(null, [1, 'two', {}]),
  'with a value that references its own map': () => {
    const map = new RobustSessionMap();
    return map.set('session', { map });
  },
  'with itself as key and value': () => {
    const map = new RobustSessionMap();
    return map.set(map, map);
  },
  'with hook closures over the map': () => {
    const map = new RobustSessionMap({
      onRemove: (key) => map.has(key) || count(),
      onError: () => map.clear(),
      isBusy: (value, key) => map.peek(key) === undefined,
      sizeOf: () => (map === undefined ? 0 : 1),
    });
    return filled(map);
  },
  'with the timer armed': () => filled(new RobustSessionMap({ ttl: 60_000, onRemove: count })),
  'with the timer of a clock that lives on': () => filled(new RobustSessionMap({ ttl: 60_000, clock, onRemove: count })),
  'with a clock that holds its map': () => {
    const owner = {
      now: () => 1,
      sessions: undefined,
    };
    owner.sessions = filled(new RobustSessionMap({ ttl: 60_000, clock: owner }));
    return owner.sessions;
  },
  'as the last one that logged': () => {
    const map = filled(new RobustSessionMap());
    map.get(1);
    map.has(2);
    return map;
  },
  'with slots granted ahead': () => filled(new RobustSessionMap({ maxSize: 15, clock: lagging })),
  'with limits of every kind': () => {
    const map = filled(new RobustSessionMap({ maxAge: 50_000, maxBytes: 1000, sizeOf: () => 1, hardMaxSize: 5000, clock, onRemove: count }));
    return map.set('own', 1, { ttl: 10, maxAge: 20, size: 3 });
  },
  'with busy entries': () => {
    const map = filled(new RobustSessionMap({ maxSize: 20, isBusy: () => true, clock }));
    return map.set('more', 1);
  },
  'with leases held': () => {
    const map = filled(new RobustSessionMap());
    map.set('lease', map.pin(1)).pin(1);
    return map;
  },
  'with an iterator under way': () => {
    const map = filled(new RobustSessionMap());
    map.set('steps', map.entries()).get('steps').next();
    return map;
  },
  'with a load under way': () => {
    const map = filled(new RobustSessionMap());
    map.getOrLoad('k', () => new Promise(() => {}));
    return map;
  },
  'with an async hook under way': () => {
    const map = filled(new RobustSessionMap({ onRemove: () => new Promise(() => {}) }));
    map.delete(1);
    map.settled();
    return map;
  },
  'with a subscription to an emitter that lives on': () => {
    const map = filled(new RobustSessionMap());
    map.deleteOn(emitter, 'gone', (key) => key);
    map.deleteOn(target, 'gone', (event) => event.type);
    return map;
  },
  'with a subscription whose pick closes over the map': () => {
    const map = filled(new RobustSessionMap());
    map.deleteOn(emitter, 'gone', (key) => (map.has(key) ? key : undefined));
    return map;
  },
  'with a subscription to an emitter of its own': () => {
    const map = filled(new RobustSessionMap());
    const own = new EventEmitter();
    map.deleteOn(own, 'gone', (key) => own && map && key);
    return map.set('emitter', own);
  },
  'closed': () => {
    const map = filled(new RobustSessionMap({ onRemove: () => {} }));
    map.close();
    return map;
  },
  'cleared': () => {
    const map = filled(new RobustSessionMap());
    map.clear();
    return map;
  },
  'of a class of the user': () => filled(new (class Sessions extends RobustSessionMap {})()),
};

/** Makes the maps where no variable of a test can hold one. */
function drop(make) {
  const refs = [];
  for (let n = 0; n < MAPS; n += 1) refs.push(new WeakRef(make()));
  return refs;
}

/** Native usage, with this thread's default engine and the shared clocks up to date. */
function usage() {
  for (const options of [{}, { clock }, { clock: lagging }]) {
    const map = new RobustSessionMap(options).set('k', 1);
    for (let n = 0; n < 300; n += 1) map.stats(); // an engine publishes every 256 calls
    map.close();
  }
  return nativeUsage();
}

describe(`a dropped map is collected: ${FEWEST} of ${MAPS} and more`, () => {
  for (const [life, make] of Object.entries(LIVES)) {
    test(life, async () => {
      hooksRun = 0;
      const gone = await collected(drop(make));
      assert.ok(gone >= FEWEST, `${gone} of ${MAPS}`);
      assert.strictEqual(hooksRun, 0, 'collection is not removal');
    });
  }

  test('and its native memory comes back', async () => {
    usage();
    const before = usage();
    for (const make of Object.values(LIVES)) await collected(drop(make));
    let after = usage();
    for (let round = 0; round < 20 && after.maps > before.maps + 5; round += 1) {
      await collected([new WeakRef({})]); // finalizers run late
      after = usage();
    }
    assert.ok(after.maps <= before.maps + 5, `${before.maps} maps before, ${after.maps} after`);
    assert.ok(after.entries <= before.entries + 5 * 21, `${before.entries} entries before, ${after.entries} after`);
    assert.ok(after.bytes <= before.bytes + 50_000, `${before.bytes} bytes before, ${after.bytes} after`);
  });

  test('an engine goes with its clock, native part included', async () => {
    const before = nativeUsage().engines;
    const refs = drop(() => {
      const own = new ManualClock();
      filled(new RobustSessionMap({ clock: own, ttl: 10, onRemove: count }));
      return own;
    });
    assert.strictEqual(nativeUsage().engines, before + MAPS);
    assert.ok(await collected(refs) >= FEWEST);
    for (let round = 0; round < 20 && nativeUsage().engines > before; round += 1) await collected([new WeakRef({})]);
    assert.ok(nativeUsage().engines <= before + MAPS - FEWEST, `${nativeUsage().engines} engines, ${before} before`);
  });
});
