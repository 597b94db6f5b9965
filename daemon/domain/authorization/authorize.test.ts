import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { startSession } from '../session/start.ts';
import { stopSession } from '../session/stop.ts';
import { type TestCentral, type TestTag, testCentral, testStart } from '../testing.ts';
import { authorize } from './authorize.ts';
import { formsOfTag } from './forms.ts';

const ask = ({ central, station }: TestCentral, idTag: string, connectorId: number | null = null) =>
  authorize(central, station, idTag, connectorId);
let meter = 0;
const start = ({ central, station, clock }: TestCentral, idTag: string, connectorId = 1, startedAt = clock.now()) =>
  startSession(central, station, { connectorId, idTag, startedAt, meterStartWh: meter++, reservationId: null });

describe('FIELD 14: a tag is recognised however its reader writes it', () => {
  test.each([
    ['2069C021', '2069C021'],
    ['2069C021', '2069c021'],
    ['2069C021', ' 20:69:C0:21 '],
    ['2069C021', '20-69-c0-21'],
    ['2069C021', '543801377'],
    ['2069C021', '0543801377'],
    ['2069C021', '21C06920'],
    ['2069C021', String(0x21c06920)],
    ['543801377', '2069C021'],
    ['04A1B2C3D4E5F6', '04:a1:b2:c3:d4:e5:f6'],
    ['04A1B2C3D4E5F6', 'F6E5D4C3B2A104'],
    ['04A1B2C3D4E5F6', BigInt('0x04A1B2C3D4E5F6').toString()],
    ['2069C021', '2069c021_17633456'],
    ['my tag', 'MY TAG'],
  ])('%s comes as %s', async (registered, sent) => {
    const made = await testCentral({ tags: [registered] });
    expect(await ask(made, sent)).toMatchObject({ status: 'Accepted' });
    await made.close();
  });
  test('nothing else is the tag', async () => {
    const made = await testCentral({ tags: ['2069C021'] });
    for (const sent of ['2069C02', '2069C0211', '', '   ', '2069C022', "' OR 1=1 --", '%', '2069C0_'])
      expect((await ask(made, sent)).status).toBe('Invalid');
    await made.close();
  });
  test('the text itself wins, and what could be two tags is neither', async () => {
    const made = await testCentral({ tags: ['2069C021', '21C06920', '543801377'] });
    const exact = await ask(made, '21c06920');
    expect(exact.status).toBe('Accepted');
    expect((await ask(made, '20:69:C0:21')).status).toBe('Invalid');
    await made.close();
  });
  test('each form of a tag leads back to it', () => {
    const hex = fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => Buffer.from(bytes).toString('hex').toUpperCase());
    fc.assert(
      fc.property(hex, (tag) => {
        fc.pre(/[A-F]/.test(tag)); // Digits alone may be decimal or hex.
        for (const form of formsOfTag(tag)) expect(formsOfTag(form)).toContain(tag);
      }),
    );
  });
});

describe('what a tag may', () => {
  const day = 86_400_000;
  test.each<[Partial<TestTag>, string]>([
    [{}, 'Accepted'],
    [{ blocked: true }, 'Blocked'],
    [{ validUntil: testStart - 1 }, 'Expired'],
    [{ validUntil: testStart + day }, 'Accepted'],
    [{ validFrom: testStart + 1 }, 'Invalid'],
    [{ validFrom: testStart - day }, 'Accepted'],
  ])('%j is %s', async (tag, status) => {
    const made = await testCentral({ tags: [{ idTag: 'AABBCCDD', ...tag }] });
    expect(await ask(made, 'aabbccdd')).toMatchObject({ status, expiresAt: tag.validUntil ?? null });
    await made.close();
  });
  test('its group is told', async () => {
    const made = await testCentral({ tags: [{ idTag: 'AABBCCDD', parentIdTag: 'FAMILY' }] });
    expect(await ask(made, 'AABBCCDD')).toMatchObject({ parentIdTag: 'FAMILY' });
    expect((await ask(made, 'FAMILY')).status).toBe('Invalid');
    await made.close();
  });
  test('the tag of a blocked account is blocked', async () => {
    const made = await testCentral({ tags: ['AABBCCDD'] });
    const account = {
      publicId: 'a',
      role: 'evUser',
      email: 'a@b',
      passwordHash: '',
      blocked: 1,
      createdAt: 0,
      updatedAt: 0,
      updatedBy: null,
    };
    const { db, statement } = await import('../../storage/db.ts');
    await made.central.storage.write([
      statement(
        db.insertInto('accounts').values({
          ...account,
          mustChangePassword: 0,
          firstName: '',
          lastName: '',
          emailAtAlarm: 0,
          theme: 'auto',
          version: 1,
          language: null,
          timeZone: null,
          lastSeenAt: null,
        }),
      ),
      statement(db.updateTable('tags').set({ accountId: 1 })),
    ]);
    expect((await ask(made, 'AABBCCDD')).status).toBe('Blocked');
    await made.close();
  });
  test('a start from the queue is judged by when it was, not by when it came', async () => {
    const made = await testCentral({ tags: [{ idTag: 'AABBCCDD', validUntil: testStart - day }] });
    expect((await start(made, 'AABBCCDD', 1, testStart - 2 * day)).tag.status).toBe('Accepted');
    expect((await start(made, 'AABBCCDD', 2)).tag.status).toBe('Expired');
    await made.close();
  });
});

test('FACTS 6.2: ConcurrentTx is an answer to a start, not to Authorize, and not to a start that is repeated', async () => {
  const made = await testCentral({ tags: [{ idTag: 'AABBCCDD', maxSessions: 1 }] });
  const { central, station } = made;
  const first = await start(made, 'AABBCCDD');
  expect(first.tag.status).toBe('Accepted');
  expect((await ask(made, 'AABBCCDD')).status).toBe('Accepted');
  expect((await start(made, 'AA:BB:CC:DD', 2)).tag.status).toBe('ConcurrentTx');
  const stop = {
    transactionId: first.transactionId,
    idTag: null,
    stoppedAt: testStart,
    meterStopWh: 10,
    reason: null,
    readings: [],
    raw: {},
  };
  await stopSession(central, station, stop);
  made.clock.advance(1000);
  expect((await start(made, 'AABBCCDD', 1)).tag.status).toBe('ConcurrentTx'); // The refused one on outlet 2 is still open.
  await made.close();
});

test('OPEN: anyone charges; RFID: only who is known', async () => {
  const made = await testCentral({ tags: ['AABBCCDD'], station: { outlets: ['OPEN', 'RFID'] } });
  expect((await ask(made, 'STRANGER')).status).toBe('Accepted');
  expect((await ask(made, 'STRANGER', 2)).status).toBe('Invalid');
  const id = async (idTag: string, connectorId: number) => {
    made.clock.advance(1000);
    const { transactionId, tag } = await start(made, idTag, connectorId);
    const row = await made.central.storage.read
      .selectFrom('sessions')
      .selectAll()
      .where('id', '=', transactionId)
      .executeTakeFirst();
    return [tag.status, row?.authentication];
  };
  expect(await id('STRANGER', 1)).toEqual(['Accepted', 'anonymous']);
  expect(await id('FREEVEND', 1)).toEqual(['Accepted', 'free']);
  expect(await id('AABBCCDD', 1)).toEqual(['Accepted', 'rfid']);
  expect(await id('STRANGER', 2)).toEqual(['Invalid', 'rfid']);
  await made.close();
});
