import type { Registry } from 'prom-client';
import type { Unsubscribe } from '../index';

/** Options of {@link registerMetrics}. A wrong kind throws `TypeError`, a wrong text `RangeError`, an unknown name `TypeError`. */
export interface MetricsOptions {
  /** Where the metrics go. Default: prom-client's own `register`. */
  register?: Registry<any> | undefined;
  /** What their names begin with. Letters, digits, `_` and `:`, no digit first. Default `robust_session_map_`. */
  prefix?: string | undefined;
}

/**
 * Registers gauges and counters that read `memoryReport()` at each scrape: no timer, nothing kept alive, nothing
 * touched, and no cost in between. Of this thread; a worker registers its own.
 *
 * Labels `kind` and `name` are those of the report; structures of one kind and name count together, so name what comes and
 * goes by its purpose, not by its session.
 *
 * Gauges: `structures entries sessions weight_bytes native_bytes busy_entries pinned_entries oldest_idle_seconds
 * oldest_busy_seconds oldest_pin_seconds`, and without labels `process_native_bytes other_threads_entries
 * other_threads_native_bytes`. Counters: `removed_total` (also by `reason`), `overflows_total`, `hook_errors_total`; they count
 * what live structures had counted at a scrape, do not go back when one is closed, and begin anew after the last of a name.
 *
 * @returns the function that takes them out of the registry again
 * @throws Error if the registry has a metric of such a name; nothing is registered then
 */
export function registerMetrics(options?: MetricsOptions | null): Unsubscribe;
