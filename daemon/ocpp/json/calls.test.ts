import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { StationAnswer } from '../../domain/station/station.ts';
import { prepare } from '../dispatch.ts';
import { CallError } from '../errors.ts';
import { actions } from '../v16/actions.ts';
import { Calls } from './calls.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const reset = prepare(actions).outgoing.get('reset');
if (!reset) throw new Error('Reset is missing');
const soft = { kind: 'reset', mode: 'soft' } as const;

function line() {
  const sent: [number, string, string, unknown][] = [];
  const calls = new Calls({
    send: (frame) => void sent.push(JSON.parse(frame)),
    read: (_action, payload) => {
      if (payload === 'nonsense') throw new CallError('FormationViolation', 'payload: an object is needed');
      return payload;
    },
    timeoutMs: 30_000,
  });
  return { sent, calls, idOf: (index: number) => sent[index]?.[1] ?? '' };
}

test('FIELD 17: one call is out at a time, the next leaves when it was answered', async () => {
  const { sent, calls, idOf } = line();
  const onSent = vi.fn();
  const first = calls.call(reset, soft, onSent);
  const second = calls.call(reset, soft, onSent);
  expect(sent).toHaveLength(1);
  expect(onSent).toHaveBeenCalledTimes(1);
  expect(calls.answered(idOf(0), { status: 'Accepted' })).toBe('taken');
  expect(await first).toEqual({ outcome: 'accepted', answer: 'Accepted' });
  expect(sent).toHaveLength(2);
  expect(calls.answered(idOf(1), { status: 'Rejected' })).toBe('taken');
  expect(await second).toEqual({ outcome: 'rejected', answer: 'Rejected' });
});

test('FIELD 18: a station that stays silent times out, its late answer is dropped, and the next call goes on', async () => {
  const { sent, calls, idOf } = line();
  const first = calls.call(reset, soft, () => {});
  const second = calls.call(reset, soft, () => {});
  vi.advanceTimersByTime(30_000);
  expect(await first).toEqual({ outcome: 'timedOut' });
  expect(sent).toHaveLength(2);
  expect(calls.answered(idOf(0), { status: 'Accepted' })).toBe('late');
  expect(calls.answered('never asked', {})).toBe('unknown');
  calls.answered(idOf(1), { status: 'Accepted' });
  expect(await second).toMatchObject({ outcome: 'accepted' });
});

test.each([
  ['NotSupported', 'NotSupported'],
  ['OccurrenceConstraintViolation', 'OccurenceConstraintViolation'],
  ['OccurenceConstraintViolation', 'OccurenceConstraintViolation'],
  ['FormatViolation', 'FormationViolation'],
  ['Nonsense', 'GenericError'],
  [undefined, 'GenericError'],
])('an error answer with the code %s is read as %s', async (code, meant) => {
  const { calls, idOf } = line();
  const answer = calls.call(reset, soft, () => {});
  expect(calls.failed(idOf(0), code, 'not now')).toBe('taken');
  expect(await answer).toEqual({ outcome: 'failed', answer: meant, detail: { description: 'not now' } });
});

test('an answer that makes no sense fails the call and holds up none', async () => {
  const { sent, calls, idOf } = line();
  const first = calls.call(reset, soft, () => {});
  void calls.call(reset, soft, () => {}).catch(() => {});
  calls.answered(idOf(0), 'nonsense');
  expect(await first).toEqual({
    outcome: 'failed',
    answer: 'FormationViolation',
    detail: { description: 'payload: an object is needed' },
  });
  expect(sent).toHaveLength(2);
});

test('when the line is closed, what was sent has failed and what waited was never sent', async () => {
  const { calls } = line();
  const first = calls.call(reset, soft, () => {});
  const second = calls.call(reset, soft, () => {});
  calls.close();
  expect(await first).toEqual({ outcome: 'failed', answer: 'ConnectionLost' });
  await expect(second).rejects.toMatchObject({ code: 'stationOffline' });
  await expect(calls.call(reset, soft, () => {})).rejects.toMatchObject({ code: 'stationOffline' });
});

test('the queue has an end', async () => {
  const { calls } = line();
  const waiting: Promise<StationAnswer>[] = [];
  for (let count = 0; count < 65; count++) waiting.push(calls.call(reset, soft, () => {}));
  await expect(calls.call(reset, soft, () => {})).rejects.toMatchObject({ code: 'stationBusy' });
  calls.close();
  await Promise.allSettled(waiting);
});
