import { connect as connectTcp } from 'node:net';
import Database from 'better-sqlite3';
import { RPCClient } from 'ocpp-rpc';
import { vi } from 'vitest';
import { WebSocket } from 'ws';
import { databaseFile } from '../../daemon/settings.ts';
import type { Command, StationRequest } from '../../shared/model/command.ts';
import type { Provision } from '../../shared/provision.ts';
import type { TestDaemon } from './daemon.ts';

/** A frame as it stood on the wire. */
export type WireFrame = readonly unknown[];

/** Everything that came over a connection, in order, and a way to wait for it. */
export type RawStation = Readonly<{
  socket: WebSocket;
  received: readonly WireFrame[];
  /** Sends text as it is. */
  send(text: string): void;
  /** Sends a CALL and resolves with the frame that answers it. */
  call(action: string, payload?: unknown, id?: string): Promise<WireFrame>;
  /** The next frame not yet taken by `next` or `call` that fits. */
  next(fits?: (frame: WireFrame) => boolean): Promise<WireFrame>;
  /** Resolves when the connection has ended, with the close code. */
  closed: Promise<number>;
  close(): Promise<number>;
}>;

export type RawOptions = Readonly<{
  password?: string | Buffer;
  user?: string;
  protocols?: string[];
  headers?: Record<string, string>;
  /** Path of the endpoint with the identity, as it stands in the request line; else it is made from the identity. */
  path?: string;
  /** The loopback address to come from, e.g. `127.0.0.2`: limits count by address. */
  from?: string;
}>;

export const basic = (user: string, password: string | Buffer): string =>
  `Basic ${Buffer.concat([Buffer.from(`${user}:`), Buffer.from(password)]).toString('base64')}`;

/** Opens a bare WebSocket as a station; rejects with the HTTP status as `Unexpected server response: 404`. */
export async function rawStation(endpoint: string, chargeBoxId: string, options: RawOptions = {}): Promise<RawStation> {
  const { password, user = chargeBoxId, protocols = ['ocpp1.6'], headers = {}, path, from } = options;
  const authorization = password === undefined ? {} : { authorization: basic(user, password) };
  const url = path === undefined ? `${endpoint}/${encodeURIComponent(chargeBoxId)}` : new URL(endpoint).origin + path;
  const socket = new WebSocket(url, protocols, {
    headers: { ...authorization, ...headers },
    rejectUnauthorized: false,
    ...(from !== undefined && { localAddress: from }),
  });
  const received: WireFrame[] = [];
  const waiting: { fits: (frame: WireFrame) => boolean; take: (frame: WireFrame) => void; drop: (error: Error) => void }[] = [];
  const kept: WireFrame[] = [];
  socket.on('message', (data) => {
    const frame = JSON.parse(String(data)) as WireFrame; // OCPP-J frames are lists.
    received.push(frame);
    const index = waiting.findIndex(({ fits }) => fits(frame));
    if (index < 0) kept.push(frame);
    else waiting.splice(index, 1)[0]?.take(frame);
  });
  const closed = new Promise<number>((resolve) => {
    socket.on('close', (code) => {
      for (const { drop } of waiting.splice(0)) drop(new Error(`the connection was closed (${code})`));
      resolve(code);
    });
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('error', reject);
  });
  socket.on('error', () => {});
  const next = (fits: (frame: WireFrame) => boolean = () => true) => {
    const index = kept.findIndex(fits);
    const [frame] = index < 0 ? [] : kept.splice(index, 1);
    if (frame) return Promise.resolve(frame);
    return new Promise<WireFrame>((take, drop) => waiting.push({ fits, take, drop }));
  };
  let ids = 0;
  return {
    socket,
    received,
    send: (text) => socket.send(text),
    call(action, payload = {}, id = `raw-${++ids}`) {
      const answer = next((frame) => frame[0] !== 2 && frame[1] === id);
      socket.send(JSON.stringify([2, id, action, payload]));
      return answer;
    },
    next,
    closed,
    close() {
      socket.close();
      return closed;
    },
  };
}

/** The HTTP status that a WebSocket handshake gets; 101 when it succeeds, and then the connection is closed again. */
export async function handshakeStatus(endpoint: string, chargeBoxId: string, options: RawOptions = {}): Promise<number> {
  try {
    const station = await rawStation(endpoint, chargeBoxId, options);
    await station.close();
    return 101;
  } catch (error) {
    const status = /server response: (\d+)/.exec(String(error))?.[1];
    if (status === undefined) throw error;
    return Number(status);
  }
}

/** Sends bytes over TCP and resolves with all that comes back until the other side closes or falls silent for a while. */
export function exchange(address: string, request: string | Buffer, patienceMs = 3000): Promise<string> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve) => {
    let answer = '';
    const socket = connectTcp(Number(port), hostname, () => socket.write(request));
    socket.setTimeout(patienceMs, () => socket.destroy());
    socket.on('data', (bytes) => {
      answer += bytes.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer));
  });
}

/** A station made of somebody else's software: npm `ocpp-rpc`, which checks every message of ours against OCPP's own schemas. */
export function strictStation(endpoint: string, chargeBoxId: string, options: Readonly<{ password?: string }> = {}): RPCClient {
  return new RPCClient({
    endpoint,
    identity: chargeBoxId,
    protocols: ['ocpp1.6'],
    strictMode: true,
    reconnect: false,
    callTimeoutMs: 20_000,
    ...options,
  } as ConstructorParameters<typeof RPCClient>[0]); // Its types call every option necessary.
}

/** Rows of a daemon's database as they are on disk now. */
export function rowsOf(
  daemon: Readonly<{ data: string }>,
  sql: string,
  ...parameters: readonly unknown[]
): Record<string, unknown>[] {
  const database = new Database(databaseFile(daemon.data), { readonly: true });
  try {
    // SQLite's rows are objects of its columns.
    return database.prepare(sql).all(...parameters) as Record<string, unknown>[];
  } finally {
    database.close();
  }
}

/** One site with stations; each has two outlets that anybody may use, unless `rfid`. No password: security profile 0. */
export function siteOf(
  ...stations: readonly Readonly<{ id: string; password?: string; rfid?: boolean }>[]
): NonNullable<Provision['sites']> {
  const outlets = (mode: 'OPEN' | 'RFID') => [
    { connectorId: 1, mode },
    { connectorId: 2, mode },
  ];
  return [
    {
      name: 'Test site',
      stations: stations.map(({ id, password, rfid }) => ({
        name: id,
        chargeBoxId: id,
        outlets: outlets(rfid ? 'RFID' : 'OPEN'),
        ...(password !== undefined && { password }),
      })),
    },
  ];
}

/** The facts of a healthy boot. */
export const bootFacts = { chargePointVendor: 'Other Maker', chargePointModel: 'Model 1', firmwareVersion: '1.0' };

/** Sends a command to a station, given by its public id, and resolves once it is answered, or as good as. */
export async function answeredCommand(daemon: TestDaemon, stationId: string, request: StationRequest): Promise<Command> {
  const { id } = (await daemon.api('stations.send', { stationId, request })) as Command;
  return await vi.waitFor(
    async () => {
      const now = (await daemon.api('stations.command', { stationId, commandId: id })) as Command;
      if (now.state === 'queued' || now.state === 'sent') throw new Error(now.state);
      return now;
    },
    { timeout: 10_000 },
  );
}
