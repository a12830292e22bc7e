// The time of single operations, in µs: medians of rounds.

import { corpus, fresh } from './history-text.mjs';
import { BoundedHistory, gc, MESSAGES, sealAll } from './history-support.mjs';

const LENGTH = 5000;

/** Texts of 5,000 characters of real text, one non-Latin-1 character in each: two bytes a character in JavaScript. */
function longTexts(count) {
  const cuts = corpus();
  return Array.from({ length: count }, (_, at) => {
    let text = '→ ';
    for (let next = at; text.length < LENGTH; next += 1) text += fresh(cuts[next % cuts.length]);
    return JSON.parse(JSON.stringify(text.slice(0, LENGTH)));
  });
}

/** @param {() => number} round answers µs per operation @param {number} rounds */
function median(round, rounds) {
  round();
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

/** @param {{ quick: boolean }} job */
export function speed({ quick }) {
  const texts = longTexts(1000);
  const rounds = quick ? 5 : 15;
  const plain = Array.from({ length: MESSAGES }, (_, n) => message(texts, n));
  const history = new BoundedHistory({ maxMessages: Infinity, sealAfter: 2000 }, plain.map((one) => ({ ...one })));
  let sink = 0;
  const bounded = new BoundedHistory({ maxMessages: MESSAGES });
  const results = {
    push: median(() => {
      const growing = new BoundedHistory({ maxMessages: Infinity });
      const time = timed(1000, (n) => growing.push(message(texts, n)));
      growing.close();
      return time;
    }, rounds),
    pushTrim: median(() => timed(1000, (n) => bounded.push(message(texts, n))), rounds),
    read: median(() => timed(1000, (n) => {
      sink += history[(n * 7) % MESSAGES].content.length;
    }), rounds),
    last20: median(() => timed(50, () => {
      sink += lastTwenty(history).length;
    }), rounds),
    window20: median(() => timed(50, () => {
      sink += history.window({ maxMessages: 20 }).length;
    }), rounds),
    last20sealed: median(() => {
      sealAll();
      return timed(1, () => {
        sink += lastTwenty(history).length;
      });
    }, rounds),
    json: median(() => timed(10, () => {
      sink += history.toJSONBuffer().length;
    }), rounds),
    jsonPlain: median(() => timed(10, () => {
      sink += Buffer.from(JSON.stringify(plain)).length;
    }), rounds),
    make: median(() => {
      gc();
      return timed(500, () => new BoundedHistory().close());
    }, rounds),
  };
  if (history.toJSONBuffer().toString() !== JSON.stringify(plain)) throw new Error('the JSON differs');
  return { ...results, sink: sink > 0 };
}
