// The four variants. What the session manager asks for is the same; what it gets is decided here.

import { BoundedHistory, RobustSessionMap, RobustSessionSet } from 'robust-session-map';
import { ProposedMap } from './proposed-map.mjs';
import { conversation, limits } from './story.mjs';

/**
 * @typedef {object} Store
 * @property {(options: object) => any} map
 * @property {(options: object) => any} set
 * @property {() => any[]} list of messages
 */

export const variants = ['plain', 'proposed', 'robust', 'bounded'];

/** Those of this package, which have to keep what it promises. */
export const ours = ['robust', 'bounded'];

/** Names for people. */
export const titles = {
  plain: 'plain Map',
  proposed: 'proposed class',
  robust: 'RobustSessionMap',
  bounded: '+ BoundedHistory',
};

/**
 * @param {string} variant
 * @param {import('robust-session-map/testing').ManualClock} clock
 * @param {import('node:events').EventEmitter} bus
 * @returns {Store}
 */
export function storeOf(variant, clock, bus) {
  switch (variant) {
    case 'plain':
      return { map: () => new Map(), set: () => new Set(), list: () => [] };
    case 'proposed': {
      const time = { now: () => clock.now(), every: (ms, fn) => every(clock, ms, fn) };
      // The proposal has no counterpart for sets.
      return { map: () => new ProposedMap(limits.maxSize, limits.ttl, time, bus), set: () => new Set(), list: () => [] };
    }
    case 'robust':
    case 'bounded':
      return {
        map: (options) => new RobustSessionMap({ ...limits, clock, ...options }),
        set: (options) => new RobustSessionSet({ ...limits, clock, ...options }),
        list: () => (variant === 'bounded' ? new BoundedHistory(conversation) : []),
      };
    default:
      throw new RangeError(`unknown variant: ${variant}`);
  }
}

/** `setInterval` of simulated time. */
function every(clock, ms, fn) {
  clock.setTimer(() => {
    every(clock, ms, fn);
    fn();
  }, ms);
}
