// Records what passes the boundary: control words and log in, control words and list out.

import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { STATUS, WORD } = require('../../lib/protocol.js');

/** Words of the output list that an answer comes with. */
function listed(ctl) {
  const count = ctl[WORD.COUNT];
  const widths = { [STATUS.REMOVED]: 2, [STATUS.FREE]: 1, [STATUS.VICTIMS]: 1 };
  return count * (widths[ctl[WORD.STATUS]] ?? 0);
}

const number = (value) => (Number.isFinite(value) ? value : String(value));

/**
 * Wraps the one call of an engine. Returns the journal, one line a call, as it grows.
 * @param {any} engine
 */
export function record(engine) {
  const lines = [];
  const { native } = engine;
  engine.native = {
    grow: (horizons) => native.grow(horizons),
    call() {
      const ctl = Array.from(engine.ctl.subarray(0, WORD.STATS), number);
      const log = Array.from(engine.log.subarray(0, engine.ctl[WORD.LOG]));
      const broken = native.call();
      const answer = Array.from(engine.ctl.subarray(0, WORD.STATS), number);
      const out = listed(engine.ctl) > 0 ? Array.from(engine.out.subarray(0, listed(engine.ctl))) : [];
      lines.push(JSON.stringify({ ctl, log, answer, out }));
      return broken;
    },
  };
  return lines;
}
