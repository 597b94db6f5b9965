import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { RPCClient } from 'ocpp-rpc';
import { startDaemon, type TestDaemon } from '../e2e/support/daemon.ts';
import { bootFacts, handshakeStatus, rowsOf, siteOf, strictStation } from '../e2e/support/stations.ts';

export type KeyRotationTask = Readonly<{ rounds: number; say(line: string): void }>;
export type KeyRotationReport = Readonly<{ rotations: number; problems: readonly string[] }>;

const oldKey = 'an-old-key-16-long';
const newKey = 'the-new-key-20-long!';
const withinMs = 20_000;

/** How far a rotation has come when the daemon dies, which key the station holds then, and whether the other one must be dead. */
const steps = [
  { step: 'IDLE', name: 'before it is asked for', holds: oldKey, answers: null, isOver: false },
  { step: 'UNHEARD', name: 'the station has not taken it yet', holds: oldKey, answers: 'never', isOver: false },
  { step: 'UNANSWERED', name: 'the station has taken it, and has not answered', holds: newKey, answers: 'never', isOver: false },
  { step: 'ANSWERING', name: 'the answer is on its way', holds: newKey, answers: 'Accepted', isOver: false },
  { step: 'REJECTED', name: 'the station has refused it', holds: oldKey, answers: 'Rejected', isOver: true },
  { step: 'ACCEPTED', name: 'the station has accepted it', holds: newKey, answers: 'Accepted', isOver: true },
  { step: 'USED', name: 'its answer was lost, and it came back with it', holds: newKey, answers: 'never', isOver: true },
] as const;
type Step = (typeof steps)[number];

/**
 * SECURITY R16: round after round new stations get a new key, and the daemon is killed while each of them is at another step of that.
 * After the start each must come in with the key that it holds, and with a key that is dead nobody.
 */
export async function rotateAndKill({ rounds, say }: KeyRotationTask): Promise<KeyRotationReport> {
  const data = mkdtempSync(join(tmpdir(), 'charge-portal-keys-'));
  const idOf = (step: Step, round: number) => `${step.step}-${round}`;
  const all = Array.from({ length: rounds }, (_, round) => steps.map((step) => ({ id: idOf(step, round), password: oldKey })));
  const problems: string[] = [];
  try {
    let daemon = await startDaemon({ data, provision: { sites: siteOf(...all.flat()) }, flags: ['--log-level', 'error'] });
    for (let round = 0; round < rounds; round++) {
      const stations = await Promise.all(steps.map((step) => rotate(daemon, step, idOf(step, round))));
      await daemon.kill();
      for (const station of stations) void station.close({ force: true } as Parameters<RPCClient['close']>[0]); // Its types lack this.
      daemon = await startDaemon({ data, flags: ['--log-level', 'error'] });
      for (const step of steps) problems.push(...(await lookAt(daemon, step, idOf(step, round))));
      say(`${round + 1} of ${rounds}: ${(round + 1) * steps.length} rotations, ${problems.length} problems`);
    }
    await daemon.stop();
    return { rotations: rounds * steps.length, problems };
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

/** Brings a station to its step of the rotation. */
async function rotate(daemon: TestDaemon, { step, answers }: Step, id: string): Promise<RPCClient> {
  const station = strictStation(daemon.addresses.ocpp16, id, { password: oldKey });
  const asked = Promise.withResolvers<void>();
  station.handle('GetConfiguration', async () => ({ configurationKey: [] }));
  station.handle('ChangeConfiguration', async ({ params }) => {
    const { key, value } = params as { key: string; value: string }; // ocpp-rpc has checked it.
    if (key === 'AuthorizationKey' && value === newKey) asked.resolve();
    return answers === 'never' ? new Promise(() => {}) : { status: answers };
  });
  await station.connect();
  await station.call('BootNotification', bootFacts);
  if (answers === null) return station;
  const stationId = String(rowsOf(daemon, 'SELECT publicId FROM nodes WHERE name = ?', id)[0]?.publicId);
  const request = { kind: 'changeConfiguration' as const, key: 'AuthorizationKey', value: newKey };
  const { id: commandId } = await daemon.api('stations.send', { stationId, request });
  await asked.promise;
  if (step === 'USED') await handshakeStatus(daemon.addresses.ocpp16, id, { password: newKey });
  if (step !== 'ACCEPTED' && step !== 'REJECTED') return station;
  const state = async () => (await daemon.api('stations.command', { stationId, commandId })).state;
  for (const deadline = Date.now() + withinMs; (await state()) !== step.toLowerCase(); await wait(20))
    if (Date.now() > deadline) throw new Error(`the command to ${id} is not ${step.toLowerCase()}, but ${await state()}`);
  return station;
}

/** What is wrong with who may come in after the daemon was killed. */
async function lookAt(daemon: TestDaemon, { name, holds, isOver }: Step, id: string): Promise<readonly string[]> {
  const problems: string[] = [];
  const expectStatus = async (password: string, expected: number) => {
    const status = await handshakeStatus(daemon.addresses.ocpp16, id, { password });
    const key = password === oldKey ? 'old' : 'new';
    if (status !== expected) problems.push(`${id} (${name}): with its ${key} key ${status} instead of ${expected}`);
  };
  if (isOver) await expectStatus(holds === oldKey ? newKey : oldKey, 401);
  await expectStatus(holds, 101);
  // Once used it is the one.
  if (holds === newKey) await expectStatus(oldKey, 401);
  return problems;
}

if (import.meta.main) {
  const { values: flags } = parseArgs({ options: { rounds: { type: 'string', default: '100' } } });
  const { rotations, problems } = await rotateAndKill({ rounds: Number(flags.rounds), say: console.log });
  for (const problem of problems.slice(0, 50)) console.log(problem);
  console.log(
    `${problems.length === 0 ? 'R16 holds' : 'R16 broken'}: ${rotations} key rotations, ${flags.rounds} at each of ${steps.length} steps, ` +
      `${problems.length} stations locked out or let in with a dead key`,
  );
  process.exitCode = problems.length > 0 ? 1 : 0;
}
