/// <reference lib="esnext.disposable" />

/**
 * Why an entry left.
 *
 * Evictions: `idle` (not used for its `ttl`) · `age` (older than `maxAge`) · `lru` (the least
 * recently used of a full map) · `bytes` (the least recently used of a too heavy one) ·
 * `busy-timeout` (busy or pinned for longer than `maxBusy`) · `pressure` (`shed`).
 *
 * Yours: `delete` · `replace` (`set` with another value) · `clear` · `event` (`deleteOn`) ·
 * `close` · `exit` (the process ended).
 */
export type RemoveReason =
  | 'idle' | 'age' | 'lru' | 'bytes' | 'busy-timeout' | 'pressure'
  | 'delete' | 'replace' | 'clear' | 'event' | 'close' | 'exit';

/** A source of time, for tests; see `ManualClock` in `robust-session-map/testing`. */
export interface SessionClock {
  /** Milliseconds, finite and ≥ 0. Read at every operation, never cached. Going back counts as standing still. */
  now(): number;
  /**
   * Calls `fn` after `ms` milliseconds of this clock, never at once; returns a function that cancels. Neither may use a
   * collection of this clock: such a use throws. Default: an unref'd `setTimeout`.
   */
  setTimer?(fn: () => void, ms: number): () => void;
}

/** Where a callback failed that nobody waited for. */
export interface SessionErrorContext<K> {
  /** The entry's key; `undefined` when the error belongs to no entry. */
  key: K | undefined;
  /** The reason its entry left (`event` for a throw in `deleteOn`'s `pick`); `undefined` elsewhere. */
  reason: RemoveReason | undefined;
}

/**
 * Options of {@link RobustSessionMap} and {@link RobustSessionSet}. An absent or `undefined` option
 * has its default. A wrong kind throws `TypeError`, a wrong size `RangeError`, an unknown name
 * `TypeError`; nothing is coerced.
 */
export interface SessionMapOptions<K = any, V = any> {
  /** Idle time in ms after which an entry is due. ≥ 0, `Infinity` = never. Default 1,800,000 (30 min). */
  ttl?: number | undefined;
  /** Time in ms since the last `set`, whatever the use. ≥ 0. Default `Infinity`. Both clocks run, the earlier wins. */
  maxAge?: number | undefined;
  /** Entries kept; exactly the least recently used goes first. Integer ≥ 1 or `Infinity`. Default 1000. */
  maxSize?: number | undefined;
  /** Total weight kept, in the unit of `sizeOf`. > 0. Default `Infinity`. Every entry must then be weighed: by `sizeOf` or by `set(…, { size })`. */
  maxBytes?: number | undefined;
  /** Weighs an entry when it is stored: a finite number from 0 to 2⁵³ − 1. A throw goes to the caller of `set`, and nothing changes. */
  sizeOf?: ((value: V, key: K) => number) | undefined;
  /**
   * Whether the entry is in use. A busy entry is kept by every automatic path: idle, age, LRU, bytes, pressure.
   * Asked for candidates only, once per entry and recheck (`maxBusy / 8`, at least 250 ms, at most 5 s). A truthy
   * answer keeps the entry; a throw keeps it too and goes to `onError`. Must answer at once: a promise counts as busy and is reported.
   */
  isBusy?: ((value: V, key: K) => boolean) | undefined;
  /** How long, in ms, busy or pinned may refuse removal; then the entry goes, reason `busy-timeout`. ≥ 0. Default 1,800,000 (30 min). */
  maxBusy?: number | undefined;
  /** When all is busy the map grows past `maxSize` up to here; then `set` throws {@link SessionLimitError}. Integer ≥ `maxSize` or `Infinity`. Default `Infinity`. */
  hardMaxSize?: number | undefined;
  /** Runs exactly once for each entry that leaves, after it left. May be async: nothing waits for it but `settled()` and a normal exit. May change the map. A map that is collected runs no hooks: collection is not removal. Hooks that cause thousands of further hooks (one that stores again each time) do not keep an operation going for ever: the rest runs later, in order, and `settled()` waits for it. */
  onRemove?: ((key: K, value: V, reason: RemoveReason) => unknown) | undefined;
  /** Receives what callbacks threw or rejected with in the background. Default: `process.emitWarning`. */
  onError?: ((error: unknown, context: SessionErrorContext<K>) => void) | undefined;
  /** Another source of time. Default: monotonic milliseconds, read at least every 256 operations and every millisecond of use. */
  clock?: SessionClock | undefined;
  /** How long, in ms, async hooks may hold a normal exit of the process. ≥ 0, finite. Default 5,000. */
  exitTimeout?: number | undefined;
  /** Whether a `has` that finds its entry restarts the idle time. Default `false` for maps, `true` for sets. */
  touchOnHas?: boolean | undefined;
  /** Name in `stats()`, errors and warnings. Default: the class's name. */
  name?: string | undefined;
}

/** Options of one entry; absent ones are the map's. Each `set` replaces them all. */
export interface EntryOptions {
  /** Idle limit of this entry in ms. ≥ 0, `Infinity` = never. */
  ttl?: number | undefined;
  /** Age limit of this entry in ms. ≥ 0, `Infinity` = never. */
  maxAge?: number | undefined;
  /** Weight of this entry instead of what `sizeOf` says. Finite, 0 … 2⁵³ − 1. */
  size?: number | undefined;
}

/** A lease on an entry: while it is held no automatic path removes the entry (for `maxBusy` at the longest). */
export interface SessionLease<K = any> extends Disposable {
  /** The key it was taken for. */
  readonly key: K;
  /** Whether it still protects an entry: `false` once released, once the entry left, or if there was none. */
  readonly held: boolean;
  /** Gives the lease back; an overdue entry leaves at once. Returns whether it was held. O(log n), does not touch. */
  release(): boolean;
}

/** Counters and state, as of the call. */
export interface SessionStats {
  /** The option `name`. */
  name: string;
  /** Entries now. */
  size: number;
  /** The limit. */
  maxSize: number;
  /** Total weight now. */
  bytes: number;
  /** The limit. */
  maxBytes: number;
  /** Reads that found their entry and touched it. */
  hits: number;
  /** `get`, touching `has`, `getOrInsert…` and `getOrLoad` that found nothing. */
  misses: number;
  /** Entries stored under a key that was absent. */
  added: number;
  /** `set` calls on a key that was present. */
  updated: number;
  /** Entries that left, by reason (`replace` is counted in `updated`). */
  removed: Record<Exclude<RemoveReason, 'replace'>, number>;
  /** Entries that refused to go and are kept for now. */
  busy: number;
  /** Entries with a lease. */
  pinned: number;
  /** Longest refusal going on, in ms; 0 without one. */
  oldestBusy: number;
  /** How long the oldest lease has been held, in ms; 0 without a lease. */
  oldestPin: number;
  /** Idle time of the least recently used entry, in ms; 0 without entries. */
  oldestIdle: number;
  /** Entries above `maxSize` now, because all others are kept. */
  overflow: number;
  /** Times an entry was stored above a limit because all others were kept. */
  overflows: number;
  /** Callbacks that threw or rejected in the background. */
  errors: number;
  /** Async hooks still running. */
  pendingHooks: number;
  /** Native memory of this map, in bytes. */
  nativeBytes: number;
  /** Whether `close` was called. */
  closed: boolean;
}

/** Node's `EventEmitter` and alike. */
export interface SessionEmitter {
  on(event: any, listener: (...args: any[]) => void): unknown;
  off?(event: any, listener: (...args: any[]) => void): unknown;
  removeListener?(event: any, listener: (...args: any[]) => void): unknown;
}

/** The DOM's `EventTarget` and alike. */
export interface SessionEventTarget {
  addEventListener(type: string, listener: (event: any) => void): void;
  removeEventListener(type: string, listener: (event: any) => void): void;
}

/** Ends a subscription; also usable with `using`. */
export interface Unsubscribe extends Disposable {
  (): void;
}

/** `set` would exceed `hardMaxSize` and everything is busy or pinned. The map is unchanged. */
export class SessionLimitError extends Error {
  readonly code: 'ERR_SESSION_LIMIT';
}

/** Something was to be stored after `close`. */
export class SessionClosedError extends Error {
  readonly code: 'ERR_SESSION_CLOSED';
}

/**
 * A `Map` whose entries leave when they are idle, too old, too many or too heavy. A real `Map`: all of
 * its behaviour holds, insertion order and live iteration included.
 *
 * `get`, `set` and `touch` restart an entry's idle time; `has`, `peek`, `size` and iteration do not.
 * `get` and `has` never answer with an expired entry. All operations are O(1) unless said otherwise;
 * entries with limits of their own and maps with `maxAge` add O(log n).
 */
export class RobustSessionMap<K = any, V = any> extends Map<K, V> {
  /** As `new Map(entries)`, with the default limits. Entries beyond `maxSize` (1000) push the first ones out. */
  constructor(entries: Iterable<readonly [K, V]>);
  /** @param options `null` and `undefined` mean defaults. */
  constructor(options?: SessionMapOptions<K, V> | null, entries?: Iterable<readonly [K, V]> | null);
  /** The short form: idle time in ms, then the number of entries. */
  constructor(ttl: number, maxSize?: number, entries?: Iterable<readonly [K, V]> | null);

  /** Number of entries. Removes everything due first, then runs hooks: O(1 + entries due). Does not touch. */
  get size(): number;
  /** The value, or `undefined` if there is none or it expired. Touches. */
  get(key: K): V | undefined;
  /** Whether there is an entry. Does not touch (unless `touchOnHas`). */
  has(key: K): boolean;
  /**
   * Stores a value; both of the entry's clocks restart, its options become the ones given, it is weighed anew.
   * The hook runs with `replace` only if the old value is not the same value.
   * @throws TypeError, RangeError for bad options or weights (a weight above `maxBytes` included)
   * @throws SessionLimitError at `hardMaxSize` with everything busy
   * @throws SessionClosedError after `close`
   */
  set(key: K, value: V, options?: EntryOptions): this;
  /** Removes the entry, reason `delete`, busy or not. `false` if there was none or it had expired. */
  delete(key: K): boolean;
  /** Removes everything, reason `clear`; hooks run in insertion order, and what they add stays. O(n). */
  clear(): void;

  /** The value without touching it. */
  peek(key: K): V | undefined;
  /**
   * Restarts the idle time. With `ttl` the entry has that idle limit from now on: a short one schedules its
   * clean-up, `Infinity` cancels it. Returns whether there was an entry. Touches.
   */
  touch(key: K, options?: { ttl?: number | undefined }): boolean;
  /** Removes the entry if it still holds this value (SameValueZero), reason `delete`. Does not touch. */
  deleteIf(key: K, value: V): boolean;
  /** The value; `value` is stored first if there is none. A hit acts as `get`, a miss as `set`. */
  getOrInsert(key: K, value: V): V;
  /** The value; `callback(key)` computes it if there is none. A hit acts as `get`, a miss as `set`. */
  getOrInsertComputed(key: K, callback: (key: K) => V): V;
  /**
   * The value; loaded if there is none, once per key however many ask. A `set`, `delete`, `clear` or `close` of the
   * key meanwhile wins: the loaded value then goes to its callers only. A rejection stores nothing. After `close` it
   * rejects with `SessionClosedError` and loads nothing.
   */
  getOrLoad(key: K, loader: (key: K) => V | PromiseLike<V>): Promise<V>;
  /** Takes a lease on the entry; leases nest. Without an entry the lease is not held. Does not touch. */
  pin(key: K): SessionLease<K>;
  /** Milliseconds until the entry is due: `undefined` absent, `Infinity` never, 0 overdue but kept. Does not touch. */
  remaining(key: K): number | undefined;
  /** Removes everything due now and what keeps the map above its limits without need. Returns how many left. O(entries due). */
  sweep(): number;
  /** Evicts the `n` least recently used entries that are not busy, reason `pressure`. Returns how many left. */
  shed(n: number): number;
  /**
   * Removes the entry with key `pick(...args)` whenever `emitter` emits `event`, reason `event`; `undefined` picks none.
   * Holds the map weakly; `close()` ends it.
   */
  deleteOn(emitter: SessionEmitter | SessionEventTarget, event: string | symbol, pick: (...args: any[]) => K | undefined): Unsubscribe;
  /** Resolves when no async hook is running. Never rejects. */
  settled(): Promise<void>;
  /** Counters and state; removes everything due first. */
  stats(): SessionStats;
  /** Audits both sides of the structure, for tests. Returns `true`. O(n log n). @throws Error naming the first broken invariant */
  validate(): true;
  /** Removes everything, reason `close`, and frees native memory at once. Afterwards reads answer as empty and storing throws. */
  close(): void;
  /** `close()`. */
  [Symbol.dispose](): void;
  /** `close()`, then `settled()`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Options of {@link RobustSessionSet}. Callbacks receive the value twice, as `Set.prototype.forEach` does. */
export type SessionSetOptions<T = any> = SessionMapOptions<T, T>;

/**
 * A `Set` whose values leave as the entries of {@link RobustSessionMap} do. `has` is how a set is read:
 * a hit restarts the idle time (option `touchOnHas`); `peek` does not.
 */
export class RobustSessionSet<T = any> extends Set<T> {
  /** As `new Set(values)`, with the default limits. */
  constructor(values: Iterable<T>);
  /** @param options `null` and `undefined` mean defaults. */
  constructor(options?: SessionSetOptions<T> | null, values?: Iterable<T> | null);
  /** The short form: idle time in ms, then the number of values. */
  constructor(ttl: number, maxSize?: number, values?: Iterable<T> | null);

  /** Number of values. Removes everything due first, then runs hooks. Does not touch. */
  get size(): number;
  /** Whether the value is there. Touches (option `touchOnHas`). */
  has(value: T): boolean;
  /** Adds a value; both of its clocks restart. Throws as {@link RobustSessionMap.set} does. */
  add(value: T, options?: EntryOptions): this;
  /** Removes the value, reason `delete`. `false` if it was not there or had expired. */
  delete(value: T): boolean;
  /** Removes everything, reason `clear`. O(n). */
  clear(): void;

  /** Whether the value is there, without touching it. */
  peek(value: T): boolean;
  /** Restarts the idle time, optionally with a new idle limit. Returns whether the value was there. */
  touch(value: T, options?: { ttl?: number | undefined }): boolean;
  /** Takes a lease on the value. Does not touch. */
  pin(value: T): SessionLease<T>;
  /** Milliseconds until the value is due; see {@link RobustSessionMap.remaining}. */
  remaining(value: T): number | undefined;
  /** Removes everything due now. Returns how many left. */
  sweep(): number;
  /** Evicts the `n` least recently used values that are not busy, reason `pressure`. */
  shed(n: number): number;
  /** Removes the value `pick(...args)` whenever `emitter` emits `event`; see {@link RobustSessionMap.deleteOn}. */
  deleteOn(emitter: SessionEmitter | SessionEventTarget, event: string | symbol, pick: (...args: any[]) => T | undefined): Unsubscribe;
  /** Resolves when no async hook is running. */
  settled(): Promise<void>;
  /** Counters and state; removes everything due first. */
  stats(): SessionStats;
  /** Audits both sides of the structure, for tests. */
  validate(): true;
  /** Removes everything, reason `close`; see {@link RobustSessionMap.close}. */
  close(): void;
  /** `close()`. */
  [Symbol.dispose](): void;
  /** `close()`, then `settled()`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Options of {@link BoundedHistory}. An absent or `undefined` option has its default; errors are as those of {@link SessionMapOptions}. */
export interface HistoryOptions<M = any> {
  /** Messages kept. Integer ≥ 1 or `Infinity`. Default 50 when no limit is named at all, else `Infinity`. */
  maxMessages?: number | undefined;
  /** Tokens kept, as `countTokens` counts them. > 0. Default `Infinity`. */
  maxTokens?: number | undefined;
  /** UTF-8 bytes of text kept. > 0. Default `Infinity`. */
  maxBytes?: number | undefined;
  /** How many messages after the leading `system`/`developer` ones always stay: the init prompt. Integer ≥ 0. Default 1. */
  keepFirst?: number | undefined;
  /** Whether a message starts a turn. Default: `role` is `user` and it holds no tool result. A throw goes to the caller, and nothing changes. */
  turnStart?: ((message: M) => boolean) | undefined;
  /**
   * Tokens of a message: a finite number ≥ 0. Default: a quarter of its characters, rounded up. Called when a
   * message is pushed and when a text of it was written. A throw goes to the caller, and nothing changes.
   */
  countTokens?: ((message: M) => number) | undefined;
  /** Milliseconds without use until text is compressed. ≥ 0, `Infinity` = never. Default 2,000. */
  sealAfter?: number | undefined;
  /** Told what trimming took out, after it left: plain messages, oldest first. May change the history. A throw or rejection goes to `process.emitWarning`. */
  onTrim?: ((messages: M[]) => unknown) | undefined;
  /** Name in {@link memoryReport}. Default `BoundedHistory`. A group's conversations have their member's. */
  name?: string | undefined;
}

/** Limits of {@link BoundedHistory.window}: the same kinds and errors as the options of that name. */
export interface WindowOptions {
  maxMessages?: number | undefined;
  maxTokens?: number | undefined;
}

/** What trimming took out of a history since it was made. What you took out yourself is not counted. */
export interface DroppedMessages {
  messages: number;
  bytes: number;
  tokens: number;
}

/** Opens a history in another thread of the same process ({@link SharedHistory.open}). A plain object: `postMessage` it. Holds nothing. */
export interface HistoryHandle {
  readonly kind: string;
  readonly process: number;
  readonly history: number;
}

/** A `Buffer` where its type is known, as in Node's and Bun's own types; else a `Uint8Array`. */
export type JSONBuffer = typeof globalThis extends { Buffer: { alloc(size: number): infer B } } ? B : Uint8Array<ArrayBuffer>;

/**
 * A conversation: a real plain array whose texts live in native memory, compressed when idle, and which
 * trims its oldest messages itself without leaving an invalid conversation.
 *
 * `push` adopts a plain extensible object: `h.at(-1) === m`, and `m.content += delta` goes on working. A frozen
 * one, one made by a class, and one that a history holds already are copied. Strings named `content`, `text`,
 * `arguments`, `thinking` or `output`, and any string from 200 characters on, are moved; everything else stays.
 *
 * Always kept: leading `system`/`developer` messages, the first `keepFirst` others, pinned ones, the message that
 * opened the current turn, the newest step with its unanswered tool calls, the newest message. The oldest whole
 * turns go first; then, within the current turn, the oldest steps (a model's message with all its tool results).
 * What leaves, by trimming or by your hand, is a plain message again.
 *
 * What native array methods or assignments did (`Array.prototype.splice.call(h, …)`, `h.length = 0`, `h[i] = m`) is
 * noticed at the next method call; in the middle of a history of more than 256 messages at the next `window`,
 * `toJSONBuffer`, `refresh`, or idle pass.
 */
export interface BoundedHistory<M = any> extends Array<M> {
  /**
   * Appends messages, then trims. Returns the length, which may be less than before.
   * @throws TypeError saying where a message is no JSON (a function, a BigInt, a symbol, a cycle); nothing has changed then
   */
  push(...messages: M[]): number;
  /** UTF-8 bytes of all strings but roles, types and ids. A lone surrogate counts three. O(1) and what was written since. */
  readonly byteLength: number;
  /** UTF-16 units of the same strings. O(1) and what was written since. */
  readonly chars: number;
  /** As `countTokens` counts, or a quarter of each message's characters, rounded up. O(1) and what was written since. */
  readonly tokens: number;
  /** What trimming took out. */
  readonly dropped: DroppedMessages;
  /** What another thread opens this history with. From its first use on, other threads see every change at your next method call. */
  readonly handle: HistoryHandle;
  /**
   * Plain copies of what would be left under these limits, by the same rules; of all that is there, if none is given. Changes
   * nothing, and nothing changes it later. O(n).
   */
  window(limits?: WindowOptions | null): M[];
  /** Lets a message stay, or go again. Negative indices count from the end. @throws RangeError if there is no such message */
  pin(index: number, on?: boolean): void;
  /** The same bytes as `Buffer.from(JSON.stringify(history))`, written natively. O(n). */
  toJSONBuffer(): JSONBuffer;
  /** Looks at everything anew: parts and fields that you changed in old messages, what other threads pushed. O(n). */
  refresh(): this;
  /** Audits both sides of the structure, for tests. Returns `true`. O(n). @throws Error naming the first broken invariant */
  validate(): true;
  /** Empties the history and frees its native memory at once. Messages still held lose their texts: reading one throws {@link HistoryGoneError}, as does storing. */
  close(): void;
  /** `close()`. */
  [Symbol.dispose](): void;
}

export interface BoundedHistoryConstructor {
  /** A copy of a conversation, with the default limit of 50 messages. */
  new <M>(messages: Iterable<M>): BoundedHistory<M>;
  /** @param options `null` and `undefined` mean defaults. */
  new <M = any>(options?: HistoryOptions<M> | null, messages?: Iterable<M> | null): BoundedHistory<M>;
  readonly prototype: BoundedHistory<any>;
}

export const BoundedHistory: BoundedHistoryConstructor;

/**
 * A history as another thread sees it: not an array, and it holds nothing. Each call reads the current state;
 * what it hands out are copies. After the owner closed the history, or was collected, every call throws {@link HistoryGoneError}.
 */
export class SharedHistory<M = any> implements Disposable {
  private constructor();
  /** @throws TypeError for what is no handle, HistoryGoneError for one whose history is gone */
  static open<M = any>(handle: HistoryHandle): SharedHistory<M>;
  /** Messages now. */
  readonly length: number;
  /** Appends messages; the owner's array has them from its next method call on. Returns the length. Throws as {@link BoundedHistory.push} does. */
  push(...messages: M[]): number;
  /** A copy of one message; negative indices count from the end. */
  at(index: number): M | undefined;
  /** As {@link BoundedHistory.window}. */
  window(limits?: WindowOptions | null): M[];
  /** Copies of all messages. */
  toArray(): M[];
  /** As {@link BoundedHistory.toJSONBuffer}. */
  toJSONBuffer(): JSONBuffer;
  /** Ends this view, not the history. */
  close(): void;
  /** `close()`. */
  [Symbol.dispose](): void;
}

/** The history behind a handle, a message or a call was closed, or its owner was collected. */
export class HistoryGoneError extends Error {
  readonly code: 'ERR_HISTORY_GONE';
}

/** What {@link limitsFromSettings} found; absent keys are absent here too. */
export interface SettingsLimits {
  /** For {@link RobustSessionMap}: `<PREFIX>_SESSION_TTL_MINUTES`, in ms, and `<PREFIX>_MAX_ACTIVE_SESSIONS`. */
  sessions: { ttl?: number; maxSize?: number };
  /** For {@link BoundedHistory}: `<PREFIX>_MAX_CONVERSATION_HISTORY`. */
  history: { maxMessages?: number };
  /** For {@link BoundedHistory.window}: the smallest of all `<PREFIX>_…MAX_CONTEXT_MESSAGES` and `<PREFIX>_…MAX_TOKENS`. */
  window: { maxMessages?: number; maxTokens?: number };
  /** The same by provider: the part between prefix and key, as `OPENROUTER`. */
  windows: Record<string, { maxMessages?: number; maxTokens?: number }>;
}

/**
 * Reads limits from settings: an object, its JSON, or the environment (`undefined`). Numbers may be strings here, and here only.
 * @throws TypeError, RangeError naming the key and its value
 */
export function limitsFromSettings(settings: object | string | null | undefined, prefix: string): SettingsLimits;
/**
 * What the members of a {@link SessionGroup} hold of one session, by the member's name: of a map the value, of
 * a set `true`; with composite keys (`sessionOf`) a plain `Map` or `Set` of the session's entries, least recently used
 * first. A member that holds nothing is absent. Has no prototype.
 */
export interface SessionParts {
  readonly [member: string]: any;
}

/** Options of {@link SessionGroup}. Limits count sessions, whatever each holds; checked as those of {@link RobustSessionMap} are. */
export interface SessionGroupOptions<K = any> {
  /** Idle time in ms after which a session is due: no member has touched it. ≥ 0, `Infinity` = never. Default 1,800,000 (30 min). */
  ttl?: number | undefined;
  /** Time in ms since the last `set` or `add` of the session in any member, whatever the use. ≥ 0. Default `Infinity`. */
  maxAge?: number | undefined;
  /** Sessions kept; exactly the least recently used goes first. Integer ≥ 1 or `Infinity`. Default 1000. */
  maxSize?: number | undefined;
  /** Total weight kept: the sum of what members' `sizeOf` and `set(…, { size })` say; entries that nobody weighs weigh nothing. > 0. Default `Infinity`. */
  maxBytes?: number | undefined;
  /**
   * Whether the session is in use; a busy one is kept by every automatic path. Look at `parts`, or `peek`: a `get` in
   * here would touch the session. Asked as {@link SessionMapOptions.isBusy} is, also about descendants of the candidate.
   */
  isBusy?: ((id: K, parts: SessionParts) => boolean) | undefined;
  /** How long, in ms, busy or pinned may refuse removal; then the session goes, reason `busy-timeout`. ≥ 0. Default 1,800,000 (30 min). */
  maxBusy?: number | undefined;
  /** When all sessions are busy the group grows past `maxSize` up to here; then `set` throws {@link SessionLimitError}. Default `Infinity`. */
  hardMaxSize?: number | undefined;
  /**
   * Runs exactly once for each session that ends, after it has left all members, after the members' own hooks. `parts` is what
   * each member held. May be async; may change the group. A group that is collected runs no hooks.
   */
  onRemove?: ((id: K, reason: Exclude<RemoveReason, 'replace'>, parts: SessionParts) => unknown) | undefined;
  /** Receives what callbacks threw or rejected with in the background; `key` is the session or the member's key. Default: `process.emitWarning`. */
  onError?: ((error: unknown, context: SessionErrorContext<any>) => void) | undefined;
  /**
   * The session's parent, `undefined` for none: children end with their parent, deepest first, whatever ended it. Asked up
   * the line when a session begins; a throw goes to the caller of `set`, and nothing is stored. Parents that events name
   * (`parentID`) are known as well. A line that comes back to where it was, or is longer than 100, ends there.
   */
  parentOf?: ((id: K) => K | undefined) | undefined;
  /**
   * For so many ms after a session left, storing something for it does nothing (`set` returns, and counts in
   * `stats().tombstoned`): it came late. `session.created` lifts it, and so does deleting the session's last entry by `delete`.
   * ≥ 0 and finite, since ids are remembered for so long. Default 0: off.
   */
  tombstone?: number | undefined;
  /** The directory of the plugin's instance: `server.instance.disposed` closes the group if it names this one. */
  directory?: string | undefined;
  /** Another source of time; see {@link SessionMapOptions.clock}. */
  clock?: SessionClock | undefined;
  /** How long, in ms, async hooks may hold a normal exit of the process. ≥ 0, finite. Default 5,000. */
  exitTimeout?: number | undefined;
  /** Name in `stats()`, errors and warnings, and for {@link SessionGroup.named}. Default `SessionGroup`. */
  name?: string | undefined;
}

/** Options of a member: bounds of its own entries within a session. All other limits are the group's. */
export interface SessionMemberOptions<Key = any, V = any, K = Key> {
  /**
   * The session that a key belongs to, for keys like `"ses_1:tool:call"`. Asked when a key is stored that is not there; a throw
   * goes to the caller, and nothing changes. Must not answer `undefined`. Default: the key is the session's id.
   */
  sessionOf?: ((key: Key) => K) | undefined;
  /** Entries of one session kept in this member; its least recently used goes first, reason `lru`. Integer ≥ 1 or `Infinity`. Default 1000 with `sessionOf`. */
  maxPerSession?: number | undefined;
  /** Idle time in ms after which an entry leaves this member, reason `idle`; its session stays. ≥ 0. Default `Infinity`: the session's. */
  ttl?: number | undefined;
  /** Weighs an entry when it is stored; counts in the group's `maxBytes`. A finite number from 0 to 2⁵³ − 1. */
  sizeOf?: ((value: V, key: Key) => number) | undefined;
  /** Runs exactly once for each entry that leaves this member, alone or with its session, before the group's hook; is told the reason. Pins and `isBusy` keep sessions, not single entries. */
  onRemove?: ((key: Key, value: V, reason: RemoveReason) => unknown) | undefined;
  /** Whether a `has` that finds its entry touches the session. Default `false` for maps, `true` for sets. */
  touchOnHas?: boolean | undefined;
}

/** A scope: a lease on the session as long as a block runs, and the end of the session with it. */
export interface SessionScope<K = any> extends Disposable {
  /** The session. */
  readonly key: K;
  /** Whether a session is there now and kept by the scope. */
  readonly held: boolean;
  /** Ends the scope; the last one open for the session drops it, reason `delete`. Returns whether it was there. */
  release(): boolean;
}

/** Counters and state of a group. `size`, `added`, `updated`, `removed`, `busy`, `pinned` … count sessions. */
export interface SessionGroupStats extends SessionStats {
  /** Entries in all members. */
  entries: number;
  /** Entries by member. */
  members: Record<string, number>;
  /** Scopes open, by session. */
  scopes: number;
  /**
   * Sessions stored again after they had left, or to be stored: within `tombstone` ms; without that option, if among the last
   * 1,000 that left.
   */
  resurrected: number;
  /** Of those, how many were dropped. */
  tombstoned: number;
}

/** Options of a group's conversations: each has limits of its own, all others are the group's. */
export interface SessionHistoryOptions<K = any, M = any> extends Omit<HistoryOptions<M>, 'name'> {
  /** Told after a conversation left, before the group's `onRemove`, or was replaced; see {@link SessionMapOptions.onRemove}. */
  onRemove?: ((id: K, history: BoundedHistory<M>, reason: RemoveReason) => unknown) | undefined;
}

/** The conversations of a group's sessions: a map that makes them. Only histories are stored; a history belongs to one session. */
export interface SessionHistories<K = any, M = any> extends RobustSessionMap<K, BoundedHistory<M>> {
  /** The session's conversation; begun, with the session, if there is none. O(1). Touches. */
  of(id: K): BoundedHistory<M>;
}

/**
 * Many maps and sets keyed by session, with one life: a touch of a session in any member restarts its idle time in all, and
 * when it ends, it leaves all of them in the same step, before any hook runs.
 *
 * A session begins with its first entry in any member and ends by the group's limits, by `drop`, an event, `clear` or `close`,
 * or when its last entry is deleted. Members are real {@link RobustSessionMap}s and {@link RobustSessionSet}s; what touches
 * is the same. On a member whose keys are the ids, `pin`, `remaining`, and the options `ttl` and `maxAge` of `set` and `touch`
 * are about the session; in one with `sessionOf` or `ttl`, those options are about the entry. A member's `shed` and `sweep` are
 * the group's, and so are the figures of its `stats()` except `name size bytes added removed misses closed`. Its `close()`
 * takes it out of the group.
 */
export class SessionGroup<K = any> implements Iterable<K> {
  /** @param options `null` and `undefined` mean defaults. */
  constructor(options?: SessionGroupOptions<K> | null);
  /**
   * The group of that name which was made last and is neither closed nor collected; a new one if there is none. With options,
   * gives them to the group: possible once, before its first session, so that module-level members may come first.
   * Names hold groups weakly: keep the group, or one of its members.
   * @throws TypeError if the group has its options already
   */
  static named<K = any>(name: string, options?: SessionGroupOptions<K> | null): SessionGroup<K>;

  /** Number of sessions. Ends all that are due first, then runs hooks. Does not touch. */
  get size(): number;
  /**
   * The map of that name; made if there is none. A member made late joins the sessions there are.
   * @throws TypeError for a set's name, or options for a member that is there
   * @throws SessionClosedError after `close`
   */
  map<V = any>(name: string, options?: SessionMemberOptions<K, V, K> | null): RobustSessionMap<K, V>;
  /** With keys of its own, which `sessionOf` assigns to sessions. */
  map<V, Key>(name: string, options: SessionMemberOptions<Key, V, K> & { sessionOf: (key: Key) => K }): RobustSessionMap<Key, V>;
  /** The set of that name, of session ids; see {@link SessionGroup.map}. */
  set(name: string, options?: SessionMemberOptions<K, K, K> | null): RobustSessionSet<K>;
  /** With values of its own, which `sessionOf` assigns to sessions. */
  set<Key>(name: string, options: SessionMemberOptions<Key, Key, K> & { sessionOf: (key: Key) => K }): RobustSessionSet<Key>;

  /**
   * The conversations of that name, one a session. What is done to one (a method that changes it, `window`, an assignment to a
   * text) touches the session; looking does not. Its bytes count in the group's `maxBytes`, as of the last method call; one
   * alone is trimmed to them. When the session ends, `onRemove` gets it in `parts`; it stays readable for whoever holds it.
   * @throws TypeError for another member's name, or options for a member that is there
   * @throws SessionClosedError after `close`
   */
  history<M = any>(name: string, options?: SessionHistoryOptions<K, M> | null): SessionHistories<K, M>;

  /** Whether there is such a session. Does not touch. */
  has(id: K): boolean;
  /** Restarts the session's idle time, with a new idle limit if `ttl` is given; it holds until the next `touch` with one or the next `set` in any member. Returns whether it is there. Touches. */
  touch(id: K, options?: { ttl?: number | undefined }): boolean;
  /** Milliseconds until the session is due; see {@link RobustSessionMap.remaining}. */
  remaining(id: K): number | undefined;
  /** Takes a lease on the session, whichever member holds it; leases nest. Without a session it is not held. Does not touch. */
  pin(id: K): SessionLease<K>;
  /**
   * Keeps the session for as long as a block runs, from its first entry if it has not begun, and drops it at the end:
   * `using scope = group.scope(id)`, or `const scope = group.scope(id); try { … } finally { scope.release(); }`.
   */
  scope(id: K): SessionScope<K>;
  /** Ends the session and its descendants, reason `delete`, busy or not. Loads under way for them store nothing. Returns whether it was there. O(members). */
  drop(id: K): boolean;
  /** Ids, in the order in which sessions began; skips what falls due meanwhile. Does not touch. */
  keys(): IterableIterator<K>;
  /** As `keys`. */
  [Symbol.iterator](): IterableIterator<K>;
  /**
   * Takes an event of the plugin's host as it comes; never throws on what it contains, and begins no session.
   * `session.deleted` ends the session (reason `event`) and its descendants; `session.created` lifts a tombstone; `session.status` takes
   * a lease while busy, from its first entry on if there is none yet; `session.idle` and `session.error` give it back; these, `session.updated|compacted`, `message.*` and `tool.*`
   * touch. `server.instance.disposed` closes the group made with that `directory`.
   */
  handleEvent(event: unknown): void;
  /** Ends the session `pick(...args)` whenever `emitter` emits `event`, reason `event`; see {@link RobustSessionMap.deleteOn}. */
  deleteOn(emitter: SessionEmitter | SessionEventTarget, event: string | symbol, pick: (...args: any[]) => K | undefined): Unsubscribe;
  /** Ends every session that is due and removes every entry of members that is. Returns how many left. */
  sweep(): number;
  /** Ends the `n` least recently used sessions that are not busy, reason `pressure`. Returns how many left, descendants included. */
  shed(n: number): number;
  /** Resolves when no async hook is running. Never rejects. */
  settled(): Promise<void>;
  /** Counters and state; removes everything due first. O(sessions). */
  stats(): SessionGroupStats;
  /** Audits the group and all members, for tests. @throws Error naming the first broken invariant */
  validate(): true;
  /** Ends all sessions, reason `clear`; hooks run in insertion order, descendants before their ancestors. */
  clear(): void;
  /** Ends all sessions, reason `close`, and closes all members. Frees native memory at once. */
  close(): void;
  /** `close()`. */
  [Symbol.dispose](): void;
  /** `close()`, then `settled()`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** How many left since a structure was made, by reason; `trim` counts messages that a history trimmed. */
export type RemovedCounts = Record<Exclude<RemoveReason, 'replace'> | 'trim', number>;

/** A member of a group, as {@link memoryReport} sees it. */
export interface MemberRow {
  kind: 'map' | 'set' | 'history';
  /** The member's name. */
  name: string;
  /** Entries now; of `history` the conversations. */
  entries: number;
  /** What their weights say; of `history` UTF-8 bytes of text. */
  bytes: number;
  /** Native memory of its own, in bytes. */
  nativeBytes: number;
  /** Messages of all conversations; of `history` only. */
  messages?: number;
}

/** A map, a set, a group or a history that is alive, as {@link memoryReport} sees it. */
export interface MemoryRow {
  kind: 'map' | 'set' | 'group' | 'history';
  /** The option `name`, or the class's. Several structures may have one name. */
  name: string;
  /** Entries now, due ones that have not left yet included; of a group those of all members, of a history its messages. */
  entries: number;
  /** What `sizeOf` says of the values, 0 if nothing is weighed; of a group the sum of its members; of a history UTF-8 bytes of text. */
  bytes: number;
  /** Native memory, in bytes; exact. Of a group that of its members and conversations too. */
  nativeBytes: number;
  /** Idle time of the least recently used entry (of a group: session), in ms; 0 without entries. Of a history since native memory was last called for it. */
  oldestIdle: number;
  /** Entries that refused to go and are kept for now; of a group sessions. */
  busy: number;
  /** Longest refusal going on, in ms. */
  oldestBusy: number;
  /** Entries with a lease; of a group sessions; of a history messages that `pin` keeps. */
  pinned: number;
  /** How long the oldest lease has been held, in ms; 0 without a lease, and for histories. */
  oldestPin: number;
  /** What left so far, by reason; of a group sessions. */
  removed: RemovedCounts;
  /** Times something was stored above a limit because all the rest was kept. */
  overflows: number;
  /** Callbacks that threw or rejected in the background. */
  hookErrors: number;
  /** Of a group: sessions now. */
  sessions?: number;
  /** Of a group: what its members hold. */
  members?: MemberRow[];
  /** Of a history: of `nativeBytes`, compressed text. */
  sealedBytes?: number;
}

/** Sums over the rows. */
export interface MemoryTotals {
  structures: number;
  entries: number;
  bytes: number;
  nativeBytes: number;
  busy: number;
  pinned: number;
  removed: RemovedCounts;
  overflows: number;
  hookErrors: number;
}

/** What the other worker threads of the process hold, in sum. Their structures have no names here. */
export interface OtherThreads {
  thread: 'other';
  /** Maps, sets and groups with a native record. */
  maps: number;
  /** Their entries, as of each clock's last native call; of groups the sessions, and entries of members with keys of their own. */
  entries: number;
  histories: number;
  messages: number;
  /** Native memory, in bytes. */
  bytes: number;
}

/** The answer of {@link memoryReport}: numbers and strings only. */
export interface MemoryReport {
  /** This thread's maps, sets and groups, each from its first entry on, and its histories. Members and conversations of a group are in the group's row. */
  rows: MemoryRow[];
  /** Sums over `rows`. */
  totals: MemoryTotals;
  otherThreads: OtherThreads;
  process: {
    /** Physical memory of the process, in bytes; 0 where the system does not tell. */
    rss: number;
    /** JavaScript heap in use, in bytes; in a worker the worker's. */
    heapUsed: number;
    /** Native memory of all structures of all threads, in bytes. */
    nativeBytes: number;
  };
}

/**
 * What is alive and what it holds. Removes nothing, touches nothing, runs no hooks and no other callback but `clock.now`,
 * and keeps nothing alive. What was closed or collected is not in it. O(structures, kept and leased entries, weighed
 * entries of group members); about 1.5 µs a map.
 */
export function memoryReport(): MemoryReport;

/** What every call of a watch's callbacks tells. */
export interface MemorySample {
  /** Physical memory of the process now, in bytes. */
  rss: number;
  /** How fast it grows, in MB (2²⁰ bytes) per minute: the slope of the last 60 samples by least squares. 0 with a single one. */
  trend: number;
  /** The threshold of `onWarn`, in bytes. */
  warn: number;
  /** The limit, in bytes. */
  limit: number;
}

/** How many entries (of groups: sessions) a structure gave up. */
export interface ShedRow {
  kind: 'map' | 'set' | 'group';
  name: string;
  shed: number;
}

/** What one shed did. */
export interface MemoryPressure extends MemorySample {
  /** Physical memory before it, in bytes, garbage collected. */
  before: number;
  /** The least seen since, in bytes. */
  after: number;
  /** What this thread's heap and the structures hold less than before, in bytes: it comes back later, or is taken by what comes in. */
  freed: number;
  /** How many entries left. */
  shed: number;
  /** Of whom; structures that gave up none are absent. */
  structures: ShedRow[];
  /**
   * Two sheds in a row gained less than 2 % (the memory is elsewhere), or enough was freed and the system does not get it back:
   * nothing more is shed until memory has fallen 5 % below `limit`.
   */
  ineffective: boolean;
}

/** Options of {@link watchMemory}. Absent or `undefined` ones have their defaults; errors are as those of {@link SessionMapOptions}. */
export interface MemoryWatchOptions {
  /** Above so many bytes `onWarn` is called, once until memory has fallen 5 % below. > 0, at most a given `limit`. Default 80 % of the limit. */
  warn?: number | undefined;
  /** Above so many bytes entries are shed. > 0, `Infinity` = never. Default 85 % of the container's limit (cgroup v1 or v2), without one `Infinity`. */
  limit?: number | undefined;
  /** Time between two samples, in ms. ≥ 10, finite. Default 1,000. After a shed 25 to 100 ms, and at least what collecting took. */
  interval?: number | undefined;
  /** Told of every sample. */
  onSample?: ((sample: MemorySample) => unknown) | undefined;
  /** Told once when memory rises above `warn`. */
  onWarn?: ((sample: MemorySample) => unknown) | undefined;
  /** Told after every shed. */
  onPressure?: ((pressure: MemoryPressure) => unknown) | undefined;
  /** Receives what the other callbacks threw or rejected with; sampling goes on. Default: `process.emitWarning`. */
  onError?: ((error: unknown) => void) | undefined;
}

/** A watch that runs, whether or not it is kept, until it is closed or its thread ends. */
export interface MemoryWatch extends Disposable {
  /** The limit in force, in bytes. */
  readonly limit: number;
  /** The threshold of `onWarn`, in bytes. */
  readonly warn: number;
  /** Ends it. */
  close(): void;
  /** `close()`. */
  [Symbol.dispose](): void;
}

/**
 * Watches the physical memory of the process. Above `limit` it has the runtime collect garbage and histories compressed by
 * their thread; if that is not enough, this thread's maps, sets and groups give up their least recently used entries,
 * in proportion, reason `pressure`: a tenth of what is idle (at least one entry), never a busy or leased one; then it
 * looks again. Just below the limit it collects where V8's next collection, which copies young objects, could lead more than
 * 5 % above. The timer is unref'd; nothing is kept alive. A worker's structures are shed by a watch of its own.
 * @throws TypeError, RangeError for bad options
 */
export function watchMemory(options?: MemoryWatchOptions | null): MemoryWatch;

/**
 * Message of the diagnostics channel `robust-session-map:evict`: what the library removed (reasons `idle age lru bytes busy-timeout
 * pressure`), counted by structure and reason once a turn of the event loop. Of a group sessions are counted; entries that leave a
 * member alone have the member's name, as `group.member`.
 */
export interface EvictMessage {
  kind: 'map' | 'set' | 'group';
  name: string;
  reason: RemoveReason;
  count: number;
}

/** Message of `robust-session-map:sweep`: a stretch of the timer's sweep, over all structures of a clock. */
export interface SweepMessage {
  /** Entries that left; of groups sessions. */
  removed: number;
  /** How long it took, in ms of the clock, hooks included. */
  ms: number;
}

/** Message of `robust-session-map:hook-error`: a callback threw or rejected in the background. `onError` is told as well. That of `robust-session-map:pressure` is {@link MemoryPressure}. */
export interface HookErrorMessage {
  /** The option `name`, or `robust-session-map`. */
  name: string;
  error: unknown;
  key: unknown;
  reason: RemoveReason | undefined;
}
