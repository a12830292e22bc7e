// Every combination of a history's options, with 0, 1, 25 and 50 messages, in every scene: the same messages,
// totals and windows as a second copy of the face on the naive native part, nothing lost and nothing told
// twice, and both sides audited after each.

import assert from 'node:assert';
import { describe, test } from '../harness.mjs';
import { wronglyKept } from '../history/support/checker.mjs';
import { naiveFace, native } from '../history/support/faces.mjs';
import { calls, result, says, seal, system, user } from '../history/support/scope.mjs';
import { count, forEach, product } from './space.mjs';
import { blame } from '../support/blame.mjs';

const AXES = {
  onTrim: ['none', 'sync', 'async', 'throwing'],
  callbacks: ['default', 'own'],
  pins: ['none', 'some'],
  maxMessages: [undefined, 1, 10],
  maxTokens: [undefined, 60],
  maxBytes: [undefined, 200],
  keepFirst: [0, 1, 3],
  population: [0, 1, 25, 50],
};
const { onTrim: TOLD, ...REST } = AXES;
const DEFAULT_MESSAGES = 50;

const FAILURE = new Error('of onTrim');
const HOOKS = { sync: () => undefined, async: async () => {}, throwing: () => {
  throw FAILURE;
} };

/** A turn of six messages: asked, called twice at once, answered, called, answered, said. */
const TURN = [
  (n) => user(`question ${n}`), (n) => calls(`${n}a`, `${n}b`), (n) => result(`${n - 1}a`, 'é'.repeat(n % 9)), (n) => result(`${n - 2}b`), (n) => says(`thought ${n}`), (n) => says(`answer ${n}`),
];

/** Message `n` of a conversation, no two with the same content. */
const message = (n) => (n < 2 ? [system('be brief'), user('begin')][n] : TURN[(n - 2) % TURN.length](n));

const OWN = { countTokens: ({ content }) => 2 + (content?.length ?? 0), turnStart: ({ role, content }) => role === 'user' && !content.endsWith('4') };

/** One side: a history, everything that was pushed to it, and what trimming told. */
class Side {
  constructor({ BoundedHistory }, combination) {
    const { onTrim, callbacks, pins, population, ...limits } = combination;
    /** @type {any[]} */
    this.trimmed = [];
    this.pushed = [];
    this.pinned = new Set();
    const options = { ...limits, ...(callbacks === 'own' && OWN) };
    if (onTrim !== 'none') {
      options.onTrim = (messages) => {
        this.trimmed.push(...messages);
        return HOOKS[onTrim]();
      };
    }
    this.history = new BoundedHistory(options);
    this.told = onTrim !== 'none';
    for (let n = 0; n < population; n += 1) {
      this.push(message(n));
      if (pins === 'some' && n % 8 === 3) {
        this.history.pin(-1);
        this.pinned.add(this.pushed.at(-1));
      }
    }
  }

  push(...messages) {
    this.pushed.push(...messages);
    return this.history.push(...messages);
  }

  state() {
    const { history } = this;
    const { length, byteLength, chars, tokens, dropped } = history;
    return JSON.stringify([history, length, byteLength, chars, tokens, dropped, this.trimmed]);
  }
}

const SCENES = {
  'as it was filled': () => {},
  'more of it'(side) {
    side.push(user('another question'), calls('x'), result('x', 'a result that is longer than most'));
    return side.push(says('and said'));
  },
  'a window'({ history }) {
    return JSON.stringify([history.window({ maxMessages: 3 }), history.window({ maxTokens: 20 }), history.window()]);
  },
  'streamed to'({ history }) {
    const last = history.at(-1);
    if (typeof last?.content === 'string') for (const delta of [' and', ' more', ' of it']) last.content += delta;
    return history.tokens;
  },
  'sealed, then read and written as JSON'({ history }) {
    return history.toJSONBuffer().toString() + history.map(({ content }) => content).join();
  },
  'unpinned'(side) {
    // What is no longer pinned may leave at once.
    for (const each of side.history.slice()) {
      const at = side.history.indexOf(each);
      if (at !== -1) side.history.pin(at, false);
    }
    side.pinned.clear();
    side.push(user('after'), says('all'));
  },
};

/** What the other copy does not know: that all is there once, and that the right ones are. */
function check({ history, pushed, trimmed, told, pinned }, { callbacks, maxMessages, maxTokens, maxBytes, keepFirst }) {
  if (told) {
    const places = new Map(pushed.map((each, at) => [each, at]));
    const all = [...history, ...trimmed].map((each) => places.get(each)).sort((a, b) => a - b);
    if (all.join() !== pushed.map((_, at) => at).join()) assert.deepStrictEqual(all, pushed.map((_, at) => at), 'each message is there or was told, once');
  }
  if (pushed.length === 0) return;
  const { length, byteLength, tokens, dropped } = history;
  assert.strictEqual(length + dropped.messages, pushed.length, 'kept and dropped');
  const limit = maxMessages ?? (maxTokens ?? maxBytes ? Infinity : DEFAULT_MESSAGES);
  const over = length > limit || byteLength > (maxBytes ?? Infinity) || tokens > (maxTokens ?? Infinity);
  // Other turns are other rules; the checker knows the default ones.
  const wrong = callbacks === 'own' ? undefined : wronglyKept('openai', pushed, [...history], { keepFirst, over, pinned });
  assert.strictEqual(wrong, undefined);
}

function run(combination, naive) {
  const sides = [new Side(native, combination), new Side(naive, combination)];
  for (const [name, scene] of Object.entries(SCENES)) {
    try {
      if (name.startsWith('sealed')) seal();
      const [found, wanted] = sides.map((side) => [scene(side), side.state()].join());
      if (found !== wanted) assert.deepStrictEqual(found, wanted);
      check(sides[0], combination);
      for (const { history } of sides) if (history.validate() !== true) throw new Error('validate');
    } catch (error) {
      throw blame(error, name);
    }
  }
  for (const { history } of sides) {
    history.close();
    assert.strictEqual(history.length + history.byteLength + history.tokens, 0, 'closed, and not empty');
    assert.throws(() => history.push(user('late')), { code: 'ERR_HISTORY_GONE' });
    if (history.validate() !== true) throw new Error('validate');
  }
}

describe(`${count(AXES)} combinations of a history's options and population`, () => {
  for (const onTrim of TOLD) {
    test(`onTrim ${onTrim}: ${count(REST)} combinations`, async () => {
      const naive = naiveFace();
      const { emitWarning } = process;
      const warned = new Set();
      process.emitWarning = (warning) => void warned.add(warning);
      try {
        assert.strictEqual(await forEach(product({ onTrim: [onTrim], ...REST }), (combination) => run(combination, naive)), count(REST));
      } finally {
        process.emitWarning = emitWarning;
      }
      assert.deepStrictEqual([...warned], onTrim === 'throwing' ? [FAILURE] : []);
    });
  }
});
