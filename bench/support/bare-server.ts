import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

/** The least that a WebSocket server in Node can do: it sends back what it gets. */
const server = new WebSocketServer({
  port: 0,
  host: '127.0.0.1',
  perMessageDeflate: false,
  clientTracking: false,
  backlog: 4096,
});
server.on('connection', (socket) => {
  socket.on('message', (data) => socket.send(data, { binary: false }));
  socket.on('error', () => undefined);
});
server.on('listening', () => process.send?.((server.address() as AddressInfo).port)); // A TCP server's address is no string.
