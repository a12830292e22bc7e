// Clocks moved by hand whose own callbacks come back: `now` does anything, setting a timer throws.

import { createRequire } from 'node:module';
import { Fault } from './world.mjs';

const require = createRequire(import.meta.url);
const { ManualClock } = require('../../testing.js');
const { engineOf } = require('../../lib/engine.js');

class NastyClock extends ManualClock {
  constructor(world) {
    super();
    this.world = world;
    this.nested = false;
  }

  now() {
    const { world } = this;
    // Each operation reads it several times: it comes back seldom, and not from within itself.
    if (!this.nested && world.r.chance(0.03)) {
      this.nested = true;
      try {
        world.reenter('now');
      } finally {
        this.nested = false;
      }
    }
    return super.now();
  }

  setTimer(fn, ms) {
    if (this.world.quiet === 0 && this.world.r.chance(0.05)) throw new Fault('timer');
    const cancel = super.setTimer(fn, ms);
    return () => {
      cancel();
      if (this.world.quiet === 0 && this.world.r.chance(0.05)) throw new Fault('timer');
    };
  }
}

/** A clock of one of the kinds: read at every operation, nasty or not, or looked at as the default one is. @param {import('./world.mjs').World} world */
export function clockOf(world) {
  const { r } = world;
  if (r.chance(0.3)) return new NastyClock(world);
  const clock = new ManualClock();
  if (r.chance(0.5)) {
    const engine = engineOf(clock);
    engine.exact = false;
    engine.span = r.pick([2, 7, 192]);
  }
  return clock;
}
