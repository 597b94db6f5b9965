import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { startDaemon, type TestDaemon } from './support/daemon.ts';
import { boot15, post, soapAt, soapMessage } from './support/soap.ts';
import { basic, rowsOf, siteOf } from './support/stations.ts';

/** What stations and strangers do over SOAP that nobody would do on purpose, or only on purpose. */
let daemon: TestDaemon;
const password = 'a-good-key-16-long';

beforeAll(async () => {
  daemon = await startDaemon({
    provision: { sites: siteOf({ id: 'LOCKED', password }, ...['GOOD', 'BROKEN'].map((id) => ({ id }))) },
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
