import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import type { Command, StationRequest } from '../shared/model/command.ts';
import { startDaemon, type TestDaemon } from './support/daemon.ts';
import { boot15, post, soapAt, soapMessage, stationAnswer } from './support/soap.ts';
import { answeredCommand, basic, exchange, rowsOf, siteOf } from './support/stations.ts';

/** What stations and strangers do over SOAP that nobody would do on purpose, or only on purpose. */
let daemon: TestDaemon;
const password = 'a-good-key-16-long';

beforeAll(async () => {
  daemon = await startDaemon({
    provision: {
      sites: siteOf({ id: 'LOCKED', password }, ...['GOOD', 'BROKEN', 'CALLED', 'AWAY', 'FLAWED'].map((id) => ({ id }))),
    },
    flags: ['--soap-call-networks', '127.0.0.0/8'],
  });
});
afterAll(() => daemon?.stop());

const stationId = (name: string) => String(rowsOf(daemon, 'SELECT publicId FROM nodes WHERE name = ?', name)[0]?.publicId);
const send = (chargeBoxId: string, operation: string, members = '', from?: string) =>
  post(soapAt(daemon.addresses), soapMessage({ chargeBoxId, operation, members, ...(from !== undefined && { from }) }));
const deviations = (name: string) => daemon.api('stations.deviations', { stationId: stationId(name) });

test('R7: six hundred bodies that never end keep no station waiting; messages that break off are nobody’s defect', async () => {
  const { hostname, port } = new URL(soapAt(daemon.addresses));
  const sockets: Socket[] = [];
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  const head = 'POST /Ocpp/CentralSystemService15 HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n<';
  for (let opened = 0; opened < 600; opened++) {
    const socket = connect({ host: hostname, port: Number(port), localAddress: '127.0.0.66' });
    sockets.push(socket);
    await new Promise((resolve) => socket.on('error', resolve).once('connect', () => socket.write(head, resolve)));
  }
  expect((await send('GOOD', 'bootNotification', boot15)).value('status')).toBe('Accepted');
  for (const socket of sockets.splice(0)) socket.resetAndDestroy();
  await vi.waitFor(async () => expect((await send('GOOD', 'heartbeat')).status).toBe(200));
  expect(daemon.output()).not.toContain('SOAP message not handled');
});

test('FIELD 16: a message that cannot be read is seen at the station that it names, if that station may come in', async () => {
  const broken = (chargeBoxId: string) =>
    soapMessage({ chargeBoxId, operation: 'heartbeat' }).replace('</cs:heartbeatRequest>', '</cs:heartbeat>');
  await send('BROKEN', 'bootNotification', boot15);
  const refused = await post(soapAt(daemon.addresses), broken('BROKEN'));
  expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('ns:ProtocolError')]);
  expect(await deviations('BROKEN')).toMatchObject([{ kind: 'unreadable', example: expect.stringContaining('XML') }]);
  await vi.waitFor(async () => {
    const { rows } = await daemon.api('trace.list', { stationId: stationId('BROKEN'), limit: 10 });
    expect(rows.map(({ direction, kind, verdict }) => [direction, kind, verdict])).toContainEqual(['in', 'other', 'refused']);
  });
  // Nobody writes into the book of a station without its password, or learns whether it is right.
  for (const authorization of [basic('LOCKED', 'wrong'), basic('LOCKED', password)])
    expect((await post(soapAt(daemon.addresses), broken('LOCKED'), { authorization })).text).toBe(refused.text);
  expect(await deviations('LOCKED')).toMatchObject([{ kind: 'unreadable', count: 1 }]);
  await post(soapAt(daemon.addresses), broken('NOBODY'));
  expect(await daemon.api('stations.seen')).toContainEqual(expect.objectContaining({ chargeBoxId: 'NOBODY' }));
});

/** Where a station listens, as bare TCP: `take` gets each connection of ours when our request is there. */
async function bareService(take: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => void socket.on('error', () => {}).once('data', () => take(socket)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`; // A listening TCP server has an address with a port.
}

const command = (name: string, request: StationRequest) => answeredCommand(daemon, stationId(name), request);

const accepted = stationAnswer('clearCache', '<r:status>Accepted</r:status>');
const whole = (status: string, body: string) => `HTTP/1.1 ${status}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

test.each<[string, (socket: Socket) => void, Partial<Command>]>([
  ['resets the connection', (socket) => socket.resetAndDestroy(), { state: 'failed', answer: 'ConnectionLost' }],
  ['hangs up', (socket) => socket.end(), { state: 'failed', answer: 'ConnectionLost' }],
  [
    'breaks off',
    (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<a>'),
    { state: 'failed', answer: 'ConnectionLost' },
  ],
  ['speaks no HTTP', (socket) => socket.end('hello\r\n\r\n'), { state: 'failed', answer: 'OtherAnswer' }],
  [
    'wants a password',
    (socket) => socket.end(whole('401 Unauthorized', '')),
    { state: 'failed', answer: 'OtherAnswer', detail: expect.objectContaining({ status: 401 }) },
  ],
  [
    'says nothing but that it took it',
    (socket) => socket.end(whole('202 Accepted', '')),
    { state: 'failed', answer: 'OtherAnswer' },
  ],
  [
    'says to go on first',
    (socket) => socket.end(`HTTP/1.1 100 Continue\r\n\r\n${whole('200 OK', accepted)}`),
    { state: 'accepted' },
  ],
  ['speaks HTTP/1.0', (socket) => socket.end(`HTTP/1.0 200 OK\r\n\r\n${accepted}`), { state: 'accepted' }],
  [
    'gives an answer without its status',
    (socket) => socket.end(whole('200 OK', stationAnswer('clearCache'))),
    { state: 'failed' },
  ],
])('FIELD 18, 20: what became of a command to a station that %s is told as it is', async (_what, take, expected) => {
  await send('CALLED', 'bootNotification', boot15, await bareService(take));
  expect(await command('CALLED', { kind: 'clearCache' })).toMatchObject({ ...expected, sentAt: expect.any(Number) });
});

test('FIELD 20: a station that cannot be reached is asked for its configuration once, not key by key', async () => {
  await send('AWAY', 'bootNotification', boot15, 'http://127.0.0.1:1/');
  // Behind the daemon's own question, as calls go one after the other.
  await vi.waitFor(
    async () => {
      const { rows } = await daemon.api('trace.list', { stationId: stationId('AWAY'), limit: 100 });
      expect(rows.map(({ action }) => action)).toContain('GetConfiguration');
    },
    { timeout: 10_000 },
  );
  for (const kind of ['clearCache', 'getLocalListVersion'] as const)
    expect(await command('AWAY', { kind })).toMatchObject({ state: 'failed', answer: 'NotReached' });
  const { rows } = await daemon.api('trace.list', { stationId: stationId('AWAY'), limit: 100 });
  expect(rows.filter(({ action }) => action === 'GetConfiguration')).toHaveLength(1);
});

test('FIELD 12, 15: the end of a session is not lost for flaws of its XML, a request without Host, or a path from elsewhere', async () => {
  await send('FLAWED', 'bootNotification', boot15);
  const start =
    '<cs:connectorId>1</cs:connectorId><cs:idTag>A</cs:idTag><cs:timestamp>2026-11-22T10:00:00Z</cs:timestamp><cs:meterStart>0</cs:meterStart>';
  const transactionId = Number((await send('FLAWED', 'startTransaction', start)).value('transactionId'));
  const members =
    `<cs:transactionId>${transactionId}</cs:transactionId><cs:idTag>Bjørn & Co\u0001</cs:idTag>` +
    '<x:timestamp>2026-11-22T11:00:00Z</x:timestamp><cs:meterStop>7000</cs:meterStop>';
  const stop = soapMessage({ chargeBoxId: 'FLAWED', operation: 'stopTransaction', members });
  const body = Buffer.concat([Buffer.from('\r\n'), Buffer.from(stop, 'latin1'), Buffer.from([0])]);
  const head = `POST /services/CentralSystemService HTTP/1.1\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`;
  const answer = await exchange(soapAt(daemon.addresses), Buffer.concat([Buffer.from(head), body]));
  expect(answer).toMatch(/^HTTP\/1.1 200 OK/);
  expect(rowsOf(daemon, 'SELECT energyWh, stopIdTag FROM sessions WHERE id = ?', transactionId)).toEqual([
    { energyWh: 7000, stopIdTag: 'Bjørn & Co' },
  ]);
  expect((await deviations('FLAWED')).map(({ kind }) => kind)).toContain('soapXml');
});
