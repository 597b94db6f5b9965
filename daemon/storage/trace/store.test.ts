import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Batch } from './batch.ts';
import { messagesIn } from './codec.ts';
import { TraceFile } from './file.ts';
import { packed, unpacked } from './pack.ts';
import { TraceStore } from './store.ts';
import type { Traced } from './trace.ts';

const start = Date.UTC(2026, 10, 22, 12);

const message = (given: Partial<Traced> = {}): Traced => ({
  stationId: 1,
  at: start,
  direction: 'in',
  kind: 'call',
  messageId: 'id',
  action: 'Heartbeat',
  protocol: 'OCPP 1.6J',
  connectorId: null,
  transactionId: null,
  size: 10,
  text: '[2,"id","Heartbeat",{}]',
  isCut: false,
  verdict: 'ok',
  requestId: 0,
  latencyMs: null,
  oddity: null,
  ...given,
});

function bytesOf(messages: readonly Traced[], firstId = 1): Buffer {
  const batch = new Batch();
  const parts: Uint8Array[] = [];
  const taken = () => {
    const { buffer, used } = batch.take() ?? { buffer: new ArrayBuffer(0), used: 0 };
    return new Uint8Array(buffer, 0, used);
  };
  messages.forEach((one, index) => {
    if (batch.add(firstId + index, one)) return;
    parts.push(taken());
    batch.add(firstId + index, one);
  });
  return Buffer.concat([...parts, taken()]);
}

function opened() {
  const file = new TraceFile(':memory:');
  return { file, store: new TraceStore(file) };
}

const everything = { stationId: 1, condition: {}, from: null, forward: false, limit: 10_000 };

test('what is put in comes out, whatever it says', () => {
  const text = fc.string({ unit: 'binary', maxLength: 300 }).map((one) => one.toWellFormed());
  const traced = fc.record({
    direction: fc.constantFrom('in' as const, 'out' as const),
    kind: fc.constantFrom('call' as const, 'result' as const, 'error' as const, 'other' as const),
    messageId: text.map((one) => one.replaceAll('\0', '')),
    action: fc.constantFrom('', 'Heartbeat', 'Ünïcode'),
    protocol: fc.constantFrom('OCPP 1.6J', 'OCPP 1.6S', 'OCPP 1.5S'),
    connectorId: fc.option(fc.nat(65_534)),
    transactionId: fc.option(fc.integer({ min: -(2 ** 31) + 1, max: 2 ** 31 - 1 })),
    size: fc.nat(2 ** 31),
    text,
    isCut: fc.boolean(),
    verdict: fc.constantFrom('ok' as const, 'ignored' as const, 'late' as const),
    requestId: fc.nat(),
    latencyMs: fc.option(fc.nat(2 ** 31)),
    oddity: fc.option(
      fc.record({ code: fc.string({ maxLength: 20 }), remarks: fc.constant([{ kind: 'late', found: 'x' }]), reading: text }),
    ),
  });
  fc.assert(
    fc.property(fc.array(traced, { minLength: 1, maxLength: 20 }), (given) => {
      const messages = given.map((one) => message(one));
      const out = [...messagesIn(bytesOf(messages, 7))].map((one) => one.whole(null));
      for (const [index, one] of messages.entries()) {
        const { stationId: _, oddity, ...facts } = one;
        const { excerpt, answerId, id, ...found } = out[index] ?? ({} as never);
        expect(id).toBe(7 + index);
        expect(found).toEqual({
          ...facts,
          requestId: one.requestId === 0 ? null : one.requestId,
          ...(oddity ?? { code: '', remarks: [], reading: '' }),
        });
      }
    }),
    { numRuns: 50 },
  );
});

test('messages that wait and those in the file are one row, per station, in both directions', async () => {
  const { store } = opened();
  for (let round = 0; round < 5; round++) {
    const some = Array.from({ length: 200 }, (_, index) => message({ stationId: 1 + (index % 3), at: start + round }));
    store.take(bytesOf(some, 1 + round * 200));
    if (round === 1 || round === 3) store.flush();
  }
  const { rows, next } = await store.page(everything);
  expect(next).toBe(null);
  const ids = Array.from({ length: 1000 }, (_, index) => index + 1).filter((id) => ((id - 1) % 200) % 3 === 0);
  expect(rows.map(({ id }) => id)).toEqual(ids.toReversed());
  const forward = await store.page({ ...everything, from: 150, forward: true });
  expect(forward.rows.map(({ id }) => id)).toEqual(ids.filter((id) => id > 150));
  const pages: number[] = [];
  for (let from: number | null = null; ; ) {
    const page = await store.page({ ...everything, from, limit: 17 });
    pages.push(...page.rows.map(({ id }) => id));
    if (page.next === null) break;
    from = page.next;
  }
  expect(pages).toEqual(ids.toReversed());
});

test('a call finds its answer even when that is on another page', async () => {
  const { store } = opened();
  const beats = Array.from({ length: 50 }, () => message());
  store.take(bytesOf([message({ messageId: 'call' }), ...beats, message({ kind: 'result', requestId: 1, latencyMs: 9 })]));
  const { rows } = await store.page({ ...everything, from: 2, limit: 1 });
  expect(rows).toMatchObject([{ messageId: 'call', answerId: 52 }]);
  expect(store.get(1, 1)?.answerId).toBe(52);
});

test('bounded by size: the oldest go first, in small steps, and the rest is whole', async () => {
  const { file, store } = opened();
  const mostBytes = 1024 * 1024;
  // Nothing that can be made smaller.
  const text = () => randomBytes(750).toString('latin1');
  for (let id = 1; id <= 4000; id += 100) {
    const some = Array.from({ length: 100 }, (_, index) => message({ stationId: 1 + ((id + index) % 7), text: text() }));
    store.take(bytesOf(some, id));
  }
  store.flush();
  expect(file.bytes()).toBeGreaterThan(4_000_000);
  let steps = 0;
  while (file.prune(mostBytes, 0)) steps++;
  expect(steps).toBeGreaterThan(1);
  expect(file.bytes()).toBeLessThanOrEqual(mostBytes);
  const { rows } = await store.page(everything);
  expect(rows.length).toBeGreaterThan(10);
  expect(rows[0]?.id).toBe(3997);
  for (const [index, { id }] of rows.entries()) expect(id).toBe(3997 - 7 * index);
});

test('a station that repeats itself takes a tenth of the room', () => {
  const { file, store } = opened();
  const value = (measurand: string, of: number) =>
    `{"measurand":"${measurand}","unit":"A","context":"Sample.Periodic","value":"${of}"}`;
  const values = (id: number) =>
    `[2,"${id}","MeterValues",{"connectorId":1,"meterValue":[{"sampledValue":[${['Current.Import', 'Voltage', 'SoC'].map((name) => value(name, id * 7))}]}]}]`;
  const all = Array.from({ length: 5000 }, (_, id) =>
    message({ messageId: String(id), action: 'MeterValues', text: values(id) }),
  );
  for (let at = 0; at < all.length; at += 500) store.take(bytesOf(all.slice(at, at + 500), at + 1));
  store.flush();
  expect(file.bytes()).toBeLessThan(bytesOf(all).length / 10);
});

test('blocks of a file of before, which were not packed, are read all the same', () => {
  const messages = bytesOf([message({ messageId: 'one' }), message({ messageId: 'two' })]);
  expect([...messagesIn(unpacked(messages))].map((one) => one.row(null).messageId)).toEqual(['one', 'two']);
  const many = bytesOf(Array.from({ length: 20 }, () => message()));
  expect(unpacked(packed(many)).equals(many)).toBe(true);
  expect(() => unpacked(packed(many).subarray(0, 40))).toThrow(RangeError);
});

test('bounded by days', async () => {
  const { file, store } = opened();
  for (let day = 0; day < 200; day++) {
    store.take(bytesOf([message({ at: start + day * 86_400_000 })], day + 1));
    store.flush();
  }
  while (file.prune(Number.MAX_SAFE_INTEGER, start + 150 * 86_400_000));
  const oldestAt = file.oldestAt() ?? 0;
  expect(oldestAt).toBeGreaterThan(start + 100 * 86_400_000);
  expect((await store.page(everything)).rows[0]?.id).toBe(200);
});

test('filters', async () => {
  const { store } = opened();
  store.take(
    bytesOf([
      message({ messageId: 'a', at: start }),
      message({ messageId: 'q', direction: 'out', kind: 'result', at: start + 1 }),
      message({ messageId: 'c', action: 'MeterValues', connectorId: 1, transactionId: 5, verdict: 'repaired', at: start + 2 }),
      message({ messageId: 'd', action: 'Authorize', text: '{"idTag":"Å-Tag"}', at: start + 3 }),
      message({ messageId: 'e', action: 'StatusNotification', connectorId: 2, at: start + 4 }),
    ]),
  );
  const found = async (condition: object) =>
    (await store.page({ ...everything, condition })).rows.map(({ messageId }) => messageId).join('');
  expect(await found({})).toBe('edcqa');
  expect(await found({ direction: 'out' })).toBe('q');
  expect(await found({ hide: ['Heartbeat', 'MeterValues'] })).toBe('ed');
  expect(await found({ verdicts: ['repaired', 'late'] })).toBe('c');
  expect(await found({ text: 'å-TAG' })).toBe('d');
  expect(await found({ text: 'Q' })).toBe('q');
  expect(await found({ from: start + 1, until: start + 3 })).toBe('dcq');
  expect(await found({ session: { transactionId: 5, connectorId: 1, idTag: 'Å-tag' } })).toBe('dc');
});
