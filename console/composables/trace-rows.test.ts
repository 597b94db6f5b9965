import { expect, test } from 'vitest';
import type { TraceRow } from '../../shared/model/trace.ts';
import { withNews } from './trace-rows.ts';

const row = (id: number, requestId: number | null = null): TraceRow => ({
  ...{ id, at: id, direction: 'in', kind: requestId === null ? 'call' : 'result', messageId: String(id), action: 'Heartbeat' },
  ...{ connectorId: null, transactionId: null, size: 10, verdict: 'ok', code: '', requestId, latencyMs: null },
  ...{ answerId: null, excerpt: '' },
});

test('news stand on top, each once, and calls learn their answers', () => {
  const shown = withNews([row(2), row(1)], [row(2), row(3, 2)]);
  expect(shown.map(({ id }) => id)).toEqual([3, 2, 1]);
  expect(shown[1]?.answerId).toBe(3);
});

test('a list that follows stays bounded; the oldest give way', () => {
  expect(withNews([row(2), row(1)], [row(3), row(4)], 3).map(({ id }) => id)).toEqual([4, 3, 2]);
});
