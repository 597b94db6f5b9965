import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { certificateFiles, openCertificates } from './certificates.ts';
import { ConfigurationError, readConfiguration } from './config.ts';

let data: string;
beforeAll(() => {
  data = mkdtempSync(join(tmpdir(), 'charge-portal-certificates-'));
});
afterAll(() => rmSync(data, { recursive: true, force: true }));

const configuration = (...flags: string[]) => readConfiguration(['--data', data, ...flags], {});

test('the first start makes an EC and an RSA certificate, and the next one keeps them', async () => {
  const made = await openCertificates(configuration('--public-name', 'charging.example.org'));
  expect(await openCertificates(configuration())).toEqual(made);
  const ec = new X509Certificate(made.ec.cert);
  const rsa = new X509Certificate(made.rsa.cert);
  expect(ec.publicKey.asymmetricKeyType).toBe('ec');
  expect(rsa.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
  expect(ec.checkHost('charging.example.org')).toBeDefined();
  expect(ec.checkHost('localhost')).toBeDefined();
  expect(rsa.checkIP('127.0.0.1')).toBeDefined();
});

test('nobody else may read the keys', () => {
  for (const { key } of certificateFiles(configuration())) expect(statSync(key).mode & 0o077).toBe(0);
});

test('a TLS client trusts the certificate by itself, and sees the fingerprint that is printed', async () => {
  const { ec, rsa, fingerprint } = await openCertificates(configuration());
  const server = createServer({ cert: [ec.cert, rsa.cert], key: [ec.key, rsa.key] }, (_, response) => response.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // A TCP server has no other kind of address.
  const seen = await new Promise((resolve, reject) => {
    request({ host: 'localhost', port, family: 4, ca: ec.cert }, (response) =>
      resolve((response.resume().socket as TLSSocket).getPeerCertificate().fingerprint256),
    )
      .on('error', reject)
      .end();
  });
  server.close();
  expect(seen).toBe(fingerprint);
});

test("a certificate of one's own without its key is refused", async () => {
  await expect(openCertificates(configuration('--tls-ec-certificate', 'mine.pem'))).rejects.toThrow(ConfigurationError);
});
