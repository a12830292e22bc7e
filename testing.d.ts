import type { SessionClock } from './index';

/**
 * A clock that a test moves by hand: pass it as the option `clock`.
 *
 * Several maps may share one; they then share its time.
 */
export class ManualClock implements SessionClock {
  /** @param start First reading in ms, finite and ≥ 0. Default 0. */
  constructor(start?: number);
  /** The time in ms. */
  now(): number;
  /** Calls `fn` once the clock has moved `ms` on. Returns a function that cancels. */
  setTimer(fn: () => void, ms: number): () => void;
  /** Moves the time on by `ms` (finite, ≥ 0) and runs the wake-ups due on the way, in order, each at its time, synchronously. */
  advance(ms: number): void;
  /** Wake-ups waiting. */
  readonly pending: number;
}

/** Options of {@link expectNoLeak}. A wrong kind rejects with `TypeError`, a wrong size with `RangeError`, an unknown name with `TypeError`. */
export interface NoLeakOptions {
  /**
   * Rounds measured when memory stays flat. If it does not, more follow: a failing test takes six times as many, one that is
   * hard to tell up to twelve times. Integer, 6 … 1000. Default 16.
   */
  rounds?: number | undefined;
  /** Rounds before the first measured one: caches fill, code is compiled. Integer, 0 … 100,000. Default 10. */
  warmup?: number | undefined;
  /** Bytes that a round may leave behind. ≥ 0, finite. Default 512, so that a kilobyte a round is found. */
  maxGrowthPerRound?: number | undefined;
  /** Title of the message and the chart. Default `expectNoLeak`. */
  name?: string | undefined;
  /** Folder for the chart; made if it is not there. Default: the system's folder for temporary files. */
  directory?: string | undefined;
}

/** What {@link expectNoLeak} measured: bytes a round, slopes over the last part. */
export interface RoundGrowth {
  /** Rounds measured in all, the warm-up not counted. */
  rounds: number;
  /** Objects of this thread. */
  heap: number;
  /** What they hold outside of the heap: buffers, and strings on Bun. */
  external: number;
  /** What this library holds in Rust, in all threads. */
  native: number;
  /** Resident memory of the process. Decides nothing: it falls late, and in steps. */
  rss: number;
}

/**
 * A structure of this thread, as in `memoryReport()`, that grew while {@link expectNoLeak} measured. Those of one kind and
 * name count together.
 */
export interface StructureGrowth {
  kind: 'map' | 'set' | 'group' | 'history';
  /** The option `name`; of a group's member `group/member`. */
  name: string;
  /** Structures of that name, more a round. */
  structures: number;
  /** Their entries or messages, more a round. */
  entries: number;
  /** What their weights say, of histories their text, in bytes, more a round. */
  bytes: number;
  /** Their native memory in bytes, more a round. */
  nativeBytes: number;
}

/** {@link expectNoLeak} found that memory grows. The message says how fast, in which structures, and where the chart is. */
export class SessionLeakError extends Error {
  private constructor();
  readonly code: 'ERR_SESSION_LEAK';
  readonly growth: RoundGrowth;
  /** The largest growth first. Empty if what grows is not held by this library. */
  readonly structures: StructureGrowth[];
  /** Path of the chart (SVG); `undefined` if it could not be written. */
  readonly chart: string | undefined;
}

/**
 * Runs `work` round after round, collects garbage after each, and rejects if memory grows with the rounds. Works under
 * `bun test`, vitest and node:test, whether or not garbage collection is exposed there. A value or promise that `work`
 * returns is awaited and dropped; what it throws is passed on.
 *
 * What decides is the slope after Theil and Sen with its 99.5 % bounds (Sen 1968), of the JS heap, of the heap with external
 * memory, and of this library's native memory; taken of the series as it is, and again without its peaks and the sixth of
 * its steps at either end, so that growth in a few steps is none. A part of the rounds passes if all upper bounds are within
 * `maxGrowthPerRound` and nothing falls by more; a leak has the same lower bound above it in two parts in a row, each longer than the first, so that
 * growth that fades is none. What can be told neither way passes. What leaks is to leak in most rounds. Growth of a kilobyte a round is found.
 *
 * Not seen: memory that other native code holds without telling the runtime (look at `rss`), and objects of other threads.
 * One at a time: a second call meanwhile rejects. About 10 ms a round for a small heap, more for a large one.
 *
 * @throws SessionLeakError (rejects) if memory grows
 */
export function expectNoLeak(work: (round: number) => unknown, options?: NoLeakOptions | null): Promise<RoundGrowth>;

/** What this process holds natively, all threads together. */
export interface NativeUsage {
  /** Engines: one per clock and thread. */
  engines: number;
  /** Maps and sets with a native record. */
  maps: number;
  /** Their entries, as of each engine's last call. */
  entries: number;
  /** Bytes of native memory. */
  bytes: number;
}

/** Reads {@link NativeUsage}. */
export function nativeUsage(): NativeUsage;
