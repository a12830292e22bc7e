import type { Meter } from '@opentelemetry/api';
import type { Unsubscribe } from '../index';

/** Options of {@link registerMetrics}. A wrong kind or an unknown name throws `TypeError`. */
export interface MetricsOptions {
  /** What makes the instruments. Default: the meter `robust-session-map` of the global provider, which must have been set before. */
  meter?: Meter | undefined;
}

/**
 * Makes observable instruments that read `memoryReport()` at each collection: no timer, nothing kept alive, nothing
 * touched, and no cost in between. Of this thread; a worker registers its own.
 *
 * Attributes `robust_session_map.kind` and `robust_session_map.name` are those of the report; structures of one kind and name
 * count together, so name what comes and goes by its purpose, not by its session.
 *
 * All names begin with `robust_session_map.`. Up-down counters: `structure.count entry.count session.count entry.weight (By) memory.native (By)
 * entry.busy entry.pinned`. Gauges: `entry.oldest_idle entry.oldest_busy entry.oldest_pin` (s), and without attributes
 * `process.memory.native other_threads.memory.native` (By), `other_threads.entry.count`. Counters: `entry.removed` (also by
 * `robust_session_map.reason`), `overflows`, `hook.errors`; they count what live structures had counted at a collection, do
 * not go back when one is closed, and begin anew after the last of a name.
 *
 * @returns the function that ends it
 */
export function registerMetrics(options?: MetricsOptions | null): Unsubscribe;
