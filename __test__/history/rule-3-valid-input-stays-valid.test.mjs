// Rules 1, 2 and 3 as a property: random conversations in the shapes of four providers, random limits; after
// every push what is left is valid, the protected messages are there, and nothing else exceeds a limit.

import assert from 'node:assert';
import { describe, test } from '../harness.mjs';
import { SEED, random } from '../support/random.mjs';
import { invalid, wronglyKept } from './support/checker.mjs';
import { conversation, shapes, words } from './support/conversations.mjs';
import { native } from './support/faces.mjs';

const { BoundedHistory } = native;
const RUNS = 60;

const LIMITS = [
  (rng) => ({ maxMessages: 1 + rng.below(12) }),
  (rng) => ({ maxTokens: 1 + rng.below(400) }),
  (rng) => ({ maxBytes: 1 + rng.below(2000) }),
  (rng) => ({ maxMessages: 1 + rng.below(20), maxTokens: 1 + rng.below(800), maxBytes: 1 + rng.below(4000) }),
];

/** Pushes all of it and checks after each. */
function run(shape, messages, limits, keepFirst, pins = () => false) {
  const history = new BoundedHistory({ ...limits, keepFirst });
  const pushed = [];
  const pinned = new Set();
  for (const message of messages) {
    history.push(message);
    pushed.push(message);
    if (pins()) {
      pinned.add(history.at(-1));
      history.pin(-1);
    }
    const { maxMessages = Infinity, maxTokens = Infinity, maxBytes = Infinity } = limits;
    const over = history.length > maxMessages || history.tokens > maxTokens || history.byteLength > maxBytes;
    assert.strictEqual(invalid(shape, pushed), undefined, 'the input itself');
    const said = invalid(shape, history) ?? wronglyKept(shape, pushed, history, { keepFirst, over, pinned });
    assert.strictEqual(said, undefined, `after ${pushed.length} messages with ${JSON.stringify({ ...limits, keepFirst })}`);
  }
  history.validate();
  history.close();
}

describe(`valid input stays valid (RSM_SEED=${SEED})`, () => {
  for (const [number, shape] of Object.keys(shapes).entries()) {
    test(`${shape}: ${RUNS} conversations`, () => {
      const rng = random(SEED + number);
      for (let left = RUNS; left > 0; left -= 1) run(shape, conversation(rng, shape), rng.pick(LIMITS)(rng), rng.below(4));
    });

    test(`${shape}: with pins`, () => {
      const rng = random(SEED + 100 + number);
      for (let left = RUNS / 3; left > 0; left -= 1) {
        run(shape, conversation(rng, shape), rng.pick(LIMITS)(rng), rng.below(4), () => rng.chance(0.05));
      }
    });

    test(`${shape}: one turn of 1,000 tool calls`, () => {
      const rng = random(SEED + 200 + number);
      const { user, calls, results } = shapes[shape];
      function* turn() {
        yield user(rng);
        for (let at = 0; at < 1000; at += 1) {
          const made = [{ id: `call_${at}`, name: 'read' }];
          yield* calls(rng, made);
          yield* results(rng, made);
        }
      }
      const history = new BoundedHistory({ maxMessages: 40, keepFirst: 1 });
      const pushed = [];
      for (const message of turn()) {
        history.push(message);
        pushed.push(message);
        assert.ok(history.length <= 40);
        assert.strictEqual(invalid(shape, history), undefined);
        assert.strictEqual(history[0], pushed[0]);
        assert.strictEqual(history.at(-1), message);
      }
      assert.ok(history.length >= 39, `${history.length} are left of ${pushed.length}`);
      assert.strictEqual(wronglyKept(shape, pushed.slice(0, 1).concat(pushed.slice(-50)), history, { keepFirst: 1, over: false }), undefined);
      history.validate();
    });
  }

  test('the checker knows an invalid conversation', () => {
    const rng = random(1);
    const { user, says, calls, results } = shapes.openai;
    const made = [{ id: 'a', name: 'read' }, { id: 'b', name: 'grep' }];
    const valid = [user(rng), ...calls(rng, made), ...results(rng, made), says(rng)];
    assert.strictEqual(invalid('openai', valid), undefined);
    for (const lost of [1, 2, 3]) assert.notStrictEqual(invalid('openai', valid.toSpliced(lost, 1)), undefined, `without message ${lost}`);
    const keeps = (kept, over = true) => wronglyKept('openai', valid, kept, { keepFirst: 0, over });
    assert.strictEqual(keeps(valid, false), undefined);
    assert.match(keeps(valid), /above the limit/);
    assert.match(keeps(valid.slice(1)), /is gone|first after the head/);
    assert.match(keeps([valid[0]]), /is gone/);
    assert.ok(words(rng).length > 0);
  });
});
