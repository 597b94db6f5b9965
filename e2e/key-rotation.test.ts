import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RPCClient } from 'ocpp-rpc';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startDaemon, type TestDaemon } from './support/daemon.ts';
import { bootFacts, handshakeStatus, rowsOf, siteOf, strictStation } from './support/stations.ts';

const oldKey = 'an-old-key-16-long';
const newKey = 'the-new-key-20-long!';

/** How far a rotation has come when the daemon dies, which key the station holds then, and whether the other one must be dead. */
const steps = [
  { id: 'IDLE', name: 'before it is asked for', holds: oldKey, answers: null, isOver: false },
  { id: 'UNHEARD', name: 'the station has not taken it yet', holds: oldKey, answers: 'never', isOver: false },
  { id: 'UNANSWERED', name: 'the station has taken it, and has not answered', holds: newKey, answers: 'never', isOver: false },
  { id: 'REJECTED', name: 'the station has refused it', holds: oldKey, answers: 'Rejected', isOver: true },
  { id: 'ACCEPTED', name: 'the station has accepted it', holds: newKey, answers: 'Accepted', isOver: true },
  { id: 'USED', name: 'its answer was lost, and it came back with it', holds: newKey, answers: 'never', isOver: true },
] as const;
type Step = (typeof steps)[number];

/** Brings a station to its step of the rotation. */
async function rotate(daemon: TestDaemon, { id, answers }: Step): Promise<void> {
  const station: RPCClient = strictStation(daemon.addresses.ocpp16, id, { password: oldKey });
  onTestFinished(() => void station.close({ force: true } as Parameters<RPCClient['close']>[0]));
  const asked = Promise.withResolvers<unknown>();
  station.handle('GetConfiguration', async () => ({ configurationKey: [] }));
  station.handle('ChangeConfiguration', async ({ params }) => {
    asked.resolve(params);
    return answers === 'never' ? new Promise(() => {}) : { status: answers };
  });
  await station.connect();
  await station.call('BootNotification', bootFacts);
  if (answers === null) return;
  const stationId = String(rowsOf(daemon, 'SELECT publicId FROM nodes WHERE name = ?', id)[0]?.publicId);
  const request = { kind: 'changeConfiguration' as const, key: 'AuthorizationKey', value: newKey };
  const { id: commandId } = await daemon.api('stations.send', { stationId, request });
  expect(await asked.promise).toMatchObject({ key: 'AuthorizationKey' });
  if (answers === 'never') {
    if (id === 'USED') expect(await handshakeStatus(daemon.addresses.ocpp16, id, { password: newKey })).toBe(101);
    return;
  }
  await vi.waitFor(async () => {
    const command = await daemon.api('stations.command', { stationId, commandId });
    expect(command.state).toBe(answers.toLowerCase());
  });
}

test('R16: the daemon is killed at each step of a key rotation: the station comes in with the key that it holds, and a dead key never', async () => {
  const data = mkdtempSync(join(tmpdir(), 'charge-portal-'));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  const first = await startDaemon({
    data,
    provision: { sites: siteOf(...steps.map(({ id }) => ({ id, password: oldKey }))) },
  });
  await Promise.all(steps.map((step) => rotate(first, step)));
  await first.kill();
  await using second = await startDaemon({ data });
  for (const { id, name, holds, isOver } of steps) {
    const other = holds === oldKey ? newKey : oldKey;
    if (isOver) expect(await handshakeStatus(second.addresses.ocpp16, id, { password: other }), name).toBe(401);
    expect(await handshakeStatus(second.addresses.ocpp16, id, { password: holds }), name).toBe(101);
    // Once used it is the one.
    if (holds === newKey) expect(await handshakeStatus(second.addresses.ocpp16, id, { password: oldKey }), name).toBe(401);
  }
});
