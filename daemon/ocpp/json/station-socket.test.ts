import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { StationSocket } from './station-socket.ts';

test('texts of every length and letter arrive as they were sent', async () => {
  const webSockets = new WebSocketServer({ noServer: true, WebSocket: StationSocket });
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  const opened = new Promise<StationSocket>((resolve) => {
    server.on('upgrade', (request, raw, head) =>
      webSockets.handleUpgrade(request, raw, head, (socket) => {
        const made = socket as StationSocket; // The server was told to make these.
        made.raw = raw;
        resolve(made);
      }),
    );
  });
  await once(server, 'listening');
  const station = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`); // It has a port.
  onTestFinished(() => station.terminate());
  const socket = await opened;
  const lengths = [0, 1, 125, 126, 65_535, 65_536, 200_000];
  const texts = ['x', 'å', '漢', '😀'].flatMap((letter) => lengths.map((length) => letter.repeat(length)));

  const got: string[] = [];
  const all = new Promise<void>((resolve) => {
    station.on('message', (data, isBinary) => {
      expect(isBinary).toBe(false);
      if (got.push(data.toString()) === texts.length) resolve();
    });
  });
  for (const text of texts.slice(0, -1)) {
    socket.sendText(text);
    // What `ws` sends by itself comes between whole messages.
    socket.ping();
  }
  await new Promise<void>((done) => socket.sendText(texts.at(-1) ?? '', done));
  await all;
  expect(got.map((text) => text.length)).toEqual(texts.map((text) => text.length));
  expect(got).toEqual(texts);
});
