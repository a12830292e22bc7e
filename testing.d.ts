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
