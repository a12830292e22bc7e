// BoundedHistory as the first users would type it: a field of `ConversationMessage[]`, functions that take
// one, and everything else a user sees of it.

import {
  BoundedHistory, HistoryGoneError, RobustSessionMap, SharedHistory, limitsFromSettings,
  type BoundedHistoryConstructor, type DroppedMessages, type HistoryHandle, type HistoryOptions, type JSONBuffer, type SettingsLimits, type WindowOptions,
} from '../../index.js';

interface ConversationMessage {
  role: 'user' | 'assistant';
  content: string;
}

interface ActiveSession {
  conversationHistory: ConversationMessage[];
}

/** The first seed's sliding window, unchanged. */
function truncateHistory(history: ConversationMessage[]): ConversationMessage[] {
  const most = 20;
  if (history.length <= most) {
    const totalTokens = history.reduce((sum, m) => sum + m.content.length, 0);
    if (totalTokens <= 100000) return history;
  }
  const truncated: ConversationMessage[] = [];
  let tokenCount = 0;
  for (let i = history.length - 1; i >= 0; i--) {
    const msg = history[i];
    if (msg === undefined || truncated.length >= most) break;
    tokenCount += msg.content.length;
    truncated.unshift(msg);
  }
  console.log(tokenCount);
  return truncated;
}

/** Conversion into another provider's format. */
function conversationToGemini(history: ConversationMessage[]): { role: string; parts: { text: string }[] }[] {
  return history.map((msg) => ({ role: msg.role === 'assistant' ? 'model' : 'user', parts: [{ text: msg.content }] }));
}

const session: ActiveSession = { conversationHistory: new BoundedHistory() };
session.conversationHistory = new BoundedHistory({ maxMessages: 50, onTrim: (messages) => console.log(messages.length) });
session.conversationHistory = new BoundedHistory({ countTokens: ({ content }) => content.length, turnStart: ({ role }) => role === 'user' });
session.conversationHistory = new BoundedHistory({}, session.conversationHistory);
session.conversationHistory = new BoundedHistory(session.conversationHistory);
session.conversationHistory.push({ role: 'user', content: 'prompt' });
for (const { role, content } of session.conversationHistory) console.log(role, content);
conversationToGemini(truncateHistory(session.conversationHistory));

const history = new BoundedHistory<ConversationMessage>();
truncateHistory(history);
conversationToGemini(history);
function readOnly(messages: readonly ConversationMessage[]): number {
  return messages.length;
}
readOnly(history);

// A field of a class, as the seed has it, and a map of sessions.
class Sessions {
  private sessions: Map<number, ActiveSession> = new RobustSessionMap(limitsFromSettings(undefined, 'CLAUDE_MEM').sessions);

  create(id: number): ActiveSession {
    const made = { conversationHistory: new BoundedHistory<ConversationMessage>(limitsFromSettings({}, 'CLAUDE_MEM').history) };
    this.sessions.set(id, made);
    return made;
  }
}

// Every member
same<typeof history, BoundedHistory<ConversationMessage>>(true);
same<(typeof history)[number], ConversationMessage>(true);
same<typeof history.byteLength, number>(true);
same<typeof history.chars, number>(true);
same<typeof history.tokens, number>(true);
same<typeof history.dropped, DroppedMessages>(true);
same<typeof history.handle, HistoryHandle>(true);
same<ReturnType<typeof history.push>, number>(true);
same<ReturnType<typeof history.pop>, ConversationMessage | undefined>(true);
same<ReturnType<typeof history.window>, ConversationMessage[]>(true);
same<ReturnType<typeof history.slice>, ConversationMessage[]>(true);
same<ReturnType<typeof history.filter>, ConversationMessage[]>(true);
same<ReturnType<typeof history.toJSONBuffer>, JSONBuffer>(true);
same<ReturnType<typeof history.validate>, true>(true);
same<ReturnType<typeof history.close>, void>(true);
history.window({ maxMessages: 20, maxTokens: 100_000 } satisfies WindowOptions).push({ role: 'user', content: '' });
history.window(limitsFromSettings('{}', 'X').window);
history.window(null);
history.window({ maxMessages: undefined });
history.refresh().pin(0);
history.pin(-1, false);
const bytes: Uint8Array = history.toJSONBuffer();
const widened: ConversationMessage[][] = [history];
const perhaps: ConversationMessage[] | BoundedHistory<ConversationMessage> = history;
if (perhaps instanceof BoundedHistory) perhaps.close();
const made: BoundedHistoryConstructor = BoundedHistory;

const inferred = new BoundedHistory([{ role: 'user', content: 'x' }]);
same<(typeof inferred)[number], { role: string; content: string }>(true);
const untyped = new BoundedHistory();
same<typeof untyped, BoundedHistory<any>>(true);
const both = new BoundedHistory(null, [{ role: 'user' }]);
same<(typeof both)[number], { role: string }>(true);

function scoped(): void {
  using own = new BoundedHistory<ConversationMessage>();
  using shared = SharedHistory.open<ConversationMessage>(own.handle);
  same<typeof shared, SharedHistory<ConversationMessage>>(true);
  same<ReturnType<typeof shared.at>, ConversationMessage | undefined>(true);
  same<ReturnType<typeof shared.toArray>, ConversationMessage[]>(true);
  same<ReturnType<typeof shared.window>, ConversationMessage[]>(true);
  same<ReturnType<typeof shared.push>, number>(true);
  same<typeof shared.length, number>(true);
  shared.push({ role: 'user', content: 'from a worker' });
  const posted: HistoryHandle = own.handle;
  SharedHistory.open(posted).close();
}

const all: Required<HistoryOptions<ConversationMessage>> = {
  maxMessages: 1, maxTokens: Infinity, maxBytes: 1e6, keepFirst: 0, sealAfter: 0, turnStart: () => true, countTokens: () => 1, name: 'talk', onTrim: async () => {},
};
const none: HistoryOptions = {
  maxMessages: undefined, maxTokens: undefined, maxBytes: undefined, keepFirst: undefined, sealAfter: undefined, turnStart: undefined, countTokens: undefined, onTrim: undefined,
};
const limits: SettingsLimits = limitsFromSettings(null, 'X');
new HistoryGoneError('gone').code satisfies 'ERR_HISTORY_GONE';

// What must not compile
// @ts-expect-error a string is no number
new BoundedHistory<ConversationMessage>({ maxMessages: '50' });
// @ts-expect-error unknown option
new BoundedHistory<ConversationMessage>({ maxmessages: 50 });
// @ts-expect-error not of this type
history.push({ role: 'user' });
// @ts-expect-error not of this type
history.push('text');
// @ts-expect-error read only
history.byteLength = 1;
// @ts-expect-error read only
history.handle = {};
// @ts-expect-error other messages
const others: { role: number }[] = history;
// @ts-expect-error a plain array is no history
const plain: BoundedHistory<ConversationMessage> = [];
// @ts-expect-error a view is not an array
const view: ConversationMessage[] = SharedHistory.open(history.handle);
// @ts-expect-error opened, not made
new SharedHistory();
// @ts-expect-error tokens are a number
new BoundedHistory<ConversationMessage>({ countTokens: ({ content }) => content });
// @ts-expect-error no such limit
history.window({ maxBytes: 1 });
// @ts-expect-error a prefix is needed
limitsFromSettings({});

export { Sessions, all, bytes, limits, made, none, others, plain, scoped, view, widened };
