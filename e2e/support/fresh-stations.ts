import { afterAll, beforeAll, expect } from 'vitest';
import { startDaemon, type TestDaemon } from './daemon.ts';
import { bootFacts, type RawStation, rawStation, rowsOf, siteOf } from './stations.ts';

/** The password of each of these stations. */
export const key = 'a-good-key-16-long';

/** A daemon for the tests of a file, with stations that have a password; each test takes fresh ones. */
export function freshStations(most: number) {
  const ids = Array.from({ length: most }, (_, index) => `CP${index + 1}`);
  let daemon: TestDaemon;
  beforeAll(async () => {
    daemon = await startDaemon({ provision: { sites: siteOf(...ids.map((id) => ({ id, password: key }))) } });
  });
  afterAll(() => daemon.stop());

  let used = 0;
  const connect = (id: string) => rawStation(daemon.addresses.ocpp16, id, { password: key });
  /** The name of a station that no test has used yet. */
  function freshId(): string {
    const id = ids[used++];
    if (id === undefined) throw new Error('more stations are needed');
    return id;
  }
  /** A fresh station that has booted. */
  async function booted(): Promise<RawStation & { id: string; rowId: number }> {
    const id = freshId();
    const station = await connect(id);
    expect((await station.call('BootNotification', bootFacts))[2]).toMatchObject({ status: 'Accepted' });
    const rowId = Number(rowsOf(daemon, 'SELECT nodeId FROM stations WHERE chargeBoxId = ?', id)[0]?.nodeId);
    return { ...station, id, rowId };
  }
  const sessions = (rowId: number) => rowsOf(daemon, 'SELECT * FROM sessions WHERE stationId = ? ORDER BY id', rowId);
  const publicId = (rowId: number) => String(rowsOf(daemon, 'SELECT publicId FROM nodes WHERE id = ?', rowId)[0]?.publicId);
  return { daemon: () => daemon, connect, freshId, booted, sessions, publicId };
}

export const now = (): string => new Date().toISOString();
export const start = (more: object = {}) => ({ connectorId: 1, idTag: '04A1B2', meterStart: 1000, timestamp: now(), ...more });
export const stop = (transactionId: unknown, more: object = {}) => ({
  transactionId,
  meterStop: 2000,
  timestamp: now(),
  ...more,
});

/** The transaction id of an answer to StartTransaction. */
export function transactionOf(frame: readonly unknown[]): number {
  expect(frame).toMatchObject([
    3,
    expect.anything(),
    { transactionId: expect.any(Number), idTagInfo: { status: expect.any(String) } },
  ]);
  return (frame[2] as { transactionId: number }).transactionId;
}
