// The time of single operations, in µs: medians of rounds.

import { corpus, fresh } from './history-text.mjs';
import { ways } from './history-ways.mjs';
import { BoundedHistory, gc, MESSAGES, passNow, sealAll } from './history-support.mjs';

/** Of a text, in UTF-8: what is kept here, and what a provider is sent. */
const BYTES = 5120;
/** Rounds before those that count: everything is compiled by then. */
const WARM = 6;
const NOT_ASCII = /[^\0-\u007f]/g;

/** Kinds of real text of 5 KB. What is beyond Latin-1 takes two bytes a character in JavaScript. */
const KINDS = {
  ascii: { start: '', make: (/** @type {string} */ text) => text.replace(NOT_ASCII, '?') },
  few: { start: '→ ', make: (/** @type {string} */ text) => text.replace(NOT_ASCII, '?') },
  many: { start: '→ ', make: (/** @type {string} */ text) => text },
};

/** @param {number} count @param {{ start: string, make: (text: string) => string }} kind */
function longTexts(count, { start, make }) {
  const cuts = corpus();
  return Array.from({ length: count }, (_, at) => {
    let text = start;
    for (let next = at; text.length < BYTES; next += 1) text += make(fresh(cuts[next % cuts.length]));
    // Cut within a character it ends in a replacement.
    const cut = Buffer.from(text).subarray(0, BYTES).toString().replace(/\uFFFD$/, '');
    return JSON.parse(JSON.stringify(cut));
  });
}

/** @param {() => number} round answers µs per operation @param {number} rounds */
function median(round, rounds) {
  for (let n = 0; n < WARM; n += 1) round();
  const found = Array.from({ length: rounds }, round).toSorted((a, b) => a - b);
  return { median: found[rounds >> 1], best: found[0] };
}

/** @param {number} times @param {(n: number) => unknown} operation */
function timed(times, operation) {
  const start = performance.now();
  for (let n = 0; n < times; n += 1) operation(n);
  return ((performance.now() - start) * 1000) / times;
}

const message = (texts, n) => ({ role: n % 2 === 0 ? 'user' : 'assistant', content: texts[n % texts.length] });
const lastTwenty = (history) => history.slice(-20).map(({ role, content }) => ({ role, content }));

/** @param {readonly string[]} texts @param {number} rounds */
function ofText(texts, rounds) {
  const plain = Array.from({ length: MESSAGES }, (_, n) => message(texts, n));
  const history = new BoundedHistory({ maxMessages: Infinity, sealAfter: 2000 }, plain.map((one) => ({ ...one })));
  const bounded = new BoundedHistory({ maxMessages: MESSAGES });
  let sink = 0;
  const array = plain.map((one) => ({ ...one }));
  const last = () => {
    sink += lastTwenty(history).length;
  };
  const results = {
    push: median(() => {
      const growing = new BoundedHistory({ maxMessages: Infinity });
      const time = timed(1000, (n) => growing.push(message(texts, n)));
      growing.close();
      return time;
    }, rounds),
    pushTrim: median(() => timed(1000, (n) => bounded.push(message(texts, n))), rounds),
    pushPlain: median(() => {
      const growing = [];
      return timed(1000, (n) => growing.push(message(texts, n)));
    }, rounds),
    pushSplice: median(() => timed(1000, (n) => {
      array.push(message(texts, n));
      array.splice(0, 1);
    }), rounds),
    readPlain: median(() => timed(1000, (n) => {
      sink += plain[(n * 7) % MESSAGES].content.length;
    }), rounds),
    ...Object.fromEntries(Object.entries(ways).flatMap(([id, { hold, read }]) => {
      const held = plain.map(hold);
      return [
        [`push-${id}`, median(() => {
          const growing = [];
          return timed(200, (n) => growing.push(hold(message(texts, n))));
        }, rounds)],
        [`read-${id}`, median(() => timed(200, (n) => {
          sink += read(held[(n * 7) % MESSAGES]).content.length;
        }), rounds)],
      ];
    })),
    // More than stay JavaScript strings after a read: each is read from Rust.
    read: median(() => timed(1000, (n) => {
      sink += history[(n * 7) % MESSAGES].content.length;
    }), rounds),
    last20: median(() => {
      let time = 0;
      for (let n = 0; n < 20; n += 1) {
        passNow();
        time += timed(1, last);
      }
      return time / 20;
    }, rounds),
    last20again: median(() => timed(50, last), rounds),
    window20: median(() => timed(50, () => {
      sink += history.window({ maxMessages: 20 }).length;
    }), rounds),
    json: median(() => timed(10, () => {
      sink += history.toJSONBuffer().length;
    }), rounds),
    jsonPlain: median(() => timed(10, () => {
      sink += Buffer.from(JSON.stringify(plain)).length;
    }), rounds),
    readSealed: median(() => {
      sealAll();
      return timed(1, () => {
        sink += history[50].content.length;
      });
    }, rounds),
    last20sealed: median(() => {
      sealAll();
      return timed(1, last);
    }, rounds),
    jsonSealed: median(() => {
      sealAll();
      return timed(1, () => {
        sink += history.toJSONBuffer().length;
      });
    }, rounds),
  };
  if (history.toJSONBuffer().toString() !== JSON.stringify(plain)) throw new Error('the JSON differs');
  history.close();
  bounded.close();
  return { ...results, sink: sink > 0 };
}

/** @param {{ quick: boolean }} job */
export function speed({ quick }) {
  const rounds = quick ? 5 : 15;
  const kinds = Object.entries(KINDS).map(([name, kind]) => [name, ofText(longTexts(1000, kind), rounds)]);
  const make = median(() => {
    gc();
    return timed(500, () => new BoundedHistory().close());
  }, rounds);
  return { ...Object.fromEntries(kinds), make };
}
