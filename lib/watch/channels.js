'use strict';

// What happens, for whoever subscribes: `node:diagnostics_channel`. Without subscribers nothing is kept, made
// or waited for. With them, messages go out in a microtask: subscribers are strangers, and their code must not
// run while tables and core disagree. Evictions of one turn are counted together. What subscribers cause goes out in
// further microtasks, but not for ever: then in a macrotask, or nothing else would run any more.

const { warn } = require('../errors');
// As they were: a program may put our class in its place, and fake timers would hold back what was published.
const { Map, setTimeout } = globalThis;

/** @typedef {import('../slots').Slots} Slots */
/** @typedef {import('../../index').RemoveReason} RemoveReason */
/** @typedef {{ hasSubscribers: boolean, publish: (message: unknown) => void }} Channel */

const EVICTIONS = new globalThis.Set(['idle', 'age', 'lru', 'bytes', 'busy-timeout', 'pressure']);
/** Rounds of messages that were caused by messages, before the event loop has its turn. */
const MOST_ROUNDS = 100;
/** Where the runtime has no channels. @type {Channel} */
const SILENT = Object.freeze({ hasSubscribers: false, publish: () => {} });

/** @param {() => any} load gives the runtime's module, or throws */
function openChannels(load) {
  let channel = (/** @type {string} */ _name) => SILENT;
  try {
    const runtime = load();
    channel = (name) => runtime.channel(name);
  } catch {
    // Nobody can subscribe, so nobody misses anything.
  }
  return {
    evict: channel('robust-session-map:evict'),
    sweep: channel('robust-session-map:sweep'),
    pressure: channel('robust-session-map:pressure'),
    hookError: channel('robust-session-map:hook-error'),
  };
}

const channels = openChannels(() => require('node:diagnostics_channel'));

/** @type {{ channel: Channel, message: unknown }[]} */
let waiting = [];
/** Evictions of this turn. @type {Map<Slots, Map<RemoveReason, number>>} */
let evicted = new Map();
let planned = false;
/** Rounds in a row. */
let rounds = 0;

/** @param {Channel} channel @param {unknown} message */
function announce(channel, message) {
  waiting.push({ channel, message });
  plan();
}

/**
 * @param {Slots} store
 * @param {RemoveReason} reason
 * @param {number} count
 */
function noteEvicted(store, reason, count) {
  if (!EVICTIONS.has(reason)) return;
  const counts = evicted.get(store) ?? new Map();
  evicted.set(store, counts.set(reason, (counts.get(reason) ?? 0) + count));
  plan();
}

function plan() {
  if (planned) return;
  planned = true;
  if (rounds < MOST_ROUNDS) {
    globalThis.queueMicrotask(flush);
    return;
  }
  /** @type {any} */
  const timer = setTimeout(() => {
    rounds = 0;
    flush();
  }, 0);
  timer?.unref?.();
}

function flush() {
  const [messages, evictions] = [waiting, evicted];
  waiting = [];
  evicted = new Map();
  planned = false;
  rounds += 1;
  for (const [{ name, kind }, counts] of evictions) {
    for (const [reason, count] of counts) publish(channels.evict, { kind, name, reason, count });
  }
  for (const { channel, message } of messages) publish(channel, message);
  if (!planned) rounds = 0;
}

/** @param {Channel} channel @param {unknown} message */
function publish(channel, message) {
  try {
    channel.publish(message);
  } catch (error) {
    warn(error, 'a subscriber');
  }
}

exports.channels = channels;
exports.announce = announce;
exports.noteEvicted = noteEvicted;
exports.openChannels = openChannels;
