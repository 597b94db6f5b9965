import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDaemon, type TestDaemon } from './support/daemon.ts';
import { boot15, post, soapAt, soapMessage } from './support/soap.ts';
import { rowsOf, siteOf } from './support/stations.ts';

let daemon: TestDaemon;

beforeAll(async () => {
  daemon = await startDaemon({
    provision: {
      sites: siteOf(
        { id: 'OLD1' },
        { id: 'OLD2' },
        { id: 'LOCKED', password: 'a-good-key-16-long' },
        { id: 'NEW6' },
        { id: 'DEAF' },
      ),
    },
    flags: ['--soap-call-networks', '127.0.0.0/8'],
  });
});
afterAll(() => daemon.stop());

const stationId = (name: string) => String(rowsOf(daemon, 'SELECT publicId FROM nodes WHERE name = ?', name)[0]?.publicId);
const live = (name: string) => daemon.api('stations.get', { stationId: stationId(name) }) as Promise<Record<string, unknown>>;
const send = (chargeBoxId: string, operation: string, members = '', more: { from?: string; version?: '15' | '16' } = {}) =>
  post(soapAt(daemon.addresses, more.version), soapMessage({ chargeBoxId, operation, members, ...more }));

test('a station of OCPP 1.5 boots, reports, charges and stops over SOAP; the session is the same as any', async () => {
  const booted = await send('OLD1', 'bootNotification', boot15);
  expect(booted.text).toContain('<wsa:Action>/BootNotificationResponse</wsa:Action><wsa:RelatesTo>urn:uuid:1</wsa:RelatesTo>');
  expect([booted.status, booted.headers.get('content-type')]).toEqual([200, 'application/soap+xml; charset=utf-8']);
  expect([booted.value('status'), booted.value('currentTime'), Number(booted.value('heartbeatInterval')) > 0]).toEqual([
    'Accepted',
    expect.stringMatching(/^\d{4}-.*Z$/),
    true,
  ]);
  expect(await live('OLD1')).toMatchObject({ online: true, protocol: 'OCPP 1.5S', vendor: 'Old Maker', deviations: 0 });

  expect((await send('OLD1', 'heartbeat')).value('currentTime')).toMatch(/Z$/);
  const status = '<cs:connectorId>1</cs:connectorId><cs:status>Occupied</cs:status><cs:errorCode>Mode3Error</cs:errorCode>';
  expect((await send('OLD1', 'statusNotification', status)).status).toBe(200);
  expect(await live('OLD1')).toMatchObject({ outlets: [{ status: 'Occupied', errorCode: 'EVCommunicationError' }, {}] });

  const started = await send(
    'OLD1',
    'startTransaction',
    '<cs:connectorId>1</cs:connectorId><cs:idTag>04A1B2C3</cs:idTag><cs:timestamp>2026-11-22T10:00:00Z</cs:timestamp><cs:meterStart>1000</cs:meterStart>',
  );
  const transactionId = Number(started.value('transactionId'));
  expect([started.value('status'), transactionId > 0]).toEqual(['Accepted', true]);
  const values =
    `<cs:connectorId>1</cs:connectorId><cs:transactionId>${transactionId}</cs:transactionId><cs:values>` +
    '<cs:timestamp>2026-11-22T10:10:00Z</cs:timestamp><cs:value unit="kWh" measurand="Energy.Active.Import.Register">2.5</cs:value>' +
    '<cs:value unit="Amp" measurand="Current.Import" context="Sample.Periodic" format="Raw" location="Outlet">16</cs:value></cs:values>';
  expect((await send('OLD1', 'meterValues', values)).status).toBe(200);
  const stopped = await send(
    'OLD1',
    'stopTransaction',
    `<cs:transactionId>${transactionId}</cs:transactionId><cs:idTag>04A1B2C3</cs:idTag><cs:timestamp>2026-11-22T11:00:00Z</cs:timestamp>` +
      '<cs:meterStop>8000</cs:meterStop><cs:transactionData><cs:values><cs:timestamp>2026-11-22T10:30:00Z</cs:timestamp>' +
      '<cs:value>5000</cs:value></cs:values></cs:transactionData>',
  );
  expect([stopped.status, stopped.value('status')]).toEqual([200, 'Accepted']);
  const [session] = rowsOf(daemon, 'SELECT energyWh, meterStopWh FROM sessions WHERE id = ?', transactionId);
  expect(session).toEqual({ energyWh: 7000, meterStopWh: 8000 });
  const samples = rowsOf(daemon, 'SELECT * FROM samples WHERE sessionId = ?', transactionId);
  expect(samples.length).toBeGreaterThanOrEqual(2);
});
