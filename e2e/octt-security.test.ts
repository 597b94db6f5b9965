import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { startDaemon, type TestDaemon } from './support/daemon.ts';
import { basic, bootFacts, handshakeStatus, type RawStation, rawStation, rowsOf, siteOf } from './support/stations.ts';

// What of the Open Charge Alliance's security cases concerns profiles 1 and 2; those of the security extension come with it.

/** Identity, key and header are those of the example in OCPP-J 1.6 §6.2. */
const paperKey = '0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF';
const paperHeader = 'Basic QUwxMDAwOgABAgMEBQYH////////////////';
const newKey = '4F43415F4F4354545F61646D696E5F74657374FF';

let daemon: TestDaemon;
beforeAll(async () => {
  const stations = ['AL1000', 'ROTATES', 'SECURE', 'VERSIONS'].map((id) => ({ id, password: paperKey }));
  daemon = await startDaemon({ provision: { sites: siteOf(...stations) } });
});
afterAll(() => daemon.stop());

const stationId = (name: string) => String(rowsOf(daemon, 'SELECT publicId FROM nodes WHERE name = ?', name)[0]?.publicId);
const bytesOf = (hex: string) => Buffer.from(hex, 'hex');
const knock = (name: string, password?: Buffer) =>
  handshakeStatus(daemon.addresses.ocpp16, name, password === undefined ? {} : { password });

/** Boots and reports, as each of these cases ends. */
async function works(station: RawStation): Promise<void> {
  expect((await station.call('BootNotification', bootFacts))[2]).toMatchObject({ status: 'Accepted' });
  const free = { connectorId: 1, status: 'Available', errorCode: 'NoError' };
  expect((await station.call('StatusNotification', free))[2]).toEqual({});
}

test('TC_085 Basic authentication: the identity and the bytes of the key open, before the upgrade; nothing else does', async () => {
  const station = await rawStation(daemon.addresses.ocpp16, 'AL1000', { headers: { authorization: paperHeader } });
  await works(station);
  await station.close();
  expect(await knock('AL1000')).toBe(401);
  expect(await knock('AL1000', bytesOf(newKey))).toBe(401);
  expect(await knock('AL1000', bytesOf(paperKey).subarray(0, -1))).toBe(401);
  const ofAnother = { headers: { authorization: basic('ROTATES', bytesOf(paperKey)) } };
  expect(await handshakeStatus(daemon.addresses.ocpp16, 'AL1000', ofAnother)).toBe(401);
});

test('TC_073 a new password: the station is told it in hex and comes back with its bytes; the old one is dead, and neither is ever shown', async () => {
  const station = await rawStation(daemon.addresses.ocpp16, 'ROTATES', { password: bytesOf(paperKey) });
  await works(station);
  const request = { kind: 'changeConfiguration' as const, key: 'AuthorizationKey', value: newKey };
  const { id: commandId } = await daemon.api('stations.send', { stationId: stationId('ROTATES'), request });
  const asked = await station.next((frame) => frame[2] === 'ChangeConfiguration');
  expect(asked[3]).toEqual({ key: 'AuthorizationKey', value: newKey });
  station.send(JSON.stringify([3, asked[1], { status: 'Accepted' }]));
  const command = await vi.waitFor(async () => {
    const now = await daemon.api('stations.command', { stationId: stationId('ROTATES'), commandId });
    expect(now).toMatchObject({ state: 'accepted', answer: 'Accepted' });
    return now;
  });
  await station.close();
  expect(await knock('ROTATES', bytesOf(paperKey))).toBe(401);
  const back = await rawStation(daemon.addresses.ocpp16, 'ROTATES', { password: bytesOf(newKey) });
  await works(back);
  await back.close();
  const trace = await daemon.api('trace.list', { stationId: stationId('ROTATES'), limit: 50 });
  expect(JSON.stringify(trace)).toContain('AuthorizationKey');
  for (const told of [command, trace, daemon.output()]) expect(JSON.stringify(told)).not.toMatch(new RegExp(newKey, 'i'));
});

test('TC_086 TLS: a station that trusts only our certificate comes in with its password, over TLS 1.2 or newer, and without it not', async () => {
  const ca = readFileSync(join(daemon.data, 'certificates', 'ec.crt.pem'));
  const url = `${daemon.addresses.ocpp16Tls}/SECURE`;
  const headers = { authorization: basic('SECURE', bytesOf(paperKey)) };
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const socket = new WebSocket(url, ['ocpp1.6'], { ca, headers, maxVersion, rejectUnauthorized: true });
    const [upgraded] = await Promise.all([once(socket, 'upgrade'), once(socket, 'open')]);
    const { socket: line } = upgraded[0] as { socket: TLSSocket }; // It came over wss.
    expect([line.authorized, line.getProtocol()]).toEqual([true, maxVersion]);
    socket.send(JSON.stringify([2, 'boot', 'BootNotification', bootFacts]));
    const [answer] = await once(socket, 'message');
    expect(JSON.parse(String(answer))).toMatchObject([3, 'boot', { status: 'Accepted' }]);
    expect(await daemon.api('stations.get', { stationId: stationId('SECURE') })).toMatchObject({ online: true, secure: true });
    socket.close();
    await once(socket, 'close');
  }
  const stranger = new WebSocket(url, ['ocpp1.6'], { headers, rejectUnauthorized: true });
  await expect(once(stranger, 'open')).rejects.toThrow(/certificate/);
  expect(await handshakeStatus(daemon.addresses.ocpp16Tls, 'SECURE')).toBe(401);
});

test('TC_088 subprotocol: 1.6 is chosen of those that are offered and named in the answer; without it the connection ends', async () => {
  const password = bytesOf(paperKey);
  const station = await rawStation(daemon.addresses.ocpp16, 'VERSIONS', { password, protocols: ['ocpp2.0.1', 'ocpp1.6'] });
  expect(station.socket.protocol).toBe('ocpp1.6');
  await works(station);
  await station.close();
  await expect(rawStation(daemon.addresses.ocpp16, 'VERSIONS', { password, protocols: ['ocpp0.1'] })).rejects.toThrow(
    /subprotocol/,
  );
  expect(await daemon.api('stations.get', { stationId: stationId('VERSIONS') })).toMatchObject({ online: false });
});
