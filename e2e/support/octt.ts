import type { RPCClient } from 'ocpp-rpc';
import { expect, vi } from 'vitest';
import type { InputOf, OutputOf } from '../../shared/api/contract.ts';
import type { OutletLive, stations } from '../../shared/api/stations.ts';
import type { users } from '../../shared/api/users.ts';
import type { AskedRequest, Command, CommandState } from '../../shared/model/command.ts';
import { startDaemon, type TestDaemon } from './daemon.ts';
import { bootFacts, rowsOf, siteOf, strictStation } from './stations.ts';

/** A tag that may charge; others are made with `addTag`. */
export const validTag = '04A1B2C3';

/** A daemon for the Open Charge Alliance's test cases of central systems: stations whose outlets want a tag, and one driver. */
export const octtDaemon = (...names: readonly string[]): Promise<TestDaemon> =>
  startDaemon({
    provision: {
      sites: siteOf(...names.map((id) => ({ id, rfid: true }))),
      users: [
        {
          ...{ role: 'evUser', email: 'ev@example.org', password: 'a long enough pass phrase 1' },
          ...{ firstName: 'Eva', lastName: 'User', rfid: [validTag] },
        },
      ],
    },
  });

export const addTag = (daemon: TestDaemon, tag: InputOf<typeof users.createTag>) => daemon.api('users.createTag', tag);

type Answer = object | ((params: Record<string, unknown>) => object);
type Status = OutputOf<typeof stations.get>;

/** The station of a test case: other people's software, which checks each message against OCPP's schemas. */
export type OcttStation = Readonly<{
  rpc: RPCClient;
  nodeId: string;
  /** What it was asked, its keys excepted, which every new station is asked for. */
  asked: readonly (readonly [action: string, params: unknown])[];
  /** How it answers an action from now on. */
  answers(action: string, answer: Answer): void;
  status(connectorId: number, status: string, more?: object): Promise<void>;
  authorize(idTag: string): Promise<{ status: string; parentIdTag?: string }>;
  start(connectorId: number, idTag: string, more?: object): Promise<{ transactionId: number; status: string }>;
  stop(transactionId: number, more?: object): Promise<void>;
  /** Sends a command from the API and resolves when it is in the state. */
  send(request: AskedRequest, state: CommandState): Promise<Command>;
  /** Resolves when a command is in the state. */
  reaches(commandId: string, state: CommandState, withinMs?: number): Promise<Command>;
  live(): Promise<Status>;
  outlet(connectorId: number): Promise<OutletLive>;
  session(transactionId: number): Record<string, unknown>;
}>;

export const nowText = (agoS = 0): string => new Date(Date.now() - agoS * 1000).toISOString();

/** Connects a station, which boots and reports all connectors free (TC_001). `keys` are its configuration. */
export async function octtStation(
  daemon: TestDaemon,
  name: string,
  keys: Readonly<Record<string, string>> = { HeartbeatInterval: '300' },
): Promise<OcttStation> {
  const nodeId = String(rowsOf(daemon, 'SELECT publicId FROM nodes WHERE name = ?', name)[0]?.publicId);
  const rpc = strictStation(daemon.addresses.ocpp16, name);
  const asked: [string, unknown][] = [];
  const answers = (action: string, answer: Answer) =>
    rpc.handle(action, async ({ params }) => {
      asked.push([action, params]);
      return typeof answer === 'function' ? answer(params as Record<string, unknown>) : answer;
    });
  const keysRead = Promise.withResolvers<void>();
  rpc.handle('GetConfiguration', async () => {
    keysRead.resolve();
    return { configurationKey: Object.entries(keys).map(([key, value]) => ({ key, value, readonly: false })) };
  });
  const status: OcttStation['status'] = async (connectorId, word, more = {}) => {
    const payload = { connectorId, status: word, errorCode: 'NoError', timestamp: nowText(), ...more };
    expect(await rpc.call('StatusNotification', payload)).toEqual({});
  };
  const reaches: OcttStation['reaches'] = (commandId, state, withinMs = 5000) =>
    vi.waitFor(
      async () => {
        const command = await daemon.api('stations.command', { stationId: nodeId, commandId });
        expect(command.state).toBe(state);
        return command;
      },
      { timeout: withinMs },
    );
  const live = () => daemon.api('stations.get', { stationId: nodeId });

  await rpc.connect();
  expect(await rpc.call('BootNotification', bootFacts)).toMatchObject({ status: 'Accepted', interval: expect.any(Number) });
  for (const connectorId of [0, 1, 2]) await status(connectorId, 'Available');
  await keysRead.promise;
  await vi.waitFor(async () => {
    const { readAt } = await daemon.api('stations.configuration', { stationId: nodeId });
    expect(readAt).not.toBeNull();
  });
  return {
    ...{ rpc, nodeId, asked, answers, status, reaches, live },
    async authorize(idTag) {
      const { idTagInfo } = (await rpc.call('Authorize', { idTag })) as { idTagInfo: { status: string } };
      return idTagInfo;
    },
    async start(connectorId, idTag, more = {}) {
      const payload = { connectorId, idTag, meterStart: 1000, timestamp: nowText(), ...more };
      const answer = await rpc.call('StartTransaction', payload);
      const { transactionId, idTagInfo } = answer as { transactionId: number; idTagInfo: { status: string } };
      return { transactionId, status: idTagInfo.status };
    },
    async stop(transactionId, more = {}) {
      const payload = { transactionId, meterStop: 3000, timestamp: nowText(), ...more };
      expect(await rpc.call('StopTransaction', payload)).toBeTypeOf('object');
    },
    async send(request, state) {
      const { id } = await daemon.api('stations.send', { stationId: nodeId, request });
      return reaches(id, state);
    },
    async outlet(connectorId) {
      const outlet = (await live()).outlets.find((one) => one.connectorId === connectorId);
      if (!outlet) throw new Error(`no outlet ${connectorId}`);
      return outlet;
    },
    session(transactionId) {
      const [row] = rowsOf(
        daemon,
        'SELECT state, energyWh, stopReason, tagStatus, idTag, authentication, reservationId FROM sessions WHERE id = ?',
        transactionId,
      );
      return row ?? {};
    },
  };
}
