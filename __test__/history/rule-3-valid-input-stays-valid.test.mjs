// Rules 1, 2 and 3 as a property: random conversations in the shapes of six providers, random limits; after
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
      /** Messages of the longest step. */
      let longest = 1;
      function* turn() {
        yield user(rng);
        for (let at = 0; at < 1000; at += 1) {
          const made = [{ id: `call_${at}`, name: 'read' }];
          const step = [...calls(rng, made), ...results(rng, made)];
          longest = Math.max(longest, step.length);
          yield* step;
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
      assert.ok(history.length > 40 - longest, `${history.length} are left of ${pushed.length}`);
      assert.strictEqual(wronglyKept(shape, pushed, history, { keepFirst: 1, over: false }), undefined);
      history.validate();
    });
  }

  test('an approval stays with its request and its call, whose ids may be the same', () => {
    const call = (id, approvalId) => ({ role: 'assistant', content: [
      { type: 'tool-call', toolCallId: id, toolName: 'rm', input: {} },
      { type: 'tool-approval-request', approvalId, toolCallId: id },
    ] });
    const approval = (approvalId) => ({ role: 'tool', content: [{ type: 'tool-approval-response', approvalId, approved: true }] });
    const result = (id) => ({ role: 'tool', content: [{ type: 'tool-result', toolCallId: id, toolName: 'rm', output: { type: 'text', value: 'done' } }] });
    const turn = [{ role: 'user', content: 'go' }, call('a', 'b'), approval('b'), result('a'), call('b', 'a'), approval('a'), result('b')];
    for (const maxMessages of [1, 2, 3, 4, 5, 6]) {
      const history = new BoundedHistory({ maxMessages, keepFirst: 0 });
      for (const message of turn) {
        history.push(structuredClone(message));
        assert.strictEqual(invalid('aiSdk', history), undefined);
      }
      assert.deepStrictEqual([...history].slice(1), turn.slice(4), 'the newest step is whole');
      history.validate();
    }
  });

  test('a tool message that names nothing, calls without ids, ids with line breaks: nothing is tied that is not', () => {
    const history = new BoundedHistory({ maxMessages: 4, keepFirst: 0 });
    const odd = [
      { role: 'user', content: 'go' },
      { role: 'assistant', content: null, tool_calls: [null, { id: '' }, { id: 5 }, { id: 'a\nb' }] },
      { role: 'tool', tool_call_id: 'a\nb', content: 'result' },
      { role: 'tool', content: 'of nobody' },
      { role: 'assistant', content: [{ functionCall: { id: '', name: 'f', args: {} } }, null, 'text'] },
      { role: 'function', name: 'f', content: 'result' },
      { role: 'assistant', content: 'done' },
    ];
    const tied = { 1: 2, 2: 1, 4: 5, 5: 4 };
    for (const [at, message] of odd.entries()) {
      history.push(structuredClone(message));
      const kept = odd.slice(0, at + 1).map((each) => history.some((there) => JSON.stringify(there) === JSON.stringify(each)));
      for (const [one, other] of Object.entries(tied)) if (Number(one) <= at && other <= at) assert.strictEqual(kept[one], kept[other], `${one} and ${other}, after ${at}`);
      history.validate();
    }
  });

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
    for (const shape of ['bedrock', 'aiSdk']) {
      // Of the AI SDK one has to be approved.
      const both = [{ id: 'call_3', name: 'rm' }, { id: 'call_4', name: 'grep' }];
      const step = [...shapes[shape].calls(rng, both), ...shapes[shape].results(rng, both)];
      assert.strictEqual(invalid(shape, step), undefined);
      for (const lost of step.keys()) {
        const rest = [...step.toSpliced(lost, 1), shapes[shape].user(rng)];
        assert.notStrictEqual(invalid(shape, rest), undefined, `${shape} without message ${lost} of ${step.length}`);
      }
    }
  });
});
