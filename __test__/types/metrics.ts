// Metrics and leak tests as users write them.

import { metrics } from '@opentelemetry/api';
import { Registry } from 'prom-client';
import type { Unsubscribe } from '../../index';
import { registerMetrics as observe } from '../../metrics/opentelemetry';
import { registerMetrics } from '../../metrics/prom-client';
import { SessionLeakError, expectNoLeak } from '../../testing';
import type { NoLeakOptions, RoundGrowth, StructureGrowth } from '../../testing';

const unregister: Unsubscribe = registerMetrics({ register: new Registry(), prefix: 'worker_' });
unregister();
registerMetrics();
registerMetrics(null);
registerMetrics({ prefix: undefined });
declare const openMetrics: Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>;
registerMetrics({ register: openMetrics });
// @ts-expect-error: a name, not a number
registerMetrics({ prefix: 1 });
// @ts-expect-error: no such option
registerMetrics({ registry: new Registry() });

observe({ meter: metrics.getMeter('mine') })();
observe();
// @ts-expect-error: a meter, not a provider
observe({ meter: metrics });

const options: NoLeakOptions = { rounds: 30, warmup: 5, maxGrowthPerRound: 1000, name: 'sessions', directory: undefined };
const growth: Promise<RoundGrowth> = expectNoLeak(async (round) => round.toFixed(1), options);
expectNoLeak(() => {}, null);
growth.then(({ rounds, heap, external, native, rss }) => rounds + heap + external + native + rss);
// @ts-expect-error: rounds are counted
expectNoLeak(() => {}, { rounds: '10' });
// @ts-expect-error: the round is a number
expectNoLeak((round: string) => round);
// @ts-expect-error: work is wanted
expectNoLeak();

function told(error: unknown): string {
  if (!(error instanceof SessionLeakError)) return '';
  const [first]: StructureGrowth[] = error.structures;
  const code: 'ERR_SESSION_LEAK' = error.code;
  return `${code} ${error.growth.heap} ${first?.kind} ${first?.entries} ${error.chart ?? ''}`;
}
told(undefined);
// @ts-expect-error: made by expectNoLeak
new SessionLeakError('mine');
