import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import type { ExternalAddress } from '../domain/files/files.ts';
import { externalServer } from './external.ts';
import { allowedAddress } from './targets.ts';

const server = (host: string, port = 21): ExternalAddress => ({
  ...{ secure: false, host, port, folder: '/', user: 'u', password: 'pass-of-the-server' },
  ...{ allowPrivate: false, trustCertificate: false },
});

test.each([
  ...['127.0.0.1', '10.1.2.3', '192.168.1.1', '172.16.0.1', '100.64.0.1', '::1', 'fd00::1', 'localhost'],
  // Other ways to write 127.0.0.1; the system resolves them.
  ...['2130706433', '0x7f.1', '127.1'],
])('A15: %s is private, and allowed only if the settings say so', async (host) => {
  await expect(allowedAddress(host, false)).rejects.toMatchObject({ code: 'fileServerRefused' });
  expect(await allowedAddress(host, true)).toMatch(/^[0-9a-f.:]+$/);
});

test.each([
  ...[
    '169.254.169.254',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    'fe80::1',
    '::',
    '::ffff:169.254.169.254',
    '64:ff9b::a9fe:a9fe',
  ],
])('A15: %s is never a server of files', async (host) => {
  await expect(allowedAddress(host, true)).rejects.toMatchObject({ code: 'fileServerRefused' });
});

test('A15: public addresses are taken as they are', async () => {
  expect(await allowedAddress('93.184.216.34', false)).toBe('93.184.216.34');
});

test('A15: a private server gets no connection, and the test of the settings says why', async () => {
  let visits = 0;
  const bait = createServer(() => visits++).listen(0, '127.0.0.1');
  await new Promise((resolve) => bait.once('listening', resolve));
  const address = bait.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  expect(await externalServer.probe(server('localhost', port))).toEqual([
    { step: 'resolve', ok: false, detail: expect.stringMatching(/private network/) },
  ]);
  await expect(externalServer.makeFolder(server('127.0.0.1', port), '/x')).rejects.toMatchObject({ code: 'fileServerRefused' });
  expect(visits).toBe(0);
  bait.close();
});
