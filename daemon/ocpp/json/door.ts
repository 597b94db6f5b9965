import { type IncomingMessage, STATUS_CODES } from 'node:http';
import { type Socket as NetSocket, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { WebSocketServer } from 'ws';
import type { Central } from '../../domain/central.ts';
import { admit } from '../../domain/station/admit.ts';
import { connected } from '../../domain/station/connect.ts';
import { noteDeviation } from '../../domain/station/deviation.ts';
import type { Station } from '../../domain/station/station.ts';
import { Connection, type Hub } from './connection.ts';
import { chooseSubprotocol, readKnock, type Subprotocol } from './knock.ts';
import type { StationSocket } from './station-socket.ts';

/** Where upgrade requests come in. */
export type Door = { readonly hub: Hub; readonly webSockets: WebSocketServer; isClosing: boolean };

/** How a refusal of the domain looks from outside: who knocks with a wrong key learns only that (OCPP-J §3.1.2, SECURITY A1). */
const statusOf = { unknown: 404, credentials: 401, profile: 403, transport: 403, network: 403, tooMany: 429 } as const;

/** A dead line is noticed by TCP as well, for stations that are never pinged (FIELD 3). */
const KEEP_ALIVE_MS = 60_000;

/** A stranger that hangs up while we think about it is no error. */
function hangUp(this: Duplex): void {
  this.destroy();
}

/** Decides on an upgrade request: identity and credentials first, the WebSocket after (SECURITY §3). Never rejects. */
export async function admitStation(
  door: Door,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  secure: boolean,
): Promise<void> {
  socket.on('error', hangUp);
  const { central } = door.hub;
  if (door.isClosing) return refuse(socket, 503);
  const knock = readKnock(request);
  if (typeof knock === 'number') return refuse(socket, knock);
  const address = remoteAddress(socket);
  try {
    const admission = await admit(central, { ...knock, secure, address, protocol: 'OCPP 1.6J' });
    if ('refused' in admission) return refuse(socket, statusOf[admission.refused]);
    const { station, keyProven } = admission;
    const subprotocol = chooseSubprotocol(request.headers['sec-websocket-protocol']);
    if (subprotocol === 'noneOffered') {
      noteDeviation(central, station, { kind: 'noSubprotocol', action: '', example: '' });
      if (station.requireSubprotocol) return refuse(socket, 400);
    }
    if (door.isClosing || socket.destroyed) return refuse(socket, 503);
    upgrade(door, request, socket, head, subprotocol, (webSocket) => {
      if (subprotocol === 'noneFits') closeUnfit(central, webSocket, station);
      else void greet(door.hub, webSocket, station, keyProven, { secure, address });
    });
  } catch (error) {
    central.log.error({ err: error }, 'station not admitted');
    refuse(socket, 503);
  }
}

/** Ends an HTTP exchange with a status and no more words than needed. */
export function refuse(socket: Duplex, status: number): void {
  if (socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const text = `${STATUS_CODES[status]}\n`;
  const extra = status === 401 ? 'WWW-Authenticate: Basic realm="OCPP"\r\n' : status === 429 ? 'Retry-After: 300\r\n' : '';
  socket.once('finish', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: text/plain\r\n${extra}` +
      `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}

/** Lets `ws` do the handshake with the subprotocol that we chose; its own reading of the header would refuse odd ones. */
function upgrade(
  { webSockets }: Door,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  subprotocol: Subprotocol,
  then: (webSocket: StationSocket) => void,
): void {
  if (typeof subprotocol === 'object') request.headers['sec-websocket-protocol'] = subprotocol.chosen;
  else delete request.headers['sec-websocket-protocol'];
  if (socket instanceof Socket) {
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.setNoDelay(true);
  }
  socket.off('error', hangUp);
  webSockets.handleUpgrade(request, socket, head, (webSocket) => {
    // The server makes StationSockets: it was told to (listener.ts).
    const made = webSocket as StationSocket;
    made.raw = socket;
    then(made);
  });
}

/** Puts the connection into the domain's hands, and only then reads what the station has to say. */
async function greet(
  hub: Hub,
  webSocket: StationSocket,
  station: Station,
  keyProven: boolean,
  line: Readonly<{ secure: boolean; address: string }>,
): Promise<void> {
  const connection = new Connection(hub, webSocket, station, line);
  try {
    if ((await connected(hub.central, station, connection, keyProven)) === 'refused') {
      connection.close('this station is connected already');
      return;
    }
    connection.start();
  } catch (error) {
    station.log.error({ err: error }, 'connection not taken');
    connection.close('try again');
  }
}

/** By the book: finish the handshake without a subprotocol and close at once (OCPP-J §3.1.2). */
function closeUnfit(central: Central, webSocket: StationSocket, station: Station): void {
  noteDeviation(central, station, { kind: 'noCommonVersion', action: '', example: '' });
  webSocket.on('error', () => webSocket.terminate());
  webSocket.close(1002, 'no common subprotocol');
}

function remoteAddress(socket: Duplex): string {
  // TLS sockets have the property without being a net.Socket by type.
  const { remoteAddress: address = '' } = socket as NetSocket;
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}
