// What is done with every combination: the contract's calls, in short scenes. An act begins with a fresh
// collection that holds its population; each of its scenes ends with the audit. `ordered` says that the
// order of a scene's hooks is promised.

/** Some of the keys there are, from both ends. */
function some(pair) {
  const keys = pair.model.state().map(([key]) => key);
  pair.both('keys', () => [...pair.real.keys()].join(), () => keys.join());
  return [...new Set([keys[0], keys[1], keys[Math.floor(keys.length / 2)], keys.at(-1)])].filter((key) => key !== undefined);
}
const ABSENT = 1000;

/** @type {Record<string, { ordered?: boolean, run: (pair: any) => void }>} */
const SCENES = {
  'as it was filled': { run: () => {} },

  'reading touches, looking does not': {
    run(pair) {
      for (const key of [...some(pair), ABSENT]) {
        pair.has(key);
        pair.peek(key);
        pair.remaining(key);
      }
      for (const key of [...some(pair).toReversed(), ABSENT]) pair.get(key);
      // Who was read last leaves last.
      pair.shed(2);
      pair.shed(0);
    },
  },

  'storing anew': {
    run(pair) {
      for (const key of some(pair)) {
        pair.set(key);
        pair.set(key, pair.isSet ? key : 'other');
        pair.set(key, pair.isSet ? key : 'other', { ttl: 40, size: 2 });
      }
      pair.set(ABSENT, pair.valueOf(ABSENT), { maxAge: 60, size: 1 });
      // Heavier than any limit: nothing changes where there is one.
      pair.set(ABSENT + 1, pair.valueOf(ABSENT + 1), { size: 21 });
      pair.advance(60);
      pair.set(ABSENT + 2);
    },
  },

  'one by one': {
    run(pair) {
      const keys = some(pair);
      for (const key of [...keys, ABSENT]) pair.delete(key);
      for (const key of keys) pair.delete(key);
      for (const key of keys) pair.set(key);
      if (pair.isSet) return;
      for (const key of keys) {
        for (const value of ['no', pair.valueOf(key)]) {
          pair.both('deleteIf', () => pair.real.deleteIf(key, value), () => pair.model.present(key)?.value === value && pair.model.delete(key));
        }
      }
    },
  },

  'time passes': {
    run(pair) {
      pair.advance(60);
      for (const key of some(pair)) pair.get(key);
      pair.advance(60);
      for (const key of some(pair)) pair.remaining(key);
      pair.compareLog(false);
      pair.advance(140);
      pair.compareState();
      pair.advance(400);
      pair.compareState();
      pair.advance(10_000);
    },
  },

  'limits of their own': {
    run(pair) {
      const [first, second] = some(pair);
      for (const [key, ttl] of [[first, 30], [second, Infinity], [ABSENT, 30]]) if (key !== undefined) pair.touch(key, ttl);
      pair.advance(31);
      for (const key of [first, second]) if (key !== undefined) pair.remaining(key);
      pair.advance(200);
      for (const key of some(pair)) pair.touch(key);
      pair.advance(1000);
    },
  },

  'shed and swept': {
    run(pair) {
      pair.shed(1);
      pair.advance(99);
      pair.sweep();
      pair.shed(3);
      pair.advance(1);
      pair.sweep();
      pair.shed(Infinity);
      pair.sweep();
    },
  },

  'leases taken and given back': {
    run(pair) {
      for (const key of [...some(pair), ABSENT]) pair.pin(key);
      pair.advance(150);
      const [first, ...rest] = pair.leases;
      if (first !== undefined) pair.release(first);
      if (first !== undefined) pair.release(first);
      pair.compareState();
      for (const lease of rest) pair.release(lease);
      pair.advance(300);
      for (const [real, model] of pair.leases) pair.both('held', () => real.held, () => model.entry !== undefined && model.entry.pins.has(model) && pair.model.entries.includes(model.entry));
    },
  },

  'hits and misses that store': {
    run(pair) {
      if (pair.isSet) return;
      for (const key of [...some(pair), ABSENT]) {
        pair.both(`getOrInsert ${key}`, () => pair.real.getOrInsert(key, 1), () => insert(pair.model, key, () => 1));
        pair.both(`getOrInsertComputed ${key + 1}`, () => pair.real.getOrInsertComputed(key + 1, (each) => each * 2), () => insert(pair.model, key + 1, (each) => each * 2));
      }
    },
  },

  'removed while iterating': {
    run(pair) {
      const { real, model } = pair;
      const seen = [];
      real.forEach((value, key) => {
        seen.push(key);
        if (key % 2 === 0) real.delete(key);
        if (key === 3) real.delete(5);
      });
      const expected = [];
      model.settle();
      for (let at = 0; at < model.entries.length; at += 1) {
        const { key } = model.entries[at];
        expected.push(key);
        if (key % 2 === 0) {
          model.delete(key);
          at -= 1;
        }
        if (key === 3) model.delete(5);
      }
      pair.both('seen', () => seen.join(), () => expected.join());
    },
  },

  'cleared and filled again': {
    ordered: true,
    run(pair) {
      pair.size();
      pair.compareLog(false);
      pair.clear();
      pair.compareLog(true);
      for (const key of [7, 8]) pair.set(key);
      for (const [real, model] of pair.leases) pair.both('held', () => real.held, () => model.entry !== undefined && pair.model.entries.includes(model.entry));
    },
  },
};

/** @type {Record<string, (keyof typeof SCENES)[]>} */
const PLAYS = {
  reads: ['as it was filled', 'reading touches, looking does not', 'storing anew', 'one by one'],
  time: ['time passes', 'limits of their own'],
  refusals: ['shed and swept', 'leases taken and given back'],
  all: ['hits and misses that store', 'removed while iterating', 'cleared and filled again'],
};

/** Acts by name, each a list of scenes by name. */
export const ACTS = Object.entries(PLAYS).map(([act, scenes]) => ({ act, scenes: scenes.map((name) => ({ name, ...SCENES[name] })) }));

/** As the reference does what it has no method for. */
function insert(model, key, make) {
  const held = model.get(key);
  if (held !== undefined) return held;
  const value = make(key);
  model.set(key, value);
  return value;
}
