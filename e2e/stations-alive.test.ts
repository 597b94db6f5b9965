import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startDaemon, type TestDaemon } from './support/daemon.ts';
import { basic, bootFacts, rawStation, rowsOf, siteOf } from './support/stations.ts';

const key = 'a-good-key-16-long';
let daemon: TestDaemon;

beforeAll(async () => {
  const stations = ['ALIVE', 'DEAD', 'NOPING', 'GOOD', 'BYTES', 'UNFIT'].map((id) => ({ id, password: key }));
  daemon = await startDaemon({ provision: { sites: siteOf(...stations) }, flags: ['--ping-interval-seconds', '1'] });
});
afterAll(() => daemon.stop());

const stationId = (name: string) => String(rowsOf(daemon, 'SELECT publicId FROM nodes WHERE name = ?', name)[0]?.publicId);
const isOnline = async (name: string) => (await daemon.api('stations.get', { stationId: stationId(name) })).online;
const update = async (name: string, change: { pingIntervalS?: number; requireSubprotocol?: boolean }) => {
  const id = stationId(name);
  const { version } = await daemon.api('tree.node', { nodeId: id });
  await daemon.api('stations.update', { stationId: id, version, ...change });
};

/** A WebSocket handshake by hand, so that the test decides about every byte after it. */
async function bareStation(id: string): Promise<Socket> {
  const { hostname, port } = new URL(daemon.addresses.ocpp16);
  const socket = connectTcp(Number(port), hostname);
  const lines = [
    `GET /Ocpp/websocket/${id} HTTP/1.1`,
    'Host: x',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
  ];
  lines.push('Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Protocol: ocpp1.6');
  lines.push(`Authorization: ${basic(id, key)}`, '\r\n');
  socket.write(lines.join('\r\n'));
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString('latin1')).toMatch(/^HTTP\/1\.1 101 /);
  return socket;
}

test('FIELD 2, FIELD 3: a silent station is pinged; who answers stays, who does not is cut off and shown offline', async () => {
  const alive = await rawStation(daemon.addresses.ocpp16, 'ALIVE', { password: key });
  let pings = 0;
  alive.socket.on('ping', () => pings++);
  const dead = await bareStation('DEAD');
  await vi.waitFor(async () => expect(await isOnline('DEAD')).toBe(true));
  // The kernel takes the pings, nobody answers them: a station without power behind a modem.
  dead.resume();
  await once(dead, 'close');
  expect(await isOnline('DEAD')).toBe(false);
  expect(pings).toBeGreaterThan(0);
  expect((await alive.call('BootNotification', bootFacts))[0]).toBe(3);
  await alive.close();
});

test('FIELD 3: a station that dies of pings is never sent one', async () => {
  await update('NOPING', { pingIntervalS: 0 });
  const station = await bareStation('NOPING');
  const beside = await rawStation(daemon.addresses.ocpp16, 'ALIVE', { password: key });
  let got = 0;
  station.on('data', (bytes: Buffer) => {
    got += bytes.length;
  });
  // Long enough for others to be pinged several times.
  for (let pings = 0; pings < 3; pings++) await once(beside.socket, 'ping');
  expect(got).toBe(0);
  expect(await isOnline('NOPING')).toBe(true);
  station.destroy();
  await beside.close();
});

test('FIELD 1: a station that shall name its subprotocol is refused without, when an operator says so', async () => {
  await update('UNFIT', { requireSubprotocol: true });
  await expect(rawStation(daemon.addresses.ocpp16, 'UNFIT', { password: key, protocols: [] })).rejects.toThrow(/400/);
  await (await rawStation(daemon.addresses.ocpp16, 'UNFIT', { password: key })).close();
});

/** Random bytes that are the same in each run. */
function* noise(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state >>> 24;
  }
}

test('SECURITY A22, R13: headers of 1 GiB, fragments without end and plain noise end only their own connection', async () => {
  const good = await rawStation(daemon.addresses.ocpp16, 'GOOD', { password: key });
  await good.call('BootNotification', bootFacts);
  const bytes = noise(16);
  const random = Buffer.from(Array.from({ length: 4000 }, () => bytes.next().value as number));
  const fragment = Buffer.concat([Buffer.from([0x01, 0xff, 0, 0, 0, 0, 0, 0, 0x40, 0, 1, 2, 3, 4]), Buffer.alloc(0x4000)]);
  const next = Buffer.concat([Buffer.from([0x00, 0xff, 0, 0, 0, 0, 0, 0, 0x40, 0, 1, 2, 3, 4]), Buffer.alloc(0x4000)]);
  for (const attack of [
    Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 1, 2, 3, 4]),
    Buffer.concat([fragment, ...Array<Buffer>(17).fill(next)]),
    random,
    Buffer.from([0x81, 0x05, 0x5b, 0x5d]), // Not masked, as only servers may send.
    Buffer.from([0xc1, 0x80, 1, 2, 3, 4]), // Compressed, which was not agreed on.
  ]) {
    const station = await bareStation('BYTES');
    station.resume();
    station.on('error', () => {});
    station.write(attack);
    await once(station, 'close');
    expect((await good.call('Heartbeat'))[0]).toBe(3);
  }
  await good.close();
});
