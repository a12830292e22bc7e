// The table of workloads: twenty that behave and twenty that leak, each as `make() => { round, end? }`. What leaks
// leaks about a kilobyte a round, so that growth of that size is what is found.

import { EventEmitter, setMaxListeners } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const { BoundedHistory, RobustSessionMap, RobustSessionSet, SessionGroup } = require('../../index.js');

/** A kilobyte of numbers that are no small integers: eight bytes each on every engine. */
const kilobyte = (round) => Array.from({ length: 128 }, (_, n) => round + n + 0.5);
const session = (round) => ({ id: `ses_${round}`, notes: kilobyte(round) });
const message = (round) => ({ role: 'user', content: `message ${round} `.padEnd(1000, 'text ') });

/** @type {Record<string, () => { round: (round: number) => unknown, end?: () => void }>} */
export const behaved = {
  'a Map filled and cleared': () => {
    const map = new Map();
    return {
      round() {
        for (let n = 0; n < 100; n += 1) map.set(n, session(n));
        map.clear();
      },
    };
  },
  'a Map whose entries are deleted': () => {
    const sessions = new Map([['always', session(0)]]);
    return {
      round(round) {
        sessions.set(round, session(round));
        sessions.delete(round);
      },
    };
  },
  'an array that drops its oldest': () => {
    const ring = [];
    return {
      round(round) {
        ring.push(session(round));
        if (ring.length > 5) ring.shift();
      },
    };
  },
  'a cache that fills for forty rounds, then keeps its size': () => {
    const cache = new Map();
    return {
      round(round) {
        cache.set(round, session(round));
        if (cache.size > 40) cache.delete(cache.keys().next().value);
      },
    };
  },
  'listeners that are removed': () => {
    const bus = new EventEmitter();
    return {
      round(round) {
        const state = session(round);
        const listener = () => state;
        bus.on('done', listener);
        bus.emit('done');
        bus.off('done', listener);
      },
    };
  },
  'listeners that an AbortController ends': () => {
    const target = new EventTarget();
    return {
      round(round) {
        const state = session(round);
        const controller = new AbortController();
        target.addEventListener('done', () => state, { signal: controller.signal });
        controller.abort();
      },
    };
  },
  'timers that are cleared': () => ({
    round(round) {
      const state = session(round);
      clearInterval(setInterval(() => state, 1000));
      clearTimeout(setTimeout(() => state, 60_000));
    },
  }),
  'timers that are waited for': () => ({
    async round(round) {
      const state = session(round);
      await sleep(1);
      return state;
    },
  }),
  'promises in parallel': () => ({
    round: (round) => Promise.all(Array.from({ length: 50 }, async (_, n) => {
      await undefined;
      return session(round + n);
    })),
  }),
  'files that are read': () => ({ round: () => readFile(fileURLToPath(import.meta.url), 'utf8') }),
  'buffers that are dropped': () => ({
    round() {
      for (let n = 0; n < 10; n += 1) new Uint8Array(10_000).fill(n);
    },
  }),
  'texts that are built and parsed': () => ({
    round(round) {
      const text = JSON.stringify(Array.from({ length: 50 }, (_, n) => ({ id: `${round}-${n}`, text: `${n}`.repeat(20) })));
      return JSON.parse(text).map(({ id }) => id.replace(/\d+/, 'x')).sort().join();
    },
  }),
  'errors that are caught': () => ({
    async round(round) {
      for (let n = 0; n < 20; n += 1) await Promise.reject(new Error(`${round} ${n}`)).catch((error) => error.stack);
    },
  }),
  'generators left half-way': () => ({
    async round(round) {
      function* values() {
        const state = session(round);
        for (;;) yield state;
      }
      async function* later() {
        yield* values();
      }
      values().next();
      await later().next();
    },
  }),
  'a WeakMap and WeakRefs to what is dropped': () => {
    const cache = new WeakMap();
    const registry = new FinalizationRegistry(() => {});
    return {
      round(round) {
        const key = session(round);
        cache.set(key, session(round));
        registry.register(key, round);
        return new WeakRef(key).deref()?.id;
      },
    };
  },
  'a RobustSessionMap that evicts': () => {
    const sessions = new RobustSessionMap({ maxSize: 20 });
    return {
      round(round) {
        for (let n = 0; n < 10; n += 1) sessions.set(`${round} ${n}`, session(n));
      },
    };
  },
  'RobustSessionMaps and Sets, closed or just dropped': () => ({
    round(round) {
      new RobustSessionMap({ onRemove() {} }).set(round, session(round)).close();
      new RobustSessionSet([round]).pin(round);
      new RobustSessionMap().set(round, session(round));
    },
  }),
  'a BoundedHistory that trims': () => {
    const history = new BoundedHistory({ maxMessages: 6 });
    return { round: (round) => history.push(message(round), { role: 'assistant', content: `answer ${round}` }) };
  },
  'BoundedHistories, closed or just dropped': () => ({
    round(round) {
      new BoundedHistory([message(round)]).close();
      new BoundedHistory([message(round)]).window();
    },
  }),
  'sessions of a group that end': () => {
    const group = new SessionGroup({ maxSize: 20 });
    const agents = group.map('agents');
    const seen = group.set('seen', { sessionOf: (key) => key.split(':')[0] });
    return {
      round(round) {
        agents.set(`${round}`, session(round));
        seen.add(`${round}:1`);
        group.history('talk').of(`${round}`).push(message(round));
        group.drop(`${round}`);
        agents.set(`left ${round}`, session(round));
      },
    };
  },
};

/** @type {typeof behaved} */
export const leaking = {
  'a Map that grows by an entry': () => {
    const sessions = new Map();
    return { round: (round) => sessions.set(round, session(round)) };
  },
  'a Set that grows by a key': () => {
    const keys = new Set();
    return { round: (round) => keys.add(session(round)) };
  },
  'an array that is only pushed to': () => {
    const messages = [];
    return { round: (round) => messages.push(message(round), kilobyte(round)) };
  },
  'an object used as a dictionary': () => {
    const byId = {};
    return {
      round(round) {
        byId[`ses_${round}`] = session(round);
      },
    };
  },
  'listeners forgotten on an emitter': () => {
    const bus = new EventEmitter().setMaxListeners(0);
    return {
      round(round) {
        const state = session(round);
        bus.on('deleted', () => state);
      },
    };
  },
  'abort listeners on a signal that lives on': () => {
    const { signal } = new AbortController();
    setMaxListeners(0, signal);
    return {
      round(round) {
        const state = session(round);
        signal.addEventListener('abort', () => state, { once: true });
      },
    };
  },
  'intervals never cleared': () => {
    const timers = [];
    return {
      round(round) {
        const state = session(round);
        timers.push(setInterval(() => state, 2 ** 30));
      },
      end: () => timers.forEach(clearInterval),
    };
  },
  'timeouts that are days away': () => {
    const timers = [];
    return {
      round(round) {
        const state = session(round);
        timers.push(setTimeout(() => state, 2 ** 30));
      },
      end: () => timers.forEach(clearTimeout),
    };
  },
  'closures in a list of clean-ups': () => {
    const cleanups = [];
    return {
      round(round) {
        const state = session(round);
        cleanups.push(() => state.notes.length);
      },
    };
  },
  'promises never settled': () => {
    const waiting = [];
    return {
      round(round) {
        const state = session(round);
        new Promise((resolve) => { waiting.push(resolve); }).then(() => state);
      },
    };
  },
  'reactions to a promise that never settles': () => {
    const closed = new Promise(() => {});
    return {
      round(round) {
        const state = session(round);
        Promise.race([closed, Promise.resolve()]);
        closed.then(() => state);
        return state.id;
      },
    };
  },
  'generators that wait for messages': () => {
    const sessions = [];
    return {
      async round(round) {
        const generator = (async function* wait() {
          const state = session(round);
          yield state;
          yield state;
        })();
        await generator.next();
        sessions.push(generator);
      },
    };
  },
  'a cache keyed by object': () => {
    const cache = new Map();
    return { round: (round) => cache.set({ request: round }, kilobyte(round)) };
  },
  'a WeakMap whose keys are kept elsewhere': () => {
    const cache = new WeakMap();
    const requests = [];
    return {
      round(round) {
        const request = { round };
        requests.push(request);
        cache.set(request, kilobyte(round));
      },
    };
  },
  'buffers kept': () => {
    const chunks = [];
    return { round: () => chunks.push(new Uint8Array(1000)) };
  },
  'a RobustSessionMap without any limit': () => {
    const sessions = new RobustSessionMap({ name: 'sessions', ttl: Infinity, maxSize: Infinity });
    return { round: (round) => sessions.set(round, session(round)) };
  },
  'RobustSessionMaps made and kept': () => {
    const maps = [];
    return { round: (round) => maps.push(new RobustSessionMap({ name: 'per session' }).set(round, 1)) };
  },
  'a group whose sessions never end': () => {
    const group = new SessionGroup({ name: 'plugin', ttl: Infinity, maxSize: Infinity });
    const agents = group.map('agents');
    return { round: (round) => agents.set(round, session(round)) };
  },
  'native histories kept': () => {
    const histories = [];
    return { round: (round) => histories.push(new BoundedHistory([message(round)])) };
  },
  'a history without a bound': () => {
    const history = new BoundedHistory({ maxMessages: Infinity });
    return { round: (round) => history.push(message(round)) };
  },
};
