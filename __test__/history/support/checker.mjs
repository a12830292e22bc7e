// Whether a conversation is one that its provider takes, and whether a history kept what it must and no more.
// Written from the providers' rules and the contract, without a look at the code that trims.

/** Names of calls and of answers in one message: an id, or for Gemini the name. */
const readers = {
  anthropic(message) {
    const parts = Array.isArray(message.content) ? message.content : [];
    return {
      calls: parts.filter(({ type }) => type === 'tool_use').map(({ id }) => id),
      answers: parts.filter(({ type }) => type === 'tool_result').map(({ tool_use_id: id }) => id),
      model: message.role === 'assistant',
      user: message.role === 'user',
      system: false,
    };
  },
  openai(message) {
    return {
      calls: (message.tool_calls ?? []).map(({ id }) => id),
      answers: message.role === 'tool' ? [message.tool_call_id] : [],
      model: message.role === 'assistant',
      user: message.role === 'user',
      system: message.role === 'system' || message.role === 'developer',
    };
  },
  responses(message) {
    return {
      calls: message.type === 'function_call' ? [message.call_id] : [],
      answers: message.type === 'function_call_output' ? [message.call_id] : [],
      model: message.role === 'assistant' || message.type === 'function_call',
      user: message.role === 'user',
      system: message.role === 'developer',
    };
  },
  gemini(message) {
    return {
      calls: message.parts.filter((part) => part.functionCall).map((part) => part.functionCall.name),
      answers: message.parts.filter((part) => part.functionResponse).map((part) => part.functionResponse.name),
      model: message.role === 'model',
      user: message.role === 'user',
      system: false,
    };
  },
  bedrock(message) {
    return {
      calls: message.content.filter((part) => part.toolUse).map((part) => part.toolUse.toolUseId),
      answers: message.content.filter((part) => part.toolResult).map((part) => part.toolResult.toolUseId),
      model: message.role === 'assistant',
      user: message.role === 'user',
      system: false,
    };
  },
  // An approval is a question of its own: it is asked in one message and answered in another. What the provider ran is
  // whole within its message.
  aiSdk(message) {
    const parts = Array.isArray(message.content) ? message.content : [];
    const of = (type, id) => parts.filter((part) => part.type === type).map((part) => part[id]);
    const [calls, results] = [of('tool-call', 'toolCallId'), of('tool-result', 'toolCallId')];
    const hosted = new Set(calls.filter((id) => results.includes(id)));
    const approval = (id) => `approval of ${id}`;
    return {
      calls: [...calls.filter((id) => !hosted.has(id)), ...of('tool-approval-request', 'approvalId').map(approval)],
      answers: [...results.filter((id) => !hosted.has(id)), ...of('tool-approval-response', 'approvalId').map(approval)],
      model: message.role === 'assistant',
      user: message.role === 'user',
      system: message.role === 'system',
    };
  },
};

/** @param {keyof typeof readers} shape */
const readAs = (shape, messages) => messages.map((message) => readers[shape](message));

/**
 * The first rule of the provider that is broken, or nothing.
 *
 * @param {keyof typeof readers} shape
 * @param {readonly any[]} messages
 */
export function invalid(shape, messages) {
  const read = readAs(shape, messages);
  /** Calls not answered yet. @type {string[]} */
  const open = [];
  for (const [at, { calls, answers, model, user, system }] of read.entries()) {
    if (answers.length === 0 && open.length > 0) {
      // Parallel calls may be told in messages of their own.
      const goesOn = calls.length > 0 && read[at - 1].calls.length > 0 && shape === 'responses';
      if (!goesOn) return `message ${at} comes while calls ${open.join()} wait for their results`;
    }
    for (const answer of answers) {
      if (!open.includes(answer)) return `message ${at} answers ${answer}, which nobody called`;
      open.splice(open.indexOf(answer), 1);
    }
    // All results of a message are in the next.
    if ((shape === 'gemini' || shape === 'bedrock') && answers.length > 0 && open.length > 0) return `message ${at} does not answer ${open.join()}`;
    if (new Set(calls).size < calls.length && shape !== 'gemini') return `message ${at} calls twice by one id`;
    open.push(...calls);
    if (system && at > 0 && !read[at - 1].system && shape === 'anthropic') return `message ${at} is a late system message`;
    void [model, user];
  }
  // Calls without results are legal at the very end only, which is where `open` comes from.
  return undefined;
}

/** Places of messages that stay or go together: a call, its results, calls made in parallel. */
function tied(shape, read) {
  const groups = read.map((_, at) => at);
  const join = (a, b) => {
    const [from, to] = [groups[b], groups[a]];
    groups.forEach((group, at) => {
      if (group === from) groups[at] = to;
    });
  };
  /** @type {Map<string, number[]>} */
  const callers = new Map();
  read.forEach(({ calls, answers }, at) => {
    for (const answer of answers) {
      const list = callers.get(answer) ?? [];
      if (list.length > 0) join(shape === 'gemini' ? list.shift() : list.at(-1), at);
    }
    if (shape === 'gemini' && calls.length > 0) callers.clear();
    for (const call of calls) callers.set(call, [...(callers.get(call) ?? []), at]);
    if (shape === 'responses' && calls.length > 0 && at > 0 && read[at - 1].calls.length > 0) join(at - 1, at);
  });
  return groups;
}

/**
 * What must be there of what was pushed, and the reason why each of the kept ones may be: the first thing
 * that is wrong, or nothing.
 *
 * @param {keyof typeof readers} shape
 * @param {readonly any[]} pushed everything, in order
 * @param {readonly any[]} kept the same objects
 * @param {{ keepFirst: number, over: boolean, pinned?: Set<any> }} state
 */
export function wronglyKept(shape, pushed, kept, { keepFirst, over, pinned = new Set() }) {
  const read = readAs(shape, pushed);
  const leading = read.findIndex(({ system }) => !system);
  const head = (leading === -1 ? read.length : leading) + keepFirst;
  const lastOf = (is) => read.findLastIndex(is);
  const opener = lastOf(({ user, answers }) => user && answers.length === 0);
  const spoken = lastOf(({ model }) => model);
  const groups = tied(shape, read);
  const isKept = new Set(kept);

  if (kept.length === 0) return 'nothing is left';
  let next = 0;
  for (const message of pushed) if (message === kept[next]) next += 1;
  if (next < kept.length) return 'the order changed';

  const stays = pushed.map((message, at) => at < head || at === opener || at === spoken || at === pushed.length - 1 || pinned.has(message));
  const staysTied = pushed.map((_, at) => stays.some((yes, other) => yes && groups[other] === groups[at]));
  for (const [at, message] of pushed.entries()) {
    if (staysTied[at] && !isKept.has(message)) return `message ${at} of ${pushed.length} is gone, but is protected (head ${head}, opener ${opener}, newest step ${spoken})`;
  }
  const modelFirst = read[head]?.model === true;
  const afterHead = pushed.indexOf(kept[head]);
  if (!modelFirst && afterHead !== -1 && read[afterHead].model) return 'a message of the model is first after the head';
  if (!over) return undefined;
  for (const message of kept) {
    const at = pushed.indexOf(message);
    // The message that stands first after the head may have to stay, so that the model's does not.
    const spared = !modelFirst && groups[at] === groups[afterHead];
    if (!staysTied[at] && !spared) return `message ${at} of ${pushed.length} is above the limit and nothing protects it`;
  }
  return undefined;
}
