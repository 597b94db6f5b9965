import dns from 'node:dns/promises';
import { createServer } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { testCentral } from '../../domain/testing.ts';
import { callStation } from './client.ts';
import { ocpp15 } from './versions.ts';

const answer =
  '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><clearCacheResponse><status>Accepted</status></clearCacheResponse></s:Body></s:Envelope>';

/** A station that listens at one address of this machine, and a name that stands for whatever each look-up of it finds. */
async function namedStation(...found: readonly (readonly string[])[]) {
  const hosts: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    hosts.push(request.headers.host);
    request.resume().on('end', () => response.end(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const lookUps: string[] = [];
  const lookup = dns.lookup;
  const fake = async (name: string) => {
    lookUps.push(name);
    return (found[Math.min(lookUps.length, found.length) - 1] ?? []).map((address) => ({ address, family: 4 }));
  };
  Object.assign(dns, { lookup: fake });
  syncBuiltinESMExports();
  const made = await testCentral({ station: { isOnline: false } });
  onTestFinished(async () => {
    Object.assign(dns, { lookup });
    syncBuiltinESMExports();
    server.close();
    await made.close();
  });
  const central = { ...made.central, settings: { ...made.central.settings, soapCallNetworks: ['127.0.0.0/8'] } };
  const { port } = server.address() as AddressInfo; // A listening TCP server has an address with a port.
  made.station.callBack = { override: null, seen: `http://box.example:${port}/`, seenAt: 0 };
  const line = { version: ocpp15, ownAddress: null, signal: new AbortController().signal };
  const call = () => callStation(central, made.station, line, { kind: 'clearCache' }, () => {});
  return { call, hosts, lookUps, host: `box.example:${port}` };
}

test('A10: the address that was looked at is the one that is called; a name that means something else the next time is looked at anew', async () => {
  const { call, hosts, lookUps, host } = await namedStation(['127.0.0.1'], ['192.0.2.9']);
  expect(await call()).toMatchObject({ outcome: 'accepted' });
  expect([lookUps, hosts]).toEqual([['box.example'], [host]]);
  expect(await call()).toMatchObject({ outcome: 'failed', answer: 'AddressRefused' });
  expect([lookUps.length, hosts.length]).toEqual([2, 1]);
});

test('a name with several addresses is called at those that are allowed, one after the other', async () => {
  const { call, hosts } = await namedStation(['192.0.2.9', '127.0.0.9', '127.0.0.1']);
  expect(await call()).toMatchObject({ outcome: 'accepted' });
  expect(hosts).toHaveLength(1);
});
