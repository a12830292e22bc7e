// Maps and sets whose callbacks keep giving them something to do.

import { describe } from '../harness.mjs';
import { endless } from './cases.mjs';

/** Every value that was stored is there or was told, once. */
const LEDGER = `
  let stored = 0;
  let told = 0;
  const put = (target) => target.set(stored += 1, stored);
  const balance = (...maps) => maps.reduce((sum, map) => sum + map.size, 0) + told === stored;
`;

describe('collections with callbacks that go on for ever', () => {
  endless('a hook that stores again, in a map that is full', `${LEDGER}
    const map = new RobustSessionMap({ maxSize: 2, onRemove: () => { told += 1; if (!stopped) put(map); } });
    for (let left = 3; left > 0; left -= 1) put(map);
    print('ended', map.validate(), told > 100);
    const before = told;
    await turns(5);
    print('goes on', told > before, map.stats().pendingHooks);
    stopped = true;
    await map.settled();
    print('all told', balance(map), map.stats().pendingHooks, map.validate());
  `, ['ended true true', 'goes on true 1', 'all told true 0 true']);

  endless('a hook that stores twice each time', `${LEDGER}
    const map = new RobustSessionMap({ maxSize: 2, onRemove: () => { told += 1; if (!stopped) { put(map); put(map); } } });
    for (let left = 3; left > 0; left -= 1) put(map);
    print('ended', map.validate());
    for (let left = 1000; left > 0; left -= 1) put(map);
    print('ended', map.validate());
    stopped = true;
    await map.settled();
    print('all told', balance(map), map.validate());
  `, ['ended true', 'ended true', 'all told true true']);

  endless('a hook that stores again, in a set', `
    let next = 0;
    const set = new RobustSessionSet({ maxSize: 2, onRemove: () => { if (!stopped) set.add(next += 1); } });
    for (let left = 3; left > 0; left -= 1) set.add(next += 1);
    stopped = true;
    await set.settled();
    const { added, removed: { lru } } = set.stats();
    print('ended', set.validate(), added - lru);
  `, ['ended true 2']);

  for (const [clock, time] of [['the default clock', ''], ['a clock that stands still', 'clock,']]) {
    endless(`a hook that stores what is due at once, ${clock}`, `${LEDGER}
      const clock = new ManualClock();
      const map = new RobustSessionMap({ ttl: 0, ${time} onRemove: () => { told += 1; if (!stopped) put(map); } });
      put(map);
      print('ended', map.size <= 1, [...map].length < 1100, map.sweep() < 10, map.stats().size <= 1, map.validate());
      clock.advance(20);
      print('ended', map.validate());
      await turns(5);
      stopped = true;
      clock.advance(20);
      await map.settled();
      print('all told', map.size, balance(map), map.validate());
    `, ['ended true true true true true', 'ended true', 'all told 0 true true']);

    endless(`a hook that fills a map that is due at once, whenever all of it has left, ${clock}`, `${LEDGER}
      const clock = new ManualClock();
      const fill = (map) => { for (let left = 2000; left > 0; left -= 1) put(map); };
      const map = new RobustSessionMap({ ttl: 0, maxSize: Infinity, ${time} onRemove: (key) => { told += 1; if (!stopped && key % 2000 === 0) { fill(map); map.size; } } });
      fill(map);
      print('ended', map.size <= 4000, map.validate());
      clock.advance(3);
      await turns(5);
      stopped = true;
      clock.advance(1);
      map.size;
      await map.settled();
      print('all told', map.size, balance(map), map.validate());
    `, ['ended true true', 'all told 0 true true']);
  }

  endless('a hook that makes a map which is due at once, on a clock that stands still', `
    const clock = new ManualClock();
    let made = 0;
    const make = () => {
      if (stopped) return;
      made += 1;
      new RobustSessionMap({ ttl: 0, clock, onRemove: make }).set('a', 1);
    };
    make();
    clock.advance(10);
    print('ended', made > 5);
    stopped = true;
    clock.advance(10);
    print('still', clock.pending);
  `, ['ended true', 'still 0']);

  endless('isBusy that stores what is due at once, and lets everything go', `${LEDGER}
    const clock = new ManualClock();
    const map = new RobustSessionMap({ ttl: 0, clock, isBusy: () => { if (!stopped) put(map); return false; }, onRemove: () => { told += 1; } });
    put(map);
    map.size;
    print('size', map.validate());
    map.sweep();
    map.shed(10);
    map.get(stored);
    print('ended', map.validate());
    clock.advance(10);
    print('ended', map.validate());
    stopped = true;
    clock.advance(10);
    print('all told', map.size, balance(map), map.validate());
  `, ['size true', 'ended true', 'ended true', 'all told 0 true true']);

  endless('isBusy that stores into a full map, and lets everything go', `${LEDGER}
    const map = new RobustSessionMap({ maxSize: 3, isBusy: () => { if (!stopped) put(map); return false; }, onRemove: () => { told += 1; } });
    for (let left = 10; left > 0; left -= 1) put(map);
    print('ended', map.validate());
    stopped = true;
    put(map);
    map.sweep();
    print('all told', map.size, balance(map), map.validate());
  `, ['ended true', 'all told 3 true true']);

  endless('isBusy that stores into a map that is too heavy', `${LEDGER}
    const map = new RobustSessionMap({ maxBytes: 30, sizeOf: () => 10, isBusy: () => { if (!stopped) put(map); return false; }, onRemove: () => { told += 1; } });
    for (let left = 10; left > 0; left -= 1) put(map);
    print('ended', map.validate());
    stopped = true;
    put(map);
    map.sweep();
    print('all told', map.size, balance(map), map.validate());
  `, ['ended true', 'all told 3 true true']);

  endless('onError that stores again, of a hook that throws', `
    let next = 0;
    const map = new RobustSessionMap({ maxSize: 1, onRemove: () => { throw new Error('boom'); }, onError: () => { if (!stopped) map.set(next += 1, 1); } });
    for (let left = 3; left > 0; left -= 1) map.set(next += 1, 1);
    stopped = true;
    await map.settled();
    const { errors, removed: { lru } } = map.stats();
    print('ended', map.validate(), errors === lru, map.size);
  `, ['ended true true 1']);

  endless('a hook that stores again, in a map that is closed or dropped meanwhile', `${LEDGER}
    const map = new RobustSessionMap({ maxSize: 2, onRemove: () => { told += 1; if (!map.stats().closed) put(map); } });
    for (let left = 3; left > 0; left -= 1) put(map);
    map.close();
    await map.settled();
    print('all told', told === stored, map.stats().pendingHooks);
    let heard = 0;
    let most = 5000;
    (() => {
      const dropped = new RobustSessionMap({ maxSize: 1, onRemove: () => { heard += 1; if (heard < most) dropped.set(heard, 1); } });
      dropped.set('a', 1);
      dropped.set('b', 1);
    })();
    gc();
    await turns(50);
    print('heard', heard);
  `, ['all told true 0', 'heard 5000']);

  endless('at the end of the process, hooks that store again', `
    let heard = 0;
    const map = new RobustSessionMap({ maxSize: 2, exitTimeout: 50, onRemove: () => { heard += 1; map.set(heard, 1); } });
    globalThis.map = map;
    for (let left = 3; left > 0; left -= 1) map.set('k' + left, 1);
    process.on('exit', () => print('exit', heard > 3));
  `, ['exit true']);

  endless('at process.exit, what waits is told', `${LEDGER}
    let heard = 0;
    const map = globalThis.map = new RobustSessionMap({ maxSize: 1, onRemove: () => { heard += 1; if (heard < 1500) map.set(heard, 1); } });
    map.set('a', 1);
    map.set('b', 1);
    const closed = new RobustSessionMap({ maxSize: 1, onRemove: () => { told += 1; if (!closed.stats().closed) put(closed); }, onError: () => {} });
    put(closed);
    put(closed);
    closed.close();
    print('some', heard < 1500, told < stored);
    process.on('exit', () => print('exit', heard, told === stored));
    process.exit(0);
  `, ['some true true', 'exit 1500 true']);

  endless('subscribers of channels that evict, and that make hooks fail', `
    const { subscribe } = require('node:diagnostics_channel');
    let published = 0;
    let counted = 0;
    let next = 0;
    const map = new RobustSessionMap({ maxSize: 2 });
    const other = new RobustSessionMap({ maxSize: 1, name: 'other', onRemove: () => { throw new Error('boom'); }, onError: () => {} });
    subscribe('robust-session-map:evict', ({ name, count }) => {
      if (name === 'other') return;
      published += 1;
      counted += count;
      if (!stopped) map.set(next += 1, 1);
    });
    subscribe('robust-session-map:hook-error', ({ name }) => { if (name === 'other' && !stopped) other.set(next += 1, 1); });
    for (let left = 3; left > 0; left -= 1) map.set(next += 1, 1);
    other.set('a', 1).set('b', 1);
    await turns(5);
    const before = published;
    await turns(5);
    print('goes on', before > 0, published > before, map.validate());
    stopped = true;
    await turns(5);
    print('all published', counted === map.stats().removed.lru);
  `, ['goes on true true true', 'all published true']);

  endless('a clock whose timers fire at once, within setTimer', `${LEDGER}
    for (const step of [0, 1]) {
      let now = 0;
      let fired = 0;
      const clock = { now: () => (now += step), setTimer: (fn) => { fired += 1; fn(); } };
      const map = new RobustSessionMap({ ttl: 0, clock, onRemove: () => { told += 1; if (fired < 100) put(map); } });
      put(map);
      print('ended', map.validate(), fired <= 200);
    }
  `, ['ended true true', 'ended true true']);

  endless('what calls itself without end is an error, and nothing is half done', `
    const tries = {
      sizeOf: () => { const map = new RobustSessionMap({ maxBytes: 10, sizeOf: () => { if (!stopped) map.set('q', 1); return 1; } }); return map; },
      'clock.now': () => { let map; map = new RobustSessionMap({ clock: { now: () => { if (!stopped) map?.has('x'); return 0; } } }); return map; },
      parentOf: () => { const group = new SessionGroup({ parentOf: (id) => { if (!stopped) map.set(id + 'x', 1); } }); const map = group.map('m'); return map; },
      sessionOf: () => { const map = new SessionGroup().map('m', { sessionOf: (key) => { if (!stopped) map.set(key + 'x', 1); return key; } }); return map; },
    };
    for (const [name, make] of Object.entries(tries)) {
      stopped = false;
      const map = make();
      let error;
      try { map.set('a', 1); map.has('a'); } catch (thrown) { error = thrown; }
      stopped = true;
      print(name, error === undefined || error instanceof RangeError, map.validate());
      map.set('b', 2);
      print(map.get('b'), map.validate());
    }
  `, ['sizeOf', 'clock.now', 'parentOf', 'sessionOf'].flatMap((name) => [`${name} true true`, '2 true']));

  endless('a timer on a ManualClock that sets itself again with no delay', `
    const clock = new ManualClock();
    let fired = 0;
    const again = () => { fired += 1; clock.setTimer(again, 0); };
    clock.setTimer(again, 0);
    clock.advance(5);
    print('fired', fired, clock.now(), clock.pending);
  `, ['fired 6 5 1']);
});
