import { expect, test } from 'vitest';
import { mendHead } from './handshake.ts';

const head = (...lines: string[]) =>
  Buffer.from(['GET /Ocpp/websocket/CP001 HTTP/1.1', ...lines, '', 'bytes of a frame'].join('\r\n'));

test('a handshake without Connection: Upgrade gets it', () => {
  expect(mendHead(head('Upgrade: websocket', 'Host: x')).toString()).toBe(
    'GET /Ocpp/websocket/CP001 HTTP/1.1\r\nUpgrade: websocket\r\nHost: x\r\nConnection: Upgrade\r\n\r\nbytes of a frame',
  );
  expect(mendHead(head('upgrade:  WebSocket ', 'Connection: keep-alive')).toString()).toBe(
    'GET /Ocpp/websocket/CP001 HTTP/1.1\r\nupgrade:  WebSocket \r\nConnection: Upgrade\r\n\r\nbytes of a frame',
  );
});

test.each([
  [head('Upgrade: websocket', 'Connection: keep-alive, Upgrade')],
  [head('Host: x')],
  [head('X-Upgrade: websocket')],
  [Buffer.from('GET /Ocpp/websocket/CP001 HTTP/1.1\r\nUpgrade: websocket\r\n')],
  [Buffer.from('POST / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n')],
  [Buffer.from([0, 255, 13, 10, 13, 10])],
])('everything else passes as it is', (bytes) => {
  expect(mendHead(bytes)).toBe(bytes);
});
