import type { TraceRow } from '../../shared/model/trace.ts';

/** So many messages stand in a list that follows; the oldest give way. */
const most = 4000;

/** Puts news among rows that stand newest first: each once, calls with the answers that have come for them. */
export function withNews(rows: readonly TraceRow[], news: readonly TraceRow[], longest = most): readonly TraceRow[] {
  if (news.length === 0) return rows;
  const known = new Set(rows.map(({ id }) => id));
  const answers = new Map(news.flatMap(({ id, requestId }) => (requestId === null ? [] : [[requestId, id] as const])));
  const fresh = news.filter(({ id }) => !known.has(id));
  return [...fresh, ...rows]
    .map((row) => {
      const answerId = row.answerId ?? answers.get(row.id) ?? null;
      return answerId === row.answerId ? row : { ...row, answerId };
    })
    .toSorted((a, b) => b.id - a.id)
    .slice(0, longest);
}
