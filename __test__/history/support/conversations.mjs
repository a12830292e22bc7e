// Random conversations as agents have them, in the message shapes of six providers and libraries: each a generator of
// messages in the order in which they would be pushed. Every prefix is valid.

const WORDS = ['alpha', 'βήτα', '→', 'read', 'the', 'file', '漢字', '🙂', 'and', 'then', '\n', 'run', 'tests'];

/** @param {any} rng */
export function words(rng, most = 30) {
  let text = '';
  for (let left = rng.below(most); left >= 0; left -= 1) text += `${rng.pick(WORDS)} `;
  return text;
}

/** The shapes. `calls` takes call ids with names, `results` the same: both answer messages. */
export const shapes = {
  anthropic: {
    user: (rng) => ({ role: 'user', content: rng.chance(0.5) ? words(rng) : [{ type: 'text', text: words(rng) }] }),
    says: (rng) => ({ role: 'assistant', content: rng.chance(0.5) ? words(rng) : [{ type: 'text', text: words(rng) }] }),
    calls: (rng, calls) => [{
      role: 'assistant',
      content: [
        ...(rng.chance(0.4) ? [{ type: 'text', text: words(rng) }] : []),
        ...calls.map(({ id, name }) => ({ type: 'tool_use', id, name, input: { path: words(rng), deep: [{ n: 1 }] } })),
      ],
    }],
    results: (rng, calls) => [{
      role: 'user',
      content: [
        ...calls.map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: rng.chance(0.5) ? words(rng, 200) : [{ type: 'text', text: words(rng) }] })),
        ...(rng.chance(0.2) ? [{ type: 'text', text: '<reminder>' }] : []),
      ],
    }],
    system: () => [],
  },
  openai: {
    user: (rng) => ({ role: 'user', content: words(rng) }),
    says: (rng) => ({ role: 'assistant', content: words(rng) }),
    calls: (rng, calls) => [{
      role: 'assistant',
      content: rng.chance(0.5) ? null : words(rng),
      tool_calls: calls.map(({ id, name }) => ({ id, type: 'function', function: { name, arguments: JSON.stringify({ q: words(rng) }) } })),
    }],
    results: (rng, calls) => calls.map(({ id }) => ({ role: 'tool', tool_call_id: id, content: words(rng, 200) })),
    system: (rng) => [{ role: rng.pick(['system', 'developer']), content: words(rng) }],
  },
  responses: {
    user: (rng) => ({ role: 'user', content: [{ type: 'input_text', text: words(rng) }] }),
    says: (rng) => ({ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: words(rng) }] }),
    calls: (rng, calls) => calls.map(({ id, name }) => ({ type: 'function_call', call_id: id, name, arguments: JSON.stringify({ q: words(rng) }) })),
    results: (rng, calls) => calls.map(({ id }) => ({ type: 'function_call_output', call_id: id, output: words(rng, 200) })),
    system: (rng) => [{ role: 'developer', content: words(rng) }],
  },
  gemini: {
    user: (rng) => ({ role: 'user', parts: [{ text: words(rng) }] }),
    says: (rng) => ({ role: 'model', parts: [{ text: words(rng) }] }),
    calls: (rng, calls) => [{ role: 'model', parts: calls.map(({ name }) => ({ functionCall: { name, args: { q: words(rng) } } })) }],
    results: (rng, calls) => [{
      role: rng.pick(['user', 'function']),
      parts: calls.map(({ name }) => ({ functionResponse: { name, response: { output: words(rng, 200) } } })),
    }],
    system: () => [],
  },
  bedrock: {
    user: (rng) => ({ role: 'user', content: [{ text: words(rng) }] }),
    says: (rng) => ({ role: 'assistant', content: [{ text: words(rng) }] }),
    calls: (rng, calls) => [{
      role: 'assistant',
      content: [
        ...(rng.chance(0.4) ? [{ text: words(rng) }] : []),
        ...calls.map(({ id, name }) => ({ toolUse: { toolUseId: id, name, input: { q: words(rng) } } })),
      ],
    }],
    results: (rng, calls) => [{
      role: 'user',
      content: [
        ...calls.map(({ id }) => ({ toolResult: { toolUseId: id, status: 'success', content: rng.chance(0.5) ? [{ text: words(rng, 200) }] : [{ json: { output: words(rng) } }] } })),
        ...(rng.chance(0.2) ? [{ text: '<reminder>' }] : []),
      ],
    }],
    system: () => [],
  },
  // Some calls are run by the provider, within the message; some have to be approved, which is answered before they are;
  // of those some are the provider's, whose results come in a message of the model.
  aiSdk: {
    user: (rng) => ({ role: 'user', content: rng.chance(0.5) ? words(rng) : [{ type: 'text', text: words(rng) }] }),
    says: (rng) => ({ role: 'assistant', content: rng.chance(0.5) ? words(rng) : [{ type: 'text', text: words(rng) }] }),
    calls: (rng, calls) => [{
      role: 'assistant',
      content: [
        ...(rng.chance(0.4) ? [{ type: rng.pick(['text', 'reasoning']), text: words(rng) }] : []),
        ...calls.flatMap(({ id, name }) => [
          { type: 'tool-call', toolCallId: id, toolName: name, input: { q: words(rng) }, ...(isHosted(id) ? { providerExecuted: true } : {}) },
          ...(isHosted(id) ? [{ type: 'tool-result', toolCallId: id, toolName: name, output: { type: 'text', value: words(rng) } }] : []),
          ...(isAsked(id) ? [{ type: 'tool-approval-request', approvalId: approvalOf(id), toolCallId: id }] : []),
        ]),
      ],
    }],
    results: (rng, calls) => {
      const approvals = calls.filter(({ id }) => isAsked(id)).map(({ id }) => ({ type: 'tool-approval-response', approvalId: approvalOf(id), approved: rng.chance(0.7) }));
      const resultOf = ({ id, name }) => ({
        type: 'tool-result', toolCallId: id, toolName: name, output: { type: rng.pick(['text', 'execution-denied']), value: words(rng, 200) },
      });
      const results = calls.filter(({ id }) => !isHosted(id) && !isLate(id)).map(resultOf);
      const late = calls.filter(({ id }) => isLate(id)).map(resultOf);
      const parts = rng.chance(0.3) ? [[...approvals, ...results]] : [approvals, ...(rng.chance(0.5) ? [results] : results.map((result) => [result]))];
      const messages = parts.map((content) => ({ role: 'tool', content }));
      return [...messages, { role: 'assistant', content: late }].filter(({ content }) => content.length > 0);
    },
    system: (rng) => [{ role: 'system', content: words(rng) }],
  },
};

/** By the number at its end, so that a call and its results agree. @param {string} id */
const numberOf = (id) => Number(id.slice(id.lastIndexOf('_') + 1));
const isHosted = (id) => numberOf(id) % 5 === 0;
const isLate = (id) => !isHosted(id) && numberOf(id) % 7 === 0;
const isAsked = (id) => !isHosted(id) && (isLate(id) || numberOf(id) % 3 === 0);
/** Approvals have ids of their own, which may be those of other calls. */
const approvalOf = (id) => (numberOf(id) % 2 === 0 ? id : `approval-${id}`);

const NAMES = ['read', 'grep', 'bash'];

/**
 * @param {any} rng
 * @param {keyof typeof shapes} shape
 * @param {{ turns?: number, steps?: number, callChance?: number, prefix?: string }} [size] `prefix` of all call ids
 */
export function* conversation(rng, shape, { turns = 8, steps = 6, callChance = 0.6, prefix = 'call' } = {}) {
  const { user, says, calls, results, system } = shapes[shape];
  let ids = 0;
  if (rng.chance(0.5)) for (let left = rng.below(3); left > 0; left -= 1) yield* system(rng);
  if (rng.chance(0.1)) yield says(rng);
  for (let turn = 0; turn < turns; turn += 1) {
    yield user(rng);
    if (rng.chance(0.1)) yield user(rng);
    for (let step = rng.below(steps); step > 0; step -= 1) {
      if (!rng.chance(callChance)) {
        yield says(rng);
        continue;
      }
      const made = [];
      for (let left = rng.below(4); left >= 0; left -= 1) {
        ids += 1;
        made.push({ id: `${prefix}_${ids}`, name: rng.pick(NAMES) });
      }
      yield* calls(rng, made);
      yield* results(rng, made);
    }
  }
}
