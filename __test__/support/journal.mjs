// Records what passes the boundary: control words and log in, control words and list out.

import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { WORD } = require('../../lib/protocol.js');

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
      const out = Array.from(engine.out.subarray(0, 64));
      lines.push(JSON.stringify({ ctl, log, answer, out }));
      return broken;
    },
  };
  return lines;
}
