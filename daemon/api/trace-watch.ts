import type { TraceNews } from '../../shared/api/trace.ts';
import type { Central } from '../domain/central.ts';
import type { Station } from '../domain/station/station.ts';
import type { TraceCondition } from '../storage/trace/trace.ts';
import { tick } from './pace.ts';
import type { Visitor } from './visitor.ts';

const mostAtOnce = 100;

/**
 * The newest messages of a station, then those that come. Nothing is queued for a client: what came since is read from the trace when
 * the client can take it, and of more than `mostAtOnce` the newest are told (SECURITY R6).
 */
export async function* watchTrace(
  { central, visitor, signal }: Readonly<{ central: Central; visitor: Visitor; signal: AbortSignal }>,
  station: Station,
  condition: TraceCondition,
): AsyncGenerator<TraceNews> {
  const { trace } = central;
  const news = trace.follow(station.id);
  const query = { stationId: station.id, condition, from: null, forward: false, limit: mostAtOnce };
  try {
    let told = trace.newest();
    const { rows } = await trace.page(query);
    yield { rows: rows.toReversed(), skipped: false };
    while (await tick(visitor, signal)) {
      if (!news.take()) continue;
      const downTo = told;
      told = trace.newest();
      const { rows, next } = await trace.page({ ...query, downTo });
      if (rows.length > 0) yield { rows: rows.toReversed(), skipped: next !== null };
    }
  } finally {
    news.close();
  }
}
