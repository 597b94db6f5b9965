import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import type { SecureVersion } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StationRequest } from '../shared/model/command.ts';
import { startDaemon, type TestDaemon } from './support/daemon.ts';
import { boot15, post, soapAt, soapMessage, stationAnswer, stationService, valueIn } from './support/soap.ts';
import { answeredCommand, basic, rowsOf, siteOf } from './support/stations.ts';

const password = 'a-good-key-16-long';
let daemon: TestDaemon;

beforeAll(async () => {
  const open = ['OPEN', 'NAMED'].map((id) => ({ id }));
  daemon = await startDaemon({
    provision: { sites: siteOf({ id: 'TLS1', password }, { id: 'TLS2', password }, { id: 'TLS6', password }, ...open) },
    flags: ['--soap-call-networks', '127.0.0.0/8'],
  });
});
afterAll(() => daemon?.stop());

const stationId = (name: string) => String(rowsOf(daemon, 'SELECT publicId FROM nodes WHERE name = ?', name)[0]?.publicId);
const live = (name: string) => daemon.api('stations.get', { stationId: stationId(name) });
const certificate = (name: string) => readFileSync(join(daemon.data, 'certificates', name), 'utf8');
const serviceAt = (version: '15' | '16') =>
  soapAt(daemon.addresses, version).replace(
    /^http:\/\/[^/]+/,
    new URL(daemon.addresses.ocpp16Tls).origin.replace('wss:', 'https:'),
  );

type Options = Readonly<{ version?: '15' | '16'; key?: string; from?: string; maxVersion?: SecureVersion; ca?: string }>;

/** Posts a message over TLS as a station that checks our certificate, whose host it has. */
function send(chargeBoxId: string, operation: string, members = '', options: Options = {}) {
  const { version = '15', key, from, maxVersion = 'TLSv1.3', ca = certificate('ec.crt.pem') } = options;
  const body = soapMessage({ chargeBoxId, version, operation, members, ...(from !== undefined && { from }) });
  const headers = {
    'content-type': 'application/soap+xml; charset=utf-8',
    ...(key !== undefined && { authorization: basic(chargeBoxId, key) }),
  };
  return new Promise<{ status: number; text: string; value(name: string): string | undefined }>((resolve, reject) => {
    const sent = request(serviceAt(version), { method: 'POST', headers, ca, agent: false, minVersion: 'TLSv1', maxVersion });
    sent.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text, value: (name) => valueIn(text, name) }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const command = (name: string, request: StationRequest) => answeredCommand(daemon, stationId(name), request);

test.each(['15', '16'] as const)('a station of version %s charges over HTTPS with its password', async (version) => {
  const id = version === '15' ? 'TLS1' : 'TLS6';
  const as = { version, key: password };
  const boot = version === '15' ? boot15 : boot15.replaceAll('Old Maker', 'New Maker');
  expect((await send(id, 'bootNotification', boot, as)).value('status')).toBe('Accepted');
  const start =
    '<cs:connectorId>1</cs:connectorId><cs:idTag>04A1B2C3</cs:idTag><cs:timestamp>2026-11-22T10:00:00Z</cs:timestamp><cs:meterStart>1000</cs:meterStart>';
  const transactionId = Number((await send(id, 'startTransaction', start, as)).value('transactionId'));
  const stop = `<cs:transactionId>${transactionId}</cs:transactionId><cs:timestamp>2026-11-22T11:00:00Z</cs:timestamp><cs:meterStop>8000</cs:meterStop>`;
  expect((await send(id, 'stopTransaction', stop, as)).status).toBe(200);
  expect(rowsOf(daemon, 'SELECT energyWh FROM sessions WHERE id = ?', transactionId)).toEqual([{ energyWh: 7000 }]);
  expect(await live(id)).toMatchObject({ online: true, transport: 'soap', secure: true, deviations: 0 });
});

test('R14: over HTTPS as over HTTP a password is asked for before anything is done, and a wrong one tells nothing', async () => {
  for (const key of [undefined, 'another-key-16-long', '']) {
    const refused = await send('TLS2', 'bootNotification', boot15, key === undefined ? {} : { key });
    expect([refused.status, refused.text]).toEqual([401, expect.stringContaining('SecurityError')]);
  }
  expect(rowsOf(daemon, "SELECT 1 FROM stations WHERE chargeBoxId = 'TLS2' AND bootedAt IS NOT NULL")).toEqual([]);
  expect((await send('TLS2', 'bootNotification', boot15, { key: password })).status).toBe(200);
});

test('a station of security profile 2 comes over TLS only', async () => {
  await daemon.api('stations.setSecurity', { stationId: stationId('TLS2'), securityProfile: 2, newPassword: false });
  const plain = await post(soapAt(daemon.addresses), soapMessage({ chargeBoxId: 'TLS2', operation: 'heartbeat' }), {
    authorization: basic('TLS2', password),
  });
  expect(plain.status).toBe(403);
  expect((await send('TLS2', 'heartbeat', '', { key: password })).status).toBe(200);
});

test('TLS older than 1.2 is refused, and a station that trusts another certificate only does not speak', async () => {
  await expect(send('OPEN', 'heartbeat', '', { maxVersion: 'TLSv1.1' })).rejects.toThrow();
  await expect(send('OPEN', 'heartbeat', '', { ca: certificate('rsa.crt.pem') })).rejects.toThrow(/self-signed|unable to verify/);
  expect((await send('OPEN', 'bootNotification', boot15, { maxVersion: 'TLSv1.2' })).status).toBe(200);
});

test('the description that is fetched over HTTPS names the address that it was fetched from', async () => {
  const text = await new Promise<string>((resolve, reject) => {
    request(`${serviceAt('15')}?wsdl`, { ca: certificate('ec.crt.pem') }, (response) => {
      let all = '';
      response.on('data', (part: Buffer) => {
        all += part;
      });
      response.on('end', () => resolve(all));
    })
      .on('error', reject)
      .end();
  });
  expect(text).toContain(`location="${serviceAt('15')}"`);
});

test('a station is called at https with a certificate that it signed itself; what counts is whether its address may be called', async () => {
  const own = { key: certificate('ec.key.pem'), cert: certificate('ec.crt.pem') };
  const operationOf = (text: string) => /<ns:(\w+)Request>/.exec(text)?.[1] ?? '';
  await using service = await stationService(
    ({ text }) => ({ body: stationAnswer(operationOf(text), '<r:status>Accepted</r:status>') }),
    own,
  );
  expect(service.url).toMatch(/^https:/);
  await send('OPEN', 'bootNotification', boot15, { from: service.url });
  expect(await live('OPEN')).toMatchObject({ canBeCommanded: true, callBackSeen: service.url, secure: true });
  expect(await command('OPEN', { kind: 'unlock', connectorId: 1 })).toMatchObject({ state: 'accepted', answer: 'Accepted' });
  const call = service.calls.find(({ text }) => operationOf(text) === 'unlockConnector');
  expect(call?.text).toContain(`<wsa:From><wsa:Address>${serviceAt('15')}</wsa:Address></wsa:From>`);
  expect(call?.text).toContain(`<wsa:To>${service.url}</wsa:To>`);

  // A name in a certificate that anybody can write helps nobody out of the fence.
  await send('NAMED', 'bootNotification', boot15, { from: 'https://192.0.2.7/station' });
  await expect(command('NAMED', { kind: 'unlock', connectorId: 1 })).rejects.toMatchObject({
    error: { code: 'stationNotCallable' },
  });
  await send('NAMED', 'bootNotification', boot15, { from: service.url.replace('127.0.0.1', 'localhost') });
  expect(await command('NAMED', { kind: 'clearCache' })).toMatchObject({ state: 'accepted' });
  // Beside these the daemon reads the configuration of a station that has booted for the first time.
  const commanded = service.calls.map(({ text }) => operationOf(text)).filter((each) => each !== 'getConfiguration');
  expect(commanded).toEqual(['unlockConnector', 'clearCache']);

  // One that speaks plain where it said TLS is not believed.
  await using plain = await stationService(() => ({ body: stationAnswer('clearCache', '<r:status>Accepted</r:status>') }));
  await send('NAMED', 'bootNotification', boot15, { from: plain.url.replace('http:', 'https:') });
  expect(await command('NAMED', { kind: 'clearCache' })).toMatchObject({ state: 'failed', answer: 'NotReached' });
  expect(plain.calls).toEqual([]);
});
