// Random operations on two copies of the face at once: one on the native part, one on the naive model of it.
// After each the arrays, the totals and the JSON are the same, and both sides pass the audit.

import assert from 'node:assert';
import { describe, test } from '../harness.mjs';
import { SEED, random } from '../support/random.mjs';
import { conversation, shapes, words } from './support/conversations.mjs';
import { naiveFace, native } from './support/faces.mjs';

const RUNS = 20;
const STEPS = 120;

const plainArray = Array.prototype;
const long = (rng) => words(rng, 100);

/** A string that UTF-8 cannot hold. */
const odd = (rng) => `${words(rng, 3)}\ud800${words(rng, 3)}\0\udfff`;

/** Two equal operations, one for each history: made once, so that both draw the same lots. */
const operations = {
  push: (rng, fresh) => {
    const messages = Array.from({ length: 1 + rng.below(3) }, fresh);
    return (h) => h.push(...structuredClone(messages));
  },
  pushOwn: (rng) => {
    const at = rng.next();
    return (h) => h.length > 0 && h.push(h[Math.floor(at * h.length)]);
  },
  pushFrozen: (_, fresh) => {
    const message = fresh();
    return (h) => h.push(Object.freeze(structuredClone(message)));
  },
  pop: () => (h) => JSON.stringify(h.pop()),
  shift: () => (h) => JSON.stringify(h.shift()),
  unshift: (_, fresh) => {
    const message = fresh();
    return (h) => h.unshift(structuredClone(message));
  },
  splice: (rng, fresh) => {
    const [start, count, message] = [rng.below(12), rng.below(3), fresh()];
    return (h) => JSON.stringify(h.splice(start, count, ...(count > 1 ? [structuredClone(message)] : [])));
  },
  nativeSplice: (rng, fresh) => {
    const [start, count, message] = [rng.below(12), rng.below(3), fresh()];
    return (h) => JSON.stringify(plainArray.splice.call(h, start, count, structuredClone(message)));
  },
  nativePush: (_, fresh) => {
    const message = fresh();
    return (h) => void plainArray.push.call(h, structuredClone(message));
  },
  reverse: () => (h) => void Reflect.apply(h.reverse, h, []),
  sort: () => (h) => void h.sort((a, b) => JSON.stringify(a).length - JSON.stringify(b).length),
  nativeSort: () => (h) => void plainArray.sort.call(h, (a, b) => JSON.stringify(b).length - JSON.stringify(a).length),
  fill: (rng, fresh) => {
    const [message, start] = [fresh(), rng.below(10)];
    return (h) => void h.fill(structuredClone(message), start, start + 2);
  },
  copyWithin: (rng) => {
    const [target, start] = [rng.below(6), rng.below(6)];
    return (h) => void h.copyWithin(target, start, start + 2);
  },
  truncate: (rng) => {
    const less = rng.below(3);
    return (h) => void (h.length = Math.max(0, h.length - less));
  },
  assign: (rng, fresh) => {
    const [at, message] = [rng.next(), fresh()];
    return (h) => void (h.length > 0 && (h[Math.floor(at * h.length)] = structuredClone(message)));
  },
  swap: () => (h) => void (h.length > 2 && ([h[0], h[1]] = [h[1], h[0]])),
  stream: (rng) => {
    const [at, delta] = [rng.next(), rng.chance(0.3) ? odd(rng) : long(rng)];
    return (h) => {
      const message = h[Math.floor(at * h.length)];
      if (typeof message?.content === 'string') for (let left = 3; left > 0; left -= 1) message.content += delta;
    };
  },
  toParts: (rng) => {
    const text = long(rng);
    return (h) => {
      const message = h.at(-1);
      if (typeof message?.content === 'string') message.content = [{ type: 'text', text }];
    };
  },
  toText: (rng) => {
    const text = long(rng);
    return (h) => {
      const message = h.at(-1);
      if (Array.isArray(message?.content) && message.role === 'assistant') message.content = text;
    };
  },
  nested: (rng) => {
    const [text, kind] = [long(rng), rng.below(5)];
    return (h) => {
      const message = h.at(-1);
      const parts = message?.content ?? message?.parts;
      if (!Array.isArray(parts) || parts.length === 0) return;
      const part = parts.at(-1);
      if (kind === 0) part.cache_control = { type: 'ephemeral' };
      else if (kind === 1) parts.push({ type: 'text', text });
      else if (kind === 2) parts.pop();
      else if (kind === 3) part.note = text.repeat(20);
      else if (typeof part.text === 'string') part.text += text;
    };
  },
  remove: () => (h) => void (h.length > 0 && delete h.at(-1).content),
  pin: (rng) => {
    const [at, on] = [rng.next(), rng.chance(0.6)];
    return (h) => void (h.length > 0 && h.pin(Math.floor(at * h.length), on));
  },
  window: (rng) => {
    const limits = { maxMessages: 1 + rng.below(8), maxTokens: 1 + rng.below(300) };
    return (h) => JSON.stringify(h.window(limits));
  },
  share: () => (h) => void h.handle,
  refresh: () => (h) => void h.refresh(),
};

/**
 * What leaves a call twice in the array, or behind its result. What belongs to what is then nobody's rule, so
 * under limits these are left out.
 */
const MUDDLING = new Set(['pushOwn', 'fill', 'copyWithin', 'reverse', 'sort', 'nativeSort', 'swap']);
const NAMES = Object.keys(operations);

/** Structured clones of lone surrogates and of everything else are exact; what JSON shows is compared too. */
function compare(ours, naive, what) {
  const state = (h) => ({ messages: structuredClone([...h]), bytes: h.byteLength, chars: h.chars, tokens: h.tokens, dropped: h.dropped });
  const [found, wanted] = [state(ours), state(naive)];
  assert.deepStrictEqual(found, wanted, what);
  assert.deepStrictEqual(ours.toJSONBuffer(), Buffer.from(JSON.stringify(ours)), what);
  ours.validate();
  naive.validate();
}

describe(`the native part against the naive one (RSM_SEED=${SEED})`, () => {
  for (const [number, shape] of Object.keys(shapes).entries()) {
    test(`${shape}: ${RUNS} × ${STEPS} operations`, () => {
      const naive = naiveFace();
      const rng = random(SEED + number);
      for (let run = 0; run < RUNS; run += 1) {
        const limited = rng.chance(0.7);
        const names = limited ? NAMES.filter((name) => !MUDDLING.has(name)) : NAMES;
        const options = {
          keepFirst: rng.below(3),
          maxMessages: limited ? 2 + rng.below(12) : Infinity,
          ...(limited && rng.chance(0.4) && { maxTokens: 20 + rng.below(1000) }),
          ...(limited && rng.chance(0.4) && { maxBytes: 50 + rng.below(5000) }),
          ...(rng.chance(0.2) && { countTokens: (message) => JSON.stringify(message).length }),
        };
        const both = [new native.BoundedHistory(options), new naive.BoundedHistory(options)];
        let begun = 0;
        // Call ids are never used again.
        const begin = () => conversation(rng, shape, { prefix: `c${begun++}` });
        let messages = begin();
        const fresh = () => {
          const { value, done } = messages.next();
          if (!done) return value;
          messages = begin();
          return { role: 'user', content: odd(rng) };
        };
        const log = [];
        for (let step = 0; step < STEPS; step += 1) {
          const name = rng.chance(0.5) ? 'push' : rng.pick(names);
          log.push(name);
          const operation = operations[name](rng, fresh);
          const [found, wanted] = both.map(operation);
          const what = `run ${run}, ${JSON.stringify(options)}: ${log.join(' ')}`;
          assert.strictEqual(found, wanted, what);
          compare(...both, what);
        }
        both[0].close();
        both[1].close();
      }
    });
  }
});
