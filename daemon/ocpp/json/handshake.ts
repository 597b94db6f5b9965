import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** A connection that says nothing is dropped after this time; once it speaks, the HTTP server's own limits hold. */
const SILENCE_MS = 10_000;

/**
 * Lets stations in whose handshake lacks `Connection: Upgrade` (FACTS §10), which Node's parser does not take for an upgrade:
 * looks at the first bytes of each connection and adds the header where only it is missing. Everything else passes as it is.
 */
export function mendHandshakes(server: Server, event: 'connection' | 'secureConnection'): void {
  const [serve] = server.listeners(event);
  if (!serve) throw new Error(`the server does not listen to ${event}`);
  server.removeAllListeners(event);
  server.on(event, (socket: Socket) => {
    const drop = () => socket.destroy();
    socket.on('error', drop);
    socket.setTimeout(SILENCE_MS, drop);
    socket.once('data', (first: Buffer) => {
      socket.setTimeout(0);
      socket.off('timeout', drop);
      socket.pause();
      socket.unshift(mendHead(first));
      serve.call(server, socket);
      socket.off('error', drop);
      socket.resume();
    });
  });
}

/** The first bytes of a connection, with the missing header put in. */
export function mendHead(first: Buffer): Buffer {
  const end = first.indexOf('\r\n\r\n');
  if (end < 0 || first.subarray(0, 4).toString('latin1') !== 'GET ') return first;
  const head = first.toString('latin1', 0, end);
  if (!/\r\nupgrade:[ \t]*websocket[ \t]*(\r\n|$)/i.test(head) || /\r\nconnection:[^\r]*upgrade/i.test(head)) return first;
  const others = head.replace(/\r\nconnection:[^\r]*/gi, '');
  return Buffer.concat([Buffer.from(`${others}\r\nConnection: Upgrade`, 'latin1'), first.subarray(end)]);
}
