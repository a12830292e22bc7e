// Use of maps and a set that share a clock, of every kind that reaches the core.

import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { RobustSessionMap, RobustSessionSet, SessionLimitError } = require('../../index.js');

/**
 * Returns what the hooks were told.
 *
 * @param {ReturnType<typeof import('./random.mjs').random>} r
 * @param {any} clock
 * @param {number} [steps]
 */
export function traffic(r, clock, steps = 4000) {
  const told = [];
  const onRemove = (key, value, reason) => told.push(reason);
  const busy = new Set();
  const collections = [
    new RobustSessionMap({ clock, ttl: 500, maxSize: 20, onRemove }),
    new RobustSessionMap({ clock, ttl: 900, maxAge: 600, maxSize: 8, maxBusy: 3000, isBusy: (v) => busy.has(v % 40), onRemove }),
    new RobustSessionMap({ clock, ttl: Infinity, maxBytes: 50, sizeOf: (v) => v % 10, onRemove }),
    new RobustSessionSet({ clock, ttl: 700, maxSize: 5, onRemove }),
    new RobustSessionMap({ clock, ttl: 2000, maxSize: 2, hardMaxSize: 3, onRemove }),
  ];
  const events = new EventEmitter();
  for (const one of collections) one.deleteOn(events, 'gone', (key) => key);
  const leases = [];
  for (let step = 0; step < steps; step += 1) {
    const one = r.pick(collections);
    const key = r.below(40);
    switch (r.below(11)) {
      case 0: case 1: case 2:
        try {
          if (one instanceof Map) one.set(key, r.below(100), r.chance(0.1) ? { ttl: r.pick([50, 5000]) } : undefined);
          else one.add(key);
        } catch (error) {
          if (!(error instanceof SessionLimitError)) throw error;
        }
        break;
      case 3: case 4: if (one instanceof Map) one.get(key); else one.has(key); break;
      case 5: if (r.chance(0.3)) clock.advance(r.below(300)); break;
      case 6: one.delete(key); break;
      case 7: if (r.chance(0.2)) leases.push(one.pin(key)); else leases.pop()?.release(); break;
      case 8: if (r.chance(0.1)) one.shed(2); else if (r.chance(0.2)) events.emit('gone', key); break;
      case 9: if (one instanceof Map && r.chance(0.2)) one.touch(key, { ttl: r.pick([300, 3000]) }); else one.remaining(key); break;
      default: if (r.chance(0.9)) busy.add(key); else busy.clear();
    }
  }
  busy.add(1);
  collections[1].set('stuck', 1); // busy until the end, so that the last reason is in the journal too
  clock.advance(100_000);
  for (const one of collections) {
    one.validate();
    one.close();
  }
  return told;
}
